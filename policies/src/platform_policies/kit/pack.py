"""The CrossGuard policies of a pack: as few as can be, for the SDK reads every resource anew for each of them."""

import re
import sys
from collections.abc import Callable, Iterable
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

from .reading import items, plain
from .rule import Resource, RuleMetadata
from .rule_set import RuleSet
from .settings import Settings, schema
from .stack import Finding, Stack, StackRule

_LIST = re.compile(r"(kubernetes:.+:\w+)List(Patch)?")


class Pack:
    """Three policies: `rules` judges each resource, `stack` the whole, `advice` says what does not stop a run.

    A policy has one level. What is merely advice is therefore kept until the end and reported by a policy of its own.
    The configuration is that of `rules`; the engine shows a pack every resource before it shows it the stack.
    """

    def __init__(self, *rule_sets: RuleSet, known: Iterable[RuleSet] = ()) -> None:
        """Take the rule sets to judge by, and others that the configuration may name: it may be for several packs."""
        self._rule_sets, self._known = rule_sets, tuple(known)
        self.rules = tuple(rule for one in rule_sets for rule in one.rules)
        self.stack_rules = tuple(rule for one in rule_sets for rule in one.stack_rules)
        self._ids = frozenset(rule.id for rule in (*self.rules, *self.stack_rules))
        self._settings = Settings({}, self._ids)
        self._inputs: dict[str, Any] = {}
        # by URN, so that a resource that is judged twice, in a preview and in its update, is reported once
        self._advice: dict[str, list[str]] = {}
        self._stack_advice: list[tuple[str, str]] = []
        self._applicable = cache(lambda of: [rule for rule in self.rules if rule.applies(of)])

    def policies(self) -> list[Policy]:
        """Return the policies."""
        configurable = {rule.id: rule for one in (*self._known, *self._rule_sets) for rule in one.every}
        return [
            ResourceValidationPolicy(
                name="rules",
                description=f"{len(self.rules)} rules over each resource; the message names the one that is violated",
                validate=self._judge,
                enforcement_level=EnforcementLevel.MANDATORY,
                config_schema=PolicyConfigSchema(properties=schema(list(configurable.values()))),
            ),
            StackValidationPolicy(
                name="stack",
                description=f"{len(self.stack_rules)} rules over the stack; the message names the one that is violated",
                validate=self._judge_stack,
                enforcement_level=EnforcementLevel.MANDATORY,
            ),
            StackValidationPolicy(
                name="advice",
                description="advisory findings, exceptions in force, and rules that are off",
                validate=self._advise,
                enforcement_level=EnforcementLevel.ADVISORY,
            ),
            *(policy for one in self._rule_sets for policy in one.policies),
        ]

    def _judge(self, args: ResourceValidationArgs, report: ReportViolation) -> None:
        settings = self._settings = Settings(dict(args.get_config()), self._ids)
        self._advice.pop(args.urn, None)
        self._inputs[args.urn] = args.props
        props, named = plain(args.props), f"{args.resource_type}::{args.name}"
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
                if said := self._say(rule, Finding(args.urn), named, report):
                    self._advice.setdefault(args.urn, []).append(said)

    def _judge_stack(self, args: StackValidationArgs, report: ReportViolation) -> None:
        settings, stack = self._settings, Stack(args.resources, self._inputs)
        self._stack_advice = []
        names = {node.urn: f"{node.type}::{node.name}" for node in stack.nodes}
        for rule in self.stack_rules:
            if settings.level(rule) == "disabled":
                continue
            for finding in self._found(rule, stack):
                if said := self._say(rule, finding, finding.subject or names.get(finding.urn, ""), report):
                    # what is about no one resource is said once
                    self._stack_advice.append(("" if finding.subject else finding.urn, said))
        for one in settings.exemptions:
            if one.expired(settings.today):
                report(
                    f"{one.rule}: the exception for {one.resource} expired on {one.expires} (owner: {one.owner})",
                    None,
                )

    def _found(self, rule: StackRule, stack: Stack) -> list[Finding]:
        found: list[Finding] = []

        def look() -> bool:
            found.extend(rule.broken(stack, self._settings.parameters(rule)))
            return True

        return found if _kept(rule, "the stack", look) else [Finding("", "the rule itself failed: see standard error")]

    def _say(self, rule: RuleMetadata, finding: Finding, resource: str, report: ReportViolation) -> str:
        """Report a violation that stops the run; give back what is to be said of one that does not."""
        exemption = self._settings.exemption(rule, resource)
        if exemption:
            ends = f"until {exemption.expires}: {exemption.reason} (owner: {exemption.owner})"
            return f"exception to {rule.id} {ends}"
        if self._settings.level(rule) == "advisory":
            return rule.message(finding.note)
        report(rule.message(finding.note), finding.urn or None)
        return ""

    def _advise(self, args: StackValidationArgs, report: ReportViolation) -> None:
        present = {resource.urn for resource in args.resources}
        kept = [(urn, message) for urn, messages in self._advice.items() if urn in present for message in messages]
        for urn, message in [*kept, *dict.fromkeys(self._stack_advice)]:
            report(message, urn or None)
        reasons = self._settings.off
        for reason in sorted(set(reasons.values())):
            rules = ", ".join(sorted(rule for rule in reasons if reasons[rule] == reason))
            report(f"off for this stack: {rules}: {reason}", None)


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
