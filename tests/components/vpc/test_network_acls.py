from collections.abc import Sequence

import pytest

from components.vpc.network_acls import AclRule, egress, ingress
from components.vpc.subnets import Tier

CIDRS = ["10.20.0.0/16"]
# the VPC's own packets, and everybody's
OWN, ANYBODYS = "10.20.0.0/16", "0.0.0.0/0"


def verdict(rules: Sequence[AclRule], cidr: str, port: int) -> str:
    """Judge a TCP packet as AWS does: the lowest number decides, and what no rule names is denied."""
    for rule in sorted(rules, key=lambda rule: rule.number):
        if rule.cidr in (cidr, ANYBODYS) and (rule.protocol == "-1" or rule.ports[0] <= port <= rule.ports[1]):
            return rule.action
    return "deny"


@pytest.mark.parametrize("tier", ["data", "intra"])
def test_an_enclosed_tier_lets_nothing_through_but_the_vpcs_own(tier: Tier) -> None:
    rules = (*ingress(tier, CIDRS), *egress(tier, CIDRS))
    assert {rule.cidr for rule in rules} == {OWN}


@pytest.mark.parametrize("tier", ["public", "private", "pods"])
def test_ports_of_administration_are_denied_before_the_rest_is_allowed(tier: Tier) -> None:
    rules = ingress(tier, CIDRS)
    assert [verdict(rules, ANYBODYS, port) for port in (22, 3389, 443, 50_000)] == ["deny", "deny", "allow", "allow"]
    assert [each.action for each in egress(tier, CIDRS)] == ["allow"]


@pytest.mark.parametrize("asks_out", [False, True])
def test_cloudfronts_packets_reach_the_balancer_and_its_answers_go_back(asks_out: bool) -> None:
    # from CloudFront's public addresses, whichever port its client has
    assert {verdict(ingress("balancer", CIDRS, asks_out=asks_out), ANYBODYS, port) for port in (80, 443)} == {"allow"}
    answers = egress("balancer", CIDRS, asks_out=asks_out)
    assert {verdict(answers, ANYBODYS, port) for port in (1024, 32_768, 65_535)} == {"allow"}


@pytest.mark.parametrize("asks_out", [False, True])
def test_the_balancer_and_pods_speak_on_every_port(asks_out: bool) -> None:
    for rules in (ingress("balancer", CIDRS, asks_out=asks_out), egress("balancer", CIDRS, asks_out=asks_out)):
        assert {verdict(rules, OWN, port) for port in (443, 3000, 3389, 65_535)} == {"allow"}


def test_a_balancer_that_asks_nobody_is_closed_to_all_else() -> None:
    assert {verdict(ingress("balancer", CIDRS), ANYBODYS, port) for port in (22, 3000, 3389, 50_000)} == {"deny"}
    assert {verdict(egress("balancer", CIDRS), ANYBODYS, port) for port in (25, 80, 443)} == {"deny"}


def test_a_balancer_that_asks_somebody_reaches_https_and_hears_the_answer() -> None:
    asking, hearing = egress("balancer", CIDRS, asks_out=True), ingress("balancer", CIDRS, asks_out=True)
    assert [verdict(asking, ANYBODYS, port) for port in (443, 80)] == ["allow", "deny"]
    assert [verdict(hearing, ANYBODYS, port) for port in (1024, 65_535, 3389, 22)] == ["allow", "allow", "deny", "deny"]


@pytest.mark.parametrize("asks_out", [False, True])
@pytest.mark.parametrize("tier", ["public", "private", "balancer", "data", "intra", "pods"])
def test_no_two_rules_of_an_acl_share_a_number(tier: Tier, asks_out: bool) -> None:
    ranges = [*CIDRS, "100.64.0.0/16"]
    for rules in (ingress(tier, ranges, asks_out=asks_out), egress(tier, ranges, asks_out=asks_out)):
        assert len({rule.number for rule in rules}) == len(rules)
