"""The pack's entry: it starts a server and never returns, so it does nothing else."""

from pulumi_policy import EnforcementLevel, PolicyPack
from rules import PACK  # type: ignore[import-not-found] # a pack runs with its own folder as sys.path[0]

PolicyPack("kubernetes", policies=PACK.policies(), enforcement_level=EnforcementLevel.MANDATORY)
