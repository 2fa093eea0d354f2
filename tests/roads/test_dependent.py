"""What services do in the name of whoever deploys, and that a role may lack (first-up, A4)."""

import pytest

from sandbox.roads.dependent import judged_as
from sandbox.world import Record
from tests.roads.builder import Stack, policy
from tests.roads.pairs.clusters import Platform

KEY = "arn:aws:kms:eu-west-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef"
SECRET = "arn:aws:secretsmanager:*:*:secret:"


def lacking(stack: Stack) -> list[str]:
    found = judged_as(stack.inventory(), "deploy").walls
    return sorted({each.traffic for each in found if each.wall and each.wall.rule.id == "dependent-action"})


def deploying(stack: Stack, *allowed: tuple[str, str], **role: str) -> Record:
    made = stack.make("aws:iam/role:Role", "deploy", assume_role_policy="{}", **role)
    statements = [{"Effect": "Allow", "Action": action, "Resource": resource} for action, resource in allowed]
    stack.make("aws:iam/rolePolicy:RolePolicy", "deploys", role=made.id, policy=policy(*statements))
    return made


def database(stack: Stack) -> None:
    vpc = stack.vpc()
    own = stack.group(vpc, "database")
    stack.make(
        "aws:rds/instance:Instance", "db", engine="postgres", manage_master_user_password=True, kms_key_id=KEY,
        vpc_security_group_ids=[own.id],
    )  # fmt: skip


@pytest.mark.parametrize(("secret", "lacks"), [("rds!*", []), ("flowise-*", ["secretsmanager:CreateSecret"])])
def test_a_database_whose_password_rds_keeps(secret: str, lacks: list[str]) -> None:
    stack = Stack()
    database(stack)
    secrets = ("secretsmanager:CreateSecret", f"{SECRET}{secret}"), ("secretsmanager:TagResource", f"{SECRET}*")
    deploying(stack, *secrets, ("kms:*", KEY))
    assert lacking(stack) == lacks


@pytest.mark.parametrize(("action", "lacks"), [("kms:*", []), ("kms:Describe*", ["kms:CreateGrant"])])
def test_a_database_under_a_key(action: str, lacks: list[str]) -> None:
    stack = Stack()
    database(stack)
    deploying(stack, ("secretsmanager:*", "*"), (action, KEY))
    assert lacking(stack) == lacks


@pytest.mark.parametrize(("zone", "lacks"), [("*", []), ("Z9", ["route53:AssociateVPCWithHostedZone"])])
def test_an_endpoint_with_private_names(zone: str, lacks: list[str]) -> None:
    stack = Stack()
    stack.endpoint(stack.vpc(), "sqs", vpc_endpoint_type="Interface", private_dns_enabled=True)
    deploying(stack, ("route53:AssociateVPCWithHostedZone", f"arn:aws:route53:::hostedzone/{zone}"))
    assert lacking(stack) == lacks


@pytest.mark.parametrize(
    ("name", "lacks"), [("prx-*", []), ("orders", ["rds:CreateDBProxy", "rds:RegisterDBProxyTargets"])]
)
def test_a_proxy_whose_arn_bears_no_name(name: str, lacks: list[str]) -> None:
    stack = Stack()
    stack.make("aws:rds/proxy:Proxy", "orders", engine_family="POSTGRESQL", role_arn="")
    target = f"arn:aws:rds:*:*:target-group:{name.replace('prx-', 'prx-tg-')}"
    deploying(stack, ("rds:*", f"arn:aws:rds:*:*:db-proxy:{name}"), ("rds:*", target))
    assert lacking(stack) == lacks


@pytest.mark.parametrize(("prefix", "lacks"), [("dev", []), ("other", ["elasticache:CreateSnapshot"])])
def test_a_caches_last_snapshot(prefix: str, lacks: list[str]) -> None:
    stack = Stack()
    stack.make(
        "aws:elasticache/replicationGroup:ReplicationGroup", "cache", final_snapshot_identifier="dev-cache-final"
    )
    deploying(stack, ("elasticache:*", f"arn:aws:elasticache:*:*:snapshot:{prefix}-*"))
    assert lacking(stack) == lacks


@pytest.mark.parametrize(("service", "lacks"), [("eks.amazonaws.com", []), ("ec2.amazonaws.com", ["iam:PassRole"])])
def test_a_role_that_is_handed_to_a_service(service: str, lacks: list[str]) -> None:
    stack = Stack()
    Platform(stack)
    made = deploying(stack)
    handed = {"Effect": "Allow", "Action": "iam:PassRole", "Resource": "*"}
    handed["Condition"] = {"StringEquals": {"iam:PassedToService": service}}  # type: ignore[assignment] # a document
    stack.make("aws:iam/rolePolicy:RolePolicy", "hands", role=made.id, policy=policy(handed))
    assert lacking(stack) == lacks


@pytest.mark.parametrize(("limit", "lacks"), [("*", []), ("ec2:*", ["route53:AssociateVPCWithHostedZone"])])
def test_a_boundary_takes_away_what_policies_give(limit: str, lacks: list[str]) -> None:
    stack = Stack()
    stack.endpoint(stack.vpc(), "sqs", vpc_endpoint_type="Interface", private_dns_enabled=True)
    said = policy({"Effect": "Allow", "Action": limit, "Resource": "*"})
    boundary = stack.make("aws:iam/policy:Policy", "boundary", policy=said)
    deploying(stack, ("route53:*", "*"), permissions_boundary=boundary.outputs["arn"])
    assert lacking(stack) == lacks


def test_what_aws_itself_wrote_is_believed_to_let_it() -> None:
    stack = Stack()
    stack.endpoint(stack.vpc(), "sqs", vpc_endpoint_type="Interface", private_dns_enabled=True)
    made = deploying(stack)
    attach = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
    stack.make(attach, "reads", role=made.id, policy_arn="arn:aws:iam::aws:policy/ReadOnlyAccess")
    assert lacking(stack) == ["route53:AssociateVPCWithHostedZone"]
    stack.make(attach, "all", role=made.id, policy_arn="arn:aws:iam::aws:policy/AdministratorAccess")
    assert lacking(stack) == []


def test_a_role_that_nobody_made_is_named_with_those_that_are() -> None:
    stack = Stack()
    deploying(stack)
    with pytest.raises(LookupError, match="0 roles are called other: write one of deploy"):
        judged_as(stack.inventory(), "other")
