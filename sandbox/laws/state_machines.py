"""Step Functions: states that lead somewhere, and an end."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from ..wire import UNKNOWN
from .law import Law, Refusal, ResourceOperation

_TYPES = {"Task", "Pass", "Choice", "Wait", "Succeed", "Fail", "Parallel", "Map"}
_NEXT_OR_END = _TYPES - {"Choice", "Succeed", "Fail"}


def _definition(op: ResourceOperation) -> Iterator[Refusal]:
    text = op.text("definition")
    if not text or UNKNOWN in text:
        return
    try:
        machine = json.loads(text)
    except ValueError as error:
        yield _invalid(f"INVALID_JSON_DESCRIPTION: {error}")
        return
    for reason in _wrong(machine, ""):
        yield _invalid(reason)


def _wrong(machine: Any, at: str) -> Iterator[str]:
    states = machine.get("States") if isinstance(machine, Mapping) else None
    if not isinstance(states, Mapping) or not states or "StartAt" not in machine:
        yield f"SCHEMA_VALIDATION_FAILED: StartAt and States are required at {at or '/'}"
        return
    if machine["StartAt"] not in states:
        yield f"MISSING_TRANSITION_TARGET: Missing 'Next' target: {machine['StartAt']} at {at}/StartAt"
    reached = {machine["StartAt"]}
    for name, state in states.items():
        place = f"{at}/States/{name}"
        if not isinstance(state, Mapping) or state.get("Type") not in _TYPES:
            kind = state.get("Type") if isinstance(state, Mapping) else None
            yield f"SCHEMA_VALIDATION_FAILED: {kind} is no type of a state at {place}/Type"
            continue
        if state["Type"] in _NEXT_OR_END and ("Next" in state) == (state.get("End") is True):
            yield f"SCHEMA_VALIDATION_FAILED: exactly one of Next and End is required at {place}"
        for target in _targets(state):
            reached.add(target)
            if target not in states:
                yield f"MISSING_TRANSITION_TARGET: Missing 'Next' target: {target} at {place}"
        for branch, inner in _inside(state):
            yield from _wrong(inner, f"{place}/{branch}")
    for name in states:
        if name not in reached:
            yield f'MISSING_TRANSITION_TARGET: State "{name}" is not reachable. at {at}/States/{name}'


def _targets(state: Mapping[str, Any]) -> Iterator[str]:
    for key in ("Next", "Default"):
        if isinstance(state.get(key), str):
            yield state[key]
    for key in ("Choices", "Catch"):
        for each in state.get(key) or []:
            if isinstance(each, Mapping) and isinstance(each.get("Next"), str):
                yield each["Next"]


def _inside(state: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    if state["Type"] == "Parallel":
        for place, branch in enumerate(state.get("Branches") or []):
            yield f"Branches[{place}]", branch
    if state["Type"] == "Map":
        for key in ("ItemProcessor", "Iterator"):
            if key in state:
                yield key, state[key]


def _invalid(reason: str) -> Refusal:
    return Refusal(
        "InvalidDefinition",
        f"Invalid State Machine Definition: '{reason}'",
        "let every state lead to one that stands, or end, and be reached",
    )


LAWS = (
    Law(
        "state-machine-definition",
        "states that lead somewhere",
        "https://states-language.net/spec.html",
        "aws:sfn/stateMachine:StateMachine",
        _definition,
    ),
)
