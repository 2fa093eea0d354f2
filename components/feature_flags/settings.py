"""Settings of feature flags."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field, StringConstraints

from ..config.problems import Problem
from ..config.section import InProd, Section

# CreateHostedConfigurationVersion, VersionLabel: at most 64 characters, and not a number alone
Label = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9.-]{0,63}$")]
FlagName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
Value = bool | int | float | str


class FeatureFlagSettings(Section):
    """What flags are set to, and how fast a change reaches the pods.

    A version stays as it is once it was deployed, and is taken out when nobody would go back to it any more.
    """

    versions: dict[Label, dict[FlagName, Value]] = Field(
        default={"defaults": {}},
        description="values that differ from the application's own, by a label for each version; kept side by side, so "
        "that an earlier one can be deployed again",
        examples=[{"defaults": {}, "new-scoring": {"new_scoring": True}}],
    )
    deployed: Label = Field(default="defaults", description="the label of the version that is deployed")
    # CreateDeploymentStrategy: 0 to 1440 minutes, and a growth factor of 1 to 100
    deployment_minutes: Annotated[int, InProd(at_least=1)] = Field(
        default=10, ge=0, le=1440, description="minutes in which a version reaches all pods"
    )
    growth_percent: float = Field(default=25, ge=1, le=100, description="percent of pods that each step adds")
    bake_minutes: Annotated[int, InProd(at_least=1)] = Field(
        default=10, ge=0, le=1440, description="minutes for which alarms still bring the version before back"
    )

    def problems(self) -> Iterator[Problem]:
        """Judge that there is what is deployed."""
        if self.deployed not in self.versions:
            yield Problem(
                "deployed",
                "must be the label of one of versions",
                self.deployed,
                f"choose one of {', '.join(sorted(self.versions))}, or add it",
            )
