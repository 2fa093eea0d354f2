"""Reading properties in a policy without ever raising.

In a preview a property may be unknown. CrossGuard's proxies raise then, and the SDK turns that into a mere advice, so
that a mandatory rule passes unseen. Here an unknown value is a value: UNKNOWN, equal to nothing but itself.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pulumi_policy import proxy

UNKNOWN = object()

_SENTINELS = frozenset(
    value for name, value in vars(proxy).items() if name.startswith("UNKNOWN_") and isinstance(value, str)
)


def plain(value: Any) -> Any:
    """Properties as dicts, lists and scalars, with UNKNOWN for what is unknown."""
    # `__target` is the proxies' own way out; every other read of an unknown raises.
    if isinstance(value, Mapping):
        target = value if isinstance(value, dict) else value["__target"]
        return {key: plain(item) for key, item in target.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        target = value if isinstance(value, list) else value["__target"]  # type: ignore[call-overload] # as above
        return [plain(item) for item in target]
    return UNKNOWN if isinstance(value, str) and value in _SENTINELS else value


def get(value: Any, *path: str | int) -> Any:
    """What stands at a path: None where nothing does, UNKNOWN where it, or what holds it, is unknown."""
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
    """The list at a path; empty where there is none or it is unknown."""
    found = get(value, *path)
    return found if isinstance(found, list) else []


def statements(document: Any) -> list[dict[str, Any]]:
    """The statements of an IAM policy document given as JSON; empty where it is unknown or no such document."""
    try:
        found = json.loads(document)["Statement"] if isinstance(document, str) else []
    except (ValueError, KeyError, TypeError):
        return []
    return [item for item in (found if isinstance(found, list) else [found]) if isinstance(item, dict)]


def strings(value: Any) -> Iterator[str]:
    """The strings of an IAM element, which is one or a list of them, or a map to either."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from strings(item)
