"""All settings of a stack of TikTrend."""

from collections.abc import Iterator

from pydantic import Field

from components.config.problems import Problem
from components.search_engine import SearchSettings
from components.shared.backup_schedule import Kind
from components.shared.edge_profile import EdgeProfile
from components.web_service import Process, at_once
from examples.tiktrend import application
from examples.tiktrend.application import Promises, ServiceSettings
from examples.web_stack import WebStack


class StackSettings(WebStack):
    """All that one stack may differ in."""

    service: ServiceSettings = Field(description="the application")
    search: SearchSettings = Field(description="MeiliSearch")
    objectives: Promises = Field(default_factory=Promises, description="what users are promised")

    def problems(self) -> Iterator[Problem]:
        """Judge sections against each other."""
        yield from super().problems()
        if self.cache.eviction_policy not in application.KEEPS_QUEUE:
            yield Problem(
                "cache.eviction_policy",
                "would drop jobs, which lie beside what is cached and never expire",
                self.cache.eviction_policy,
                f"write {' or '.join(application.KEEPS_QUEUE)}",
            )

    def images(self) -> dict[str, str]:
        """Return the one image that all processes are of."""
        return {"service.image": self.service.image}

    def own_images(self) -> dict[str, str]:
        """Return the images that settings name, by the key that does."""
        schema = {"service.schema_image": self.service.schema_image} if self.service.schema_image else {}
        return {**super().own_images(), "search.image": self.search.image, **schema}

    def processes(self) -> list[Process]:
        """Return what runs of the image."""
        return application.processes(self.service)

    def profile(self) -> EdgeProfile:
        """Return what its paths are to the CDN."""
        return application.PROFILE

    def most_connections(self) -> int:
        """Return the most connections that pods open while new ones take over, and the migration's."""
        pods = at_once(self.service.api_replicas_max) + at_once(self.service.worker_replicas_max)
        return pods * application.CONNECTIONS_OF_A_POD + 1

    def backed_up(self) -> list[Kind]:
        """Return the kinds of what AWS Backup keeps."""
        return ["EKS", "RDS", "S3"]
