"""What a rule wants of what stands at a path, as a value: a test then finds paths that no type has.

An unknown value satisfies. `*` in a path is each element; what no element has is judged by no rule.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .places import each
from .reading import UNKNOWN, given, number, off, on
from .rule import Resource


@dataclass(frozen=True)
class At:
    """A wish for each value at some paths; what is left out satisfies where `absent` says so."""

    paths: tuple[str, ...]
    good: Callable[[Any], bool]
    absent: bool

    def __call__(self, resource: Resource) -> bool:
        """Return whether every value satisfies."""
        return not self.where(resource)

    def where(self, resource: Resource) -> str:
        """Return where the first value stands that does not satisfy; empty where all do."""
        return next((place for place, value in each(resource.props, self.paths) if not self._satisfied(value)), "")

    def _satisfied(self, value: Any) -> bool:
        return value is UNKNOWN or (self.absent if value is None else self.good(value))


def is_on(*paths: str, absent: bool = False) -> At:
    """Want switches to be on."""
    return At(paths, on, absent)


def is_off(*paths: str, absent: bool = True) -> At:
    """Want switches to be off."""
    return At(paths, off, absent)


def one_of(path: str, *allowed: Any, absent: bool = False) -> At:
    """Want one of some values."""
    return At((path,), lambda value: value in allowed, absent)


def none_of(path: str, *refused: Any, absent: bool = True) -> At:
    """Want any value but these."""
    return At((path,), lambda value: value not in refused, absent)


def is_given(*paths: str) -> At:
    """Want anything to stand there."""
    return At(paths, given, absent=False)


def is_empty(*paths: str) -> At:
    """Want nothing to stand there."""
    return At(paths, lambda value: not given(value), absent=True)


def least(path: str, limit: float, *, absent: bool = False) -> At:
    """Want a number that is large enough."""
    return At((path,), lambda value: (number(value) or 0) >= limit, absent)


def most(path: str, limit: float, *, absent: bool = False) -> At:
    """Want a number that is small enough, and above nothing."""
    return At((path,), lambda value: 0 < (number(value) or 0) <= limit, absent)
