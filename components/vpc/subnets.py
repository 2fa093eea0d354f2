"""Divides a VPC's range into subnets.

A subnet's place follows from its tier and its zone's letter, never from its position in a list, so that adding,
removing or reordering zones moves no other subnet: AWS can change a subnet's range only by replacing it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network
from itertools import islice
from typing import Literal

Tier = Literal["private", "public", "balancer", "data", "intra", "pods"]
ZONE_LETTERS = "abcdefgh"

# Nodes and pods take addresses by the hundred, so the private tier has half of the range; an eighth each have NAT
# gateways, the load balancer with CloudFront's interfaces, databases, and what is spoken to from inside alone (the
# cluster's own interfaces, endpoints of AWS services).
_BLOCKS: dict[Tier, tuple[int, int]] = {
    "private": (1, 0), "public": (3, 4), "balancer": (3, 5), "data": (3, 6), "intra": (3, 7)
}  # fmt: skip
_ZONE_BITS = 3
# What EKS gives Services where nothing is asked for (CreateCluster: serviceIpv4Cidr).
SERVICE_RANGES = ("172.20.0.0/16", "10.100.0.0/16")


@dataclass(frozen=True)
class PlannedSubnet:
    """One subnet to make."""

    tier: Tier
    zone: str
    cidr: str

    @property
    def key(self) -> str:
        """Give the part of its name that never changes: tier and zone letter."""
        return f"{self.tier}-{zone_letter(self.zone)}"


def zone_letter(zone: str) -> str:
    """Return the letter that ends a zone's name."""
    letter = zone[-1:]
    if not letter or letter not in ZONE_LETTERS:
        raise ValueError(f"zone must end in a letter from a to h, got {zone!r}: name a zone such as eu-west-1a")
    return letter


def plan_subnets(cidr: str, zones: Sequence[str], *, pod_cidr: str | None = None) -> tuple[PlannedSubnet, ...]:
    """Return each zone one subnet in each tier; the tier `pods` has a range of its own, where one is given."""
    ranges: dict[Tier, IPv4Network] = {tier: _nth(IPv4Network(cidr), *block) for tier, block in _BLOCKS.items()}
    if pod_cidr is not None:
        ranges["pods"] = IPv4Network(pod_cidr)
    return tuple(
        PlannedSubnet(tier, zone, str(_nth(block, _ZONE_BITS, ZONE_LETTERS.index(zone_letter(zone)))))
        for tier, block in ranges.items()
        for zone in zones
    )


def service_range(vpc_cidrs: Sequence[str]) -> str:
    """Return the range of the cluster's Services: the first of EKS's own that no range of the VPC overlaps."""
    taken = [IPv4Network(cidr) for cidr in vpc_cidrs]
    return next(each for each in SERVICE_RANGES if not any(IPv4Network(each).overlaps(cidr) for cidr in taken))


def _nth(network: IPv4Network, bits: int, index: int) -> IPv4Network:
    return next(islice(network.subnets(prefixlen_diff=bits), index, None))
