"""Outputs that only the rest of the account can tell: the VPC in which a thing, or its subnets, lie."""

from collections.abc import Callable, Mapping
from typing import Any

from . import schema
from .schema import Field

# What lies in a VPC, or is the default one of its kind there.
_PLACES = ("subnetIds", "subnets", "subnetId", "defaultRouteTableId", "defaultNetworkAclId")


def with_vpc(token: str, outputs: Mapping[str, Any], vpc_of: Callable[[str], str]) -> dict[str, Any]:
    """Return the outputs of a resource, its `vpcId` that of where it lies; one that lies elsewhere is left."""
    described = schema.resource(token)
    if described is None or "vpcId" in described.inputs:
        return dict(outputs)
    return _with_vpc(described.outputs, outputs, vpc_of)


def _with_vpc(fields: Mapping[str, Field], values: Mapping[str, Any], vpc_of: Callable[[str], str]) -> dict[str, Any]:
    result = dict(values)
    given = [subnet for key in _PLACES for subnet in _listed(values.get(key))]
    given += [subnet for mapping in _mappings(values) for subnet in _listed(mapping.get("subnetId"))]
    home = next(filter(None, map(vpc_of, given)), "") if "vpcId" in fields else ""
    if home:
        result["vpcId"] = home
    for name, value in values.items():
        if isinstance(value, dict) and any(key in value for key in _PLACES) and name in fields:
            result[name] = _with_vpc(fields[name].type.fields, value, vpc_of)
    return result


def _listed(value: Any) -> list[str]:
    return [item for item in (value if isinstance(value, list) else [value]) if isinstance(item, str)]


def _mappings(values: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """A network load balancer names each subnet beside its address there."""
    return [mapping for mapping in values.get("subnetMappings") or [] if isinstance(mapping, dict)]
