"""Every type of the SDKs was looked at: it holds data, guards them, or holds none, and stands in one place."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pulumi_aws
import pulumi_kubernetes
import pulumi_random
from platform_policies.reliability.data import HOLDS_DATA

from sandbox.stateful import LOSSES, holds_data
from sandbox.stateful.guards import GUARDS
from sandbox.stateful.review import holds_none
from sandbox.stateful.table import general

# Inputs of what holds something; and those that have one all the same, and why they hold nothing.
_SIGNS = re.compile(
    r"\b(final_snapshot_identifier|skip_final_snapshot|force_destroy|force_delete|deletion_protection(_enabled)?|"
    r"enable_deletion_protection|backup_retention_period|recovery_window_in_days|deletion_window_in_days|"
    r"snapshot_identifier|retention_in_days)\b"
)
EMPTY = {
    "aws:alb/loadBalancer:LoadBalancer": "it passes on",
    "aws:lb/loadBalancer:LoadBalancer": "it passes on",
    "aws:autoscaling/group:Group": "its instances are one of many",
    "aws:cloudwatch/eventRule:EventRule": "it passes on",
    "aws:cloudwatch/eventTarget:EventTarget": "it passes on",
    "aws:directconnect/linkAggregationGroup:LinkAggregationGroup": "it passes on",
    "aws:ec2/defaultSubnet:DefaultSubnet": "AWS makes it again",
    "aws:ec2/defaultVpc:DefaultVpc": "AWS makes it again",
    "aws:ec2/spotInstanceRequest:SpotInstanceRequest": "spot capacity goes at any time",
    "aws:ecs/service:Service": "its tasks are one of many",
    "aws:ecs/taskSet:TaskSet": "its tasks are one of many",
    "aws:elasticbeanstalk/applicationVersion:ApplicationVersion": "its bundle lies in S3",
    "aws:iam/user:User": "an identity",
    "aws:pinpoint/smsvoicev2Pool:Smsvoicev2Pool": "a list of numbers, which stay",
    "aws:pinpoint/smsvoicev2SenderId:Smsvoicev2SenderId": "a name that may be asked for again",
    "aws:quicksight/analysis:Analysis": "the program writes it",
    "aws:redshift/endpointAuthorization:EndpointAuthorization": "a permission",
    "aws:s3/bucketObject:BucketObject": "the program uploads it",
    "aws:s3/bucketObjectv2:BucketObjectv2": "the program uploads it",
    "aws:s3/objectCopy:ObjectCopy": "a copy of what stays",
    "aws:servicediscovery/service:Service": "names of what registers again",
    "aws:transfer/server:Server": "what it takes lies in S3 or EFS",
}


def types(package: ModuleType) -> dict[str, str]:
    """Return the types that an SDK registers, and the module that has each."""
    text = Path(str(package.__file__)).read_text(encoding="utf-8")
    found = re.search(r'_utilities\.register\(\s*resource_modules="""(.*?)"""', text, re.DOTALL)
    assert found
    return {token: name for row in json.loads(found[1]) for token, name in row["classes"].items()}


def sdk() -> set[str]:
    return {general(token) for package in (pulumi_aws, pulumi_kubernetes, pulumi_random) for token in types(package)}


def known() -> Iterator[str]:
    for row in (*LOSSES, *GUARDS):
        yield from row.types
    yield from holds_none()


def test_every_type_stands_in_one_place_and_no_other_does() -> None:
    """After a new SDK: look what each type holds, and put it into table.py, guards.py or holds_none.txt."""
    placed = Counter(known())
    assert [token for token, count in placed.items() if count > 1] == []
    # of a release its chart decides (strangers.py)
    unseen, gone = sorted(sdk() - placed.keys() - {"kubernetes::Release"}), sorted(placed.keys() - sdk())
    assert not unseen, f"nobody has looked at {', '.join(unseen)}"
    assert not gone, f"the SDKs have no {', '.join(gone)}"


def test_what_has_an_input_of_what_holds_something_holds_something_or_says_why_not() -> None:
    root = Path(str(pulumi_aws.__file__)).parent
    found = {
        token
        for token in types(pulumi_aws)
        if token in holds_none()
        and (file := _file(root, token)) is not None
        and _SIGNS.search(file.read_text(encoding="utf-8").partition("class _")[0])
    }
    assert found == EMPTY.keys()


def _file(root: Path, token: str) -> Path | None:
    module, _, name = token.split(":")[1].partition("/")
    snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()
    path = root / {"lambda": "lambda_", "pipes": "pipes"}.get(module, module) / f"{snake}.py"
    return path if path.exists() else None


def test_what_a_rule_wants_protected_is_guarded() -> None:
    assert [token for token in sdk() if re.fullmatch(HOLDS_DATA, token) and not holds_data(token)] == []
