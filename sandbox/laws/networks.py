"""Addresses: ranges inside their VPC, no overlap, AWS's size limits, zones that exist, one route per destination."""

from collections.abc import Iterator
from ipaddress import IPv4Network, ip_network

from ..aws_data import availability_zones
from ..closest import did_you_mean
from ..world import Record
from .inventory import Inventory
from .law import Law, Refusal, ResourceOperation, get, items

_VPC, _SUBNET = "aws:ec2/vpc:Vpc", "aws:ec2/subnet:Subnet"
_ASSOCIATION = "aws:ec2/vpcIpv4CidrBlockAssociation:VpcIpv4CidrBlockAssociation"
_SIZES = "https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html"
_SUBNETS = "https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html"
_ROUTES = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateRoute.html"
_LARGEST, _SMALLEST = 16, 28


def _network(text: str) -> IPv4Network | None:
    try:
        network = ip_network(text)
    except ValueError:
        return None
    return network if isinstance(network, IPv4Network) else None


def _range(op: ResourceOperation) -> Iterator[Refusal]:
    text = op.text("cidrBlock")
    if not text:
        return
    kind = "Subnet" if op.token == _SUBNET else "Vpc"
    try:
        network = ip_network(text)
    except ValueError as error:
        yield Refusal(
            f"Invalid{kind}.Range" if "host bits" in str(error) else "InvalidParameterValue",
            f"Value ({text}) for parameter cidrBlock is invalid. This is not a valid CIDR block.",
            "write the network's own address and its length, as in 10.0.0.0/16",
        )
        return
    if network.version == 4 and not _LARGEST <= network.prefixlen <= _SMALLEST:  # noqa: PLR2004 # IPv4
        yield Refusal(
            f"Invalid{kind}.Range",
            f"The CIDR '{text}' is invalid: the block size must be between a /{_SMALLEST} netmask and /{_LARGEST} netmask.",
            f"choose a length from /{_LARGEST} to /{_SMALLEST}",
        )


def _ranges_of(world: Inventory, vpc_id: str) -> list[IPv4Network]:
    vpc = world.owner(vpc_id)
    if vpc is None or vpc.token != _VPC:
        return []
    blocks = [get(vpc.inputs, "cidrBlock")]
    blocks += [get(r.inputs, "cidrBlock") for r in world.of(_ASSOCIATION) if get(r.inputs, "vpcId") == vpc_id]
    return [network for block in blocks if isinstance(block, str) and (network := _network(block))]


def _inside(op: ResourceOperation) -> Iterator[Refusal]:
    network, ranges = _network(op.text("cidrBlock")), _ranges_of(op.inventory, op.text("vpcId"))
    if network and ranges and not any(network.subnet_of(block) for block in ranges):
        yield Refusal(
            "InvalidSubnet.Range",
            f"The CIDR '{network}' is invalid: it is not within {', '.join(map(str, ranges))} of {op.text('vpcId')}.",
            "choose a range inside the VPC's, or associate a further range with the VPC",
        )


def _apart(op: ResourceOperation) -> Iterator[Refusal]:
    network, vpc = _network(op.text("cidrBlock")), op.text("vpcId")
    for other in op.inventory.of(_SUBNET) if network and vpc else []:
        theirs = _network(str(get(other.inputs, "cidrBlock")))
        if (
            other.urn != op.urn
            and get(other.inputs, "vpcId") == vpc
            and theirs
            and network
            and network.overlaps(theirs)
        ):
            yield Refusal(
                "InvalidSubnet.Conflict",
                f"The CIDR '{network}' conflicts with another subnet: {theirs} of {other.urn.rpartition('::')[2]}",
                "give each subnet a range of its own",
            )


def _zone(op: ResourceOperation) -> Iterator[Refusal]:
    zone, zones = op.text("availabilityZone"), availability_zones().get(op.region)
    # Local Zones and Wavelength Zones have longer names, and must be opted into.
    if zone and zones and zone not in zones and zone.count("-") == 2:  # noqa: PLR2004 # region-direction-number
        yield Refusal(
            "InvalidParameterValue",
            f"Value ({zone}) for parameter availabilityZone is invalid. Subnets can currently only be created in the "
            f"following availability zones: {', '.join(zones)}.",
            did_you_mean(zone, zones, f"choose a zone of {op.region}"),
        )


_TARGETS = ("gatewayId", "natGatewayId", "transitGatewayId", "vpcEndpointId", "egressOnlyGatewayId")
_DESTINATIONS = ("destinationCidrBlock", "destinationIpv6CidrBlock", "destinationPrefixListId")


def _one_route(op: ResourceOperation) -> Iterator[Refusal]:
    table = op.text("routeTableId")
    for key in _DESTINATIONS:
        destination = op.text(key)
        if not (table and destination):
            continue
        for other in op.inventory.of(op.token):
            same = get(other.inputs, "routeTableId") == table and get(other.inputs, key) == destination
            if same and other.urn != op.urn:
                yield _taken(table, destination, other)
        owner = op.inventory.owner(table)
        if owner and any(get(r, "cidrBlock") == destination for r in items(owner.inputs, "routes")):
            yield _taken(table, destination, owner)


def _taken(table: str, destination: str, other: Record) -> Refusal:
    return Refusal(
        "RouteAlreadyExists",
        f"The route identified by {destination} already exists in {table}: {other.urn.rpartition('::')[2]}",
        "keep one route for a destination: inline in the table, or as a Route, not both",
    )


def _route_target(op: ResourceOperation) -> Iterator[Refusal]:
    others = ("carrierGatewayId", "coreNetworkArn", "localGatewayId", "networkInterfaceId", "vpcPeeringConnectionId")
    given = [key for key in (*_TARGETS, *others) if key in op.inputs]
    if len(given) != 1:
        yield Refusal(
            "InvalidParameterCombination",
            f"a route needs exactly one target; this one names {', '.join(given) or 'none'}",
            f"set one of {', '.join(_TARGETS)}",
        )


def _one_association(op: ResourceOperation) -> Iterator[Refusal]:
    subnet = op.text("subnetId")
    for other in op.inventory.of(op.token) if subnet else []:
        if other.urn != op.urn and get(other.inputs, "subnetId") == subnet:
            yield Refusal(
                "Resource.AlreadyAssociated",
                f"the specified association for route table {op.text('routeTableId')} conflicts with an existing "
                f"association of subnet {subnet}",
                "associate a subnet with one route table",
            )


def _attached_gateway(op: ResourceOperation) -> Iterator[Refusal]:
    vpc = op.text("vpcId")
    token = "aws:ec2/internetGateway:InternetGateway"
    attachments = "aws:ec2/internetGatewayAttachment:InternetGatewayAttachment"
    for other in op.inventory.of(token, attachments) if vpc else []:
        if other.urn != op.urn and get(other.inputs, "vpcId") == vpc:
            yield Refusal(
                "Resource.AlreadyAssociated",
                f"{vpc} has an internet gateway attached already: {other.urn.rpartition('::')[2]}",
                "a VPC has one internet gateway: use that one",
            )


def _nat(op: ResourceOperation) -> Iterator[Refusal]:
    allocation = op.text("allocationId")
    private = op.get("connectivityType") == "private"
    if not private and "allocationId" not in op.inputs and op.get("availabilityMode") != "regional":
        yield Refusal(
            "MissingParameter",
            "The request must include the AllocationId parameter. Add the required parameter and retry the request.",
            "give a public NAT gateway an Elastic IP (allocationId), or set connectivityType to private",
        )
    for other in op.inventory.of(op.token) if allocation else []:
        if other.urn != op.urn and get(other.inputs, "allocationId") == allocation:
            yield Refusal(
                "Resource.AlreadyAssociated",
                f"Elastic IP address [{allocation}] is already associated",
                "give each NAT gateway an Elastic IP of its own",
            )


def _group_rule(op: ResourceOperation) -> Iterator[Refusal]:
    protocol, low, high = op.get("ipProtocol") or op.get("protocol"), op.get("fromPort"), op.get("toPort")
    if protocol in ("tcp", "udp", "6", "17") and isinstance(low, int) and isinstance(high, int) and low > high:
        yield Refusal(
            "InvalidParameterValue",
            f"Invalid TCP/UDP port range ({low}:{high})",
            "let fromPort be at most toPort",
        )
    if str(protocol) in ("-1", "all") and op.token.startswith("aws:vpc/") and not {low, high} <= {None, -1, 0}:
        yield Refusal(
            "InvalidParameterValue",
            "You may not specify ports for all protocols (-1)",
            "leave fromPort and toPort out, or name a protocol",
        )
    sources = ("cidrIpv4", "cidrIpv6", "prefixListId", "referencedSecurityGroupId")
    given = [key for key in sources if key in op.inputs]
    if op.token.startswith("aws:vpc/") and len(given) != 1:
        yield Refusal(
            "InvalidParameterCombination",
            f"a rule needs exactly one of {', '.join(sources)}; this one has {', '.join(given) or 'none'}",
            "write one rule for each source",
        )
    for key in ("cidrIpv4", "cidrIpv6"):
        try:
            ip_network(op.text(key) or "0.0.0.0/0")
        except ValueError:
            yield Refusal(
                "InvalidParameterValue",
                f"CIDR block {op.text(key)} is malformed",
                "write the network's own address and its length, as in 10.0.0.0/16",
            )


_RULE_KEYS = ("securityGroupId", "ipProtocol", "fromPort", "toPort", "cidrIpv4", "cidrIpv6", "prefixListId")


def _rule_once(op: ResourceOperation) -> Iterator[Refusal]:
    keys = (*_RULE_KEYS, "referencedSecurityGroupId")
    own = tuple(op.get(key) for key in keys)
    if not own[0] or any(op.unknown(key) for key in keys):
        return
    for other in op.inventory.of(op.token):
        if other.urn != op.urn and tuple(get(other.inputs, key) for key in keys) == own:
            yield Refusal(
                "InvalidPermission.Duplicate",
                f"the specified rule already exists on {own[0]}: {other.urn.rpartition('::')[2]}",
                "keep one of the two",
            )


_RULES = "https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html"
_RULE_TYPES = r"aws:vpc/securityGroup(Ingress|Egress)Rule:.*"
LAWS = (
    Law("cidr-size", "sizes of CIDR ranges", _SIZES, r"aws:ec2/(vpc:Vpc|subnet:Subnet)", _range),
    Law("subnet-cidr-in-vpc", "a subnet lies in its VPC", _SUBNETS, r"aws:ec2/subnet:Subnet", _inside),
    Law("subnet-cidr-overlap", "subnets do not overlap", _SUBNETS, r"aws:ec2/subnet:Subnet", _apart),
    Law(
        "availability-zone",
        "zones of the region",
        "https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-availability-zones.html",
        r"aws:ec2/subnet:Subnet",
        _zone,
    ),
    Law("route-destination", "one route per destination", _ROUTES, r"aws:ec2/route:Route", _one_route),
    Law("route-target", "one target per route", _ROUTES, r"aws:ec2/route:Route", _route_target),
    Law(
        "subnet-route-table",
        "one route table per subnet",
        "https://docs.aws.amazon.com/vpc/latest/userguide/subnet-route-tables.html",
        r"aws:ec2/routeTableAssociation:RouteTableAssociation",
        _one_association,
    ),
    Law(
        "vpc-internet-gateway",
        "one internet gateway per VPC",
        "https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html",
        r"aws:ec2/internetGateway(Attachment)?:InternetGateway(Attachment)?",
        _attached_gateway,
    ),
    Law(
        "nat-gateway-address",
        "a NAT gateway's address",
        "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateNatGateway.html",
        r"aws:ec2/natGateway:NatGateway",
        _nat,
    ),
    Law(
        "security-group-rule",
        "ports and sources of a rule",
        _RULES,
        _RULE_TYPES + r"|aws:ec2/securityGroupRule:SecurityGroupRule",
        _group_rule,
    ),
    Law("security-group-rule-duplicate", "a rule stands once", _RULES, _RULE_TYPES, _rule_once),
)
