"""What a difference between a resource and its program is made of."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["ADD", "DELETE", "UPDATE"]


@dataclass(frozen=True)
class Change:
    """One changed value, by its path in the inputs."""

    path: str
    kind: Kind
    replaces: bool


@dataclass(frozen=True)
class Diff:
    """Every change, the top-level inputs that force a replacement, and whether the old resource must go first."""

    changes: tuple[Change, ...]
    replaces: tuple[str, ...]
    delete_before_replace: bool


@dataclass(frozen=True)
class Verdict:
    """What the provider itself says of a change: which of the inputs that it knows change, and which of these force a
    replacement, each by its outermost name.
    """

    known: frozenset[str]
    changed: frozenset[str]
    forced: frozenset[str]
