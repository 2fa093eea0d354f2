"""What a provider refuses before it calls its cloud: properties that are unknown, missing, or of a wrong shape."""

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from . import schema
from .provider_facts import checks as fact_checks
from .provider_facts.shapes import source
from .schema import Field, Type
from .wire import UNKNOWN

_PYTHON_SHAPES: Mapping[str, tuple[type, ...]] = {
    "list": (list,),
    "map": (dict,),
    "object": (dict,),
    # The providers convert between these by themselves: "5432" is a number, 5432 a string.
    "string": (str, int, float, bool),
    "integer": (int, float, str),
    "number": (int, float, str),
    "boolean": (bool, str),
}


@dataclass(frozen=True)
class Failure:
    """One refused property: its path (`spec.replicas`, `ingress[0].fromPort`) and what is wrong with it."""

    property: str
    reason: str


def check(token: str, inputs: Mapping[str, Any], *, values: bool = True) -> list[Failure]:
    """Everything wrong with the inputs of a resource, as far as its SDK and its provider's facts know the type.

    Without `values` only their shape is looked at: somebody else judges them, or nobody.
    """
    described = schema.resource(token)
    if described is None or not described.inputs:
        return []
    found = list(_object(described.inputs, inputs, ""))
    if not values:
        return found
    return beside(found, recorded(token, inputs))


def recorded(token: str, inputs: Mapping[str, Any]) -> list[Failure]:
    """Everything that was recorded of the provider's refusals of such inputs."""
    return [Failure(path, f"{why} ({source()})") for path, why in fact_checks.refusals(token, inputs)]


def beside(found: list[Failure], told: list[Failure]) -> list[Failure]:
    """Return failures with those of what nothing is wrong with yet."""
    known = {failure.property for failure in found}
    return [*found, *(failure for failure in told if failure.property not in known)]


def check_call(token: str, args: Mapping[str, Any]) -> list[Failure]:
    """Everything wrong with the arguments of a function."""
    described = schema.function(token)
    return [] if described is None else list(_object(described.inputs, args, ""))


def _object(fields: Mapping[str, Field], values: Mapping[str, Any], path: str) -> Iterator[Failure]:
    for name, value in values.items():
        if name.startswith("__"):
            continue
        field = fields.get(name)
        if field is None:
            near = difflib.get_close_matches(name, fields, n=1)
            hint = f"; did you mean `{near[0]}`?" if near else ""
            yield Failure(path + name, f"there is no property `{name}` here{hint}")
        else:
            yield from _value(field.type, value, path + name)
    for name, field in fields.items():
        if field.required and values.get(name) is None:
            yield Failure(path + name, f"`{name}` is required, and is missing")


def _value(kind: Type, value: Any, path: str) -> Iterator[Failure]:
    shapes = _PYTHON_SHAPES.get(kind.kind)
    if value is None or value == UNKNOWN or shapes is None:
        return
    if not isinstance(value, shapes):
        yield Failure(path, f"expected {_article(kind)}, got {_article_of(value)}")
    elif isinstance(value, dict) and kind.fields:
        yield from _object(kind.fields, value, f"{path}.")
    elif kind.element is not None:
        by_key = {f".{key}": item for key, item in value.items()} if isinstance(value, dict) else {}
        by_index = {f"[{index}]": item for index, item in enumerate(value)} if isinstance(value, list) else {}
        for step, item in (by_key | by_index).items():
            yield from _value(kind.element, item, path + step)


def _article(kind: Type) -> str:
    return f"an {kind.kind}" if kind.kind[0] in "aio" else f"a {kind.kind}"


def _article_of(value: Any) -> str:
    names: dict[type, str] = {
        dict: "an object",
        list: "a list",
        str: "a string",
        bool: "a boolean",
        int: "a number",
        float: "a number",
    }
    return names.get(type(value), type(value).__name__)
