"""Every rule over a whole stack, on stacks that it must pass and on changes that it must refuse."""

from dataclasses import replace
from typing import Any

import pytest
from pulumi_policy.proxy import UNKNOWN_STRING_VALUE as UNKNOWN

from .cases.stacks import CASES, Change, StackCase, changed
from .packs import NAMES, Server, stack_rules


def params(variations: str) -> list[Any]:
    return [
        pytest.param(name.split("/")[0], case, entry, id=f"{name}-{number}")
        for name, case in CASES.items()
        for number, entry in enumerate(getattr(case, variations))
    ]


def broken(rule: str, case: StackCase, change: Change) -> set[str]:
    """Give the names of the resources that break the rule."""
    parameters = {rule: dict(case.parameters)} if case.parameters else {}
    server = Server(case.pack, {"parameters": parameters, "today": case.today}, every=True)
    return {found.resource for found in server.judge_stack(changed(case, change)) if found.rule == rule}


@pytest.mark.parametrize("pack", NAMES)
def test_every_rule_has_a_case(pack: str) -> None:
    assert {name.split("/")[0] for name, case in CASES.items() if case.pack == pack} == stack_rules(pack).keys()


@pytest.mark.parametrize(("name", "case"), CASES.items(), ids=list(CASES))
def test_a_sound_stack_passes(name: str, case: StackCase) -> None:
    assert broken(name.split("/", maxsplit=1)[0], case, {}) == set()


@pytest.mark.parametrize(("rule", "case", "entry"), params("refused"))
def test_a_break_is_refused_where_it_is(rule: str, case: StackCase, entry: tuple[Change, list[str]]) -> None:
    change, names = entry
    assert broken(rule, case, change) == set(names)


@pytest.mark.parametrize(("rule", "case", "entry"), params("passed"))
def test_what_is_allowed_passes(rule: str, case: StackCase, entry: Change) -> None:
    assert broken(rule, case, entry) == set()


def test_what_was_asked_for_counts_where_a_provider_answers_nothing() -> None:
    """As a cluster's provider does in a preview, while the cluster is not there."""
    case = CASES["k8s-netpol-default"]
    server = Server("kubernetes", every=True)
    silent = [replace(resource, props=dict.fromkeys(resource.props, UNKNOWN)) for resource in case.good]
    assert [found.rule for found in server.judge_stack(silent, case.good)] == []
    assert [found.resource for found in server.judge_stack(silent[:1], case.good[:1])] == ["ns"]


@pytest.mark.parametrize("pack", NAMES)
def test_an_empty_stack_breaks_nothing(pack: str) -> None:
    assert Server(pack, every=True).judge_stack([]) == []
