"""Reading properties in a policy without ever raising.

In a preview a property may be unknown. Where reading one raises, a mandatory rule that reads it passes unseen. Here an
unknown value is a value: UNKNOWN, equal to nothing but itself. The predicates below hold for it: what is unknown in a
preview is decided by `up`.
"""

import json
from collections.abc import Iterable, Iterator
from typing import Any

UNKNOWN = object()


def get(value: Any, *path: str | int) -> Any:
    """Return what stands at a path: None where nothing does, UNKNOWN where it, or what holds it, is unknown."""
    for step in path:
        if value is UNKNOWN:
            return UNKNOWN
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and isinstance(step, int) and -len(value) <= step < len(value):
            value = value[step]
        else:
            return None
    return value


def items(value: Any, *path: str | int) -> list[Any]:
    """Return the list at a path; empty where there is none or it is unknown."""
    found = get(value, *path)
    return found if isinstance(found, list) else []


def on(value: Any) -> bool:
    """Return whether a switch is on. Some providers write it as text."""
    return value is UNKNOWN or value in (True, "true")


def off(value: Any) -> bool:
    """Return whether a switch that is off by default is off."""
    return value is UNKNOWN or value in (False, None, "false")


def given(value: Any) -> bool:
    """Return whether anything stands there."""
    return value not in (None, "", [], {})


def among(value: Any, *allowed: Any) -> bool:
    """Return whether a value is one of those allowed."""
    return value is UNKNOWN or value in allowed


def number(value: Any) -> float | None:
    """Return a number, also where a provider writes it as text; None for what is none."""
    try:
        return None if isinstance(value, bool) else float(value)
    except (TypeError, ValueError):
        return None


def at_least(value: Any, least: float) -> bool:
    """Return whether a number is large enough; what is absent is not."""
    found = number(value)
    return value is UNKNOWN or (found is not None and found >= least)


def covers(value: Any, wanted: Iterable[Any]) -> bool:
    """Return whether a list holds all that is wanted, as far as it is known."""
    if value is UNKNOWN:
        return True
    return isinstance(value, list) and (UNKNOWN in value or set(wanted) <= {x for x in value if isinstance(x, str)})


def document(value: Any) -> Any:
    """Return an IAM policy document given as JSON or as an object; None where it is neither, UNKNOWN where unknown."""
    if value is UNKNOWN or isinstance(value, dict):
        return value
    try:
        found = json.loads(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def statements(value: Any, effect: str = "Allow") -> list[dict[str, Any]]:
    """Return the statements of a document that have this effect; none where it is unknown or no document."""
    found = get(document(value), "Statement")
    listed = found if isinstance(found, list) else [found]
    return [item for item in listed if isinstance(item, dict) and item.get("Effect") == effect]


def strings(value: Any) -> Iterator[str]:
    """Return the strings of an IAM element, which is one or a list of them, or a map to either."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from strings(item)
