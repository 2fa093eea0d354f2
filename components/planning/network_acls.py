"""Which packets a tier's network ACL lets through. ACLs keep no state: answers need a rule of their own."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from .subnets import Tier

ANYWHERE = "0.0.0.0/0"
ALL_PROTOCOLS, TCP = "-1", "6"
# what nobody administers a machine by here: operators come by Session Manager
ADMINISTRATION_PORTS = (22, 3389)
# Tiers that have no business beyond the VPC. AWS backs databases up by roads of its own.
ENCLOSED: tuple[Tier, ...] = ("data", "intra")


@dataclass(frozen=True)
class AclRule:
    """One rule; the lowest number that fits decides."""

    number: int
    action: Literal["allow", "deny"]
    cidr: str
    protocol: str = ALL_PROTOCOLS
    port: int = 0


def ingress(tier: Tier, vpc_cidrs: Sequence[str]) -> tuple[AclRule, ...]:
    """Give what may come into a tier."""
    if tier in ENCLOSED:
        return _within(vpc_cidrs)
    denied = (AclRule(10 * (1 + index), "deny", ANYWHERE, TCP, port) for index, port in enumerate(ADMINISTRATION_PORTS))
    return (*denied, AclRule(100, "allow", ANYWHERE))


def egress(tier: Tier, vpc_cidrs: Sequence[str]) -> tuple[AclRule, ...]:
    """Give what may leave a tier."""
    return _within(vpc_cidrs) if tier in ENCLOSED else (AclRule(100, "allow", ANYWHERE),)


def _within(vpc_cidrs: Sequence[str]) -> tuple[AclRule, ...]:
    return tuple(AclRule(100 + 10 * index, "allow", cidr) for index, cidr in enumerate(vpc_cidrs))
