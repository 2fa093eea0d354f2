"""Every road of a committed stack is open, and what a first `up` would have met shuts it again."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from sandbox.laws.inventory import Inventory
from sandbox.roads.dependent import judged_as
from sandbox.roads.find import find
from sandbox.roads.model import Finding
from sandbox.world import Record
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


def test_a4_the_deploying_role_may_do_what_services_do_in_its_name() -> None:
    found = judged_as(deployed("prod-with-a-pipeline").inventory(), "pipeline-deploy")
    assert len(found.roads) > 25
    assert [f"{each.target}: {each.wall}" for each in found.walls] == []


def test_the_picture_and_the_page_are_of_today() -> None:
    assert PICTURE.read_text(encoding="utf-8") == picture(), "run python -m tools.roads_reference --write"
    assert PAGE.read_text(encoding="utf-8") == page(), "run python -m tools.roads_reference --write"
