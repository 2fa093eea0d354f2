"""What a preview would do, read from the engine: from the log of its events, or from what `preview --json` prints.

A preview that fails plans no deletions. It ends with an error (reportExecResult in pkg/resource/deploy), which both
have; what broke a policy stands in the log alone (pkg/backend/display/json.go). Pulumi's Automation API reads the log.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Inputs = Mapping[str, Any]

_COLOURS = re.compile(r"<\{%.*?%\}>")  # sdk/go/common/diag/colors
# Without it the CLI hides the option: cmd/pulumi/operations/preview.go
LOGS_EVENTS: Mapping[str, str] = {"PULUMI_DEBUG_COMMANDS": "true"}


class PlanError(Exception):
    """What was given is no plan; the text says why."""


@dataclass(frozen=True)
class Step:
    """What the engine would do with a resource, and how it is now."""

    operation: str
    urn: str
    type: str
    stands: bool
    protect: bool
    retained: bool
    because: tuple[str, ...]
    parent: str = ""
    custom: bool = False
    """Whether a cloud has it: components do nothing by themselves."""
    before: Inputs = field(default_factory=dict)
    """Its inputs as they are: `[secret]` where they are secret."""
    after: Inputs = field(default_factory=dict)
    """Its inputs as they would be: UNKNOWN where `up` alone can tell."""
    changed: tuple[str, ...] = ()
    """The properties that differ, those among them that are secret."""
    id: str = ""
    """What the provider calls it, where it stands."""
    protect_after: bool | None = None
    """Whether it would still be; None where a plan does not tell."""
    retained_after: bool | None = None

    @property
    def name(self) -> str:
        """The last part of its URN."""
        return self.urn.rpartition("::")[2]

    @property
    def resource(self) -> str:
        """The resource by its type and name."""
        return f"{self.type}::{self.name}"


@dataclass(frozen=True)
class Finding:
    """What a policy says of a resource, or of the whole stack (no URN)."""

    policy: str
    mandatory: bool
    urn: str
    message: str


@dataclass(frozen=True)
class Plan:
    """The steps of a preview, the configuration it ran with, and why it is not whole (empty where it is).

    `findings` stand in the log alone: `--json` has none.
    """

    steps: Sequence[Step]
    config: Mapping[str, Any]
    errors: Sequence[str]
    findings: Sequence[Finding] = ()


def read(text: str) -> Plan:
    """Return the plan. Raises PlanError where there is none."""
    try:
        plan = json.loads(text)
    except ValueError:
        return _logged([_event(line) for line in filter(None, map(str.strip, text.splitlines()))])
    if isinstance(plan, dict) and "sequence" in plan and "timestamp" in plan:
        return _logged([plan])
    if not isinstance(plan, dict) or not isinstance(plan.get("steps", []), list) or not plan:
        raise PlanError('the plan has no "steps": give what `pulumi preview --json` prints')
    steps = [
        _step(step, step.get("oldState"), step.get("newState"), step.get("replaceReasons"))
        for step in plan.get("steps", [])
    ]
    errors = [_sentence(each) for each in plan.get("diagnostics") or [] if each.get("severity") == "error"]
    if not errors and not plan.get("changeSummary"):
        errors = ["it ended before it had a summary"]
    return Plan(steps, plan.get("config") or {}, errors)


def _event(line: str) -> Mapping[str, Any]:
    try:
        event = json.loads(line)
    except ValueError:
        event = None
    if not isinstance(event, dict):
        raise PlanError("the plan is no JSON: give what `pulumi preview --json` prints")
    return event


def _logged(events: Sequence[Mapping[str, Any]]) -> Plan:
    if not events:
        raise PlanError("the plan is empty: the preview failed before it had one")
    steps, config = list[Step](), dict[str, Any]()
    for event in events:
        config |= (event.get("preludeEvent") or {}).get("config") or {}
        told = (event.get("resourcePreEvent") or {}).get("metadata")
        if told:
            steps.append(_step(told, told.get("old"), told.get("new"), told.get("keys")))
    return Plan(steps, config, [*_errors(events)], [*_findings(events)])


def _findings(events: Sequence[Mapping[str, Any]]) -> Iterator[Finding]:
    for event in events:
        if told := event.get("policyEvent"):
            said = _COLOURS.sub("", str(told.get("message"))).strip()
            # the engine puts the policy's description before what the policy said
            description, _, message = said.partition("\n")
            yield Finding(
                policy=f"{told.get('policyPackName')}: {told.get('policyName')}",
                mandatory=told.get("enforcementLevel") == "mandatory",
                urn=str(told.get("resourceUrn") or ""),
                message=message.strip() or description,
            )


def _errors(events: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    named = False
    for event in events:
        said, broken = event.get("diagnosticEvent") or {}, event.get("policyEvent") or {}
        if said.get("severity") == "error":
            named = True
            yield _sentence(said)
        if broken.get("enforcementLevel") == "mandatory":
            named = True
            yield f"{broken.get('policyPackName')}: {broken.get('policyName')}: {_sentence(broken)}"
        if event.get("errorEvent"):
            named = True
            yield str(event["errorEvent"].get("error"))
    summary = next((event["summaryEvent"] for event in events if event.get("summaryEvent")), None)
    # older CLIs do not tell the result: their errors stand for it
    result = "ended before it had a summary" if summary is None else summary.get("result") or "succeeded"
    if not named and result != "succeeded":
        yield f"it {result}"


def _sentence(said: Mapping[str, Any]) -> str:
    urn = said.get("urn") or said.get("resourceUrn") or ""
    message = _COLOURS.sub("", f"{said.get('prefix') or ''}{said.get('message')}").strip()
    return f"{urn}: {message}" if urn else message


def _step(
    step: Mapping[str, Any], was: Mapping[str, Any] | None, becomes: Mapping[str, Any] | None, because: Any
) -> Step:
    old, new = was or {}, becomes or {}
    return Step(
        operation=str(step.get("op")),
        urn=str(step.get("urn")),
        type=str(old.get("type") or new.get("type") or step.get("type") or ""),
        stands=bool(old),
        protect=bool(old.get("protect")),
        retained=bool(old.get("retainOnDelete")),
        because=tuple(because or ()),
        parent=str(new.get("parent") or old.get("parent") or ""),
        custom=bool(new.get("custom") or old.get("custom")),
        before=old.get("inputs") or {},
        after=new.get("inputs") or {},
        changed=tuple(step.get("diffs") or step.get("diffReasons") or ()),
        id=str(old.get("id") or ""),
        protect_after=bool(new.get("protect")),
        retained_after=bool(new.get("retainOnDelete")),
    )
