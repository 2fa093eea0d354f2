"""All settings of a stack of Sistema APS."""

from pydantic import Field

from components.shared.edge_profile import EdgeProfile
from components.web_service import Process, at_once
from examples.aps import application
from examples.aps.application import Promises, ServiceSettings
from examples.web_stack import WebStack


class StackSettings(WebStack):
    """All that one stack may differ in."""

    service: ServiceSettings = Field(description="the application")
    objectives: Promises = Field(default_factory=Promises, description="what users are promised")

    def images(self) -> dict[str, str]:
        """Return the one image."""
        return {"service.image": self.service.image}

    def processes(self) -> list[Process]:
        """Return the one process."""
        return [application.process(self.service)]

    def profile(self) -> EdgeProfile:
        """Return what its paths are to the CDN."""
        return application.PROFILE

    def most_connections(self) -> int:
        """Return the most connections that pods open while new ones take over, and the migration's."""
        return at_once(self.service.replicas_max) * application.CONNECTIONS_OF_A_POD + 1
