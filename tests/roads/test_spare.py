"""What is open and nobody needs."""

import pytest

from sandbox.roads.find import find
from tests.roads.builder import ANYWHERE, Stack, rule
from tests.roads.pairs.clusters import Platform


def told(stack: Stack) -> list[tuple[str, str]]:
    return [(each.rule.id, each.resource) for each in find(stack.inventory()).spare]


@pytest.mark.parametrize("everybody", [True, False])
def test_a_database_for_every_address(everybody: bool) -> None:
    stack = Stack()
    vpc = stack.vpc()
    own = stack.group(vpc, "database", ingress=[rule(5432, cidr=ANYWHERE if everybody else "10.0.0.0/16")])
    stack.database(own, stack.subnet(vpc, "data", "10.0.0.0/24"))
    assert told(stack) == ([("open-to-all", "SecurityGroup database")] if everybody else [])


@pytest.mark.parametrize("everybody", [True, False])
def test_administration_for_every_address(everybody: bool) -> None:
    stack = Stack()
    stack.group(stack.vpc(), "machines", ingress=[rule(22, cidr=ANYWHERE if everybody else "203.0.113.7/32")])
    assert told(stack) == ([("open-to-all", "SecurityGroup machines")] if everybody else [])


@pytest.mark.parametrize("borne", [True, False])
def test_a_rule_for_a_group_that_nothing_bears(borne: bool) -> None:
    stack = Stack()
    vpc = stack.vpc()
    clients = stack.group(vpc, "clients")
    stack.group(vpc, "servers", ingress=[rule(80, group=clients)])
    if borne:
        stack.instance(stack.subnet(vpc, "apps", "10.0.0.0/24"), clients)
    assert told(stack) == ([] if borne else [("group-of-nobody", "SecurityGroup servers")])


@pytest.mark.parametrize(
    ("hops", "tokens", "open_"), [(2, "required", True), (1, "optional", True), (1, "required", False)]
)
def test_pods_that_may_ask_for_their_nodes_role(hops: int, tokens: str, open_: bool) -> None:
    stack = Stack()
    options = {"http_put_response_hop_limit": hops, "http_tokens": tokens}

    class Metered(Platform):
        def own(self) -> dict[str, object]:
            template = stack.make("aws:ec2/launchTemplate:LaunchTemplate", "template", metadata_options=options)
            return {"launch_template": {"id": template.id, "version": "1"}}

    Metered(stack)
    assert told(stack) == ([("metadata-service", "LaunchTemplate template")] if open_ else [])
