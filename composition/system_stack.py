"""The sections that a stack of any system on these components has, and what must cohere across them."""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import Field

from components.backups import BackupSettings
from components.config.base_stack import BaseStack
from components.config.problems import Problem
from components.eks_cluster import ClusterSettings
from components.image_cache import ImageCacheSettings
from components.monitoring_stack import MonitoringSettings, notification_secrets
from components.pipeline_access import PipelineSettings
from components.rds_postgres import DatabaseSettings
from components.redis_cache import CacheSettings
from components.shared.backup_schedule import Kind
from components.shared.edge_profile import EdgeProfile
from components.shared.network_policies import Road
from components.shared.node_image import NodeImage
from components.vpc import NetworkSettings
from components.waf_cdn import EdgeSettings
from components.web_service import Site
from composition.coherence import (
    addresses_suffice,
    backups_can_begin,
    images_are_pulled,
    server_is_reached,
    services_are_reached,
    sign_in_is_reached,
    site_path_is_free,
    zones_lie_in_region,
)
from composition.sizes import SIZES, Size, beneath


class SystemStack(BaseStack):
    """What every system is made of; a system adds its application, and says what its paths and images are."""

    size: Size | None = Field(
        default=None,
        description="fills in nodes, database and cache, wherever their sections say nothing; none fills nothing",
    )
    image_cache: ImageCacheSettings | None = Field(
        default=None,
        description="images come from repositories of the account, which ECR fills when a version is first pulled; "
        "without it, nodes pull from each registry on the internet",
    )
    network: NetworkSettings = Field(description="the VPC")
    cluster: ClusterSettings = Field(description="the EKS cluster")
    database: DatabaseSettings = Field(default_factory=DatabaseSettings, description="PostgreSQL")
    monitoring: MonitoringSettings = Field(default_factory=MonitoringSettings, description="metrics, logs, alerts")
    backup: BackupSettings = Field(default_factory=BackupSettings, description="backups and budget")
    edge: EdgeSettings = Field(default_factory=EdgeSettings, description="CDN and firewall")
    pipeline: PipelineSettings | None = Field(
        default=None, description="roles by which GitHub Actions plans and deploys the stack; none by default"
    )

    @classmethod
    def filled(cls, given: dict[str, Any]) -> dict[str, Any]:
        """Return a stack file's values with what its size says of the sections that this system has."""
        preset = SIZES.get(str(given.get("size")), {})
        return beneath(given, {name: each for name, each in preset.items() if name in cls.model_fields})

    def own_images(self) -> dict[str, str]:
        """Return the images that settings name, by the key that does."""
        raise NotImplementedError

    def profile(self) -> EdgeProfile:
        """Return what the application's paths are to the CDN."""
        raise NotImplementedError

    def backed_up(self) -> list[Kind]:
        """Return the kinds of what AWS Backup keeps."""
        raise NotImplementedError

    def script_image(self) -> NodeImage:
        """Return what runs the platform's own scripts."""
        raise NotImplementedError

    def asks_bedrock(self) -> bool:
        """Tell whether pods ask models of Amazon Bedrock."""
        return False

    def problems(self) -> Iterator[Problem]:
        """Judge sections against each other, and what any stack is judged for."""
        yield from super().problems()
        yield from zones_lie_in_region(self.network, self.region)
        if self.backup.copy_region == self.region:
            yield Problem(
                "backup.copy_region", "must be another region than aws:region", self.region, "choose a second one"
            )
        yield from addresses_suffice(self.network, self.cluster)
        yield from images_are_pulled(
            self.own_images(), cached=self.image_cache is not None, network=self.network, region=self.region
        )
        yield from services_are_reached(
            self.network,
            self.cluster,
            bedrock=self.asks_bedrock(),
            cloudwatch=self.monitoring.cloudwatch_metrics,
            restore_tests=self.backup.enabled and self.backup.restore_tests,
        )
        yield from sign_in_is_reached(self.edge, self.network)
        yield from site_path_is_free(self.edge, self.profile())
        yield from backups_can_begin(self.backup, self.database)
        yield from server_is_reached("database", self.region, self.network, self.database.existing)

    def handmade_secrets(self) -> Mapping[str, str]:
        """Return the names of secrets that people make beforehand."""
        told = notification_secrets(self.monitoring.notifications)
        return {
            **({"edge.sign_in": self.edge.sign_in.client_secret_name} if self.edge.sign_in else {}),
            **{f"monitoring.notifications, {file}": name for file, name in told.items()},
        }

    def pulls_from_internet(self) -> bool:
        """Return whether nodes may be sent to a registry on the internet: without a cache, or to fill it."""
        return self.image_cache is None or self.network.nat != "none"

    def egress_domains(self) -> list[str]:
        """Return the names that what runs in the cluster asks for, where only listed ones resolve."""
        return [*self.monitoring.notifications.hosts()]

    def cache_road(self) -> Road | None:
        """Return the way to a cache that lies in another network."""
        return None

    def reads_parameters(self) -> bool:
        """Tell whether a value comes from Parameter Store."""
        return False

    def site(self) -> Site:
        """Return the name that the application answers to, and who comes in."""
        return Site(domain=self.edge.domain, sign_in=self.edge.sign_in, embed_origins=self.edge.embed_origins)


class CachedStack(SystemStack):
    """The stack of a system that has a cache as well."""

    cache: CacheSettings = Field(default_factory=CacheSettings, description="Valkey")

    def problems(self) -> Iterator[Problem]:
        """Judge the cache against the others."""
        yield from super().problems()
        yield from server_is_reached("cache", self.region, self.network, self.cache.existing)

    def cache_road(self) -> Road | None:
        """Return the way to a cache that lies in another network."""
        return self.cache.road()
