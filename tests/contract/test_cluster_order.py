"""What must stand in a cluster before what is known to the engine, for in any other order it fails or hangs."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from pulumi.runtime import rpc

from sandbox.laws.kubernetes_kinds import CHARTS, RELEASE, writes_to
from testing.cloud import Created
from testing.program import run

STACKS = ("dev", "prod")
NAMESPACE = "kubernetes:core/v1:Namespace"


def before(created: list[Created], urn: str) -> set[str]:
    """Return what stands before a resource, through others as well."""
    waits = {each.urn: each.depends_on for each in created}
    found, left = set[str](), [urn]
    while left:
        more = waits.get(left.pop(), frozenset()) - found
        found |= more
        left += more
    return found


def objects(stack: str, *, preview: bool = False) -> Iterator[tuple[Created, Mapping[str, Any]]]:
    """Yield what lies in the cluster, each with what tells its namespace."""
    for each in run(stack, preview=preview).cloud.created:
        if each.type.startswith("kubernetes:"):
            yield each, each.inputs if each.type.startswith("kubernetes:helm") else each.inputs["metadata"]


@pytest.mark.parametrize("stack", STACKS)
def test_a_policy_still_to_be_made_leaves_no_namespace_unknown(stack: str) -> None:
    # the provider replaces what moves to another namespace, and an unknown one may be another
    named = {each.name: where["namespace"] for each, where in objects(stack, preview=True) if "namespace" in where}
    assert len(named) > 50
    assert [
        name for name, namespace in named.items() if not isinstance(namespace, str) or namespace == rpc.UNKNOWN
    ] == []


@pytest.mark.parametrize("stack", STACKS)
def test_what_lies_in_a_closed_namespace_comes_after_its_policies(stack: str) -> None:
    created = run(stack).cloud.created
    namespaces = {each.parent: each.inputs["metadata"]["name"] for each in created if each.type == NAMESPACE}
    # those that are made with their namespace; whoever comes later may bring one of his own
    policies = [each for each in created if each.type.endswith(":NetworkPolicy") and each.parent in namespaces]
    late = [
        f"{each.name} does not wait for {policy.name}"
        for each, where in objects(stack)
        for policy in policies
        if each.parent != policy.parent and where.get("namespace") == namespaces[policy.parent]
        if policy.urn not in before(created, each.urn)
    ]
    assert len(policies) > 20
    assert late == []


@pytest.mark.parametrize("stack", STACKS)
def test_a_custom_resource_waits_for_the_release_that_brings_its_controller(stack: str) -> None:
    """Before it the kind is unknown; and as it goes after it, whoever takes its finalizer off is still there."""
    created = run(stack).cloud.created
    releases = {each.urn: str(each.inputs["chart"]).rpartition("/")[2] for each in created if release(each)}
    late = []
    for each, _ in objects(stack):
        group = str(each.inputs.get("apiVersion")).rpartition("/")[0]
        bringing = {urn for urn, chart in releases.items() if group in CHARTS.get(chart, ((), ()))[0]}
        if bringing and not bringing & before(created, each.urn):
            late.append(each.name)
    assert late == []


@pytest.mark.parametrize("stack", STACKS)
def test_a_release_waits_for_every_namespace_that_it_writes_to(stack: str) -> None:
    created = run(stack).cloud.created
    namespaces = {each.inputs["metadata"]["name"]: each.urn for each in created if each.type == NAMESPACE}
    late = [
        f"{each.name} does not wait for the namespace {name}"
        for each in created
        if release(each)
        for name in [each.inputs["namespace"], *writes_to(each.inputs)]
        if name in namespaces and namespaces[name] not in before(created, each.urn)
    ]
    assert late == []


@pytest.mark.parametrize("stack", STACKS)
def test_the_name_of_an_object_can_be_made_of_its_resource_s(stack: str) -> None:
    """Kubernetes, "Object Names and IDs": RFC 1123."""
    names = [each.name for each, _ in objects(stack)]
    assert [name for name in names if not re.fullmatch(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?", name)] == []


def release(each: Created) -> bool:
    return each.type == RELEASE
