"""What counts up with a change, and is not known in a plan."""

from typing import Any

import pytest

from sandbox import clouds
from sandbox.clouds.aws_versions import updated
from sandbox.wire import UNKNOWN

TEMPLATE, PARAMETER = "aws:ec2/launchTemplate:LaunchTemplate", "aws:ssm/parameter:Parameter"
FUNCTION = "aws:lambda/function:Function"


def change(token: str, old: dict[str, Any], new: dict[str, Any], *, preview: bool = False) -> dict[str, Any]:
    _, had = clouds.create(token, "thing", "urn", old)
    _, outputs = clouds.create(token, "thing", "urn", new)
    return updated(token, (old, had), new, outputs, preview=preview)


@pytest.mark.parametrize(
    ("new", "latest", "planned"),
    [
        ({"instanceType": "t4g.large"}, 2, UNKNOWN),
        # a plan counts tags, which then make no version
        ({"instanceType": "t4g.small", "tags": {"Owner": "a"}}, 1, UNKNOWN),
        ({"instanceType": "t4g.small", "tagSpecifications": [{"resourceType": "instance"}]}, 2, UNKNOWN),
        ({"instanceType": "t4g.small", "updateDefaultVersion": True}, 1, 1),
    ],
)
def test_a_launch_template_gets_a_version_where_its_data_change(
    new: dict[str, Any], latest: int, planned: object
) -> None:
    old = {"instanceType": "t4g.small"}
    assert change(TEMPLATE, old, new)["latestVersion"] == latest
    assert change(TEMPLATE, old, new, preview=True)["latestVersion"] == planned


def test_a_launch_template_s_default_follows_where_it_is_told_to() -> None:
    old = {"imageId": "ami-1", "updateDefaultVersion": True}
    assert change(TEMPLATE, old, {**old, "imageId": "ami-2"})["defaultVersion"] == 2
    assert change(TEMPLATE, {"imageId": "ami-1"}, {"imageId": "ami-2"})["defaultVersion"] == 1
    assert change(TEMPLATE, old, {**old, "imageId": "ami-2"}, preview=True)["defaultVersion"] == UNKNOWN


def test_a_parameter_counts_its_values() -> None:
    old = {"name": "p", "type": "String", "value": "1"}
    assert change(PARAMETER, old, {**old, "value": "2"})["version"] == 2
    assert change(PARAMETER, old, {**old, "tags": {"a": "b"}})["version"] == 1
    assert change(PARAMETER, old, {**old, "value": "2"}, preview=True)["version"] == UNKNOWN


def test_only_a_published_function_counts() -> None:
    old = {"name": "f", "role": "r", "timeout": 3, "publish": True}
    _, made = clouds.create(FUNCTION, "f", "urn", old)
    assert made["qualifiedArn"] == "arn:aws:lambda:us-east-1:123456789012:function:f:1"
    assert made["invokeArn"].endswith(f":lambda:path/2015-03-31/functions/{made['arn']}/invocations")
    assert change(FUNCTION, old, {**old, "timeout": 9})["qualifiedArn"] == f"{made['arn']}:2"
    assert change(FUNCTION, old, {**old, "timeout": 9}, preview=True)["version"] == UNKNOWN
    assert change(FUNCTION, old, {**old, "tags": {"a": "b"}})["version"] == "1"
    loose = {**old, "publish": False}
    assert change(FUNCTION, loose, {**loose, "timeout": 9})["version"] == "$LATEST"


def test_what_does_not_count_is_left() -> None:
    assert change("aws:sns/topic:Topic", {"name": "a"}, {"name": "a", "displayName": "b"})["displayName"] == "b"
