"""Which controls the rules say that they cover."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from platform_policies import RULE_SETS
from platform_policies.commands import main
from platform_policies.frameworks import claims, frameworks, page, unknown
from platform_policies.kit.rule import RuleMetadata

from .faults import faults
from .packs import NAMES, stack_rules

RULES = [rule for rule_set in RULE_SETS.values() for rule in rule_set.every]


def rule(refs: str, level: str = "mandatory") -> RuleMetadata:
    return RuleMetadata("k8s-any", "low", "s", "a", "privilege", refs=refs, level=level)  # type: ignore[arg-type]


def test_no_rule_claims_a_control_that_its_framework_does_not_have() -> None:
    assert unknown(RULES) == []
    assert unknown([rule("CIS AWS 9.9, CIS EKS 4.1.1, CKV_AWS_1")]) == ["CIS AWS 9.9"]


def test_every_control_of_the_pod_security_standards_has_a_rule() -> None:
    found = {one.key: one for one in frameworks(RULES)}
    for key in ("PSS baseline", "PSS restricted"):
        assert [each.id for each in found[key].controls if each.state != "covered"] == []


def test_a_control_is_covered_by_a_rule_that_is_on_and_partly_by_one_that_is_off() -> None:
    def state(*rules: RuleMetadata) -> str:
        (cis,) = [one for one in frameworks(rules) if one.key == "CIS EKS"]
        return next(each.state for each in cis.controls if each.id == "4.1.3")

    assert state() == "not"
    assert state(rule("CIS EKS 4.1.3")) == "covered"
    assert state(rule("CIS EKS 4.1.3", "disabled")) == "partly"
    (cis,) = [one for one in frameworks([]) if one.key == "CIS AWS"]
    assert next(each for each in cis.controls if each.id == "1.5").state == "outside"


def test_what_is_outside_is_claimed_by_nobody() -> None:
    """Else either the claim or the word is wrong."""
    outside = {(one.key, each.id) for one in frameworks([]) for each in one.controls if each.state == "outside"}
    assert outside & claims(RULES).keys() == set()


def test_a_control_that_is_claimed_has_a_fault_that_is_found() -> None:
    """test_faults finds each; rules over a stack, and those that serve CIS EKS, have cases of their own."""
    over_stacks = {rule for pack in NAMES for rule in stack_rules(pack)}
    shown = {fault.control.lower() for fault in faults()}
    assert [
        f"{framework} {control}"
        for (framework, control), by in claims(RULES).items()
        if framework in ("FSBP", "CIS AWS")
        and f"{framework} {control}".lower() not in shown
        and not any(rule.id in over_stacks for rule in by)
    ] == []


def test_a_rule_claims_the_controls_of_the_faults_that_it_is_shown_by() -> None:
    claimed = {(f"{key} {control}".lower(), rule.id) for (key, control), by in claims(RULES).items() for rule in by}
    # `CIS AWS 2.1.4 account` is another way to break that control
    whole = [each for each in faults() if re.fullmatch(r"(FSBP \w+\.\d+|CIS AWS [\d.]+)", each.control)]
    assert len(whole) > 200
    assert [(each.control, each.rule) for each in whole if (each.control.lower(), each.rule) not in claimed] == []


def test_a_service_is_known_however_it_is_written() -> None:
    (found,) = [one for one in frameworks([rule("FSBP Autoscaling.1")]) if one.key == "FSBP"]
    assert [each.id for each in found.controls if each.state == "covered"] == ["AutoScaling.1"]


def test_the_command_prints_what_the_page_has(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["coverage"]) == 0
    assert capsys.readouterr().out == page(RULES)
    assert main(["coverage", "--pack", "cost"]) == 0
    assert "| 62 | 0 | 0 |" in capsys.readouterr().out


def test_the_package_runs_from_anywhere(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "platform_policies", "coverage"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.startswith("| framework |")
