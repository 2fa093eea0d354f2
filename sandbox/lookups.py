"""Functions that look up what stands in the world: `aws.ec2.get_vpc(id=...)` finds the VPC that the stack made.

What does not stand there is somebody else's, and is invented (`clouds.invoke`).
"""

import ipaddress
import re
from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any

from . import schema
from .clouds import aws_identity
from .clouds.resource import looked_up, outputs_of
from .given import Standing
from .world import Record, World

# https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html: the first four addresses and the last
_RESERVED_ADDRESSES = 5
_VERSION = "aws:secretsmanager/secretVersion:SecretVersion"
_TABLE, _ASSOCIATION, _ROUTE = (
    f"aws:ec2/{kind[0].lower()}{kind[1:]}:{kind}" for kind in ("RouteTable", "RouteTableAssociation", "Route")
)


def found(world: World | Standing, token: str, args: Mapping[str, Any], secrets: Mapping[str, str]) -> dict[str, Any]:
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
    if record is None and schema.resource(resource) is None:
        return _all_of(world, token, args)
    record = record or next(iter(_matching(world, resource, args)), None)
    return {} if record is None else {**record.outputs, **_counted(record)}


def _all_of(world: World | Standing, token: str, args: Mapping[str, Any]) -> dict[str, Any]:
    """Return the ids of all that a function in the plural finds: `getSubnets` of the subnets that stand."""
    one = looked_up(token.removesuffix("s"))
    fields = outputs_of(token)
    standing = _matching(world, one, args) if "ids" in fields and schema.resource(one) is not None else []
    found = {
        "ids": [record.id for record in standing],
        "arns": [str(record.outputs.get("arn")) for record in standing],
        "names": [str(record.outputs.get("name")) for record in standing],
    }
    return {name: values for name, values in found.items() if name in fields} if standing else {}


def _matching(world: World | Standing, token: str, args: Mapping[str, Any]) -> list[Record]:
    """Return what stands of a type and is as a look-up asks; nothing where it asks for what is not known of it."""
    asked = [(name, value) for name, value in args.items() if value not in (None, [], {})]
    if not asked:
        return []
    return [record for record in world if record.token == token and all(_is(record, *each) for each in asked)]


def _is(record: Record, name: str, value: Any) -> bool:
    told = record.outputs
    if name == "filters":
        return all(_passes(record, each) for each in value)
    if name == "tags":
        return isinstance(value, Mapping) and value.items() <= _tags(record).items()
    if name == "region":
        return told.get(name) in (value, None)
    if name in ("id", "arn"):
        return value in (record.id, told.get(name))
    return name in told and str(told[name]) == str(value)


def _tags(record: Record) -> dict[str, Any]:
    return {**(record.outputs.get("tagsAll") or {}), **(record.outputs.get("tags") or {})}


def _passes(record: Record, given: Mapping[str, Any]) -> bool:
    """Return whether a filter of EC2's lets a resource pass: `vpc-id`, `tag:Name`."""
    name, values = str(given.get("name")), [str(value) for value in given.get("values") or []]
    if name.startswith("tag:"):
        told = _tags(record).get(name.removeprefix("tag:"))
    else:
        wire = re.sub(r"[-_.](\w)", lambda match: match[1].upper(), name)
        kind = record.token.rpartition(":")[2]
        wire = {"cidr": "cidrBlock", "isDefault": "default", f"{kind[:1].lower()}{kind[1:]}Id": "id"}.get(wire, wire)
        told = record.id if wire == "id" else record.outputs.get(wire)
    text = str(told).lower() if isinstance(told, bool) else str(told)
    return told is not None and any(fnmatchcase(text, value) for value in values)


def _secret(world: World | Standing, secret_id: str, secrets: Mapping[str, str]) -> dict[str, Any]:
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


def _route_table(world: World | Standing, subnet_id: str) -> dict[str, Any]:
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
