"""What a pack says of a stack: three policies over all of its rules."""

import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, Literal

from .exceptions import faults, idle, standing
from .reading import items
from .rule import Resource, Rule, RuleMetadata
from .rule_set import RuleSet
from .settings import Exemption, Settings, schema
from .stack import Finding, Shown, Stack, StackRule

_LIST = re.compile(r"(kubernetes:.+:\w+)List(Patch)?")


@dataclass(frozen=True)
class Policy:
    """What the engine knows of a pack: a name, a level, and what is said of it."""

    name: Literal["rules", "stack", "advice"]
    level: Literal["mandatory", "advisory"]
    description: str


@dataclass(frozen=True)
class Said:
    """What is to be reported of a resource, or of the whole stack (no URN)."""

    urn: str
    message: str


class Pack:
    """Three policies: `rules` judges each resource, `stack` the whole, `advice` says what does not stop a run.

    A policy has one level. What is merely advice is therefore kept until the end and reported by a policy of its own.
    The configuration is that of `rules`; the engine shows a pack every resource before it shows it the stack.
    """

    def __init__(self, *rule_sets: RuleSet, known: Iterable[RuleSet] = (), now: date | None = None) -> None:
        """Take the rule sets to judge by, and others that the configuration may name: it may be for several packs.

        `now` is which day it is, where that is not the clock's.
        """
        self._now = now
        self._rule_sets, self._known = rule_sets, tuple(known)
        self.rules = tuple(rule for one in rule_sets for rule in one.rules)
        self.stack_rules = tuple(rule for one in rule_sets for rule in one.stack_rules)
        self.remediations = tuple(remediation for one in rule_sets for remediation in one.remediations)
        self.policies = (
            Policy("rules", "mandatory", f"{len(self.rules)} rules over each resource"),
            Policy("stack", "mandatory", f"{len(self.stack_rules)} rules over the stack"),
            Policy("advice", "advisory", "advisory findings, exceptions in force, and rules that are off"),
        )
        self._ids = frozenset(rule.id for rule in (*self.rules, *self.stack_rules))
        self._inputs: dict[str, Any] = {}
        # by URN, so that a resource that is judged twice, in a preview and in its update, is reported once
        self._advice: dict[str, list[str]] = {}
        self._stack_advice: list[tuple[str, str]] = []
        # by exception the URNs, or other subjects, that broke its rule
        self._excused: dict[Exemption, set[str]] = {}
        self._matching = cache(lambda of: [rule for rule in self.rules if rule.applies(of)])
        # whoever asks for tags alone has not looked at the thing; rules of other packs are told of where they run
        others = [rule for one in self._known if one not in rule_sets for rule in one.rules]
        self._judges = cache(
            lambda of: (
                any(rule.concern != "cost" for rule in self._matching(of))
                or any(rule.concern != "cost" and rule.applies(of) for rule in others)
            )
        )
        self.configure({})

    def schema(self) -> dict[str, Any]:
        """Return the JSON schema of the configuration."""
        known = {rule.id: rule for one in (*self._known, *self._rule_sets) for rule in one.every}
        return schema(list(known.values()))

    def configure(self, config: Mapping[str, Any]) -> None:
        """Take the configuration, before any resource."""
        self._settings = settings = Settings(config, self._ids, self._now)

        def applicable(resource_type: str) -> list[tuple[Rule, Mapping[str, Any]]]:
            on = (rule for rule in self._matching(resource_type) if settings.level(rule) != "disabled")
            return [(rule, settings.parameters(rule)) for rule in on]

        self._applicable = cache(applicable)

    def judge(self, shown: Shown) -> list[Said]:
        """Return what stops the run about a resource; what is advice is kept."""
        found: list[Said] = []
        self._advice.pop(shown.urn, None)
        self._inputs[shown.urn] = shown.props
        for resource_type, own in unfolded(shown.type, shown.props):
            memo: dict[str, Any] = {}
            for rule, parameters in self._applicable(resource_type):
                resource = Resource(
                    resource_type, shown.name, own, shown.protect, shown.provider or {}, parameters, memo
                )
                if _kept(rule, shown.urn, rule.holds, resource):
                    continue
                if advice := self._said(rule, Finding(shown.urn, rule.where(resource)), found):
                    self._advice.setdefault(shown.urn, []).append(advice)
        return found

    def judge_stack(self, resources: Sequence[Shown]) -> list[Said]:
        """Return what stops the run about the whole stack; what is advice is kept."""
        found: list[Said] = []
        settings, stack = self._settings, Stack(resources, self._inputs, self._judges)
        self._stack_advice = []
        for rule in sorted(self.stack_rules, key=lambda rule: rule.last):
            if settings.level(rule) == "disabled":
                continue
            for finding in self._found(rule, stack):
                if advice := self._said(rule, finding, found):
                    # what is about no one resource is said once
                    self._stack_advice.append(("" if finding.subject else finding.urn, advice))
        found += [Said("", fault) for fault in faults(settings, self._excused)]
        urns = [node.urn for node in stack.nodes]
        self._stack_advice += [("", advice) for advice in idle(settings, self._excused, urns)]
        return found

    def advise(self, present: Iterable[str]) -> Iterator[Said]:
        """Yield what is advice about the resources that are there, by URN, and about the stack."""
        there = set(present)
        kept = [(urn, message) for urn, messages in self._advice.items() if urn in there for message in messages]
        for urn, message in [*kept, *dict.fromkeys(self._stack_advice)]:
            yield Said(urn, message)
        for line in standing(self._settings, self._excused):
            yield Said("", line)

    def _found(self, rule: StackRule, stack: Stack) -> list[Finding]:
        found: list[Finding] = []

        def look(parameters: Mapping[str, Any]) -> bool:
            found.extend(rule.broken(stack, parameters))
            return True

        kept = _kept(rule, "the stack", look, self._settings.parameters(rule))
        return found if kept else [Finding("", "the rule itself failed: see standard error")]

    def _said(self, rule: RuleMetadata, finding: Finding, found: list[Said]) -> str:
        """Add a violation that stops the run to what is found; return what is to be said of one that does not."""
        exemption = self._settings.exemption(rule, finding.urn, finding.subject)
        if exemption:
            self._excused.setdefault(exemption, set()).add(finding.subject or finding.urn)
            return ""
        message = rule.message(finding.note, finding.urn.rpartition("::")[2] or finding.subject)
        if self._settings.level(rule) == "advisory":
            return message
        found.append(Said(finding.urn, message))
        return ""


def unfolded(resource_type: str, props: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Return a resource's type and properties; of a list of Kubernetes objects, those of each object in it."""
    found = _LIST.fullmatch(resource_type)
    if not found:
        return [(resource_type, props)]
    return [(found[1] + (found[2] or ""), one) for one in items(props, "items") if isinstance(one, dict)]


def _kept(rule: RuleMetadata, subject: str, judge: Callable[[Any], bool], of: Any) -> bool:
    try:
        return judge(of)
    except Exception as error:  # a fault of the rule must neither pass for a pass nor end the run unexplained
        print(f"{rule.id} could not judge {subject}: {type(error).__name__}", file=sys.stderr)
        return False
