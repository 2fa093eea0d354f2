from tests.policies.packs import NAMES, rules, stack_rules
from tools.policy_reference import COVERAGE, PAGE, coverage, reference


def test_the_committed_reference_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == reference(), "run python -m tools.policy_reference"
    assert COVERAGE.read_text(encoding="utf-8") == coverage(), "run python -m tools.policy_reference"


def test_every_rule_is_in_it() -> None:
    page = reference()
    ids = [rule for pack in NAMES for rule in (*rules(pack), *stack_rules(pack))]
    assert [rule_id for rule_id in ids if f"| [`{rule_id}`](" not in page] == []
