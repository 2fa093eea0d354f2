from ipaddress import IPv4Network
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.vpc.subnets import plan_subnets, service_range, zone_letter

LETTERS = "abcdefgh"
networks = st.builds(
    lambda prefix, address: IPv4Network((address, prefix), strict=False),
    st.integers(16, 20),
    st.integers(0x0A000000, 0x0AFFFFFF),
)
zone_sets = st.lists(st.sampled_from(LETTERS), min_size=1, max_size=8, unique=True).map(
    lambda letters: [f"eu-west-1{letter}" for letter in letters]
)


def test_a_16_is_cut_into_these_subnets() -> None:
    plan = {subnet.key: subnet.cidr for subnet in plan_subnets("10.20.0.0/16", ["eu-west-1a", "eu-west-1c"])}
    assert plan == {
        "private-a": "10.20.0.0/20",
        "private-c": "10.20.32.0/20",
        "public-a": "10.20.128.0/22",
        "public-c": "10.20.136.0/22",
        "balancer-a": "10.20.160.0/22",
        "balancer-c": "10.20.168.0/22",
        "data-a": "10.20.192.0/22",
        "data-c": "10.20.200.0/22",
        "intra-a": "10.20.224.0/22",
        "intra-c": "10.20.232.0/22",
    }


@given(networks, zone_sets)
def test_every_subnet_lies_within_the_vpc(network: IPv4Network, zones: list[str]) -> None:
    assert all(IPv4Network(subnet.cidr).subnet_of(network) for subnet in plan_subnets(str(network), zones))


@given(networks, zone_sets)
def test_no_two_subnets_overlap(network: IPv4Network, zones: list[str]) -> None:
    cidrs = [IPv4Network(subnet.cidr) for subnet in plan_subnets(str(network), zones)]
    assert not any(one.overlaps(other) for one, other in combinations(cidrs, 2))


@given(networks, zone_sets)
def test_every_zone_has_one_subnet_in_every_tier(network: IPv4Network, zones: list[str]) -> None:
    plan = plan_subnets(str(network), zones)
    wanted = sorted((tier, zone) for tier in ("private", "public", "balancer", "data", "intra") for zone in zones)
    assert sorted((subnet.tier, subnet.zone) for subnet in plan) == wanted


@given(networks, zone_sets, st.sampled_from(LETTERS))
def test_adding_a_zone_moves_no_other(network: IPv4Network, zones: list[str], letter: str) -> None:
    before = set(plan_subnets(str(network), zones))
    assert before <= set(plan_subnets(str(network), [f"eu-west-1{letter}", *zones]))


@given(networks, zone_sets)
def test_a_range_for_pods_moves_no_other_and_is_theirs_alone(network: IPv4Network, zones: list[str]) -> None:
    before = plan_subnets(str(network), zones)
    plan = plan_subnets(str(network), zones, pod_cidr="100.64.0.0/16")
    assert plan[: len(before)] == before
    assert {subnet.tier for subnet in plan[len(before) :]} == {"pods"}
    assert all(IPv4Network(each.cidr).subnet_of(IPv4Network("100.64.0.0/16")) for each in plan[len(before) :])


@given(networks, zone_sets)
def test_a_public_subnet_has_room_for_a_load_balancer(network: IPv4Network, zones: list[str]) -> None:
    # AWS wants at least a /27 with eight addresses free
    public = [subnet for subnet in plan_subnets(str(network), zones) if subnet.tier == "public"]
    assert all(IPv4Network(subnet.cidr).prefixlen <= 27 for subnet in public)


@pytest.mark.parametrize("zone", ["", "eu-west-1", "eu-west-1z"])
def test_fails_on_a_zone_without_a_letter(zone: str) -> None:
    with pytest.raises(ValueError, match="zone must end in a letter from a to h"):
        zone_letter(zone)


@given(networks | st.sampled_from([IPv4Network(each) for each in ("172.20.0.0/16", "172.20.64.0/18", "10.100.0.0/16")]))
def test_services_have_a_range_that_the_vpc_does_not_overlap(vpc: IPv4Network) -> None:
    services = IPv4Network(service_range([str(vpc), "100.64.0.0/16"]))
    # CreateCluster: serviceIpv4Cidr lies in a private range, and is /24 to /12
    assert services.is_private
    assert 12 <= services.prefixlen <= 24
    assert not services.overlaps(vpc)


def test_services_have_the_first_of_the_two_ranges_where_it_is_free() -> None:
    assert service_range(["10.20.0.0/16"]) == "172.20.0.0/16"
