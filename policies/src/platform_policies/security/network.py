"""Security groups, network ACLs, subnets and endpoints."""

from ipaddress import ip_network
from typing import Any

from ..kit.reading import UNKNOWN, document, get, given, items, off, on, statements, strings
from ..kit.rule import Resource, Rule

# What nobody on the internet may reach: SSH, RDP, PostgreSQL, Redis, Flowise, Prometheus, Loki.
PRIVATE_PORTS = (22, 3389, 5432, 6379, 3000, 9090, 3100)
WEB_PORTS = (80, 443)
# A network ACL has no memory: answers come back to any port from 1024 on, so only these can be judged.
ADMIN_PORTS = (22, 3389)
OLD_PORTS = (20, 21, 23)  # FTP and Telnet, which know no encryption
# A range this wide is the internet, however it is split: two /1 are 0.0.0.0/0.
_WIDEST_PREFIX = {4: 8, 6: 16}

_GROUPS = r"aws:ec2/(security|defaultSecurity)Group:(Default)?SecurityGroup"
_RULES = r"aws:(ec2/securityGroupRule:SecurityGroupRule|vpc/securityGroupIngressRule:SecurityGroupIngressRule)"
_EVERY_RULE = (
    r"aws:(ec2/securityGroupRule:SecurityGroupRule|vpc/securityGroup(In|E)gressRule:SecurityGroup(In|E)gressRule)"
)
_ENDPOINT = "aws:ec2/vpcEndpoint:VpcEndpoint"
_INGRESS = f"{_GROUPS}|{_RULES}"
_AWS_DOES_IT = "https://docs.aws.amazon.com/vpc/latest/userguide/vpc-security-groups.html"


def wide(cidr: Any) -> bool:
    """Return whether a range is the internet, or so much of it that it might as well be."""
    network = _network(cidr)
    return network is not None and network.prefixlen < _WIDEST_PREFIX[network.version]


def foreign(cidr: Any) -> bool:
    """Return whether a range holds addresses that no VPC would have."""
    network = _network(cidr)
    return network is not None and not network.is_private


def sources(rule: Any) -> list[Any]:
    """Return the ranges of a security group's rule, in any of its three shapes."""
    listed = [*items(rule, "cidrBlocks"), *items(rule, "ipv6CidrBlocks")]
    return [*listed, *(get(rule, key) for key in ("cidrIpv4", "cidrIpv6", "cidrBlock", "ipv6CidrBlock"))]


def ports(rule: Any) -> tuple[float, float]:
    """Return the ports of a rule: all where its protocol is every one or it names none, an empty range where unknown."""
    low, high = (get(rule, key) for key in ("fromPort", "toPort"))
    if UNKNOWN in (low, high):
        return 0, -1
    every = {get(rule, "protocol"), get(rule, "ipProtocol")} & {"-1", "all", -1}
    if every or not (isinstance(low, int | float) and isinstance(high, int | float)):
        return 0, 65535
    return low, high


def rules_of(resource: Any, direction: str) -> list[Any]:
    """Return the rules in one direction: of a group's own list, or the rule that the resource is."""
    if resource.type.endswith("SecurityGroup") or resource.type.endswith("NetworkAcl"):
        return list(resource.items(direction))
    if resource.type.endswith("SecurityGroupRule"):
        return [resource.props] if resource.get("type") == direction else []
    return [resource.props] if resource.type.lower().endswith(f"{direction}rule") else []


def _network(cidr: Any) -> Any:
    try:
        return ip_network(cidr, strict=False) if isinstance(cidr, str) else None
    except ValueError:
        return None


def _holds(low: float, high: float, among: tuple[int, ...] = PRIVATE_PORTS) -> bool:
    return any(low <= port <= high for port in among)


def _web_alone(resource: Resource) -> bool:
    open_rules = [rule for rule in rules_of(resource, "ingress") if any(map(wide, sources(rule)))]
    return all(low > high or (low == high and low in WEB_PORTS) for low, high in map(ports, open_rules))


def _private_ports(resource: Resource) -> bool:
    reached = [rule for rule in rules_of(resource, "ingress") if any(map(foreign, sources(rule)))]
    return not any(_holds(*ports(rule)) for rule in reached)


def _described(resource: Resource) -> bool:
    own = [resource.get("description")] if not resource.type.endswith("DefaultSecurityGroup") else []
    inline = [get(rule, "description") for way in ("ingress", "egress") for rule in resource.items(way)]
    return all(given(text) and text != "Managed by Pulumi" for text in [*own, *inline])


def _nacl(resource: Resource, among: tuple[int, ...] = ADMIN_PORTS) -> bool:
    if resource.type.endswith("Rule"):
        rules = [] if on(resource.get("egress")) else [resource.props]
    else:
        rules = resource.items("ingress")
    if any(UNKNOWN in (*sources(rule), get(rule, "action"), get(rule, "ruleAction")) for rule in rules):
        return True
    internet = [rule for rule in rules if any(map(wide, sources(rule)))]
    return all(_denied(internet, port) for port in among)


def _denied(rules: list[Any], port: int) -> bool:
    """Return whether an ACL denies a port: the rule of the lowest number that fits decides, and none denies."""
    fitting = [rule for rule in rules if _holds(*ports(rule), (port,))]
    numbers = [get(rule, "ruleNo") or get(rule, "ruleNumber") or 0 for rule in fitting]
    if UNKNOWN in numbers or not fitting:
        return True
    first = min(zip(numbers, fitting, strict=True), key=lambda pair: float(pair[0]))[1]
    return "allow" not in (get(first, "action"), get(first, "ruleAction"))


def _endpoint_policy(resource: Resource) -> bool:
    policy = resource.get("policy")
    return document(policy) is UNKNOWN or (
        document(policy) is not None
        and not any(
            "*" in strings(s.get("Principal")) and "*" in strings(s.get("Action")) and not s.get("Condition")
            for s in statements(policy)
        )
    )


RULES = (
    Rule(
        "net-sg-open-ingress", "critical", "a security group opens no port to the internet (0.0.0.0/0, ::/0) except 80 and 443",
        "allow named security groups, or CIDR ranges narrower than /8", "boundary", _INGRESS, _web_alone,
        refs="FSBP EC2.18, CIS AWS 5.2, CIS AWS 5.3, CKV_AWS_24, CKV_AWS_25, CKV_AWS_260, CKV_AWS_277",
    ),
    Rule(
        "net-sg-admin-ports", "critical", "administration and database ports (SSH, RDP, PostgreSQL, Redis and the like) are open only to private CIDR ranges",
        "allow security groups or the VPC's own CIDR range on these ports", "boundary", _INGRESS, _private_ports,
        refs="FSBP EC2.19, FSBP EC2.13, FSBP EC2.14, CIS AWS 5.2",
    ),
    Rule(
        "net-sg-description", "low", "a security group and each of its rules has a description",
        "write what it is for", "configuration", f"{_GROUPS}|{_EVERY_RULE}", _described,
        refs="CKV_AWS_23", link=_AWS_DOES_IT,
    ),
    Rule(
        "net-nacl-open", "medium", "no network ACL opens administration ports (SSH, RDP) to the internet",
        "narrow the CIDR ranges or the ports", "boundary", r"aws:ec2/(defaultNetworkAcl:DefaultNetworkAcl|networkAcl(Rule)?:NetworkAcl(Rule)?)", _nacl,
        refs="FSBP EC2.21, CIS AWS 5.1, CKV_AWS_231, CKV_AWS_232, CKV_AWS_352",
    ),
    Rule(
        "net-nacl-old", "low", "no network ACL opens FTP or Telnet to the internet", "narrow the CIDR ranges or the ports", "boundary",
        r"aws:ec2/(defaultNetworkAcl:DefaultNetworkAcl|networkAcl(Rule)?:NetworkAcl(Rule)?)", lambda s: _nacl(s, OLD_PORTS), refs="CKV_AWS_229, CKV_AWS_230", level="advisory",
        link="https://docs.aws.amazon.com/vpc/latest/userguide/vpc-network-acls.html",
    ),
    Rule(
        "net-subnet-public-ip", "medium", "a subnet does not assign public IP addresses automatically",
        "leave mapPublicIpOnLaunch off, and give the few that need one an Elastic IP", "boundary",
        "aws:ec2/subnet:Subnet", lambda s: off(s.get("mapPublicIpOnLaunch")), refs="FSBP EC2.15, CKV_AWS_130",
    ),
    Rule(
        "net-endpoint-policy", "medium", "a VPC endpoint's policy does not allow every principal every action",
        "write a policy: your own principals, or the few actions that are used", "privilege", _ENDPOINT, _endpoint_policy,
        link="https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html", level="advisory",
    ),
    Rule(
        "net-endpoint-dns", "low", "an interface VPC endpoint has private DNS enabled",
        "set privateDnsEnabled, or clients keep leaving the VPC for the service's public name", "boundary", _ENDPOINT,
        lambda s: s.get("vpcEndpointType") != "Interface" or (on(s.get("privateDnsEnabled"))),
        link="https://docs.aws.amazon.com/vpc/latest/privatelink/privatelink-access-aws-services.html",
    ),
)  # fmt: skip
