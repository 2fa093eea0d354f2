"""What terraform-provider-aws refuses in a preview: blocks too deep, values, and what excludes each other."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..wire import UNKNOWN
from . import limits, shapes
from .shapes import Property, Shape


def refusals(token: str, inputs: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the path of each refused input and why; nothing for a type of which there are no facts."""
    found = shapes.of(token)
    if found is None:
        return
    yield from _of_shape(found.shape, inputs, "")
    yield from _of_relations(found.shape, found.relations, inputs)


def _of_shape(shape: Shape, values: Mapping[str, Any], path: str) -> Iterator[tuple[str, str]]:
    for wire, value in values.items():
        if wire.startswith("__") or value is None or value == UNKNOWN:
            continue
        found = shape.properties.get(wire)
        if found is not None:
            yield from _of_property(found, value, path + wire)
        elif shape.ends_here(wire):
            yield path + wire, "Invalid or unknown key: the provider's blocks do not go as deep as the SDK's"


def _of_property(found: Property, value: Any, path: str) -> Iterator[tuple[str, str]]:
    items = value if isinstance(value, list) and found.many else [value]
    steps = [f"{path}[{index}]" if isinstance(value, list) and found.many else path for index in range(len(items))]
    if found.many:
        yield from _of_count(found, items, path)
    if found.block:
        for item, step in zip(items, steps, strict=True):
            if isinstance(item, dict) and found.nesting != "map":
                yield from _of_shape(found.inside, item, f"{step}.")
        return
    for item, step in zip(items, steps, strict=True):
        for why in limits.refusals(found.limits, found.scalar, item):
            # A secret's value is never told.
            yield (
                step,
                f"{why}" + ("" if "s" in found.flags or isinstance(item, dict | list) else f", got {_shown(item)}"),
            )


def _shown(value: Any) -> str:
    text = json.dumps(value)
    return text if len(text) <= 80 else f"{text[:77]}..."  # noqa: PLR2004 # a line's worth


def _of_count(found: Property, items: Sequence[Any], path: str) -> Iterator[tuple[str, str]]:
    told = found.told if found.block else found.limits
    least, most = told.get("least", 0), told.get("most", 0)
    if len(items) < least and (items or not found.block):
        yield path, f"must have at least {least} items, and has {len(items)}"
    if most and len(items) > most:
        yield path, f"must have at most {most} items, and has {len(items)}"


def _of_relations(
    shape: Shape, relations: Mapping[str, Sequence[Sequence[str]]], inputs: Mapping[str, Any]
) -> Iterator[tuple[str, str]]:
    for kind, groups in relations.items():
        for group in groups:
            places = [_find(shape, inputs, name.split(".")) for name in group]
            # of what Pulumi does not have, or of blocks that are not there, nothing can be asked
            known = [place for place in places if place is not None]
            given = [path for path, value in known if value not in (None, UNKNOWN, [], {})]
            if kind in ("conflicts", "one"):
                if len(given) > 1:
                    yield given[-1], f"conflicts with {' and '.join(given[:-1])}"
            elif len(known) == len(places) and not any(value == UNKNOWN for _, value in known):
                yield from _of_need(shape, inputs, kind, [path for path, _ in known], given)


def _of_need(
    shape: Shape, inputs: Mapping[str, Any], kind: str, paths: Sequence[str], given: Sequence[str]
) -> Iterator[tuple[str, str]]:
    # what a later provider has may do instead
    newer = any(not wire.startswith("__") and wire != "region" and wire not in shape.properties for wire in inputs)
    if kind == "any" and not given and not newer:
        yield paths[0], f"one of {', '.join(paths)} must be given"
    if kind == "with" and paths[0] in given and len(given) < len(paths) and not newer:
        yield paths[0], f"needs {' and '.join(path for path in paths if path not in given)}"


def _find(shape: Shape, values: Mapping[str, Any], steps: Sequence[str]) -> tuple[str, Any] | None:
    """Return the path by Pulumi's names and the value of a property by the provider's; None where it has no place.

    The provider's relations reach into the first of a list's blocks alone.
    """
    path = ""
    for index, step in enumerate(steps):
        wire = shape.wires.get(step)
        if wire is None:
            return None
        found, value = shape.properties[wire], values.get(wire)
        path += f".{wire}" if path else wire
        if index == len(steps) - 1:
            return path, True if value == {} and found.block else value  # a block with nothing in it is there
        if isinstance(value, list) and value and found.many:
            value, path = value[0], f"{path}[0]"
        if not isinstance(value, dict) or not found.block:
            return None
        shape, values = found.inside, value
    return None
