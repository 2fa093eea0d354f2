"""Functions that look up what stands in the world: `aws.ec2.get_vpc(id=...)` finds the VPC that the stack made.

What does not stand there is somebody else's, and is invented (`clouds.invoke`).
"""

import ipaddress
from collections.abc import Mapping
from typing import Any

from .clouds import aws_identity
from .clouds.resource import looked_up
from .world import Record, World

# https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html: the first four addresses and the last
_RESERVED_ADDRESSES = 5
_VERSION = "aws:secretsmanager/secretVersion:SecretVersion"
_TABLE, _ASSOCIATION, _ROUTE = (
    f"aws:ec2/{kind[0].lower()}{kind[1:]}:{kind}" for kind in ("RouteTable", "RouteTableAssociation", "Route")
)


def found(world: World, token: str, args: Mapping[str, Any], secrets: Mapping[str, str]) -> dict[str, Any]:
    """Return what the world knows of the thing looked up (camelCase); nothing where it does not stand there.

    `secrets` are those that a person put into Secrets Manager by hand.
    """
    if token == "aws:secretsmanager/getSecretVersion:getSecretVersion":
        return _secret(world, str(args.get("secretId")), secrets)
    if token == "aws:ec2/getRouteTable:getRouteTable" and args.get("subnetId"):
        return _route_table(world, str(args["subnetId"]))
    resource = looked_up(token)
    name = args.get("id") or args.get("arn") or aws_identity.joined(resource, aws_identity.as_inputs(resource, args))
    record = world.get(resource, str(name)) if name else None
    return {} if record is None else {**record.outputs, **_counted(record)}


def _secret(world: World, secret_id: str, secrets: Mapping[str, str]) -> dict[str, Any]:
    if secret_id in secrets:
        return {"secretString": secrets[secret_id]}
    kept = [r.outputs for r in world if r.token == _VERSION and r.outputs.get("secretId") == secret_id]
    return {"secretString": kept[-1].get("secretString", "")} if kept else {}


def _counted(record: Record) -> dict[str, Any]:
    """Return what a cloud counts: nothing takes addresses here, so that all of a subnet's are free."""
    if record.token != "aws:ec2/subnet:Subnet":
        return {}
    network = ipaddress.ip_network(str(record.outputs["cidrBlock"]))
    return {"availableIpAddressCount": network.num_addresses - _RESERVED_ADDRESSES}


def _route_table(world: World, subnet_id: str) -> dict[str, Any]:
    records = list(world)
    tables = [
        r.inputs["routeTableId"] for r in records if r.token == _ASSOCIATION and r.inputs["subnetId"] == subnet_id
    ]
    table = world.get(_TABLE, str(tables[0])) if tables else None
    if table is None:
        return {}
    routes = [
        {"cidrBlock": r.inputs.get("destinationCidrBlock", ""), "natGatewayId": r.inputs.get("natGatewayId", "")}
        for r in records
        if r.token == _ROUTE and r.inputs.get("routeTableId") == table.id
    ]
    return {**table.outputs, "routes": routes, "routeTableId": table.id, "subnetId": subnet_id}
