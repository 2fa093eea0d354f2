"""What stands in a VPC's zones, or joins it to others: endpoints, transit gateways, file systems, peerings."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from ipaddress import ip_network
from typing import Any

from .inventory import Inventory
from .law import Law, Refusal, ResourceOperation, get, items

_VPC, _SUBNET = "aws:ec2/vpc:Vpc", "aws:ec2/subnet:Subnet"
_ENDPOINT = "aws:ec2/vpcEndpoint:VpcEndpoint"
_MOUNT = "aws:efs/mountTarget:MountTarget"
_CREATE_ENDPOINT = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateVpcEndpoint.html"
# https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html
_WITH_GATEWAY = ("s3", "dynamodb", "s3express")


def _zone(world: Inventory, subnet: str) -> str:
    record = world.owner(subnet)
    if record is None or record.token != _SUBNET:
        return ""
    zone = get(record.inputs, "availabilityZone") or get(record.inputs, "availabilityZoneId")
    return zone if isinstance(zone, str) else ""


def _one_each(op: ResourceOperation) -> Iterator[Refusal]:
    by_zone: dict[str, list[str]] = defaultdict(list)
    for subnet in op.texts("subnetIds"):
        by_zone[_zone(op.inventory, subnet)].append(subnet)
    for zone, subnets in by_zone.items():
        if zone and len(set(subnets)) > 1:
            yield Refusal(
                "DuplicateSubnetsInSameZone",
                f"Found another subnet in the same Availability Zone {zone}: {', '.join(subnets)}",
                "give one subnet per zone",
            )


def _mount_target(op: ResourceOperation) -> Iterator[Refusal]:
    system, zone = op.text("fileSystemId"), _zone(op.inventory, op.text("subnetId"))
    for other in op.inventory.of(_MOUNT) if system else []:
        if other.urn == op.urn or get(other.inputs, "fileSystemId") != system:
            continue
        theirs = get(other.inputs, "subnetId")
        if zone and isinstance(theirs, str) and _zone(op.inventory, theirs) == zone:
            yield Refusal(
                "MountTargetConflict",
                f"mount target already exists in this AZ: {other.urn.rpartition('::')[2]} in {zone}",
                "make one mount target for each zone; all of a zone's subnets reach it",
            )
        yield from _other_network(op, theirs)


def _other_network(op: ResourceOperation, theirs: Any) -> Iterator[Refusal]:
    own, other = (
        op.inventory.owner(op.text("subnetId")),
        op.inventory.owner(theirs) if isinstance(theirs, str) else None,
    )
    homes = {get(each.inputs, "vpcId") for each in (own, other) if each is not None} - {None}
    if len(homes) > 1:
        yield Refusal(
            "MountTargetConflict",
            f"requested subnet for new mount target is not in the same VPC as existing mount targets: {op.text('subnetId')}",
            "keep a file system's mount targets in one VPC",
        )


def _kind(op: ResourceOperation) -> str:
    return op.text("vpcEndpointType") or ("" if op.unknown("vpcEndpointType") else "Gateway")


def _endpoint_type(op: ResourceOperation) -> Iterator[Refusal]:
    kind, service = _kind(op), op.text("serviceName")
    name = service.rpartition(".")[2]
    ours = service.startswith("com.amazonaws.") and not service.startswith("com.amazonaws.vpce.")
    if kind == "Gateway" and ours and name not in _WITH_GATEWAY:
        yield Refusal(
            "InvalidParameter",
            f"Endpoint type (Gateway) does not match available service types ([Interface]): {service}",
            "set vpcEndpointType to Interface, with subnetIds and securityGroupIds",
        )
    if kind == "Gateway" and items(op.inputs, "subnetIds"):
        yield Refusal(
            "InvalidParameter",
            "Subnet IDs are only supported for Interface and GatewayLoadBalancer type VPC Endpoints.",
            "give a gateway endpoint routeTableIds",
        )
    if kind == "Gateway" and items(op.inputs, "securityGroupIds"):
        yield Refusal(
            "InvalidParameter",
            "Security group IDs are only supported for Interface type VPC Endpoints.",
            "leave securityGroupIds out: a gateway endpoint has a policy",
        )
    if kind not in ("Gateway", "") and items(op.inputs, "routeTableIds"):
        yield Refusal(
            "InvalidParameter",
            "Route table IDs are only supported for Gateway type VPC Endpoint.",
            "give an interface endpoint subnetIds",
        )


def _private_dns(op: ResourceOperation) -> Iterator[Refusal]:
    if op.get("privateDnsEnabled") is not True:
        return
    if _kind(op) == "Gateway":
        yield Refusal(
            "InvalidParameter",
            "Private DNS can't be enabled because the endpoint is of type Gateway.",
            "leave privateDnsEnabled out: a gateway endpoint is reached by routes",
        )
        return
    vpc = op.inventory.owner(op.text("vpcId"))
    if vpc is not None and vpc.token == _VPC:
        off = _dns_off(vpc.inputs)
        if off:
            yield Refusal(
                "InvalidParameter",
                f"Enabling private DNS requires both enableDnsSupport and enableDnsHostnames VPC attributes set to true for {vpc.id}: "
                f"{off} is not",
                f"set {off} to true on the VPC",
            )
    inbound_only = get(op.inputs, "dnsOptions", "privateDnsOnlyForInboundResolverEndpoint")
    if op.text("serviceName").endswith(".s3") and vpc is not None and inbound_only is not False:
        gateways = [
            each
            for each in op.inventory.of(_ENDPOINT)
            if get(each.inputs, "vpcId") == vpc.id
            and (get(each.inputs, "vpcEndpointType") or "Gateway") == "Gateway"
            and str(get(each.inputs, "serviceName")).endswith(".s3")
        ]
        if not gateways:
            yield Refusal(
                "InvalidParameter",
                f"To set PrivateDnsOnlyForInboundResolverEndpoint to true, the VPC {vpc.id} must have a Gateway endpoint for the "
                "service.",
                "make a gateway endpoint for S3, too, and depend on it; or set dnsOptions.privateDnsOnlyForInboundResolverEndpoint to false",
                may_appear=True,
            )


def _dns_off(vpc: Mapping[str, Any]) -> str:
    if vpc.get("enableDnsSupport") is False:
        return "enableDnsSupport"
    # a VPC that is made, rather than given with the account, has no host names by default
    return "enableDnsHostnames" if vpc.get("enableDnsHostnames") in (None, False) else ""


def _peering(op: ResourceOperation) -> Iterator[Refusal]:
    own, peer = op.text("vpcId"), op.text("peerVpcId")
    if own and own == peer:
        yield Refusal("InvalidParameterValue", f"{own} cannot be peered with itself", "name another VPC")
        return
    blocks = [get(record.inputs, "cidrBlock") if (record := op.inventory.owner(each)) else None for each in (own, peer)]
    try:
        one, other = (ip_network(str(block)) for block in blocks)
    except ValueError:
        return
    if one.overlaps(other):
        yield Refusal(
            "unexpected state 'failed'",
            f"VPC peering connection failed: the ranges {one} of {own} and {other} of {peer} overlap",
            "give VPCs that are to be peered ranges that do not overlap",
        )


LAWS = (
    Law(
        "one-subnet-per-zone",
        "one subnet in a zone",
        "https://github.com/terraform-aws-modules/terraform-aws-vpc/issues/583",
        r"aws:ec2/vpcEndpoint:VpcEndpoint|aws:ec2transitgateway/vpcAttachment:VpcAttachment",
        _one_each,
    ),
    Law(
        "efs-mount-target",
        "one mount target in a zone, all in one VPC",
        "https://docs.aws.amazon.com/efs/latest/ug/API_CreateMountTarget.html",
        _MOUNT,
        _mount_target,
        ("create",),
    ),
    Law("vpc-endpoint-type", "what an endpoint of a type takes", _CREATE_ENDPOINT, _ENDPOINT, _endpoint_type),
    Law(
        "vpc-endpoint-private-dns",
        "private DNS needs the VPC's own",
        "https://docs.aws.amazon.com/vpc/latest/privatelink/create-interface-endpoint.html",
        _ENDPOINT,
        _private_dns,
    ),
    Law(
        "vpc-peering",
        "peers do not overlap",
        "https://docs.aws.amazon.com/vpc/latest/peering/vpc-peering-basics.html",
        "aws:ec2/vpcPeeringConnection:VpcPeeringConnection",
        _peering,
        ("create",),
    ),
)
