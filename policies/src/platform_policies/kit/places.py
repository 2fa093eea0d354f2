"""Where in a resource's properties something stands: `*` in a path is each element of a list or a map."""

from collections.abc import Iterable, Iterator
from typing import Any

from .reading import UNKNOWN

Place = tuple[str, Any]


def at(value: Any, path: str) -> Iterator[Place]:
    """Yield what stands at a path, each with what leads to it: None where it, or a block around it, is left out.

    Of the elements of a list that is left out nothing is yielded.
    """
    yield from _at(value, path.split("."), ())


def each(value: Any, paths: Iterable[str]) -> Iterator[Place]:
    """Yield what stands at each of several paths."""
    for path in paths:
        yield from at(value, path)


def _at(value: Any, steps: list[str], taken: tuple[str, ...]) -> Iterator[Place]:
    if not steps or value is UNKNOWN:
        yield ".".join(taken), value
        return
    step, rest = steps[0], steps[1:]
    if step == "*":
        listed = value.items() if isinstance(value, dict) else enumerate(value if isinstance(value, list) else ())
        for key, item in listed:
            yield from _at(item, rest, (*taken, str(key)))
    elif isinstance(value, dict):
        yield from _at(value.get(step), rest, (*taken, step))
    elif isinstance(value, list):  # one block, which a provider lists
        for index, item in enumerate(value):
            yield from _at(item, steps, (*taken, str(index)))
    elif value is None and "*" not in steps:
        yield ".".join((*taken, *steps)), None
