"""What tells two AWS resources of a type apart: their name alone, several inputs together, or what AWS makes up.

Three sources, in order: the identity that the SDK's words on importing list, the `primaryIdentifier` of AWS's
CloudFormation schema, and the form of the id in the SDK's example of an import.
"""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from .. import schema
from ..replacement import cloudformation, spellings
from .aws_regions import ACCOUNT_ID

# Inputs that name a thing, best first.
NAMES = (
    "bucket",
    "replicationGroupId",
    "clusterId",
    "identifier",
    "clusterIdentifier",
    "functionName",
    "domain",
    "name",
    "family",
    "roleName",
    "alarmName",
)
# Attributes of an identity that all resources of an account share, and what others are where a program does not say.
_EVERYWHERE = frozenset({"accountId", "region"})
_DEFAULTS = {"awsAccountId": ACCOUNT_ID, "catalogId": ACCOUNT_ID, "eventBusName": "default", "groupName": "default"}
_SEPARATORS = ",|#/:_"
# `d2ypk4k47z8u6`, `12345abcde`, `fs-543ab12b1ca672f33`, `<alias-id>`, and not `my-load-balancer` or `production-pg-1`
_MADE_UP = re.compile(
    r"\d{3}|\b(?=[a-z]*\d+[a-z])[a-z0-9]{6}|\d+[a-z]{4}|(?-i:[A-Z]{9})|^<?id>?$|[-_ ]id>?$|aabbcc|x{4}", re.IGNORECASE
)


@cache
def parts(token: str) -> tuple[str, ...] | None:
    """Return the inputs that together are the id of a named type; None where AWS makes the id up,
    or no source tells.
    """
    described, told = schema.resource(token), schema.identity(token)
    inputs = described.inputs if described else {}
    if told.needed:
        needed = [_input(token, attribute, inputs) for attribute in told.needed if attribute not in _EVERYWHERE]
        optional = [name for name in told.optional if name in inputs and name not in _EVERYWHERE]
        return None if None in needed else tuple(name for name in [*needed, *optional] if name)
    identified = _by_cloudformation(token)
    if identified:
        return (identified,)
    if re.search(r"[,|/:]", told.example.removeprefix("/")) or _MADE_UP.search(told.example):
        return None
    cls = token.rpartition(":")[2]
    own = [f"{cls[:1].lower()}{cls[1:]}{end}" for end in ("Name", "Identifier", "Id")]
    return next(((name,) for name in ("name", *own, *NAMES) if name in inputs), None)


def _input(token: str, attribute: str, inputs: Mapping[str, Any]) -> str | None:
    """Return the input that an attribute of an identity is: a rest API's id may be `restApi`, a
    function's name `name`.
    """
    for name in (attribute, re.sub(r"(Id|Name|Arn)$", "", attribute)):
        if name in inputs:
            return name
    named = "name" in inputs and (attribute.lower() in spellings(token, "name") or attribute.endswith("Name"))
    return "name" if named else None


def _by_cloudformation(token: str) -> str | None:
    """Return the input that is the whole primary identifier in AWS's own schema."""
    document = cloudformation(token) or {}
    paths = [path.removeprefix("/properties/").lower() for path in document.get("primaryIdentifier", [])]
    read_only = {path.removeprefix("/properties/").lower() for path in document.get("readOnlyProperties", [])}
    described = schema.resource(token)
    if len(paths) != 1 or paths[0] in read_only or described is None:
        return None
    return next((name for name in described.inputs if paths[0] in spellings(token, name)), None)


def as_inputs(token: str, args: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments of a look-up as inputs of the type looked up: `functionName` is a function's `name`."""
    described = schema.resource(token)
    inputs = described.inputs if described else {}
    return {
        next((own for own in inputs if name not in inputs and name.lower() in spellings(token, own)), name): value
        for name, value in args.items()
    }


def joined(token: str, inputs: Mapping[str, Any], made_up: str = "") -> str:
    """Return the id that the inputs make, `made_up` in place of what AWS fills in; empty where AWS
    makes up the whole.
    """
    names, told = parts(token) or (), schema.identity(token)
    values = [
        str(inputs.get(name) or _DEFAULTS.get(name, made_up))
        for name in names
        if inputs.get(name) or name not in told.optional
    ]
    if not any(inputs.get(name) for name in names) or "" in values:
        return ""
    return next((sign for sign in _SEPARATORS if sign in told.example), ",").join(values)


@cache
def arn_is_id(token: str) -> bool:
    """Return whether a resource is identified by its ARN."""
    return schema.identity(token).needed == ("arn",)


@cache
def arn_is_made_up(token: str) -> bool:
    """Return whether the ARN says more than the kind and the name: a parent's name, or something that AWS makes up."""
    end = schema.identity(token).example.split(":", 5)[5:]
    return bool(end) and (len(re.split(r"[/:]", end[0])) > 2 or bool(_MADE_UP.search(end[0])))  # noqa: PLR2004 (kind/name)
