"""Outputs that only the rest of the account can tell: the VPC in which the subnets of a thing lie."""

from collections.abc import Callable, Mapping
from typing import Any

from . import schema
from .schema import Field

_SUBNETS = ("subnetIds", "subnets", "subnetId")


def placed(token: str, outputs: Mapping[str, Any], vpc_of: Callable[[str], str]) -> dict[str, Any]:
    """The outputs of a resource, its `vpcId` that of its subnets; one whose subnets are not known here is left."""
    described = schema.resource(token)
    if described is None or "vpcId" in described.inputs:
        return dict(outputs)
    return _placed(described.outputs, outputs, vpc_of)


def _placed(fields: Mapping[str, Field], values: Mapping[str, Any], vpc_of: Callable[[str], str]) -> dict[str, Any]:
    result = dict(values)
    given = [subnet for key in _SUBNETS for subnet in _listed(values.get(key))]
    home = next(filter(None, map(vpc_of, given)), "") if "vpcId" in fields else ""
    if home:
        result["vpcId"] = home
    for name, value in values.items():
        if isinstance(value, dict) and any(key in value for key in _SUBNETS) and name in fields:
            result[name] = _placed(fields[name].type.fields, value, vpc_of)
    return result


def _listed(value: Any) -> list[str]:
    return [item for item in (value if isinstance(value, list) else [value]) if isinstance(item, str)]
