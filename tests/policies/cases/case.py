"""What a rule must pass and what it must refuse: properties as the engine sends them, in camelCase."""

import copy
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pulumi_policy.proxy import UNKNOWN_BOOLEAN_VALUE as UNKNOWN

ABSENT = object()
Variation = Mapping[str, Any]
"""Values by path: `vpcConfig.publicAccessCidrs`, `ingress.0.fromPort`, with `~` between the steps where a key has dots,
and `@protect`, `@provider` or `@parameters` for what stands around the properties."""


@dataclass(frozen=True)
class Case:
    """A resource that the rule passes, and changes after which it refuses, or still passes."""

    type: str
    good: Mapping[str, Any]
    refused: Sequence[Variation]
    passed: Sequence[Variation] = ()
    around: Mapping[str, Any] = field(default_factory=dict)
    unknown_refused: bool = False
    """For the one rule that is about unknown values."""


def one(
    resource_type: str,
    path: str,
    good: Any,
    bad: Sequence[Any],
    *,
    absent: bool = False,
    passed: Sequence[Variation] = (),
    **more: Any,
) -> Case:
    """Return a case that turns on one property; `absent` is whether the rule holds without it."""
    gone: list[Variation] = [{path: ABSENT}]
    refused: list[Variation] = [{path: value} for value in bad]
    return Case(
        resource_type,
        _nest(path, good) | more,
        refused + ([] if absent else gone),
        [*passed, *(gone if absent else [])],
    )


def varied(case: Case, variation: Variation) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return copies of the properties, and of what stands around them, with the variation applied."""
    props, around = copy.deepcopy(dict(case.good)), copy.deepcopy(dict(case.around))
    for path, value in variation.items():
        steps = [int(step) if step.isdigit() else step for step in path.split("~" if "~" in path else ".")]
        holder: Any = props
        if path.startswith("@"):
            holder, steps = around, [str(steps[0])[1:], *steps[1:]]
        for step in steps[:-1]:
            holder = holder.setdefault(step, {}) if isinstance(holder, dict) else holder[step]
        if value is ABSENT:
            del holder[steps[-1]]
        else:
            holder[steps[-1]] = value
    return props, around


def document(*, effect: str = "Allow", **statement: Any) -> str:
    """Return a policy document of one statement."""
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": effect, **statement}]})


def _nest(path: str, value: Any) -> dict[str, Any]:
    for step in reversed(path.split("~" if "~" in path else ".")):
        value = {step: value}
    nested: dict[str, Any] = value
    return nested


__all__ = ["ABSENT", "UNKNOWN", "Case", "Variation", "document", "one", "varied"]
