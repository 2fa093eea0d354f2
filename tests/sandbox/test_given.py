"""What others made: told by a file, or believed by its id."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from pulumi.runtime.proto import provider_pb2

from sandbox.account import Account
from sandbox.clusters.registry import Clusters
from sandbox.commands.parser import parser
from sandbox.commands.run_options import run_options
from sandbox.given import GivenError, Standing, read
from sandbox.laws import refusals
from sandbox.laws.law import ResourceOperation
from sandbox.lookups import found
from sandbox.provider import Provider
from sandbox.run_options import RunOptions
from sandbox.wire import to_python, to_struct
from sandbox.workspace import SandboxError, Workspace
from sandbox.world import World

VPC, SUBNET, QUEUE = "aws:ec2/vpc:Vpc", "aws:ec2/subnet:Subnet", "aws:sqs/queue:Queue"
HOME = "vpc-0123456789abcdef0"
TOLD = {
    "resources": [{"type": VPC, "id": HOME, "properties": {"cidrBlock": "10.7.0.0/16", "tags": {"Name": "main"}}}],
    "stacks": {"network/prod": {"vpcId": HOME}, "acme/dns/prod": {"zone": "Z1"}},
}
URL = "https://sqs.us-east-1.amazonaws.com/123456789012/legacy"
CALL: Any = SimpleNamespace(peer=lambda: "")


def told(folder: Path, content: object = TOLD) -> str:
    file = folder / "given.json"
    file.write_text(json.dumps(content), encoding="utf-8")
    return str(file)


def account(folder: Path, given: str = "") -> Account:
    return Account(World(folder / "world.db"), RunOptions(given_file=given))


def provider(of: Account, folder: Path) -> Provider:
    return Provider("aws", of, Clusters(folder, of.standing, None, real=False))


def urn(token: str, name: str) -> str:
    return f"urn:pulumi:dev::p::{token}::{name}"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ([], "write a JSON object"),
        ({"resource": []}, "write a JSON object"),
        ({"resources": [{"type": "aws:ec2/vpc:Vps", "id": "x"}]}, "resources[0]: there is no type aws:ec2/vpc:Vps"),
        ({"resources": [{"type": VPC, "id": ""}]}, "resources[0]: id is a text"),
        (
            {"resources": [{"type": VPC, "id": "x", "properties": {"cidr_block": "10.0.0.0/16"}}]},
            "has no property cidr_block; did you mean cidrBlock?",
        ),
        ({"stacks": {"prod": {}}}, "write project/stack"),
        ({"stacks": {"network/prod": 7}}, "write an object of its outputs"),
    ],
)
def test_a_file_that_says_what_cannot_be_is_refused(content: object, says: str, tmp_path: Path) -> None:
    with pytest.raises(GivenError) as refused:
        read(told(tmp_path, content))
    assert says in str(refused.value)
    options = parser().parse_args(["preview", "--stack", "dev", "--given", told(tmp_path, content)])
    with pytest.raises(SandboxError, match=r"^--given .*given\.json: "):
        run_options(options)


def test_laws_know_what_a_file_tells(tmp_path: Path) -> None:
    known = account(tmp_path, told(tmp_path))
    inputs = {"vpcId": HOME, "cidrBlock": "10.8.1.0/24"}
    op = ResourceOperation("create", SUBNET, "s", urn(SUBNET, "s"), inputs, inventory=known._inventory)
    assert [law.id for law, _ in refusals(op)] == ["subnet-cidr-in-vpc"]


@pytest.mark.parametrize(
    "args",
    [
        {"id": HOME},
        {"tags": {"Name": "main"}},
        {"cidrBlock": "10.7.0.0/16"},
        {"filters": [{"name": "tag:Name", "values": ["ma*"]}, {"name": "vpc-id", "values": [HOME]}]},
    ],
)
def test_a_lookup_finds_what_a_file_tells(args: dict[str, Any], tmp_path: Path) -> None:
    standing = Standing(World(tmp_path / "world.db"), read(told(tmp_path)))
    assert found(standing, "aws:ec2/getVpc:getVpc", args, {})["cidrBlock"] == "10.7.0.0/16"
    assert found(standing, "aws:ec2/getVpc:getVpc", {**args, "tags": {"Name": "other"}, "id": None}, {}) == {}


def test_a_stack_of_another_project_lies_where_a_reference_looks_for_it(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.yaml").write_text("name: own\nruntime: python\n", encoding="utf-8")
    workspace = Workspace.of(tmp_path, "dev")
    workspace.write_others(read(told(tmp_path)).stacks)
    kept = json.loads((workspace.state / ".pulumi/stacks/network/prod.json").read_text(encoding="utf-8"))
    assert kept["checkpoint"]["stack"] == "organization/network/prod"
    assert [each["outputs"] for each in kept["checkpoint"]["latest"]["resources"]] == [{"vpcId": HOME}]
    assert (workspace.state / ".pulumi/stacks/dns/prod.json").is_file()
    with pytest.raises(SandboxError, match="is a stack of this program"):
        workspace.write_others({"organization/own/dev": {}})


def test_what_others_made_is_taken_over_as_the_program_says_it(tmp_path: Path) -> None:
    of = account(tmp_path)
    aws = provider(of, tmp_path)
    name = urn(QUEUE, "legacy")
    asked = provider_pb2.ReadRequest(id=URL, urn=name, properties=to_struct({}))
    answered = aws.Read(asked, CALL)
    assert (answered.id, to_python(answered.properties)["url"]) == (URL, URL)

    def diff(news: dict[str, Any]) -> int:
        request = provider_pb2.DiffRequest(
            id=URL, urn=name, olds=answered.properties, old_inputs=answered.inputs, news=to_struct(news)
        )
        return int(aws.Diff(request, CALL).changes)

    assert diff({"name": "legacy", "delaySeconds": 5}) == provider_pb2.DiffResponse.DIFF_NONE

    # the next command changes it as its own, and then knows it
    later = provider(of, tmp_path)
    changes = provider_pb2.UpdateRequest(
        id=URL,
        urn=name,
        olds=answered.properties,
        old_inputs=to_struct({"name": "legacy"}),
        news=to_struct({"name": "legacy", "delaySeconds": 9}),
    )
    assert to_python(later.Update(changes, CALL).properties)["delaySeconds"] == 9
    assert [(record.id, record.inputs["delaySeconds"]) for record in of.world] == [(URL, 9)]


def test_what_a_file_tells_of_it_must_agree_with_the_program(tmp_path: Path) -> None:
    of = account(tmp_path, told(tmp_path))
    aws = provider(of, tmp_path)
    name = urn(VPC, "main")
    answered = aws.Read(provider_pb2.ReadRequest(id=HOME, urn=name, properties=to_struct({})), CALL)
    for cidr, changes in (("10.7.0.0/16", "DIFF_NONE"), ("10.8.0.0/16", "DIFF_SOME")):
        news = to_struct({"cidrBlock": cidr, "tags": {"Name": "main"}, "enableDnsHostnames": True})
        request = provider_pb2.DiffRequest(
            id=HOME, urn=name, olds=answered.properties, old_inputs=answered.inputs, news=news
        )
        assert provider_pb2.DiffResponse.DiffChanges.Name(aws.Diff(request, CALL).changes) == changes


def test_a_refresh_leaves_what_was_taken_over_as_it_is(tmp_path: Path) -> None:
    aws = provider(account(tmp_path), tmp_path)
    inputs, outputs = to_struct({"name": "legacy"}), to_struct({"name": "legacy", "url": URL, "delaySeconds": 0})
    request = provider_pb2.ReadRequest(id=URL, urn=urn(QUEUE, "legacy"), inputs=inputs, properties=outputs)
    answered = aws.Read(request, CALL)
    assert (answered.id, to_python(answered.inputs)) == (URL, {"name": "legacy"})
    assert to_python(outputs).items() <= to_python(answered.properties).items()
