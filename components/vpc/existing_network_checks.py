"""Judges a VPC that was there before, so that a wrong one is refused in the preview and not by a cluster that fails."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

# EKS needs up to sixteen free addresses in its own subnets, and nodes take theirs by prefixes of sixteen (EKS user
# guide, network-reqs and cni-increase-ip-addresses).
LEAST_FREE_ADDRESSES = 32


@dataclass(frozen=True)
class FoundVpc:
    """What was found of a VPC."""

    id: str
    cidr: str
    dns_support: bool
    dns_hostnames: bool


@dataclass(frozen=True)
class FoundSubnet:
    """What was found of a subnet; `routes_out` tells whether a default route leads out of it."""

    id: str
    vpc_id: str
    zone: str
    free_addresses: int
    gives_public_addresses: bool
    routes_out: bool


def faults(
    vpc: FoundVpc, tiers: Mapping[str, Sequence[FoundSubnet]], *, cidr: str, zones: Sequence[str]
) -> Iterator[str]:
    """Yield what makes a network unfit, as sentences; `tiers` are `private` and `data`."""
    if vpc.cidr != cidr:
        yield f"{vpc.id} has the range {vpc.cidr}: write it as network.cidr, which says {cidr}"
    for switch, on in (("DNS resolution", vpc.dns_support), ("DNS host names", vpc.dns_hostnames)):
        if not on:
            yield f"{vpc.id} has {switch} off: turn it on, or endpoints and the cluster's API are not found by name"
    for tier, subnets in tiers.items():
        yield from _tier_faults(vpc, tier, subnets, zones)


def _tier_faults(vpc: FoundVpc, tier: str, subnets: Sequence[FoundSubnet], zones: Sequence[str]) -> Iterator[str]:
    covered = [subnet.zone for subnet in subnets]
    for zone in zones:
        number = covered.count(zone)
        if number != 1:
            yield f"{number} of the {tier} subnets lie in {zone}: name exactly one for each of network.zones"
    for subnet in subnets:
        name = f"{tier} subnet {subnet.id}"
        if subnet.vpc_id != vpc.id:
            yield f"{name} lies in {subnet.vpc_id}: name a subnet of {vpc.id}"
        if subnet.zone not in zones:
            yield f"{name} lies in {subnet.zone}: add that zone to network.zones, or name another subnet"
        if subnet.gives_public_addresses:
            yield f"{name} gives out public addresses: turn that off, or name another"
        if subnet.free_addresses < LEAST_FREE_ADDRESSES:
            yield f"{name} has {subnet.free_addresses} addresses free: it needs {LEAST_FREE_ADDRESSES}"
        if tier == "data" and subnet.routes_out:
            yield f"{name} has a default route: a data subnet must have no way out"
        if tier == "private" and not subnet.routes_out:
            yield f"{name} has no default route: nodes could pull no image; route it through a NAT gateway"
