"""The rules on pods against what Kubernetes's own Pod Security evaluator said: `python -m tools.pod_security`."""

import json
from pathlib import Path
from typing import Any

import pytest
from platform_policies.kit.rule import Resource
from platform_policies.kubernetes import RULE_SET

from .cases.pod_security import CHECKS, every

ANSWERS: list[dict[str, Any]] = json.loads((Path(__file__).parent / "pod_security.json").read_text(encoding="utf-8"))
RULES = {rule.id: rule for rule in RULE_SET.topics["pods"]}
PODS = list(every())


def broken(pod: dict[str, Any], minor: str) -> set[str]:
    """Return the rules that a pod breaks, by the standards of a version."""
    found = set()
    memo: dict[str, Any] = {}
    for rule in RULES.values():
        parameters = {**rule.parameters, **({"version": f"1.{minor}"} if "version" in rule.parameters else {})}
        if not rule.holds(Resource("kubernetes:core/v1:Pod", "it", pod, False, {}, parameters, memo)):
            found.add(rule.id)
    return found


def differences(minor: str, index: int) -> list[str]:
    """Return in what the rules and the evaluator differ on a pod."""
    refused, _, restricted = next(ANSWERS[index][at] for at in sorted(ANSWERS[index], reverse=True) if at <= minor)
    ours = broken(PODS[index], minor)
    silent = [check for check in refused if not CHECKS[check] & ours]
    explained = {rule for check in refused for rule in CHECKS[check]}
    return [f"{check}: no rule says so" for check in silent] + [
        f"{rule}: the evaluator admits it" for rule in ours - explained
    ] + ([] if restricted == (not ours) else ["as a whole"])  # fmt: skip


def test_every_pod_was_asked_about() -> None:
    assert len(PODS) == len(ANSWERS) > 500
    assert {rule for rules in CHECKS.values() for rule in rules} == RULES.keys()
    assert {check for answer in ANSWERS for refused, *_ in answer.values() for check in refused} == CHECKS.keys()


@pytest.mark.parametrize("minor", ["26", "27", "29", "31", "32", "34", "35", "36"])
def test_the_rules_refuse_what_kubernetes_refuses_and_nothing_else(minor: str) -> None:
    found = {index: said for index in range(len(PODS)) if (said := differences(minor, index))}
    assert not found, "\n".join(f"{PODS[index]}: {said}" for index, said in list(found.items())[:5])
