"""What AWS has added to lists of values since the provider was released: from AWS's own models, as botocore has them.

A provider's lists are AWS's of its day. A value that came later is taken by a later provider, so it is no fault.
"""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from botocore.loaders import Loader

# Of a list that is not of the type's own service: it has many values in common, or it is another.
_LIKE = 5


@cache
def _models() -> Mapping[str, list[frozenset[str]]]:
    """Return every list of values, by service."""
    loader = Loader()
    found: dict[str, list[frozenset[str]]] = {}
    for service in loader.list_available_services("service-2"):
        shapes = loader.load_service_model(service, "service-2")["shapes"].values()
        found[re.sub(r"[^a-z0-9]", "", service)] = [frozenset(shape["enum"]) for shape in shapes if "enum" in shape]
    return found


def later(kind: str, values: list[Any]) -> list[str]:
    """Return the values that AWS's list has beyond those of a property of a type; empty where no list is like it."""
    given = frozenset(value for value in values if isinstance(value, str) and value)
    words = kind.removeprefix("aws_").split("_")
    own = [service for service in _models() if service.startswith(words[0]) or words[0].startswith(service)]
    near = [listed for service in own or _USUAL for listed in _models().get(service, ()) if given <= listed]
    if not near and len(given) >= _LIKE:
        near = [listed for lists in _models().values() for listed in lists if given <= listed]
    return sorted(min(near, key=lambda listed: (len(listed), sorted(listed))) - given) if near else []


# Services whose types bear no service's name: `aws_instance`, `aws_lb`, `aws_db_instance`.
_USUAL = ("ec2", "elbv2", "rds")


def added(kind: str, block: dict[str, Any]) -> None:
    """Add to the facts of a block, at any depth, what its lists have got since."""
    for told in block["a"].values():
        limits = told.get("v", {})
        if "in" in limits and (newer := later(kind, limits["in"])):
            limits["later"] = newer
    for told in block["b"].values():
        added(kind, told["in"])
