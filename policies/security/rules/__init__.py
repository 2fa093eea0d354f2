"""All rules of the pack, by topic."""

from . import cluster, compute, database, edge, exposure, flags, identity, network, stack, storage
from .kit.pack import Pack
from .kit.rule import Rule
from .kit.stack import StackRule

TOPICS: dict[str, tuple[Rule, ...]] = {
    "network": network.RULES,
    "compute": compute.RULES,
    "cluster": cluster.RULES,
    "identity": identity.RULES,
    "database": database.RULES,
    "storage": storage.RULES,
    "edge": edge.RULES,
    "flags": flags.RULES,
}
STACK_RULES: tuple[StackRule, ...] = (*stack.RULES, *exposure.RULES)
PACK = Pack([rule for rules in TOPICS.values() for rule in rules], STACK_RULES)
