"""What runs on Kubernetes: pods, the objects around them, and namespaces."""

from ..kit.rule_set import RuleSet
from . import objects, pods, stack

RULE_SET = RuleSet({"pods": pods.RULES, "objects": objects.RULES}, stack.RULES)
