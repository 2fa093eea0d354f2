import pytest

from components.planning.network_acls import egress, ingress
from components.planning.subnets import Tier

CIDRS = ["10.20.0.0/16"]


@pytest.mark.parametrize("tier", ["data", "intra"])
def test_an_enclosed_tier_lets_nothing_through_but_the_vpcs_own(tier: Tier) -> None:
    assert {rule.cidr for rule in (*ingress(tier, CIDRS), *egress(tier, CIDRS))} == {"10.20.0.0/16"}


@pytest.mark.parametrize("tier", ["public", "private", "pods"])
def test_ports_of_administration_are_denied_before_the_rest_is_allowed(tier: Tier) -> None:
    first, second, rest = sorted(ingress(tier, CIDRS), key=lambda rule: rule.number)
    assert [(each.action, each.port) for each in (first, second, rest)] == [("deny", 22), ("deny", 3389), ("allow", 0)]
    assert [each.action for each in egress(tier, CIDRS)] == ["allow"]


@pytest.mark.parametrize("tier", ["public", "private", "data", "intra", "pods"])
def test_no_two_rules_of_an_acl_share_a_number(tier: Tier) -> None:
    ranges = [*CIDRS, "100.64.0.0/16"]
    for rules in (ingress(tier, ranges), egress(tier, ranges)):
        assert len({rule.number for rule in rules}) == len(rules)
