"""Every rule over a whole stack, on stacks that it must pass and on changes that it must refuse."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from platform_policies.reliability.support import calendar
from pulumi_policy.proxy import UNKNOWN_STRING_VALUE as UNKNOWN

from .cases.stacks import CASES, Change, StackCase, changed
from .packs import NAMES, NOW, STACKS, Found, Resource, Server, levels, stack_rules


def params(variations: str) -> list[Any]:
    return [
        pytest.param(name.split("/")[0], case, entry, id=f"{name}-{number}")
        for name, case in CASES.items()
        for number, entry in enumerate(getattr(case, variations))
    ]


def broken(rule: str, case: StackCase, change: Change) -> set[str]:
    """Return the names of the resources that break the rule."""
    parameters = {rule: dict(case.parameters)} if case.parameters else {}
    server = Server(
        case.pack,
        {"parameters": parameters, "today": case.today},
        every=True,
        now=min(date.fromisoformat(case.today), NOW),
    )
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


GIVEN_UP = {
    "rule": "support-ended",
    "resource": "flowise 3.1",
    "reason": "it goes on for now",
    "owner": "jo",
    "expires": "2027-02-28",
}


def flowise(**config: Any) -> list[Found]:
    """Return what is said of support in a stack with two pods of a version that its vendor has given up."""
    image = {"spec": {"template": {"spec": {"containers": [{"image": "own/flowise:3.1.4@sha256:0"}]}}}}
    stack = [Resource("kubernetes:apps/v1:Deployment", name, image, {}) for name in ("server", "worker")]
    server = Server("reliability", {"today": "2026-11-21", **config})
    return [found for found in server.judge_stack(stack) if "support-" in found.message]


def test_what_a_vendor_gave_up_is_refused_with_what_it_means_and_the_choices() -> None:
    found = flowise()
    assert [(one.level, one.resource) for one in found] == [("mandatory", "server"), ("mandatory", "worker")]
    assert found[0].message.startswith(
        "support-ended (high) server: every version is still supported (flowise 3.1.4: ended on 2026-08-31, and its "
        "vendor fixes nothing more; this repository patches it until 2027-08-31); upgrade; where there is no newer "
        "release: run on behind this repository's patches under a dated exception, run a fork, or leave. docs/"
    )


def test_one_exception_is_for_all_that_run_a_version_and_is_said_once() -> None:
    assert [(one.level, one.message) for one in flowise(exceptions=[GIVEN_UP])] == [
        (
            "advisory",
            "exceptions: 1 in force, the next ends on 2027-02-28 (support-ended for flowise 3.1, owner: jo); "
            "docs/policies.md#exceptions-and-what-is-off",
        )
    ]
    other = {**GIVEN_UP, "resource": "flowise 3.0"}
    assert [one.level for one in flowise(exceptions=[other])] == ["mandatory", "mandatory", "advisory"]


@pytest.mark.parametrize("stack", STACKS)
def test_no_stack_goes_on_for_longer_than_it_is_patched(stack: str) -> None:
    accepted = [one for one in levels(stack)["rules"]["exceptions"] if one["rule"] == "support-ended"]
    assert [one["resource"] for one in accepted] == ["flowise 3.1"]
    patched = calendar()["flowise"].patched_until
    assert patched
    assert all(date.fromisoformat(one["expires"]) <= patched for one in accepted)


@pytest.mark.parametrize("pack", NAMES)
def test_an_empty_stack_breaks_nothing(pack: str) -> None:
    assert Server(pack, every=True).judge_stack([]) == []


def test_what_a_provider_will_answer_is_no_document_that_nobody_judged() -> None:
    asked = [Resource("aws:s3/bucket:Bucket", "files", {}, {})]
    answered = [Resource("aws:s3/bucket:Bucket", "files", {"policy": UNKNOWN}, {})]
    said = [found for found in Server("security").judge_stack(answered, asked) if found.rule == "scan-coverage"]
    assert said == []
