"""Divides a VPC's range into subnets.

A subnet's place follows from its tier and its zone's letter, never from its position in a list, so that adding,
removing or reordering zones moves no other subnet: AWS can change a subnet's range only by replacing it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network
from itertools import islice
from typing import Literal, get_args

Tier = Literal["private", "public", "data"]
TIERS: tuple[Tier, ...] = get_args(Tier)
ZONE_LETTERS = "abcdefgh"

# Nodes and pods take addresses by the hundred, so the private tier has half of the range; load balancers and NAT
# gateways a quarter, databases an eighth. The last eighth is left for a tier nobody has thought of yet.
_BLOCKS: dict[Tier, tuple[int, int]] = {"private": (1, 0), "public": (2, 2), "data": (3, 6)}
_ZONE_BITS = 3


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
    """Give the letter that ends a zone's name."""
    letter = zone[-1:]
    if not letter or letter not in ZONE_LETTERS:
        raise ValueError(f"zone must end in a letter from a to h, got {zone!r}: name a zone such as eu-west-1a")
    return letter


def plan_subnets(cidr: str, zones: Sequence[str]) -> tuple[PlannedSubnet, ...]:
    """Give each zone one subnet in each tier."""
    network = IPv4Network(cidr)
    return tuple(PlannedSubnet(tier, zone, str(_subnet(network, tier, zone))) for tier in TIERS for zone in zones)


def _subnet(network: IPv4Network, tier: Tier, zone: str) -> IPv4Network:
    bits, index = _BLOCKS[tier]
    block = _nth(network, bits, index)
    return _nth(block, _ZONE_BITS, ZONE_LETTERS.index(zone_letter(zone)))


def _nth(network: IPv4Network, bits: int, index: int) -> IPv4Network:
    return next(islice(network.subnets(prefixlen_diff=bits), index, None))
