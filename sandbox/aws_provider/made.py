"""A resource as a plan leaves it, with values for what the provider will say only once it is made."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from .blocks import Block, Path, get, put
from .msgpack import UNKNOWN
from .terraform import Planned

# Values that are given another form, in one resource.
_ANEW = 4
# What a resource has got that the provider says only once it is made.
_MADE_UP = {"string": "made-0123456789abcdef0", "number": 0, "bool": False}


def known(block: Block, state: Any, told: Mapping[str, Any] | None = None) -> Any:
    """Return a planned state with values for what the provider will say once the resource is made: those that are told,
    by the provider's names, or made up.
    """
    if not isinstance(state, dict):
        return state
    given = told or {}
    result = {name: given.get(name) or value if value is UNKNOWN else value for name, value in state.items()}
    state = dict(result)
    for name, attribute in block.attributes.items():
        result[name] = _made_up(attribute.kind, state.get(name), name)
    for name, nested in block.blocks.items():
        value = state.get(name)
        if value is UNKNOWN:
            result[name] = nested.absent if nested.nesting == "single" else {} if nested.nesting == "map" else []
        elif isinstance(value, list):
            result[name] = [known(nested.block, item) for item in value]
        elif isinstance(value, dict):
            one = nested.nesting in ("single", "group")
            result[name] = known(nested.block, value) if one else {k: known(nested.block, v) for k, v in value.items()}
    return {name: None if value is UNKNOWN else value for name, value in result.items()}


def _made_up(kind: Any, value: Any, name: str) -> Any:
    if value is UNKNOWN:
        if kind == "string" and name.endswith("arn"):
            return "arn:aws:iam::123456789012:role/made-0123456789abcdef0"
        if kind == "string" and name.endswith("version"):
            return "7.1.0"
        return _MADE_UP[kind] if isinstance(kind, str) and kind in _MADE_UP else {} if kind[0] == "map" else []
    if isinstance(value, list):
        return [_made_up(kind[1] if isinstance(kind, list) else kind, item, name) for item in value]
    if isinstance(value, dict) and isinstance(kind, list) and kind[0] == "map":
        return {key: _made_up(kind[1], item, name) for key, item in value.items()}
    return value


def mended(state: Any, first: Any, plan: Callable[[Any], Planned | None], other: Callable[[Path, str], Any]) -> Any:
    """Return a state with other values for what was made up and the provider does not understand: a window that is
    none.

    `first` is what was planned before the resource was made, `plan` a plan without a change, `other` another value for
    a path that is refused with some words.
    """
    for _ in range(_ANEW):
        planned = plan(state)
        at: Path = (
            next((fault.path for fault in planned.faults if get(first, fault.path) is UNKNOWN), ()) if planned else ()
        )
        if not at or planned is None or not isinstance(get(state, at), str):
            break
        said = " ".join(fault.text for fault in planned.faults if fault.path == at)
        state = put(state, at, other(at, said))
    return state


def differences(before: Any, after: Any) -> Iterator[str]:
    """Yield the names of what is not the same in two states."""
    if not isinstance(after, dict) or not isinstance(before, dict):
        return
    for name in before.keys() | after.keys():
        if not equal(before.get(name), after.get(name)):
            yield name


def equal(one: Any, other: Any) -> bool:
    """Return whether two values of the protocol are the same; a set always comes in the same order."""
    empty: tuple[Any, ...] = (None, [], {})
    return one == other or (one in empty and other in empty)
