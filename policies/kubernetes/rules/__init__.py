"""All rules of the pack, by topic."""

from . import objects, pods, stack
from .kit.pack import Pack
from .kit.rule import Rule
from .kit.stack import StackRule

TOPICS: dict[str, tuple[Rule, ...]] = {"pods": pods.RULES, "objects": objects.RULES}
STACK_RULES: tuple[StackRule, ...] = stack.RULES
PACK = Pack([rule for rules in TOPICS.values() for rule in rules], STACK_RULES)
