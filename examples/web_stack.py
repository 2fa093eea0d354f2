"""Settings that the stacks of any web service on these components have, and what must cohere across them."""

from collections.abc import Iterator, Mapping
from typing import Annotated

from pydantic import Field, StringConstraints

from coherence import (
    addresses_suffice,
    backups_can_begin,
    images_are_pulled,
    servers_are_reached,
    services_are_reached,
    sign_in_is_reached,
    site_path_is_free,
)
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
from components.shared.coherence import PodsAsked, connections_suffice, pods_fit
from components.shared.edge_profile import EdgeProfile
from components.shared.node_script import NodeImage
from components.vpc import NetworkSettings
from components.waf_cdn import EdgeSettings
from components.web_service import Process, Site, at_work

Image = Annotated[
    str,
    StringConstraints(
        pattern=r"^[a-z0-9.\-/_]+(:\d+/[a-z0-9.\-/_]+)?:\d+\.\d+\.\d+[a-z0-9.-]*(@sha256:[0-9a-f]{64})?$"
    ),
]


class WebStack(BaseStack):
    """The sections of a web service's stack; a system adds what is its own."""

    tools_image: Image = Field(
        description="image with Node and the packages that the platform's own scripts ask for "
        "(image/platform-tools/Dockerfile)",
        examples=["111122223333.dkr.ecr.eu-west-1.amazonaws.com/platform-tools:1.0.0"],
    )
    image_cache: ImageCacheSettings | None = Field(
        default=None, description="images come from repositories of the account, which ECR fills"
    )
    network: NetworkSettings = Field(description="the VPC")
    cluster: ClusterSettings = Field(description="the EKS cluster")
    database: DatabaseSettings = Field(default_factory=DatabaseSettings, description="PostgreSQL")
    cache: CacheSettings = Field(default_factory=CacheSettings, description="Valkey")
    monitoring: MonitoringSettings = Field(default_factory=MonitoringSettings, description="metrics, logs, alerts")
    backup: BackupSettings = Field(default_factory=BackupSettings, description="backups and budget")
    edge: EdgeSettings = Field(default_factory=EdgeSettings, description="CDN and firewall")
    pipeline: PipelineSettings | None = Field(
        default=None, description="roles by which GitHub Actions plans and deploys the stack; none by default"
    )

    def handmade_secrets(self) -> Mapping[str, str]:
        """Return the names of secrets that people make beforehand."""
        told = notification_secrets(self.monitoring.notifications)
        return {
            **({"edge.sign_in": self.edge.sign_in.client_secret_name} if self.edge.sign_in else {}),
            **{f"monitoring.notifications, {file}": name for file, name in told.items()},
        }

    def own_images(self) -> dict[str, str]:
        """Return the images that settings name, by the key that does."""
        return {**self.images(), "tools_image": self.tools_image}

    def images(self) -> dict[str, str]:
        """Return the service's images by the key that names each."""
        raise NotImplementedError

    def processes(self) -> list[Process]:
        """Return what runs of each release."""
        raise NotImplementedError

    def profile(self) -> EdgeProfile:
        """Return what the service's paths are to the CDN."""
        raise NotImplementedError

    def most_connections(self) -> int:
        """Return the most connections to the database that pods open at once."""
        raise NotImplementedError

    def problems(self) -> Iterator[Problem]:
        """Judge sections against each other."""
        yield from super().problems()
        for zone in self.network.zones:
            if zone[:-1] != self.region:
                yield Problem(
                    "network.zones", f"must lie in aws:region {self.region}", zone, f"write one such as {self.region}a"
                )
        if self.backup.copy_region == self.region:
            yield Problem(
                "backup.copy_region", "must be another region than aws:region", self.region, "choose a second one"
            )
        yield from connections_suffice(
            self.database.instance_class,
            self.most_connections(),
            whose="the service's",
            proxy=self.database.proxy,
            lower="service.replicas_max",
        )
        yield from pods_fit(
            [
                PodsAsked(
                    section="service",
                    most=at_work(each.replicas_max) * len(self.images()),
                    cpu_request_millicores=each.resources.cpu_request_millicores,
                    memory_request_mib=each.resources.memory_request_mib,
                )
                for each in self.processes()
            ],
            whose="the service's",
            instance_types=self.cluster.app_nodes.instance_types,
            most_nodes=self.cluster.app_nodes.max_size,
            grows=self.cluster.karpenter is not None,
        )
        yield from addresses_suffice(self.network, self.cluster)
        yield from images_are_pulled(
            self.own_images(),
            cached=self.image_cache is not None,
            network=self.network,
            region=self.region,
        )
        yield from services_are_reached(
            self.network,
            self.cluster,
            bedrock=False,
            cloudwatch=self.monitoring.cloudwatch_metrics,
            restore_tests=self.backup.enabled and self.backup.restore_tests,
        )
        yield from sign_in_is_reached(self.edge, self.network)
        yield from site_path_is_free(self.edge, self.profile())
        yield from backups_can_begin(self.backup, self.database)
        yield from servers_are_reached(self.region, self.network, self.database, self.cache)

    def backed_up(self) -> list[Kind]:
        """Return the kinds of what AWS Backup keeps."""
        return ["EKS", "RDS"] if self.database.backed_up() else ["EKS"]

    def pulls_from_internet(self) -> bool:
        """Return whether nodes may be sent to a registry on the internet."""
        return self.image_cache is None or self.network.nat != "none"

    def reads_parameters(self) -> bool:
        """Tell whether a value comes from Parameter Store."""
        return False

    def script_image(self) -> NodeImage:
        """Return what runs the platform's own scripts."""
        return NodeImage(self.tools_image)

    def site(self) -> Site:
        """Return the name that the service answers to, and who comes in."""
        return Site(domain=self.edge.domain, sign_in=self.edge.sign_in, embed_origins=self.edge.embed_origins)
