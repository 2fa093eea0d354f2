"""Functions that look up what stands."""

import ipaddress
import json
from pathlib import Path
from typing import Any

import pytest
from pulumi.runtime import rpc

from sandbox import clouds, schema
from sandbox.lookups import found
from sandbox.provider import _holds_nothing, _updated
from sandbox.run_options import RunOptions
from sandbox.world import Record, World
from tests.engine.test_every_type import CALLS

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
    rules = RunOptions(secrets_file=str(file))
    assert "hidden" not in rules.to_json()
    assert RunOptions.from_json(rules.to_json()).secrets() == {"token": "hidden"}


def test_what_the_cloud_added_stays_through_an_update_and_what_the_program_dropped_does_not() -> None:
    olds = {"network": {"subnets": ["a"], "group": "sg-1", "dropped": True}, "arn": "arn:c"}
    given = {"network": {"subnets": ["a"], "dropped": True}}
    news = {"network": {"subnets": ["a", "b"]}}
    assert _updated(olds, given, news) == {"network": {"subnets": ["a", "b"], "group": "sg-1"}, "arn": "arn:c"}


@pytest.mark.parametrize("token", [token for token in CALLS if token.startswith("aws:")])
def test_a_function_answers_in_the_sdk_s_types_and_with_what_it_was_asked(token: str) -> None:
    result = clouds.invoke(token, CALLS[token])
    returned = schema._function(token)
    assert returned is not None
    answer = next(cls for cls in schema._flatten(schema._hints(returned)["return"]) if isinstance(cls, type))
    rpc.translate_output_properties(result, lambda name: name, answer.__mro__[1])  # a TypeError for a wrong type
    described = schema.function(token)
    assert described is not None
    asked = {name: value for name, value in CALLS[token].items() if name in described.outputs}
    assert {name: result[name] for name in asked} == asked


def test_an_image_is_what_was_asked_for() -> None:
    filters = [{"name": "name", "values": ["al2023-ami-*-arm64"]}, {"name": "virtualization-type", "values": ["hvm"]}]
    image = clouds.invoke("aws:ec2/getAmi:getAmi", {"mostRecent": "true", "owners": ["amazon"], "filters": filters})
    assert image["mostRecent"] is True
    assert (image["architecture"], image["virtualizationType"], image["imageOwnerAlias"]) == ("arm64", "hvm", "amazon")
    assert image["name"].startswith("al2023-ami-")
    assert image["imageId"] == image["id"]


def test_the_range_of_what_is_looked_up_is_a_range() -> None:
    for function in ("getVpc", "getSubnet"):
        found = clouds.invoke(f"aws:ec2/{function}:{function}", {"id": "x-1"})
        assert ipaddress.ip_network(found["cidrBlock"])
        assert found["arn"].endswith("/x-1")


@pytest.mark.parametrize(
    ("function", "args", "numbers"),
    [
        ("aws:rds/getInstance:getInstance", {"dbInstanceIdentifier": "db"}, {"port": 5432}),
        ("aws:rds/getInstance:getInstance", {"dbInstanceIdentifier": "db"}, {"allocatedStorage": 1}),
        ("aws:ec2/getInstanceType:getInstanceType", {"instanceType": "m5.large"}, {"defaultVcpus": 1}),
        ("aws:ssm/getParameter:getParameter", {"name": "/p"}, {"version": 1}),
    ],
)
def test_a_number_of_what_is_looked_up_is_above_nought(
    function: str, args: dict[str, Any], numbers: dict[str, int]
) -> None:
    assert clouds.invoke(function, args).items() >= numbers.items()


@pytest.mark.parametrize(
    ("function", "args", "arn"),
    [
        ("aws:iam/getRole:getRole", {"name": "app"}, "arn:aws:iam::123456789012:role/app"),
        ("aws:sns/getTopic:getTopic", {"name": "told"}, "arn:aws:sns:us-east-1:123456789012:told"),
        (
            "aws:lambda/getFunction:getFunction",
            {"functionName": "f"},
            "arn:aws:lambda:us-east-1:123456789012:function:f",
        ),
    ],
)
def test_a_lookup_gives_the_arn_that_the_resource_would_have(function: str, args: dict[str, Any], arn: str) -> None:
    assert clouds.invoke(function, args)["arn"] == arn


def test_a_lookup_by_name_tells_what_stands(world: World) -> None:
    token = "aws:eks/cluster:Cluster"
    world.create(Record(token, "main", "urn:main", 0, {"name": "main"}, {"name": "main", "endpoint": "https://here"}))
    assert found(world, "aws:eks/getCluster:getCluster", {"name": "main"}, {})["endpoint"] == "https://here"
    assert found(world, "aws:eks/getCluster:getCluster", {"name": "other"}, {}) == {}


def test_an_unknown_item_leaves_an_empty_list_behind() -> None:
    assert _holds_nothing({"statements": [{"actions": ["iam:PassRole"], "resources": []}]})
    assert not _holds_nothing({"statements": [{"actions": ["iam:PassRole"], "resources": ["*"]}]})
