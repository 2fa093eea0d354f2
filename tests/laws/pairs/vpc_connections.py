"""Pairs of the laws in `sandbox/laws/vpc_connections.py`."""

from typing import Any

import pulumi_aws as aws

from .pair import GITHUB, Pair
from .programs import subnet, vpc

_SERVICE = "com.amazonaws.eu-west-1."


def _endpoint_zones(zone: str) -> None:
    network = vpc()
    subnets = [subnet("one", network, 1, "a"), subnet("two", network, 2, zone)]
    aws.ec2.VpcEndpoint(
        "kms",
        vpc_id=network.id,
        service_name=_SERVICE + "kms",
        vpc_endpoint_type="Interface",
        subnet_ids=[each.id for each in subnets],
    )


def _attachment_zones(zone: str) -> None:
    network, gateway = vpc(), aws.ec2transitgateway.TransitGateway("gateway")
    subnets = [subnet("one", network, 1, "a"), subnet("two", network, 2, zone)]
    aws.ec2transitgateway.VpcAttachment(
        "attachment", vpc_id=network.id, transit_gateway_id=gateway.id, subnet_ids=[each.id for each in subnets]
    )


def _mount_targets(zone: str) -> None:
    network, system = vpc(), aws.efs.FileSystem("system")
    for place, each in enumerate([subnet("one", network, 1, "a"), subnet("two", network, 2, zone)]):
        aws.efs.MountTarget(f"target-{place}", file_system_id=system.id, subnet_id=each.id)


def _mount_networks(other: bool) -> None:
    system, network = aws.efs.FileSystem("system"), vpc()
    second = aws.ec2.Vpc("other", cidr_block="10.0.0.0/16") if other else network
    aws.efs.MountTarget("one", file_system_id=system.id, subnet_id=subnet("one", network, 1, "a").id)
    aws.efs.MountTarget("two", file_system_id=system.id, subnet_id=subnet("two", second, 2, "b").id)


def _endpoint(values: dict[str, Any]) -> None:
    network = vpc()
    table = aws.ec2.RouteTable("table", vpc_id=network.id)
    given = {"service_name": _SERVICE + "s3", "vpc_id": network.id, **values}
    if given.pop("routed", False):
        given["route_table_ids"] = [table.id]
    aws.ec2.VpcEndpoint("endpoint", **given)


def _private_names(given: dict[str, Any]) -> None:
    network = aws.ec2.Vpc("vpc", cidr_block="10.0.0.0/16", enable_dns_hostnames=given.get("names", True))
    service = _SERVICE + given.get("service", "kms")
    if given.get("gateway"):
        aws.ec2.VpcEndpoint("gateway", vpc_id=network.id, service_name=service)
    aws.ec2.VpcEndpoint(
        "endpoint",
        vpc_id=network.id,
        service_name=service,
        vpc_endpoint_type="Interface",
        subnet_ids=[subnet("one", network, 1).id],
        private_dns_enabled=True,
    )


def _peers(cidr: str) -> None:
    one, two = vpc(), aws.ec2.Vpc("other", cidr_block=cidr)
    aws.ec2.VpcPeeringConnection("peering", vpc_id=one.id, peer_vpc_id=two.id, auto_accept=True)


PAIRS = [
    Pair(
        "one-subnet-per-zone",
        "DuplicateSubnetsInSameZone",
        _endpoint_zones,
        "a",
        "b",
        GITHUB + "terraform-aws-modules/terraform-aws-vpc/issues/583",
    ),
    Pair("one-subnet-per-zone", "DuplicateSubnetsInSameZone", _attachment_zones, "a", "b"),
    Pair(
        "efs-mount-target",
        "mount target already exists in this AZ",
        _mount_targets,
        "a",
        "b",
        GITHUB + "hashicorp/terraform-provider-aws/issues/2525",
    ),
    Pair("efs-mount-target", "is not in the same VPC as existing mount targets", _mount_networks, True, False),
    Pair(
        "vpc-endpoint-type",
        "Endpoint type (Gateway) does not match available service types ([Interface])",
        _endpoint,
        {"service_name": _SERVICE + "ssm"},
        {"service_name": _SERVICE + "ssm", "vpc_endpoint_type": "Interface"},
        GITHUB + "hashicorp/terraform/issues/24478",
    ),
    Pair(
        "vpc-endpoint-type",
        "Route table IDs are only supported for Gateway type VPC Endpoint",
        _endpoint,
        {"vpc_endpoint_type": "Interface", "routed": True},
        {"routed": True},
        GITHUB + "ansible-collections/amazon.aws/issues/576",
    ),
    Pair(
        "vpc-endpoint-type",
        "Subnet IDs are only supported for Interface",
        _endpoint,
        {"subnet_ids": ["subnet-0aaaaaaaaaaaaaaaa"]},
        {"subnet_ids": ["subnet-0aaaaaaaaaaaaaaaa"], "vpc_endpoint_type": "Interface"},
        GITHUB + "nanlabs/terraform-aws-starter/issues/18",
    ),
    Pair("vpc-endpoint-private-dns", "enableDnsHostnames is not", _private_names, {"names": False}, {"names": True}),
    Pair(
        "vpc-endpoint-private-dns",
        "must have a Gateway endpoint for the service",
        _private_names,
        {"service": "s3"},
        {"service": "s3", "gateway": True},
        GITHUB + "terraform-aws-modules/terraform-aws-vpc/issues/982",
    ),
    Pair(
        "vpc-peering",
        "overlap",
        _peers,
        "10.0.128.0/20",
        "10.1.0.0/16",
        GITHUB + "hashicorp/terraform/issues/8933",
    ),
]
