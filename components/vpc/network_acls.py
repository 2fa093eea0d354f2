"""Which packets a tier's network ACL lets through. ACLs keep no state: answers need a rule of their own."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from .subnets import Tier

ANYWHERE = "0.0.0.0/0"
ALL_PROTOCOLS, TCP = "-1", "6"
# what nobody administers a machine by here: operators come by Session Manager
ADMINISTRATION_PORTS = (22, 3389)
WEB_PORTS, HTTPS = (80, 443), 443
# where clients listen for answers (VPC user guide, custom network ACLs: ephemeral ports)
EPHEMERAL_PORTS = (1024, 65535)
# Tiers that have no business beyond the VPC. AWS backs databases up by roads of its own.
ENCLOSED: tuple[Tier, ...] = ("data", "intra")
BALANCER: Tier = "balancer"


@dataclass(frozen=True)
class AclRule:
    """One rule; the lowest number that fits decides."""

    number: int
    action: Literal["allow", "deny"]
    cidr: str
    protocol: str = ALL_PROTOCOLS
    ports: tuple[int, int] = (0, 0)


def ingress(tier: Tier, vpc_cidrs: Sequence[str], *, asks_out: bool = False) -> tuple[AclRule, ...]:
    """Return what may come into a tier; `asks_out`: its load balancer asks somebody on the internet."""
    if tier in ENCLOSED:
        return tuple(_within(vpc_cidrs))
    if tier == BALANCER:
        # CloudFront's packets keep their public addresses on the way of a VPC origin, inside the VPC too
        asked = [_tcp(300 + index, port) for index, port in enumerate(WEB_PORTS)]
        answered = [*_no_administration(400), _tcp(500, *EPHEMERAL_PORTS)] if asks_out else []
        return (*_within(vpc_cidrs), *asked, *answered)
    return (*_no_administration(10), AclRule(100, "allow", ANYWHERE))


def egress(tier: Tier, vpc_cidrs: Sequence[str], *, asks_out: bool = False) -> tuple[AclRule, ...]:
    """Return what may leave a tier."""
    if tier in ENCLOSED:
        return tuple(_within(vpc_cidrs))
    if tier == BALANCER:
        # answers to CloudFront; without a route out they lead nowhere else
        asks = [_tcp(400, HTTPS)] if asks_out else []
        return (*_within(vpc_cidrs), _tcp(300, *EPHEMERAL_PORTS), *asks)
    return (AclRule(100, "allow", ANYWHERE),)


def _within(vpc_cidrs: Sequence[str]) -> Iterator[AclRule]:
    return (AclRule(100 + 10 * index, "allow", cidr) for index, cidr in enumerate(vpc_cidrs))


def _no_administration(first: int) -> Iterator[AclRule]:
    for index, port in enumerate(ADMINISTRATION_PORTS):
        yield AclRule(first + 10 * index, "deny", ANYWHERE, TCP, (port, port))


def _tcp(number: int, first: int, last: int | None = None) -> AclRule:
    return AclRule(number, "allow", ANYWHERE, TCP, (first, last or first))
