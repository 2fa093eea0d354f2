"""What changes inputs instead of judging them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from .rule import Resource


@dataclass(frozen=True)
class Remediation:
    """Adds to the inputs of resources, where a stack asks for it: it is off unless its level is `remediate`."""

    name: str
    description: str
    lacking: Callable[[Resource], Mapping[str, Any]]
    """What a resource lacks of it, by property; its `parameters` are what the stack sets for the remediation."""
