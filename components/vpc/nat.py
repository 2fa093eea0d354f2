"""The ways out of the private subnets: NAT gateways, and the addresses that others know the stack by."""

from collections.abc import Mapping

import pulumi
import pulumi_aws as aws

from .settings import NetworkSettings
from .subnets import zone_letter


def nat_gateways(
    name: str,
    settings: NetworkSettings,
    *,
    vpc_id: pulumi.Input[str],
    gateway: aws.ec2.InternetGateway,
    public_subnets: Mapping[str, aws.ec2.Subnet],
    protect: bool,
    tags: Mapping[str, str],
    opts: pulumi.ResourceOptions,
) -> tuple[dict[str, aws.ec2.NatGateway], pulumi.Output[list[str]]]:
    """Make the NAT gateways, and return them by the zone that each serves, with their addresses."""
    zones = settings.nat_zones()
    addresses = {zone: _address(name, zone, gateway, protect=protect, tags=tags, opts=opts) for zone in zones}
    if settings.nat == "regional":
        gateways = dict.fromkeys(settings.zones, _regional(name, vpc_id, addresses, tags, opts))
    else:
        made = {zone: _zonal(name, zone, public_subnets[zone], addresses[zone], tags, opts) for zone in zones}
        gateways = {zone: made.get(zone, made[zones[0]]) for zone in settings.zones} if made else {}
    return gateways, pulumi.Output.all(*(address.public_ip for address in addresses.values()))


def _address(
    name: str,
    zone: str,
    gateway: aws.ec2.InternetGateway,
    *,
    protect: bool,
    tags: Mapping[str, str],
    opts: pulumi.ResourceOptions,
) -> aws.ec2.Eip:
    role = f"nat-{zone_letter(zone)}"
    # AWS refuses to map an address in a VPC that has no internet gateway yet, and no property names the gateway; a lost
    # address is lost from every allow-list that names it
    own = pulumi.ResourceOptions(depends_on=[gateway], protect=protect)
    return aws.ec2.Eip(
        f"{name}-{role}-ip",
        domain="vpc",
        tags={**tags, "Name": f"{name}-{role}"},
        opts=pulumi.ResourceOptions.merge(opts, own),
    )


def _zonal(
    name: str,
    zone: str,
    subnet: aws.ec2.Subnet,
    address: aws.ec2.Eip,
    tags: Mapping[str, str],
    opts: pulumi.ResourceOptions,
) -> aws.ec2.NatGateway:
    role = f"{name}-nat-{zone_letter(zone)}"
    return aws.ec2.NatGateway(
        role,
        subnet_id=subnet.id,
        allocation_id=address.allocation_id,
        tags={**tags, "Name": role},
        # an address serves one gateway at a time
        opts=pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(delete_before_replace=True)),
    )


def _regional(
    name: str,
    vpc_id: pulumi.Input[str],
    addresses: Mapping[str, aws.ec2.Eip],
    tags: Mapping[str, str],
    opts: pulumi.ResourceOptions,
) -> aws.ec2.NatGateway:
    return aws.ec2.NatGateway(
        f"{name}-nat",
        vpc_id=vpc_id,
        availability_mode="regional",
        availability_zone_addresses=[
            aws.ec2.NatGatewayAvailabilityZoneAddressArgs(
                availability_zone=zone, allocation_ids=[address.allocation_id]
            )
            for zone, address in addresses.items()
        ],
        tags={**tags, "Name": f"{name}-nat"},
        opts=opts,
    )
