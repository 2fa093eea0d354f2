"""What a stack costs: tags, sizes, and what is paid for as a whole."""

from ..kit.rule_set import RuleSet
from . import sizing, stack, tags

RULE_SET = RuleSet({"tags": tags.RULES, "sizing": sizing.RULES}, stack.RULES, (tags.FILL,))
