"""What AWS gives back otherwise than written, and whether the provider takes both for the same."""

import json
from typing import Any

import pytest

from sandbox import clouds
from sandbox.clouds.aws_readback import given_back
from sandbox.differences import Change
from sandbox.diffing import diff, restless
from sandbox.wire import UNKNOWN

GROUP = "aws:rds/parameterGroup:ParameterGroup"
ZONE = "aws:route53/zone:Zone"
RULE = "aws:ec2/networkAclRule:NetworkAclRule"
ROLE = "aws:iam/role:Role"
FORCED = {"family": "postgres17", "parameters": [{"name": "rds.force_ssl", "value": "1", "applyMethod": "immediate"}]}


def made(token: str, inputs: dict[str, Any]) -> dict[str, Any]:
    return clouds.create(token, "it", f"urn:pulumi:t::p::{token}::it", inputs)[1]


def next_preview(token: str, inputs: dict[str, Any], ignored: tuple[str, ...] = ()) -> tuple[Change, ...]:
    return diff(token, inputs, inputs, made(token, inputs), ignored=ignored).changes


def test_what_was_given_back_otherwise_is_a_difference_of_the_next_preview() -> None:
    assert made(GROUP, FORCED)["parameters"][0]["applyMethod"] == "pending-reboot"
    assert next_preview(GROUP, FORCED) == (Change("parameters[0].applyMethod", "UPDATE", replaces=False),)


def test_a_range_that_was_given_back_otherwise_replaces_its_rule() -> None:
    inputs = {
        "networkAclId": "acl-1",
        "ruleNumber": 1,
        "ruleAction": "allow",
        "protocol": "-1",
        "cidrBlock": "10.0.5.9/16",
    }

    assert next_preview(RULE, inputs) == (Change("cidrBlock", "UPDATE", replaces=True),)
    assert next_preview(RULE, {**inputs, "cidrBlock": "10.0.0.0/16"}) == ()


def test_a_nat_gateway_among_gateways_is_given_back_as_one() -> None:
    table = "aws:ec2/routeTable:RouteTable"
    given = {"vpcId": "vpc-1", "routes": [{"cidrBlock": "0.0.0.0/0", "gatewayId": "nat-0123456789abcdef0"}]}
    right = {"vpcId": "vpc-1", "routes": [{"cidrBlock": "0.0.0.0/0", "natGatewayId": "nat-0123456789abcdef0"}]}

    assert {change.path for change in next_preview(table, given)} == {"routes[0].gatewayId", "routes[0].natGatewayId"}
    assert not any(change.replaces for change in next_preview(table, given))
    assert next_preview(table, right) == ()


def trust(principal: object) -> str:
    statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": principal}}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@pytest.mark.parametrize(
    ("token", "name", "written", "read"),
    [
        (ZONE, "name", "Example.com.", "example.com"),
        (ROLE, "assumeRolePolicy", trust("123456789012"), trust("arn:aws:iam::123456789012:root")),
    ],
)
def test_what_the_provider_takes_for_the_same_is_no_difference(token: str, name: str, written: str, read: str) -> None:
    assert made(token, {name: written})[name] == read
    assert next_preview(token, {name: written}) == ()


def test_another_principal_is_another_policy() -> None:
    inputs = {"assumeRolePolicy": trust("123456789012")}
    other = {"assumeRolePolicy": trust("210987654321")}
    assert diff(ROLE, inputs, other, made(ROLE, inputs)).changes


def test_what_is_left_alone_shows_no_difference() -> None:
    assert next_preview(GROUP, FORCED, ("parameters",)) == ()
    assert next_preview(GROUP, FORCED, ("tags",)) != ()
    assert restless(GROUP, FORCED, made(GROUP, FORCED), ignored=("parameters[0].applyMethod",)) == []


def test_the_way_of_applying_alone_is_no_change_to_rds() -> None:
    """The provider's page warns of it: the value must change, too."""
    parameter = {"name": "log_lock_waits", "value": "1", "applyMethod": "immediate"}
    before = {"family": "postgres17", "parameters": [parameter]}
    after = {"family": "postgres17", "parameters": [{**parameter, "applyMethod": "pending-reboot"}]}
    other = {"family": "postgres17", "parameters": [{**parameter, "value": "0", "applyMethod": "pending-reboot"}]}

    assert given_back(GROUP, after, before)["parameters"] == [parameter]
    assert given_back(GROUP, other, before) == other


def test_what_is_not_known_yet_is_as_it_was_written() -> None:
    for written in (UNKNOWN, [UNKNOWN], [{"name": "rds.force_ssl", "value": UNKNOWN}]):
        assert given_back(GROUP, {"family": "postgres17", "parameters": written})["parameters"] == written
