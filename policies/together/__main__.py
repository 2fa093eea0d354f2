"""The pack's entry: it starts a server and never returns, so it does nothing else."""

from combined import POLICIES  # type: ignore[import-not-found] # a pack runs with its own folder as sys.path[0]
from pulumi_policy import EnforcementLevel, PolicyPack

PolicyPack("together", policies=POLICIES, enforcement_level=EnforcementLevel.MANDATORY)
