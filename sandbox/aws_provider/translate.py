"""Pulumi's inputs as a configuration of the provider, and back."""

import json
from collections.abc import Mapping
from typing import Any

from ..provider_facts.shapes import Property, Shape
from ..wire import UNKNOWN as NOT_KNOWN
from .blocks import Attribute, Block, Nested, Path
from .msgpack import UNKNOWN


def inputs_of(shape: Shape, config: Mapping[str, Any]) -> dict[str, Any]:
    """Return a configuration or a state by Pulumi's names, without what is not set and what Pulumi does not have."""
    found = {wire: _value(known, config.get(known.name)) for wire, known in shape.properties.items()}
    return {wire: value for wire, value in found.items() if value is not None}


def _value(known: Property, value: Any) -> Any:
    if value is None or (known.block and value in ([], {})):
        return None
    if isinstance(value, list):
        items = [_item(known, item) for item in value]
        return items if known.many else items[0] if items else None
    if known.block and known.nesting == "map":
        return {key: _item(known, item) for key, item in value.items()}
    return _item(known, value)


def _item(known: Property, value: Any) -> Any:
    return inputs_of(known.inside, value) if known.block and isinstance(value, dict) else value


def config_of(shape: Shape, block: Block, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return Pulumi's inputs, or outputs, as a configuration, without what the provider does not have."""
    config = block.nothing()
    for wire, known in shape.properties.items():
        value = values.get(wire)
        if value is None:
            continue
        if known.name in block.blocks:
            config[known.name] = _nested(known, block.blocks[known.name], value)
        elif known.name in block.attributes:
            config[known.name] = _scalar(block.attributes[known.name].kind, value)
    return config


def _nested(known: Property, nested: Nested, value: Any) -> Any:
    if value == NOT_KNOWN:
        return UNKNOWN
    if nested.nesting in ("single", "group"):
        return _inner(known, nested, value)
    if nested.nesting == "map":
        return {key: _inner(known, nested, item) for key, item in value.items()}
    return [_inner(known, nested, item) for item in (value if isinstance(value, list) else [value])]


def _inner(known: Property, nested: Nested, value: Any) -> Any:
    return config_of(known.inside, nested.block, value) if isinstance(value, dict) else UNKNOWN


def _scalar(kind: Any, value: Any) -> Any:
    """Return a value in an attribute's type: Pulumi gives numbers as texts, texts as numbers, JSON as what it says."""
    if value == NOT_KNOWN:
        return UNKNOWN
    match kind:
        case "string":
            if isinstance(value, bool):
                return str(value).lower()
            return json.dumps(value) if isinstance(value, dict | list) else str(value)
        case "bool":
            return value if isinstance(value, bool) else str(value).lower() == "true"
        case "number":
            return _number(value)
        case ["map", inner] if isinstance(value, dict):
            return {key: _scalar(inner, item) for key, item in value.items()}
        case [_, inner]:
            return [_scalar(inner, item) for item in (value if isinstance(value, list) else [value])]
    return value


def _number(value: Any) -> Any:
    try:
        return int(value) if float(value).is_integer() else float(value)
    except (TypeError, ValueError):
        return UNKNOWN  # what is no number the SDK's shape tells


def wire_path(shape: Shape, path: Path) -> str | None:
    """Return a path by Pulumi's names; None where Pulumi does not have it."""
    names: list[str] = []
    for step in path:
        if isinstance(step, int):
            continue
        wire = shape.wires.get(step)
        if wire is None:
            return None
        names.append(wire)
        found = shape.properties[wire]
        shape = found.inside if found.block else shape
    return ".".join(names)


def indexed_path(shape: Shape, path: Path) -> str:
    """Return as much of a path as Pulumi has, by its names and with the indexes of lists: `rules[0].action`."""
    said, many = "", False
    for step in path:
        if isinstance(step, int):
            said += f"[{step}]" if many else ""
            continue
        wire = shape.wires.get(step)
        if wire is None:
            break
        found = shape.properties[wire]
        said, many = f"{said}.{wire}" if said else wire, found.many
        shape = found.inside if found.block else shape
    return said


def described(block: Block) -> list[dict[str, Any]]:
    """Return a block, and those inside it, in the form of the facts (sandbox/provider_facts/reader.py)."""
    blocks: list[dict[str, Any]] = []
    known: dict[str, int] = {}

    def number(inner: Block) -> int:
        if inner.key not in known:
            known[inner.key] = at = len(blocks)
            blocks.append({})
            blocks[at] = {
                "a": {name: {"t": found.kind, "f": flags(found)} for name, found in inner.attributes.items()},
                "b": {
                    name: {"k": found.nesting, "f": flags(found), "in": number(found.block)}
                    for name, found in inner.blocks.items()
                },
            }
        return known[inner.key]

    number(block)
    return blocks


def flags(thing: Attribute | Nested) -> str:
    """Return who gives a value, a letter each: required, optional, computed, sensitive."""
    attribute = thing if isinstance(thing, Attribute) else thing.attribute
    if attribute is None:
        return ""
    said = {"r": attribute.required, "o": attribute.optional, "c": attribute.computed, "s": attribute.sensitive}
    return "".join(letter for letter, true in said.items() if true)
