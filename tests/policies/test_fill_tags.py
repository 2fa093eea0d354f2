"""The one remediation: tags, in place."""

from typing import Any

import pytest
from google.protobuf import json_format, struct_pb2
from platform_policies import RULE_SETS
from platform_policies.kit.pack import Pack
from platform_policies.kit.remediation import Remediation
from platform_policies.kit.serving import Analyzer
from pulumi.runtime.proto import analyzer_pb2
from pulumi_policy.proxy import UNKNOWN_STRING_VALUE as UNKNOWN

from .cases.remediations import CASES

BUCKET = "aws:s3/bucket:Bucket"
SECRET = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "value": "hunter2"}


def filled(
    props: dict[str, Any],
    resource_type: str = BUCKET,
    level: analyzer_pb2.EnforcementLevel.ValueType = analyzer_pb2.REMEDIATE,
) -> Any:
    """Return the properties after the remediation, or None where it leaves them as they are."""
    server = Analyzer("cost", Pack(RULE_SETS["cost"]))
    message = analyzer_pb2.ConfigureAnalyzerRequest()
    message.policyConfig["fill-tags"].enforcementLevel = level
    json_format.ParseDict(
        {"tags": {"Project": "flowise", "Owner": "platform"}}, message.policyConfig["fill-tags"].properties
    )
    server.Configure(message, None)
    struct = struct_pb2.Struct()
    json_format.ParseDict(props, struct)
    answer = server.Remediate(
        analyzer_pb2.AnalyzeRequest(type=resource_type, properties=struct, urn="urn", name="it"), None
    )
    return json_format.MessageToDict(answer.remediations[0].properties) if answer.remediations else None


@pytest.mark.parametrize("remediation", [each for one in RULE_SETS.values() for each in one.remediations])
def test_a_remediation_adds_what_its_cases_say(remediation: Remediation) -> None:
    assert [case for case in CASES[remediation.name] if not case.holds(remediation)] == []


def test_missing_tags_are_added_and_others_kept() -> None:
    assert filled({"tags": {"Owner": "jo"}})["tags"] == {"Owner": "jo", "Project": "flowise"}
    assert filled({"bucket": "b"}) == {"bucket": "b", "tags": {"Project": "flowise", "Owner": "platform"}}


def test_secrets_stay_secret() -> None:
    assert filled({"policy": SECRET, "tags": {}})["policy"] == SECRET


@pytest.mark.parametrize(
    "props", [{"tags": UNKNOWN}, {"tags": {"Owner": UNKNOWN}}, {"tags": {"Owner": "a", "Project": "b"}}]
)
def test_what_is_unknown_or_complete_is_left_alone(props: dict[str, Any]) -> None:
    assert filled(props) is None


def test_it_is_off_unless_asked_for_and_leaves_other_types_alone() -> None:
    assert filled({"tags": {}}, "random:index/randomId:RandomId") is None
    assert filled({"tags": {}}, level=analyzer_pb2.DISABLED) is None
