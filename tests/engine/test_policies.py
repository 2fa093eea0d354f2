"""The packs end to end: the CLI starts each by itself and runs it over states, without a program or a backend."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.policies.cases.case import Case, varied
from tests.policies.cases.stacks import CASES as STACK_CASES
from tests.policies.cases.stacks import changed
from tests.policies.mutations import cases
from tests.policies.packs import NAMES, Resource, rules, stack_rules
from tests.policies.programs import bad, innocent
from tests.policies.test_rules import CASES

from .states import analyze

pytestmark = pytest.mark.engine


def sharpened() -> dict[str, dict[str, Any]]:
    """Return settings under which advice counts as much as the rest."""
    return {pack: {"levels": dict.fromkeys([*rules(pack), *stack_rules(pack)], "mandatory")} for pack in NAMES}


def fixtures(good: bool) -> tuple[list[tuple[str, Resource]], Mapping[str, Mapping[str, Any]]]:
    """Return a resource for every rule that judges one, sound or broken, and the parameters that their cases need."""
    found, config = [], sharpened()
    for pack in NAMES:
        parameters: dict[str, Any] = {}
        for rule in rules(pack):
            case = sound_case(pack, rule)
            breaking = next(
                v for v in case.refused if not any(path.startswith("@p") for path in v) or v == case.refused[-1]
            )
            props, around = varied(case, {} if good else breaking)
            if around.get("parameters"):
                parameters[rule] = around["parameters"]
            found.append((rule, Resource(case.type, f"of-{rule}", props, {}, bool(around.get("protect")))))
        config[pack]["parameters"] = parameters
    return found, config


def sound_case(pack: str, rule: str) -> Case:
    return next(case for case in cases(pack, rule) if case.refused)


def test_every_rule_finds_what_is_broken_and_nothing_else(tmp_path: Path) -> None:
    for good in (True, False):
        folder = tmp_path / str(good)
        folder.mkdir()
        resources, config = fixtures(good)
        analysis = analyze(folder, [resource for _, resource in resources], config)
        wanted = {(f"of-{rule}", rule) for rule, resource in resources}
        if good:
            # of these every resource is one too many
            banned = {
                (f"of-{rule}", rule) for rule in ("k8s-api-version", "iam-no-users", "default-vpc", "waf-classic")
            }
            assert analysis.pairs() & wanted <= banned
        else:
            assert wanted - analysis.pairs() == set()
            assert analysis.status == 1


def test_every_rule_over_a_stack_finds_what_is_broken_and_nothing_else(tmp_path: Path) -> None:
    # each case in a stack of its own would be a run of its own: their resources are told apart by name
    for good in (True, False):
        folder = tmp_path / str(good)
        folder.mkdir()
        stacks, wanted = list[Resource](), set[tuple[str, str]]()
        for name, case in STACK_CASES.items():
            if "/" in name or name in ("scan-coverage", "cost-budget", "cost-nat-few", "cost-s3-endpoint"):
                continue  # these count over the whole stack, and tests/policies judges them alone
            change, broken = ({}, [one.name for one in case.good]) if good else case.refused[0]
            stacks += [apart(resource, name) for resource in changed(case, change)]
            wanted |= {(f"{name}.{one}", name) for one in broken}
        analysis = analyze(folder, stacks, sharpened())
        if good:
            assert analysis.pairs() & wanted == set()
        else:
            assert wanted - analysis.pairs() == set()


def apart(resource: Resource, name: str) -> Resource:
    """Return a resource under names that no other case has."""
    refers = {key: [f"{name}.{one}" for one in names] for key, names in resource.refers.items()}
    props = json.loads(json.dumps(dict(resource.props)).replace('"flowise"', f'"{name}"'))
    return replace(resource, name=f"{name}.{resource.name}", refers=refers, props=props)


def test_a_bad_program_is_found_out(tmp_path: Path) -> None:
    analysis = analyze(tmp_path, bad.RESOURCES, sharpened())
    found = [fault for fault in bad.FAULTS if (fault.resource, fault.rule) in analysis.pairs()]

    assert len(bad.FAULTS) >= 60
    assert [fault for fault in bad.FAULTS if fault not in found] == []
    assert analysis.status == 1
    assert not [message for *_, message in analysis.found if any(secret in message for secret in bad.SECRETS)]


def test_an_innocent_program_of_another_kind_draws_no_false_alarm(tmp_path: Path) -> None:
    analysis = analyze(tmp_path, innocent.RESOURCES, {}, innocent.PROTECTED)
    assert [one for one in analysis.found if one[2] == "mandatory"] == [], analysis.said
    assert analysis.status == 0


def test_a_misspelt_rule_is_refused_by_the_engine(tmp_path: Path) -> None:
    analysis = analyze(tmp_path, innocent.RESOURCES, {"security": {"off": {"rds-privat": "a slip"}}})
    assert analysis.status != 0
    assert "rds-privat" in analysis.said


def test_no_case_is_left_out() -> None:
    assert {name.split("/")[0] for _, name, _ in CASES} == {rule for pack in NAMES for rule in rules(pack)}
