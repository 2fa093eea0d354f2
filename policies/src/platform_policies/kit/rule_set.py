"""The rules of a subject, by topic."""

from collections.abc import Mapping
from dataclasses import dataclass

from .remediation import Remediation
from .rule import Rule, RuleMetadata
from .stack import StackRule


@dataclass(frozen=True)
class RuleSet:
    """Rules that are served together."""

    topics: Mapping[str, tuple[Rule, ...]]
    stack_rules: tuple[StackRule, ...]
    remediations: tuple[Remediation, ...] = ()

    @property
    def rules(self) -> tuple[Rule, ...]:
        """Return the rules over a resource."""
        return tuple(rule for rules in self.topics.values() for rule in rules)

    @property
    def every(self) -> tuple[RuleMetadata, ...]:
        """Return all rules."""
        return (*self.rules, *self.stack_rules)
