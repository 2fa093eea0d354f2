"""What the packs take for a property of the AWS SDK is one."""

import re

import pytest
from platform_policies import RULE_SETS
from platform_policies.kit import catalogue
from platform_policies.kit.holds import At
from platform_policies.kit.rule import Rule

from tests.policies.faults import faults
from tools.policy_catalogue import main, properties, types
from tools.policy_kinds import KINDS


def test_the_committed_catalogue_is_what_the_sdk_gives() -> None:
    assert main(["--check"]) == 0, "run python -m tools.policy_catalogue --write, and read the difference"


def test_every_kind_is_used_and_has_properties() -> None:
    assert catalogue.KINDS.keys() == KINDS.keys()
    assert all(catalogue.KINDS.values())


@pytest.mark.parametrize("token", sorted({fault.case.type for fault in faults() if fault.case.type.startswith("aws:")}))
def test_a_fault_is_of_a_property_that_its_type_has(token: str) -> None:
    known = {path.partition(".")[0] for path, _, _ in properties(token)}
    of_it = [fault for fault in faults() if fault.case.type == token]
    said = {path for fault in of_it for path in (*fault.case.good, *(p.split(".")[0] for p in fault.variation))}
    assert {path for path in said if not path.startswith("@")} - known == set()


def paths() -> dict[tuple[str, str], list[str]]:
    """Return, by rule and type, the paths that a rule of one property looks at."""
    found: dict[tuple[str, str], list[str]] = {}
    for rule_set in RULE_SETS.values():
        for rule in rule_set.rules:
            if isinstance(rule, Rule) and isinstance(rule.holds, At):
                for token in types():
                    if re.fullmatch(rule.types, token):
                        found[rule.id, token] = list(rule.holds.paths)
    return found


def test_a_rule_looks_at_what_one_of_its_types_has() -> None:
    nowhere = []
    for (rule, token), looked in paths().items():
        known = {path for path, _, _ in properties(token)}
        if not any(path in known or path.removesuffix(".*") in known for path in looked):
            nowhere.append((rule, token, looked))
    assert nowhere == []
