"""What two Kubernetes providers would do is compared by resource."""

from typing import Any

from testing.program import changed_config
from tools.chart_runs import CHANGES, STACKS, differences, operations


def step(op: str, name: str, *reasons: str) -> dict[str, Any]:
    return {"op": op, "urn": f"urn:pulumi:dev::flowise::a:b:C::{name}", "replaceReasons": list(reasons) or None}


def test_a_plan_is_what_it_does_to_each_resource_and_what_replaces_it() -> None:
    plan = {"steps": [step("same", "kept"), step("update", "rolled"), step("replace", "anew", "spec", "data")]}
    assert {urn.rpartition("::")[2]: op for urn, op in operations(plan).items()} == {
        "rolled": "update",
        "anew": "replace for data, spec",
    }


def test_a_resource_that_one_provider_alone_would_change_is_named() -> None:
    ours = operations({"steps": [step("update", "rolled"), step("replace", "anew", "spec")]})
    theirs = operations({"steps": [step("replace", "anew", "metadata"), step("create", "more")]})
    assert list(differences(ours, theirs)) == [
        "anew: replace for spec by ours, replace for metadata by Kubernetes' own",
        "more: same by ours, create by Kubernetes' own",
        "rolled: update by ours, same by Kubernetes' own",
    ]
    assert list(differences(ours, ours)) == []


def test_each_setting_that_is_changed_differs_from_what_the_stacks_have() -> None:
    for stack in STACKS:
        before = changed_config(stack, {})
        for path, value in CHANGES.items():
            after = changed_config(stack, {path: value})
            assert after != before, (stack, path)
