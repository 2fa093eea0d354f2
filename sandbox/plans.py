"""What a preview would do, read from the engine: from the log of its events, or from what `preview --json` prints.

A preview that fails plans no deletions. It ends with an error (reportExecResult in pkg/resource/deploy), which both
have; what broke a policy stands in the log alone (pkg/backend/display/json.go). Pulumi's Automation API reads the log.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

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

    @property
    def resource(self) -> str:
        """The resource by its type and name."""
        return f"{self.type}::{self.urn.rpartition('::')[2]}"


@dataclass(frozen=True)
class Plan:
    """The steps of a preview, the configuration it ran with, and why it is not whole (empty where it is)."""

    steps: Sequence[Step]
    config: Mapping[str, Any]
    errors: Sequence[str]


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
    steps = [_step(step, step.get("oldState") or {}, step.get("replaceReasons")) for step in plan.get("steps", [])]
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
            steps.append(_step(told, told.get("old") or {}, told.get("keys")))
    return Plan(steps, config, [*_errors(events)])


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


def _step(step: Mapping[str, Any], old: Mapping[str, Any], because: Any) -> Step:
    return Step(
        operation=str(step.get("op")),
        urn=str(step.get("urn")),
        type=str(old.get("type") or step.get("type") or ""),
        stands=bool(old),
        protect=bool(old.get("protect")),
        retained=bool(old.get("retainOnDelete")),
        because=tuple(because or ()),
    )
