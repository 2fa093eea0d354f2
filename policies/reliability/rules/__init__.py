"""All rules of the pack, by topic."""

from . import capacity, data, stack, support
from .kit.pack import Pack
from .kit.rule import Rule
from .kit.stack import StackRule

TOPICS: dict[str, tuple[Rule, ...]] = {"data": data.RULES, "capacity": capacity.RULES}
STACK_RULES: tuple[StackRule, ...] = (*stack.RULES, *support.RULES)
PACK = Pack([rule for rules in TOPICS.values() for rule in rules], STACK_RULES)
