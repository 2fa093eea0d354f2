"""Functions that look up what stands."""

import json
from pathlib import Path
from typing import Any

import pytest

from sandbox.lookups import found
from sandbox.provider import _updated
from sandbox.rules import Rules
from sandbox.world import Record, World

VERSION = "aws:secretsmanager/secretVersion:SecretVersion"


@pytest.fixture
def world(tmp_path: Path) -> World:
    world = World(tmp_path / "world.db")
    for token, resource_id, inputs in (
        ("aws:ec2/subnet:Subnet", "subnet-1", {"cidrBlock": "10.0.1.0/24", "vpcId": "vpc-1"}),
        ("aws:ec2/routeTable:RouteTable", "rtb-1", {"vpcId": "vpc-1"}),
        (
            "aws:ec2/routeTableAssociation:RouteTableAssociation",
            "a-1",
            {"subnetId": "subnet-1", "routeTableId": "rtb-1"},
        ),
        (
            "aws:ec2/route:Route",
            "r-1",
            {"routeTableId": "rtb-1", "destinationCidrBlock": "0.0.0.0/0", "natGatewayId": "n"},
        ),
        (VERSION, "v-1", {"secretId": "arn:s", "secretString": "kept"}),
    ):
        world.create(Record(token, resource_id, f"urn:{resource_id}", 0, inputs, inputs))
    return world


def look(world: World, kind: str, **args: Any) -> dict[str, Any]:
    return found(world, f"aws:ec2/get{kind}:get{kind}", args, {})


def test_a_lookup_by_id_tells_what_stands(world: World) -> None:
    subnet = look(world, "Subnet", id="subnet-1")
    assert subnet["vpcId"] == "vpc-1"
    assert subnet["availableIpAddressCount"] == 251


def test_what_does_not_stand_is_somebody_elses(world: World) -> None:
    assert look(world, "Subnet", id="subnet-2") == {}
    assert look(world, "Vpc", default=True) == {}
    assert look(world, "RouteTable", subnetId="subnet-2") == {}


def test_a_subnets_route_table_comes_with_its_routes(world: World) -> None:
    table = look(world, "RouteTable", subnetId="subnet-1")
    assert table["routes"] == [{"cidrBlock": "0.0.0.0/0", "natGatewayId": "n"}]


@pytest.mark.parametrize(
    ("secret", "value"), [("arn:s", {"secretString": "kept"}), ("hand", {"secretString": "made"}), ("other", {})]
)
def test_a_secret_is_the_stacks_own_or_made_by_hand(world: World, secret: str, value: dict[str, str]) -> None:
    token = "aws:secretsmanager/getSecretVersion:getSecretVersion"
    assert found(world, token, {"secretId": secret}, {"hand": "made"}) == value


def test_secrets_made_by_hand_come_from_a_file_and_stand_on_no_command_line(tmp_path: Path) -> None:
    file = tmp_path / "secrets.json"
    file.write_text(json.dumps({"token": "hidden"}))
    rules = Rules(secrets_file=str(file))
    assert "hidden" not in rules.to_json()
    assert Rules.from_json(rules.to_json()).secrets() == {"token": "hidden"}


def test_what_the_cloud_added_stays_through_an_update_and_what_the_program_dropped_does_not() -> None:
    olds = {"network": {"subnets": ["a"], "group": "sg-1", "dropped": True}, "arn": "arn:c"}
    given = {"network": {"subnets": ["a"], "dropped": True}}
    news = {"network": {"subnets": ["a", "b"]}}
    assert _updated(olds, given, news) == {"network": {"subnets": ["a", "b"], "group": "sg-1"}, "arn": "arn:c"}
