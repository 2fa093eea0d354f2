"""The CrossGuard policies of a pack: as few as can be, for the SDK reads every resource anew for each of them."""

import re
import sys
from collections.abc import Callable, Iterable
from datetime import date
from functools import cache, partial
from typing import Any

from pulumi_policy import (
    EnforcementLevel,
    Policy,
    PolicyConfigSchema,
    ReportViolation,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    StackValidationArgs,
    StackValidationPolicy,
)

from .exceptions import faults, idle, standing
from .reading import items, plain
from .rule import Resource, RuleMetadata
from .rule_set import RuleSet
from .settings import Exemption, Settings, schema
from .stack import Finding, Stack, StackRule

_LIST = re.compile(r"(kubernetes:.+:\w+)List(Patch)?")


class _Unsaid(str):
    """A policy's description that is not said before each message: the SDK would add the message on a line below."""

    __slots__ = ()

    def __add__(self, message: str) -> str:
        return message.lstrip("\n")


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
        self._ids = frozenset(rule.id for rule in (*self.rules, *self.stack_rules))
        self._config: dict[str, Any] = {}
        self._settings = Settings(self._config, self._ids, now)
        self._inputs: dict[str, Any] = {}
        # by URN, so that a resource that is judged twice, in a preview and in its update, is reported once
        self._advice: dict[str, list[str]] = {}
        self._stack_advice: list[tuple[str, str]] = []
        # by exception the URNs, or other subjects, that broke its rule
        self._excused: dict[Exemption, set[str]] = {}
        self._applicable = cache(lambda of: [rule for rule in self.rules if rule.applies(of)])
        # whoever asks for tags alone has not looked at the thing; rules of other packs are told of where they run
        others = [rule for one in self._known if one not in rule_sets for rule in one.rules]
        looking = [rule for rule in (*self.rules, *others) if rule.concern != "cost"]
        self._judges = cache(lambda of: any(rule.applies(of) for rule in looking))

    def policies(self) -> list[Policy]:
        """Return the policies."""
        configurable = {rule.id: rule for one in (*self._known, *self._rule_sets) for rule in one.every}
        return [
            ResourceValidationPolicy(
                name="rules",
                description=_Unsaid(f"{len(self.rules)} rules over each resource"),
                validate=self._judge,
                enforcement_level=EnforcementLevel.MANDATORY,
                config_schema=PolicyConfigSchema(properties=schema(list(configurable.values()))),
            ),
            StackValidationPolicy(
                name="stack",
                description=_Unsaid(f"{len(self.stack_rules)} rules over the stack"),
                validate=self._judge_stack,
                enforcement_level=EnforcementLevel.MANDATORY,
            ),
            StackValidationPolicy(
                name="advice",
                description=_Unsaid("advisory findings, exceptions in force, and rules that are off"),
                validate=self._advise,
                enforcement_level=EnforcementLevel.ADVISORY,
            ),
            *(policy for one in self._rule_sets for policy in one.policies),
        ]

    def _judge(self, args: ResourceValidationArgs, report: ReportViolation) -> None:
        settings = self._set_up(dict(args.get_config()))
        self._advice.pop(args.urn, None)
        props = self._inputs[args.urn] = plain(args.props)
        provider = plain(args.provider.props) if args.provider else {}
        for resource_type, own in unfolded(args.resource_type, props):
            memo: dict[str, Any] = {}
            for rule in self._applicable(resource_type):
                if settings.level(rule) == "disabled":
                    continue
                resource = Resource(
                    resource_type, args.name, own, bool(args.opts.protect), provider, settings.parameters(rule), memo
                )
                if _kept(rule, args.urn, partial(rule.holds, resource)):
                    continue
                if said := self._say(rule, Finding(args.urn, rule.where(resource)), report):
                    self._advice.setdefault(args.urn, []).append(said)

    def _set_up(self, config: dict[str, Any]) -> Settings:
        # each resource comes with the whole configuration, which is the same for all
        if config != self._config:
            self._settings, self._config = Settings(config, self._ids, self._now), config
        return self._settings

    def _judge_stack(self, args: StackValidationArgs, report: ReportViolation) -> None:
        settings, stack = self._settings, Stack(args.resources, self._inputs, self._judges)
        self._stack_advice = []
        for rule in sorted(self.stack_rules, key=lambda rule: rule.last):
            if settings.level(rule) == "disabled":
                continue
            for finding in self._found(rule, stack):
                if said := self._say(rule, finding, report):
                    # what is about no one resource is said once
                    self._stack_advice.append(("" if finding.subject else finding.urn, said))
        for fault in faults(settings, self._excused):
            report(fault, None)
        urns = [node.urn for node in stack.nodes]
        self._stack_advice += [("", said) for said in idle(settings, self._excused, urns)]

    def _found(self, rule: StackRule, stack: Stack) -> list[Finding]:
        found: list[Finding] = []

        def look() -> bool:
            found.extend(rule.broken(stack, self._settings.parameters(rule)))
            return True

        return found if _kept(rule, "the stack", look) else [Finding("", "the rule itself failed: see standard error")]

    def _say(self, rule: RuleMetadata, finding: Finding, report: ReportViolation) -> str:
        """Report a violation that stops the run; give back what is to be said of one that does not."""
        exemption = self._settings.exemption(rule, finding.urn, finding.subject)
        if exemption:
            self._excused.setdefault(exemption, set()).add(finding.subject or finding.urn)
            return ""
        said = rule.message(finding.note, finding.urn.rpartition("::")[2] or finding.subject)
        if self._settings.level(rule) == "advisory":
            return said
        report(said, finding.urn or None)
        return ""

    def _advise(self, args: StackValidationArgs, report: ReportViolation) -> None:
        present = {resource.urn for resource in args.resources}
        kept = [(urn, message) for urn, messages in self._advice.items() if urn in present for message in messages]
        for urn, message in [*kept, *dict.fromkeys(self._stack_advice)]:
            report(message, urn or None)
        for line in standing(self._settings, self._excused):
            report(line, None)


def unfolded(resource_type: str, props: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Return a resource's type and properties; of a list of Kubernetes objects, those of each object in it."""
    found = _LIST.fullmatch(resource_type)
    if not found:
        return [(resource_type, props)]
    return [(found[1] + (found[2] or ""), one) for one in items(props, "items") if isinstance(one, dict)]


def _kept(rule: RuleMetadata, subject: str, judge: Callable[[], bool]) -> bool:
    try:
        return judge()
    except Exception as error:  # a fault of the rule must neither pass for a pass nor end the run unexplained
        print(f"{rule.id} could not judge {subject}: {type(error).__name__}", file=sys.stderr)
        return False
