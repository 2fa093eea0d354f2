"""Security groups and subnets."""

from ipaddress import ip_network
from typing import Any

from .reading import UNKNOWN, get, items
from .rule import Rule

# What nobody on the internet may reach: SSH, RDP, PostgreSQL, Redis, Flowise, Prometheus, Loki.
_PRIVATE_PORTS = (22, 3389, 5432, 6379, 3000, 9090, 3100)
_WEB_PORTS = (80, 443)
# A range this wide is the internet, however it is split: two /1 are 0.0.0.0/0.
_WIDEST_PREFIX = {4: 8, 6: 16}


def _public(cidr: Any) -> bool:
    if cidr is UNKNOWN:
        return True
    if not isinstance(cidr, str):
        return False
    network = ip_network(cidr, strict=False)
    return network.prefixlen < _WIDEST_PREFIX[network.version]


def _ports(rule: Any) -> tuple[Any, Any]:
    if get(rule, "protocol") in ("-1", "all") or get(rule, "ipProtocol") in ("-1", "all"):
        return 0, 65535
    return get(rule, "fromPort"), get(rule, "toPort")


def _sources(rule: Any) -> list[Any]:
    lists = [*items(rule, "cidrBlocks"), *items(rule, "ipv6CidrBlocks")]
    unknown = [UNKNOWN for key in ("cidrBlocks", "ipv6CidrBlocks") if get(rule, key) is UNKNOWN]
    return [*lists, *unknown, get(rule, "cidrIpv4"), get(rule, "cidrIpv6")]


def _closed(rule: Any) -> bool:
    """Whether a rule lets the internet in at most on the ports of the web."""
    if not any(_public(source) for source in _sources(rule)):
        return True
    low, high = _ports(rule)
    return low == high and low in _WEB_PORTS


def _inline_closed(props: dict[str, Any]) -> bool:
    return get(props, "ingress") is not UNKNOWN and all(_closed(rule) for rule in items(props, "ingress"))


def _rule_closed(props: dict[str, Any]) -> bool:
    return get(props, "type") == "egress" or _closed(props)


def _nacl_closed(props: dict[str, Any]) -> bool:
    if get(props, "egress") is True or get(props, "ruleAction") == "deny":
        return True
    if not (_public(get(props, "cidrBlock")) or _public(get(props, "ipv6CidrBlock"))):
        return True
    low, high = _ports(props)
    return (
        isinstance(low, int | float)
        and isinstance(high, int | float)
        and not any(low <= p <= high for p in _PRIVATE_PORTS)
    )


_ADVICE = "let in named security groups or ranges narrower than /8; the internet may reach 80 and 443 at most"
RULES = (
    Rule(
        "net-sg-open-ingress",
        "critical",
        r"aws:ec2/(default)?[sS]ecurityGroup:(Default)?SecurityGroup",
        _inline_closed,
        _ADVICE,
        "FSBP EC2.18",
    ),
    Rule(
        "net-sg-rule-open-ingress",
        "critical",
        r"aws:ec2/securityGroupRule:SecurityGroupRule",
        _rule_closed,
        _ADVICE,
        "FSBP EC2.18",
    ),
    Rule(
        "net-ingress-rule-open",
        "critical",
        r"aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
        _closed,
        _ADVICE,
        "FSBP EC2.18",
    ),
    Rule(
        "net-nacl-open",
        "medium",
        r"aws:ec2/networkAclRule:NetworkAclRule",
        _nacl_closed,
        "do not let the internet reach administration and data ports",
        "FSBP EC2.21",
    ),
)
