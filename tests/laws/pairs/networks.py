"""Pairs of the laws in `sandbox/laws/networks.py`."""

from typing import Any

import pulumi
import pulumi_aws as aws

from .pair import GITHUB, Pair
from .programs import subnet, vpc


def _overlap(cidr: str) -> None:
    network = vpc()
    first = subnet("one", network, 1)
    aws.ec2.Subnet("two", vpc_id=network.id, cidr_block=cidr, opts=pulumi.ResourceOptions(depends_on=[first]))


def _outside(cidr: str) -> None:
    aws.ec2.Subnet("one", vpc_id=vpc().id, cidr_block=cidr)


def _zone(zone: str) -> None:
    aws.ec2.Subnet("one", vpc_id=vpc().id, cidr_block="10.0.1.0/24", availability_zone=zone)


def _two_routes(destination: str) -> None:
    network = vpc()
    table = aws.ec2.RouteTable("table", vpc_id=network.id)
    gateway = aws.ec2.InternetGateway("gateway", vpc_id=network.id)
    first = aws.ec2.Route("one", route_table_id=table.id, destination_cidr_block="0.0.0.0/0", gateway_id=gateway.id)
    aws.ec2.Route(
        "two",
        route_table_id=table.id,
        destination_cidr_block=destination,
        gateway_id=gateway.id,
        opts=pulumi.ResourceOptions(depends_on=[first]),
    )


def _route_targets(both: bool) -> None:
    network = vpc()
    table = aws.ec2.RouteTable("table", vpc_id=network.id)
    gateway = aws.ec2.InternetGateway("gateway", vpc_id=network.id)
    extra: dict[str, Any] = {"transit_gateway_id": "tgw-0123456789abcdef0"} if both else {}
    aws.ec2.Route("route", route_table_id=table.id, destination_cidr_block="0.0.0.0/0", gateway_id=gateway.id, **extra)


def _two_tables(second: bool) -> None:
    network = vpc()
    one = subnet("one", network, 1)
    tables = [aws.ec2.RouteTable(f"table-{n}", vpc_id=network.id) for n in (1, 2)]
    first = aws.ec2.RouteTableAssociation("first", subnet_id=one.id, route_table_id=tables[0].id)
    if second:
        after = pulumi.ResourceOptions(depends_on=[first])
        aws.ec2.RouteTableAssociation("second", subnet_id=one.id, route_table_id=tables[1].id, opts=after)


def _gateways(number: int) -> None:
    network = vpc()
    before: list[pulumi.Resource] = []
    for index in range(number):
        options = pulumi.ResourceOptions(depends_on=list(before))
        before.append(aws.ec2.InternetGateway(f"gateway-{index}", vpc_id=network.id, opts=options))


def _nat(with_address: bool) -> None:
    address: dict[str, Any] = {"allocation_id": aws.ec2.Eip("address", domain="vpc").id} if with_address else {}
    aws.ec2.NatGateway("nat", subnet_id=subnet("one", vpc(), 1).id, **address)


def _shared_address(second: str) -> None:
    network = vpc()
    addresses = {name: aws.ec2.Eip(name, domain="vpc") for name in ("one", "two")}
    first = aws.ec2.NatGateway("nat-a", subnet_id=subnet("a", network, 1).id, allocation_id=addresses["one"].id)
    aws.ec2.NatGateway(
        "nat-b",
        subnet_id=subnet("b", network, 2, "b").id,
        allocation_id=addresses[second].id,
        opts=pulumi.ResourceOptions(depends_on=[first]),
    )


def _group_rule(rule: dict[str, Any]) -> None:
    group = aws.ec2.SecurityGroup("group", vpc_id=vpc().id)
    aws.vpc.SecurityGroupIngressRule("rule", security_group_id=group.id, **rule)


def _same_rule(port: int) -> None:
    group = aws.ec2.SecurityGroup("group", vpc_id=vpc().id)
    common: dict[str, Any] = {"security_group_id": group.id, "ip_protocol": "tcp", "cidr_ipv4": "10.0.0.0/16"}
    first = aws.vpc.SecurityGroupIngressRule("one", from_port=443, to_port=443, **common)
    after = pulumi.ResourceOptions(depends_on=[first])
    aws.vpc.SecurityGroupIngressRule("two", from_port=port, to_port=port, **common, opts=after)


PAIRS = [
    Pair(
        "subnet-cidr-overlap",
        "InvalidSubnet.Conflict: The CIDR '10.0.1.128/25' conflicts with another subnet",
        _overlap,
        "10.0.1.128/25",
        "10.0.2.0/24",
        GITHUB + "hashicorp/terraform/issues/33470",
    ),
    Pair("subnet-cidr-in-vpc", "InvalidSubnet.Range", _outside, "10.1.0.0/24", "10.0.3.0/24"),
    Pair("cidr-size", "must be between a /28 netmask and /16 netmask", _outside, "10.0.0.0/29", "10.0.0.0/28"),
    Pair("cidr-size", "This is not a valid CIDR block", _outside, "10.0.0.1/24", "10.0.0.0/24"),
    Pair("availability-zone", "following availability zones: eu-west-1a", _zone, "eu-west-1d", "eu-west-1c"),
    Pair(
        "route-destination",
        "RouteAlreadyExists: The route identified by 0.0.0.0/0 already exists",
        _two_routes,
        "0.0.0.0/0",
        "192.0.2.0/24",
        GITHUB + "terraform-aws-modules/terraform-aws-vpc/issues/108",
    ),
    Pair("route-target", "exactly one target", _route_targets, True, False),
    Pair("subnet-route-table", "Resource.AlreadyAssociated", _two_tables, True, False),
    Pair("vpc-internet-gateway", "has an internet gateway attached already", _gateways, 2, 1),
    Pair("nat-gateway-address", "must include the AllocationId", _nat, False, True),
    Pair("nat-gateway-address", "is already associated", _shared_address, "one", "two"),
    Pair(
        "security-group-rule",
        "Invalid TCP/UDP port range (443:80)",
        _group_rule,
        {"ip_protocol": "tcp", "from_port": 443, "to_port": 80, "cidr_ipv4": "10.0.0.0/16"},
        {"ip_protocol": "tcp", "from_port": 80, "to_port": 443, "cidr_ipv4": "10.0.0.0/16"},
    ),
    Pair(
        "security-group-rule",
        "may not specify ports for all protocols",
        _group_rule,
        {"ip_protocol": "-1", "from_port": 443, "to_port": 443, "cidr_ipv4": "10.0.0.0/16"},
        {"ip_protocol": "-1", "cidr_ipv4": "10.0.0.0/16"},
    ),
    Pair(
        "security-group-rule",
        "exactly one of cidrIpv4",
        _group_rule,
        {"ip_protocol": "-1", "cidr_ipv4": "10.0.0.0/16", "cidr_ipv6": "fd00::/8"},
        {"ip_protocol": "-1", "cidr_ipv6": "fd00::/8"},
    ),
    Pair("security-group-rule-duplicate", "InvalidPermission.Duplicate", _same_rule, 443, 80),
]
