"""What every cloud needs to answer: one request, and values made from it that never change."""

import hashlib
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .. import schema
from ..schema import Field, Type

# Every date a cloud would stamp: a moving one would make two runs differ.
CREATED_AT = "2026-01-01T00:00:00Z"

Fill = Callable[[str, Type], Any]


@dataclass(frozen=True)
class Request:
    """A resource about to be created, or a function about to be called (`name` is empty then)."""

    token: str
    name: str
    urn: str
    inputs: dict[str, Any]
    serial: int
    provider: dict[str, Any]

    def hex(self, length: int, salt: str = "") -> str:
        """`length` hexadecimal digits that depend on the URN, its serial number and the salt alone."""
        seed = f"{self.urn}#{self.serial}#{salt}"
        digits = hashlib.sha256(seed.encode()).hexdigest()
        return (digits * (length // len(digits) + 1))[:length]

    def uuid(self, salt: str = "") -> str:
        """Return a UUID, likewise."""
        return str(uuid.UUID(self.hex(32, salt)))

    @property
    def cls(self) -> str:
        """The last part of the token: `Vpc` of `aws:ec2/vpc:Vpc`."""
        return self.token.rpartition(":")[2]


def complete(fields: "dict[str, Field] | Any", values: dict[str, Any], fill: Fill) -> dict[str, Any]:
    """`values` with every always-present output added by `fill(name, type)`, nested objects too."""
    result = dict(values)
    for name, field in fields.items():
        if name in result and result[name] is not None:
            result[name] = _complete_value(field.type, result[name], fill)
        elif field.required:
            result[name] = fill(name, field.type)
    return result


def _complete_value(kind: Type, value: Any, fill: Fill) -> Any:
    if kind.kind == "object" and isinstance(value, dict):
        return complete(kind.fields, value, fill)
    if kind.kind == "list" and kind.element is not None and isinstance(value, list):
        return [_complete_value(kind.element, item, fill) for item in value]
    return value


def empty(kind: Type) -> Any:
    """Return the value of a type that says nothing."""
    return {"string": "", "boolean": False, "integer": 0, "number": 0, "list": [], "map": {}, "object": {}}.get(
        kind.kind, ""
    )


def outputs_of(token: str) -> "dict[str, Field]":
    """Return the outputs of a resource type or function, empty where the SDK has none."""
    described = schema.resource(token) or schema.function(token)
    return dict(described.outputs) if described else {}


def looked_up(function: str) -> str:
    """Return the token of the resource type that a function looks up one of: `aws:ec2/vpc:Vpc` of
    `aws:ec2/getVpc:getVpc`.
    """
    module, _, name = function.rpartition(":")
    kind = name.removeprefix("get")
    return f"{module.rpartition('/')[0]}/{kind[0].lower()}{kind[1:]}:{kind}"
