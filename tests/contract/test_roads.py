"""Every road of a committed stack is open, and what a first `up` would have met shuts it again."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from components.pipeline_access.deploy_actions import ACTIONS
from sandbox.laws.inventory import Inventory
from sandbox.roads import operations
from sandbox.roads.dependent import judged_as
from sandbox.roads.find import find
from sandbox.roads.model import Finding
from sandbox.world import Record
from testing.program import run_changed
from testing.world import World
from tools.roads_reference import PAGE, PICTURE, deployed, page, picture

Changes = Callable[[Mapping[str, Any]], Mapping[str, Any]]


@cache
def roads(stack: str) -> Finding:
    world = deployed(stack)
    return find(world.inventory(), world.timeouts())


@pytest.mark.parametrize("stack", ["prod", "dev"])
def test_no_wall_stands_on_any_road(stack: str) -> None:
    assert len(roads(stack).roads) > 40
    assert [f"{each.source} -> {each.target}: {each.wall}" for each in roads(stack).walls] == []


@pytest.mark.parametrize("stack", ["prod", "dev"])
def test_nothing_is_open_that_nobody_needs(stack: str) -> None:
    assert roads(stack).spare == ()


def shut_by(name: str, change: Changes) -> set[str]:
    """Change one resource of prod and give the rules by which roads are shut then."""
    world = deployed("prod")
    found = 0
    records: list[Record] = []
    for each in world.records:
        hit = each.urn.endswith(f"::{name}") or (name.startswith("kubernetes:") and each.token == name)
        found += hit
        records.append(replace(each, inputs=dict(change(each.inputs))) if hit else each)
    assert found
    return {each.wall.rule.id for each in find(Inventory(records), world.timeouts()).walls if each.wall}


def test_b1_an_acl_that_lets_answers_out_to_the_vpc_alone() -> None:
    assert shut_by("vpc-balancer-acl", lambda acl: {**acl, "egress": acl["egress"][:1]}) == {"network-acl-answer"}


def test_a2_an_endpoint_without_the_bucket_of_registry_k8s_io() -> None:
    def without(endpoint: Mapping[str, Any]) -> Mapping[str, Any]:
        said = json.loads(endpoint["policy"])
        feeding = said["Statement"][1]["Resource"]
        said["Statement"][1]["Resource"] = [each for each in feeding if "registry-k8s-io" not in each]
        return {**endpoint, "policy": json.dumps(said)}

    assert shut_by("vpc-endpoints-s3", without) == {"endpoint-policy"}


def test_e1_policies_that_name_the_control_planes_interfaces_alone() -> None:
    def without(policy: Mapping[str, Any]) -> Mapping[str, Any]:
        text = json.dumps(policy).replace(', {"ipBlock": {"cidr": "172.20.0.1/32"}}', "")
        changed: Mapping[str, Any] = json.loads(text)
        return changed

    assert shut_by("kubernetes:networking.k8s.io/v1:NetworkPolicy", without) == {"network-policy-out"}


def test_a3_a_vpc_origin_with_the_providers_own_times() -> None:
    walls = find(deployed("prod").inventory(), {}).walls
    assert {(each.target, each.wall.rule.id) for each in walls if each.wall and "VpcOrigin" in each.target} == {
        ("VpcOrigin edge-origin-https-only", "provider-wait")
    }


# What a person makes, changes and takes down: the pipeline's own access, and what takes a vault's lock off.
A_PERSONS = ("pipeline-", "VaultLockConfiguration ")


@pytest.mark.parametrize("stack", ["prod-with-a-pipeline", "dev-with-a-pipeline"])
def test_a4_the_deploying_role_makes_changes_replaces_and_destroys_all_but_its_own_access(stack: str) -> None:
    found = judged_as(with_a_pipeline(stack), "pipeline-deploy")
    assert len(found.roads) > 250
    assert {each.traffic for each in found.roads} >= {"create, read, update, delete", "iam:PassRole"}
    walls = [each for each in found.walls if not any(words in each.target for words in A_PERSONS)]
    assert [f"{each.target}: {each.wall}" for each in walls] == []


def test_the_planning_role_reads_all_and_makes_nothing() -> None:
    found = judged_as(with_a_pipeline("prod-with-a-pipeline"), "pipeline-plan")
    assert [f"{each.target}: {each.wall}" for each in found.walls if each.traffic == "read"] == []
    kept = {each.target.split()[0] for each in found.roads if "create" in each.traffic and each.open}
    assert kept == set()


@pytest.mark.parametrize("role", ["pipeline-deploy", "pipeline-plan"])
def test_nothing_leads_out_of_the_boundary(role: str) -> None:
    assert judged_as(with_a_pipeline("prod-with-a-pipeline"), role).spare == ()


@cache
def with_a_pipeline(stack: str) -> Inventory:
    if stack == "prod-with-a-pipeline":
        return deployed(stack).inventory()
    world = World("dev", {})
    run_changed("dev", world, {"flowise:pipeline": {"repository": "acme/flowise"}})
    return world.inventory()


# What the role has beside what the handlers of its types call, and why.
UNUSED = {
    "ce:TagResource": "tags of cost anomalies, of which their CloudFormation schemas say nothing",
    "ce:UntagResource": "likewise",
    "cloudfront:AllowVendedLogDeliveryForResource": "a delivery source asks it of who makes it for a distribution",
    "cloudfront:CreateInvalidation": "tools.front_end publishes a page with it",
    "ec2:CreateNetworkAclEntry": "the provider writes an ACL's inline rules one by one",
    "ec2:DeleteNetworkAclEntry": "likewise",
    "ec2:ReplaceNetworkAclAssociation": "the provider moves a subnet to an ACL by it",
    "ec2:DeleteNetworkInterface": "what a service left in a subnet or a group is taken away before these",
    "ec2:DetachNetworkInterface": "likewise",
    "ecr:UpdatePullThroughCacheRule": "a registry's secret that changes",
    "elasticache:ResetCacheParameterGroup": "a parameter that is left out again",
    "events:DisableRule": "a rule that is switched",
    "events:EnableRule": "likewise",
    "iam:UntagInstanceProfile": "a tag that is left out again",
    "rds:CreateBlueGreenDeployment": "a database's new version comes blue and green",
    "rds:SwitchoverBlueGreenDeployment": "likewise",
    "rds:DeleteBlueGreenDeployment": "likewise",
    "route53:AssociateVPCWithHostedZone": "private names of an endpoint, dependent action",
    "s3:DeleteObjectVersion": "a bucket that is taken down with force_destroy",
    "s3:PutObjectTagging": "objects bear the stack's tags",
    "secretsmanager:RestoreSecret": "a secret of a first life that is called back",
}


def test_what_the_deploying_role_has_and_no_operation_uses_has_a_reason() -> None:
    used: set[str] = set()
    for kind in ACTIONS:
        name = kind.rpartition("/")[2]
        token = f"aws:{kind}:{name[0].upper()}{name[1:]}"
        used |= operations.handled(token)
        used |= {each for step in operations.OPERATIONS for each in operations.calls(token, step, tagged=True)}
    had = {action for actions in ACTIONS.values() for action in actions}
    assert {action for action in had if action.lower() not in {each.lower() for each in used}} == UNUSED.keys()


def test_the_picture_and_the_page_are_of_today() -> None:
    assert PICTURE.read_text(encoding="utf-8") == picture(), "run python -m tools.roads_reference --write"
    assert PAGE.read_text(encoding="utf-8") == page(), "run python -m tools.roads_reference --write"
