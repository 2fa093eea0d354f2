"""Pairs of the laws in `sandbox/laws/autoscaling.py`."""

import base64
from typing import Any

import pulumi_aws as aws

from .pair import GITHUB, Pair


def _group(values: dict[str, Any]) -> None:
    template = aws.ec2.LaunchTemplate("template", instance_type="t4g.small", image_id="ami-0aaaaaaaaaaaaaaaa")
    given: dict[str, Any] = {
        "min_size": 1,
        "max_size": 3,
        "launch_template": {"id": template.id, "version": "$Latest"},
        "vpc_zone_identifiers": ["subnet-0aaaaaaaaaaaaaaaa"],
        **values,
    }
    aws.autoscaling.Group("group", **given)


def _user_data(text: str) -> None:
    aws.ec2.LaunchTemplate("template", user_data=text)


PAIRS = [
    Pair("autoscaling-size", "greater than or equal to min bound, 4", _group, {"min_size": 4}, {"min_size": 3}),
    Pair(
        "autoscaling-size",
        "Desired capacity:4 must be between the specified min size:1 and max size:3",
        _group,
        {"desired_capacity": 4},
        {"desired_capacity": 3},
        GITHUB + "convox/praxis/pull/258",
    ),
    Pair("autoscaling-launch", "none is given", _group, {"launch_template": None}, {}),
    Pair(
        "autoscaling-launch",
        "At least one Availability Zone or VPC Subnet is required",
        _group,
        {"vpc_zone_identifiers": []},
        {"availability_zones": ["eu-west-1a"], "vpc_zone_identifiers": None},
    ),
    Pair(
        "launch-template-user-data",
        "Invalid BASE64 encoding of user data",
        _user_data,
        "#!/bin/sh\necho hi",
        base64.b64encode(b"#!/bin/sh\necho hi").decode(),
        GITHUB + "pulumi/pulumi-aws/issues/2284",
    ),
]
