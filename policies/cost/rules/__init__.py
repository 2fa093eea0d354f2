"""All rules of the pack, by topic."""

from . import dear, stack, tags
from .kit.pack import Pack
from .kit.rule import Rule
from .kit.stack import StackRule

TOPICS: dict[str, tuple[Rule, ...]] = {"tags": tags.RULES, "dear": dear.RULES}
STACK_RULES: tuple[StackRule, ...] = stack.RULES
PACK = Pack([rule for rules in TOPICS.values() for rule in rules], STACK_RULES)
