"""A rule over all switches of a kind."""

from collections.abc import Callable
from typing import Any

from . import catalogue
from .reading import UNKNOWN, off, on
from .rule import Concern, Resource, Rule, Severity


class Switches:
    """Wants all switches of a kind to be on, or off; one that is left out is what AWS makes it."""

    def __init__(self, kind: str, wanted: bool, spared: Callable[[Resource], bool] = lambda _: False) -> None:
        self._kind, self._good, self._wanted, self._spared = kind, on if wanted else off, wanted, spared

    def __call__(self, resource: Resource) -> bool:
        """Return whether they are."""
        return self._spared(resource) or not self.where(resource)

    def where(self, resource: Resource) -> str:
        """Return which one is not."""
        for place, value, on_by_default in catalogue.placed(resource, self._kind):
            left_out = value is None and on_by_default == self._wanted
            if value is not UNKNOWN and not left_out and (value is None or not self._good(value)):
                return place
        return ""


def switch(
    rule: str, severity: Severity, kind: str, wanted: bool, sentence: str, advice: str, concern: Concern, *,
    spared: Callable[[Resource], bool] = lambda _: False, **more: Any,
) -> Rule:  # fmt: skip
    """Return a rule over the switches of a kind."""
    holds, types, judges = Switches(kind, wanted, spared), catalogue.types(kind), catalogue.told(kind)
    return Rule(rule, severity, sentence, advice, concern, types, holds, where=holds.where, judges=judges, **more)
