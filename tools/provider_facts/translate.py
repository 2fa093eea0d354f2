"""A configuration of the provider as Pulumi's inputs."""

from collections.abc import Mapping
from typing import Any

from sandbox.provider_facts.shapes import Property, Shape

from .shapes import Path


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
