"""Roads that are shut for certain by one resource alone; `sandbox roads` walks the rest over all that stands."""

from collections.abc import Iterator, Mapping
from typing import Any

from ..roads import rules
from ..roads.addresses import Entry, network, shut
from .law import Law, Refusal, ResourceOperation, get, items

_BALANCERS = ("aws:lb/loadBalancer:LoadBalancer", "aws:alb/loadBalancer:LoadBalancer")
# Servers listen below these ports, clients never do: a rule for lower ones is for connections, not for answers.
_CLIENTS = (1024, 65535)
_BY_NUMBER = {"6": "tcp", "17": "udp", "-1": None, "all": None}


def _answers(op: ResourceOperation) -> Iterator[Refusal]:
    sides = {side: items(op.inputs, side) for side in ("ingress", "egress")}
    if any(op.unknown(side) or not isinstance(op.inputs.get(side), list) for side in sides):
        return  # rules of their own may follow
    for side, other in (("ingress", "egress"), ("egress", "ingress")):
        entries = _entries(sides[other])
        for rule in sides[side]:
            cidr, protocol, last = network(rule.get("cidrBlock")), str(rule.get("protocol")), rule.get("toPort")
            connects = _BY_NUMBER.get(protocol, protocol) == "tcp" and str(rule.get("action")).lower() == "allow"
            if cidr is None or entries is None or not connects or not isinstance(last, int) or last >= _CLIENTS[0]:
                continue
            if shut(entries, (cidr,), "tcp", _CLIENTS) == 1:
                way = "in from" if side == "ingress" else "out to"
                yield Refusal(
                    "RoadShut",
                    f"rule {rule.get('ruleNo')} lets tcp {rule.get('fromPort')}-{last} {way} {cidr}, and no {other} rule "
                    "lets an answer back: network ACLs keep no state",
                    f"an {other} rule that allows tcp {_CLIENTS[0]}-{_CLIENTS[1]} for {cidr}",
                )


def _entries(rules_: list[Mapping[str, Any]]) -> list[Entry] | None:
    """Return rules in the order in which they decide; None where one of them is not known."""
    found = []
    for rule in sorted(rules_, key=lambda each: int(get(each, "ruleNo") or 0)):
        cidr, protocol = network(rule.get("cidrBlock")), str(rule.get("protocol"))
        if cidr is None and rule.get("ipv6CidrBlock"):
            continue
        if cidr is None or not all(isinstance(get(rule, key), int) for key in ("fromPort", "toPort")):
            return None
        ports = (int(rule["fromPort"]), int(rule["toPort"]))
        allow = str(rule.get("action")).lower() == "allow"
        found.append(Entry(allow, cidr, _BY_NUMBER.get(protocol, protocol), ports))
    return found


def _internal_origin(op: ResourceOperation) -> Iterator[Refusal]:
    internal = {
        get(each.outputs, "dnsName"): each
        for each in op.inventory.of(*_BALANCERS)
        if each.inputs.get("internal") is True and get(each.outputs, "dnsName")
    }
    for origin in items(op.inputs, "origins"):
        balancer = internal.get(origin.get("domainName"))
        if balancer and origin.get("customOriginConfig"):
            yield Refusal(
                "RoadShut",
                f"{origin.get('domainName')} is internal: its name leads to private addresses, which CloudFront does not "
                "reach",
                "a VPC origin, or a load balancer that faces the internet",
            )


LAWS = (
    Law(
        "network-acl-answers",
        "whom a network ACL lets connect, it lets have answers",
        rules.ACL_ANSWER.source,
        r"aws:ec2/(networkAcl:NetworkAcl|defaultNetworkAcl:DefaultNetworkAcl)",
        _answers,
    ),
    Law(
        "cloudfront-internal-origin",
        "an origin that CloudFront reaches",
        rules.BALANCER_INTERNAL.source,
        "aws:cloudfront/distribution:Distribution",
        _internal_origin,
    ),
)
