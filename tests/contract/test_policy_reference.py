from policies.security.rules import STACK_RULES, TOPICS
from tools.policy_reference import PAGE, reference


def test_the_committed_reference_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == reference(), "run python -m tools.policy_reference"


def test_every_rule_is_in_it() -> None:
    ids = [rule.id for rules in TOPICS.values() for rule in rules] + [rule.id for rule in STACK_RULES]
    assert [rule_id for rule_id in ids if f"| `{rule_id}` |" not in reference()] == []
