"""What a role lacks to deploy a stack, and how it might get out of its boundary."""

import json
from argparse import Namespace
from pathlib import Path
from typing import Any

import pytest

from sandbox.commands.roads import _asker
from sandbox.laws import permissions
from sandbox.policy_documents import document_of, statements_of
from sandbox.roads import operations
from sandbox.roads.dependent import judged, judged_as
from sandbox.roads.escapes import Asker, escapes
from sandbox.workspace import SandboxError
from sandbox.world import Record
from tests.roads.builder import Stack

Statement = dict[str, Any]
LIMITS = "arn:aws:iam::123456789012:policy/limits"


def allow(*actions: str, resource: Any = "*", **more: Any) -> Statement:
    return {"Effect": "Allow", "Action": list(actions), "Resource": resource, **more}


def deny(*actions: str, resource: Any = "*", **more: Any) -> Statement:
    return {**allow(*actions, resource=resource, **more), "Effect": "Deny"}


def asker(*statements: Statement, boundary: list[Statement] | None = None) -> Asker:
    limits = {"Statement": boundary} if boundary is not None else None
    return Asker("somebody", [{"Statement": list(statements)}], limits)


def lacking(stack: Stack, who: Asker) -> set[tuple[str, str]]:
    found = judged(stack.inventory(), who).walls
    return {(each.traffic, each.wall.found.split()[3]) for each in found if each.wall}


def queue(stack: Stack, **inputs: Any) -> Record:
    return stack.make("aws:sqs/queue:Queue", "queue", name="orders", **inputs)


QUEUES = allow("sqs:*", resource="arn:aws:sqs:*:*:orders")


@pytest.mark.parametrize(
    ("statements", "lacks"),
    [
        ([QUEUES], set()),
        ([allow("sqs:*", resource="arn:aws:sqs:*:*:other")], {"create", "read", "update", "delete"}),
        ([QUEUES, deny("sqs:DeleteQueue")], {"delete"}),
        ([allow("sqs:CreateQueue", "sqs:Get*", "sqs:SetQueueAttributes", "sqs:TagQueue")], {"delete"}),
        # what is made or changed is read, too
        ([allow("sqs:*Queue*", resource="*"), deny("sqs:Get*")], {"create", "read", "update", "delete"}),
    ],
)
def test_a_missing_action_is_named_with_the_operation_that_needs_it(
    statements: list[Statement], lacks: set[str]
) -> None:
    stack = Stack()
    queue(stack)
    assert {operation for operation, _ in lacking(stack, asker(*statements))} == lacks


def test_a_denial_in_one_policy_ends_what_another_allows() -> None:
    stack = Stack()
    queue(stack)
    who = Asker("somebody", [{"Statement": [QUEUES]}, {"Statement": [deny("sqs:DeleteQueue")]}])
    assert lacking(stack, who) == {("delete", "sqs:DeleteQueue")}


@pytest.mark.parametrize(("limits", "lacks"), [("sqs:*", set()), ("s3:*", {"create", "read", "update", "delete"})])
def test_what_policies_allow_ends_at_the_boundary(limits: str, lacks: set[str]) -> None:
    stack = Stack()
    queue(stack)
    found = lacking(stack, asker(QUEUES, boundary=[allow(limits)]))
    assert {operation for operation, _ in found} == lacks


@pytest.mark.parametrize(("tags", "lacks"), [({"Owner": "us"}, {("create", "sqs:TagQueue")}), ({}, set())])
def test_tags_are_put_by_an_action_of_their_own(tags: dict[str, str], lacks: set[tuple[str, str]]) -> None:
    stack = Stack()
    queue(stack, tags=tags)
    assert lacking(stack, asker(QUEUES, deny("sqs:TagQueue"))) == lacks


def test_what_belongs_to_a_resource_is_judged_on_that_resource() -> None:
    stack = Stack()
    bucket = stack.make("aws:s3/bucket:Bucket", "files", bucket="files")
    stack.make("aws:s3/bucketVersioning:BucketVersioning", "versions", bucket=bucket.id)
    others = allow("s3:*", resource="arn:aws:s3:::other"), allow("s3:*Bucket", "s3:List*", "s3:Get*")
    assert ("create", "s3:PutBucketVersioning") in lacking(stack, asker(*others))
    assert lacking(stack, asker(allow("s3:*", resource="arn:aws:s3:::files"))) == set()


@pytest.mark.parametrize(("given", "lacks"), [("", {("create", "iam:CreateRole")}), (LIMITS, set())])
def test_a_role_is_made_under_the_boundary_that_is_asked_for(given: str, lacks: set[tuple[str, str]]) -> None:
    stack = Stack()
    inputs = {"permissions_boundary": given} if given else {}
    stack.make("aws:iam/role:Role", "app", name="app", assume_role_policy="{}", **inputs)
    beyond = deny("iam:CreateRole", Condition={"StringNotEquals": {"iam:PermissionsBoundary": LIMITS}})
    assert lacking(stack, asker(allow("iam:*"), beyond)) == lacks


@pytest.mark.parametrize(("managed", "lacks"), [("ReadOnlyAccess", set()), ("", {"sqs:GetQueueAttributes"})])
def test_read_only_access_reads(managed: str, lacks: set[str]) -> None:
    stack = Stack()
    queue(stack)
    role = stack.role("sqs:CreateQueue", "sqs:SetQueueAttributes", "sqs:DeleteQueue", name="deploy")
    if managed:
        stack.make(
            "aws:iam/rolePolicyAttachment:RolePolicyAttachment", "reads", role=role.id,
            policy_arn=f"arn:aws:iam::aws:policy/{managed}",
        )  # fmt: skip
    found = judged_as(stack.inventory(), "deploy").walls
    assert {each.wall.found.split()[3] for each in found if each.wall and "Queue" in each.target} == lacks


def test_every_call_by_hand_is_an_action_that_exists() -> None:
    asked = {each for calls in operations._CALLS.values() for text in calls for each in text.split()}
    assert [each for each in sorted(asked) if operations._resource_types(each) is None] == []


@pytest.mark.parametrize(
    ("token", "inputs", "end"),
    [
        ("aws:eks/addon:Addon", {"cluster_name": "c", "addon_name": "coredns"}, ":addon/c/coredns/"),
        ("aws:eks/nodeGroup:NodeGroup", {"cluster_name": "c", "node_group_name": "n"}, ":nodegroup/c/n/"),
        ("aws:ec2/eip:Eip", {}, ":elastic-ip/eipalloc-"),
        ("aws:rds/eventSubscription:EventSubscription", {"name": "told"}, ":es:told"),
        ("aws:elasticache/user:User", {"user_id": "reader", "user_name": "reader"}, ":user:reader"),
        ("aws:cloudfront/vpcOrigin:VpcOrigin", {}, ":vpcorigin/vo_"),
    ],
)
def test_arns_look_as_actions_are_judged_on_them(token: str, inputs: dict[str, Any], end: str) -> None:
    stack = Stack()
    record = stack.make(token, "it", **inputs)
    assert end in record.outputs["arn"]
    own = [each for each in operations.needs(record, operations.arns(stack.inventory())) if each.operation == "delete"]
    assert {each.resource for each in own} == {record.outputs["arn"]}


OWN = "arn:aws:iam::123456789012:role/orders-*"


@pytest.mark.parametrize(
    ("boundary", "ways"),
    [
        ([allow("sqs:*", "s3:*")], set()),
        ([allow("iam:*", resource=OWN)], set()),
        ([allow("iam:CreatePolicyVersion")], {"iam:CreatePolicyVersion"}),
        ([allow("iam:CreateRole")], {"iam:CreateRole"}),
        ([allow("iam:PassRole")], {"iam:PassRole"}),
        ([allow("iam:PassRole", Condition={"StringEquals": {"iam:PassedToService": "x.amazonaws.com"}})], set()),
        ([allow("iam:CreateRole", Condition={"StringEquals": {"iam:PermissionsBoundary": LIMITS}})], set()),
        ([allow("*"), deny("iam:*", "sts:*", "sso:*", "identitystore:*", "rolesanywhere:*", "organizations:*")], {
            *("lambda:UpdateFunctionCode", "ssm:SendCommand", "ssm:StartSession", "ec2:ModifyInstanceAttribute"),
            *("ecs:ExecuteCommand", "codebuild:StartBuild", "cloudformation:UpdateStack", "glue:UpdateJob"),
        }),
        ([allow("ssm:StartSession", Condition={"StringEquals": {"aws:ResourceTag/Project": "orders"}})], set()),
    ],
)  # fmt: skip
def test_what_leads_out_of_a_boundary_is_found(boundary: list[Statement], ways: set[str]) -> None:
    found = escapes(asker(allow("*"), boundary=boundary))
    assert {each.found.split()[2] for each in found} == ways


def test_every_way_out_is_an_action_that_exists() -> None:
    everything = list(escapes(asker(allow("*"), boundary=[allow("*")])))
    assert len(everything) > 25
    assert [each.found for each in everything if operations._resource_types(each.found.split()[2]) is None] == []


def test_without_a_boundary_there_is_nothing_to_get_out_of() -> None:
    assert list(escapes(asker(allow("*")))) == []


def test_policies_in_files_are_judged_within_a_boundary(tmp_path: Path) -> None:
    policy, boundary = tmp_path / "deploys.json", tmp_path / "limits.json"
    policy.write_text(json.dumps({"Statement": [QUEUES]}))
    boundary.write_text(json.dumps({"Statement": [deny("sqs:DeleteQueue"), allow("*")]}))
    options = Namespace(policies=[policy], boundary=boundary)
    stack = Stack()
    queue(stack)
    assert lacking(stack, _asker(options)) == {("delete", "sqs:DeleteQueue")}

    boundary.write_text("[]")
    with pytest.raises(SandboxError, match="an IAM policy is an object with Statement"):
        _asker(options)


@pytest.mark.parametrize(
    ("said", "statements"),
    [
        ('{"Statement": [{"Effect": "Allow"}, "x"]}', [{"Effect": "Allow"}]),
        ({"Statement": {"Effect": "Deny"}}, [{"Effect": "Deny"}]),
        ('{"Statement": []}', []),  # it can be read, and allows nothing
        ('{"Version": "2012-10-17"}', None),
        ("{", None),
        (None, None),
    ],
)
def test_laws_and_roads_read_a_policy_alike(said: object, statements: list[object] | None) -> None:
    document = document_of(said)
    assert permissions.statements(said) == statements
    assert (None if document is None else statements_of(document)) == statements
