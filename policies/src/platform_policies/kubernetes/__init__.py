"""What runs on Kubernetes: pods, the objects around them, and namespaces."""

from ..kit.rule_set import RuleSet
from . import access, containers, helm, network, objects, pods, secrets, stack

RULE_SET = RuleSet(
    {
        "pods": pods.RULES,
        "containers": containers.RULES,
        "secrets": secrets.RULES,
        "access": access.RULES,
        "network": network.RULES,
        "objects": objects.RULES,
        "helm": helm.RULES,
    },
    stack.RULES,
)
