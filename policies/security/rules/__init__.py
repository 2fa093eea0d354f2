"""All policies of the pack: one per topic, since CrossGuard reads a resource's properties anew for each policy."""

from . import cache, cluster, database, edge, identity, kubernetes, network, stack, storage
from .rule import Rule, policy
from .stack import StackRule, stack_policy

TOPICS: dict[str, tuple[Rule, ...]] = {
    "network": network.RULES,
    "cluster": cluster.RULES,
    "identity": identity.RULES,
    "database": database.RULES,
    "cache": cache.RULES,
    "storage": storage.RULES,
    "edge": edge.RULES,
    "kubernetes": kubernetes.RULES,
}
STACK_RULES: tuple[StackRule, ...] = stack.RULES
POLICIES = [*(policy(topic, rules) for topic, rules in TOPICS.items()), stack_policy("stack", STACK_RULES)]
