"""Rules for Pulumi programs on AWS and Kubernetes. A pack is a folder whose `__main__.py` serves rule sets."""

from pulumi_policy import EnforcementLevel, PolicyPack

from . import cost, kubernetes, reliability, security
from .kit.pack import Pack

RULE_SETS = {
    "security": security.RULE_SET,
    "kubernetes": kubernetes.RULE_SET,
    "reliability": reliability.RULE_SET,
    "cost": cost.RULE_SET,
}


def serve(name: str, *rule_sets: str) -> None:
    """Serve rule sets as a policy pack, by default the one of the pack's name. It starts a server and never returns."""
    pack = Pack(*(RULE_SETS[one] for one in rule_sets or (name,)), known=RULE_SETS.values())
    PolicyPack(name, policies=pack.policies(), enforcement_level=EnforcementLevel.MANDATORY)
