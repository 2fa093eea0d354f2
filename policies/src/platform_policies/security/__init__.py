"""AWS: encryption, reachability, least privilege, and ways from the internet to data."""

from ..kit.rule_set import RuleSet
from . import cluster, compute, database, edge, exposure, flags, identity, network, stack, storage

RULE_SET = RuleSet(
    {
        "network": network.RULES,
        "compute": compute.RULES,
        "cluster": cluster.RULES,
        "identity": identity.RULES,
        "database": database.RULES,
        "storage": storage.RULES,
        "edge": edge.RULES,
        "flags": flags.RULES,
    },
    (*stack.RULES, *exposure.RULES),
)
