"""A rule, and the policy that holds a topic's rules."""

import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pulumi_policy import PolicyConfigSchema, ReportViolation, ResourceValidationArgs, ResourceValidationPolicy

from .reading import plain

Severity = Literal["critical", "high", "medium", "low"]


@dataclass(frozen=True)
class Rule:
    """One rule over resources of some types. `holds` judges plain properties (camelCase), and never raises.

    A flag that a program should write down, encryption say, must be known to hold: unknown breaks the rule.
    """

    id: str
    severity: Severity
    types: str
    """A regular expression that the whole resource type matches."""
    holds: Callable[[dict[str, Any]], bool]
    advice: str
    """What to do. It names no value of the resource: a policy sees secrets in clear."""
    source: str = ""

    def applies(self, resource_type: str) -> bool:
        """Whether the rule judges resources of this type."""
        return re.fullmatch(self.types, resource_type) is not None


def message(rule_id: str, severity: str, advice: str, source: str) -> str:
    """What a violation says."""
    return f"{rule_id} ({severity}): {advice}" + (f" [{source}]" if source else "")


def exempt(config: Any) -> frozenset[str]:
    """The rules that the stack's configuration switches off within a policy."""
    listed = config.get("exempt") if isinstance(config, dict) else None
    return frozenset(listed) if isinstance(listed, list) else frozenset()


def config_schema(rules: Sequence[str]) -> dict[str, Any]:
    """The JSON schema of a policy's configuration: rules to leave out, by id."""
    return {"exempt": {"type": "array", "items": {"type": "string", "enum": list(rules)}, "default": []}}


def policy(topic: str, rules: Sequence[Rule]) -> ResourceValidationPolicy:
    """The CrossGuard policy of a topic."""

    def validate(args: ResourceValidationArgs, report: ReportViolation) -> None:
        judged = [rule for rule in rules if rule.applies(args.resource_type)]
        if not judged:
            return
        props = plain(args.props)
        left_out = exempt(args.get_config())
        for rule in judged:
            if rule.id in left_out:
                continue
            try:
                broken = not rule.holds(props)
            except Exception as error:  # a fault of the rule must neither pass for a pass nor end the run unexplained
                print(f"{rule.id} could not judge {args.urn}: {type(error).__name__}", file=sys.stderr)
                broken = True
            if broken:
                report(message(rule.id, rule.severity, rule.advice, rule.source), None)

    return ResourceValidationPolicy(
        name=topic,
        description=f"{len(rules)} rules on {topic}; the message names the one that is broken",
        validate=validate,
        config_schema=PolicyConfigSchema(properties=config_schema([rule.id for rule in rules])),
    )
