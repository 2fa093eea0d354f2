"""Rules for Pulumi programs on AWS and Kubernetes. A pack is a folder whose `__main__.py` serves rule sets."""

import gc

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
    from .kit.serving import serve_forever  # noqa: PLC0415 # what the commands of the package have no need of

    pack = Pack(*(RULE_SETS[one] for one in rule_sets or (name,)), known=RULE_SETS.values())
    gc.freeze()  # what is imported stays, and need not be looked through again
    serve_forever(name, pack)
