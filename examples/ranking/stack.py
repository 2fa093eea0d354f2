"""All settings of a stack of Ranking."""

from collections.abc import Iterator

from pydantic import Field

from components.config.problems import Problem
from components.feature_flags import FeatureFlagSettings, flags_are_known
from components.shared.edge_profile import EdgeProfile
from components.web_service import Process, at_once
from examples.ranking import application
from examples.ranking.application import ServiceSettings
from examples.ranking.watched import Promises
from examples.web_stack import UncachedWebStack


class StackSettings(UncachedWebStack):
    """All that one stack may differ in."""

    service: ServiceSettings = Field(description="the application")
    flags: FeatureFlagSettings = Field(default_factory=FeatureFlagSettings, description="feature flags")
    objectives: Promises = Field(default_factory=Promises, description="what users are promised")

    def problems(self) -> Iterator[Problem]:
        """Judge sections against each other."""
        yield from super().problems()
        yield from flags_are_known(self.flags, application.FLAGS, "flags")

    def images(self) -> dict[str, str]:
        """Return the image of each release, by the key that names it."""
        return {
            f"service.blue_green.{colour}_image" if colour else "service.image": image
            for colour, image in self.service.images().items()
        }

    def processes(self) -> list[Process]:
        """Return the one process of each release."""
        return [application.process(self.service)]

    def profile(self) -> EdgeProfile:
        """Return what its paths are to the CDN."""
        return application.PROFILE

    def asks_beyond(self) -> bool:
        """Tell whether pods leave the network for AppConfig, the only one that they ask."""
        return "appconfigdata" not in self.network.interface_endpoints

    def most_connections(self) -> int:
        """Return the most connections that pods of all releases open while new ones take over, and the migration's."""
        pods = at_once(self.service.replicas_max) * len(self.images())
        return pods * application.CONNECTIONS_OF_A_POD + 1
