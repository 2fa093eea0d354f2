"""Which properties of which types are of a kind: tables of the AWS SDK (`python -m tools.policy_catalogue`)."""

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from .places import Place, at
from .rule import Resource

_FOLDER = Path(__file__).parent
_READ = json.loads((_FOLDER / "catalogue.json").read_text(encoding="utf-8"))
KINDS: Mapping[str, Mapping[str, list[str]]] = _READ["kinds"]


def types(kind: str, without: str = "$^") -> str:
    """Return a regular expression of the types with properties of a kind, but for those that another one matches."""
    return "|".join(re.escape(one) for one in KINDS[kind] if not re.fullmatch(without, one))


def told(kind: str) -> str:
    """Return in words what a rule over a kind judges."""
    found = KINDS[kind]
    return f"{sum(map(len, found.values()))} properties of {len(found)} types (`{kind}` of the catalogue)"


def placed(resource: Resource, kind: str) -> Iterator[tuple[str, Any, bool]]:
    """Yield each property of a kind: where it stands, its value, and whether it is on where it is left out."""
    for path in KINDS[kind].get(resource.type, ()):
        for place, value in at(resource.props, path.rstrip("?")):
            yield place, value, path.endswith("?")


def values(resource: Resource, kind: str) -> Iterator[Place]:
    """Yield each property of a kind that is not a switch: where it stands, and its value."""
    yield from ((place, value) for place, value, _ in placed(resource, kind))


@cache
def unscoped_actions() -> frozenset[str]:
    """Return the actions that change something, and that IAM can hold to no resource, in lower case."""
    read = json.loads((_FOLDER / "unscoped_actions.json").read_text(encoding="utf-8"))["actions"]
    return frozenset(f"{service}:{name}" for service, names in read.items() for name in names)
