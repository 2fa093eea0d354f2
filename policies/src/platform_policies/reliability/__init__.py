"""Production's floor: data, capacity, what stands beside it, and versions within support."""

from ..kit.rule_set import RuleSet
from . import capacity, data, kinds, stack, support

RULE_SET = RuleSet(
    {"data": data.RULES, "kinds": kinds.RULES, "capacity": capacity.RULES}, (*stack.RULES, *support.RULES)
)
