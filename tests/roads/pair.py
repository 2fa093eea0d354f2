"""A wall and its neighbour: the same stack with it and without, and where the rule is written."""

from collections.abc import Callable
from dataclasses import dataclass

from sandbox.roads.model import Rule

from .builder import Stack


@dataclass(frozen=True)
class Pair:
    """`build(stack, wall)` makes both; the road between the ends named is shut by the rule, or open."""

    rule: Rule
    build: Callable[[Stack, bool], None]
    source: str
    target: str
    read_at: str

    @property
    def name(self) -> str:
        """What a report calls it."""
        return self.build.__name__.strip("_")


def pair(rule: Rule, source: str, target: str, read_at: str) -> Callable[[Callable[[Stack, bool], None]], Pair]:
    """Make a pair of a function; `read_at` is where its rule was read."""
    return lambda build: Pair(rule, build, source, target, read_at)
