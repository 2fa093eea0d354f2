"""All settings of a stack of Flowise."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Annotated

from pydantic import Field, StringConstraints

from coherence import (
    addresses_suffice,
    backups_can_begin,
    check_gets_in,
    connections_suffice,
    door_is_there,
    images_are_pulled,
    names_are_listed,
    pods_fit,
    servers_are_reached,
    services_are_reached,
    sign_in_is_reached,
    site_path_is_free,
    spending_is_kept,
)
from components.backups import BackupSettings
from components.config.acceptance import AcceptanceSettings
from components.config.base_stack import BaseStack
from components.config.problems import Problem
from components.eks_cluster import ClusterSettings
from components.flowise_service import (
    EGRESS_DOMAINS,
    PREDICTION,
    QUEUE_KEYS,
    DataProtection,
    Image,
    ServiceSettings,
    Telemetry,
    edge_profile,
)
from components.image_cache import ImageCacheSettings
from components.monitoring_stack import MonitoringSettings, notification_secrets
from components.pipeline_access import PipelineSettings
from components.rds_postgres import DatabaseSettings
from components.redis_cache import CacheSettings
from components.shared.backup_schedule import Kind
from components.shared.edge_profile import EdgeProfile
from components.shared.node_script import NodeImage
from components.synthetic_check import SyntheticCheckSettings
from components.vpc import NetworkSettings
from components.waf_cdn import EdgeSettings
from components.web_service import Site


class FlowCheckSettings(SyntheticCheckSettings):
    """A canary of CloudWatch Synthetics that asks a flow as programs do, and looks at the answer."""

    flow_id: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")] = Field(
        description="the flow that is asked, as its address in Flowise ends; best a small one of its own, for each "
        "question is a chat that is kept and costs what its model costs",
        examples=["3f2c0a44-9a1e-4c55-8f5e-0d2f6b7a1c9d"],
    )
    question: Annotated[str, StringConstraints(min_length=1, max_length=1000)] = Field(
        default="Answer with the one word pong.", description="what it is asked", examples=["Say pong."]
    )
    expected: Annotated[str, StringConstraints(min_length=1, max_length=200)] = Field(
        default="pong", description="what the answer's text must contain, in capitals or not", examples=["pong"]
    )

    def path(self) -> str:
        """Return where the flow is asked."""
        return f"{PREDICTION}{self.flow_id}"

    def body(self) -> Mapping[str, object]:
        """Return what is sent there; the answer's text comes back whole."""
        return {"question": self.question, "streaming": False}


class OpenToAllSettings(AcceptanceSettings):
    """That nothing asks who comes to prod's site before its own login does, and who answers for it, until a day."""


class OpenEgressSettings(AcceptanceSettings):
    """That prod's pods may ask any name on the internet, flows' own code among them, and who answers for it."""


class StackSettings(BaseStack):
    """All that one stack may differ in."""

    tools_image: Image | None = Field(
        default=None,
        description="image with Node and the packages that the platform's own scripts ask for, which make the "
        "database's logins, count queues and bring CloudWatch's alarms to Alertmanager; without one, Flowise's own",
        examples=["111122223333.dkr.ecr.eu-west-1.amazonaws.com/platform-tools:1.0.0"],
    )
    image_cache: ImageCacheSettings | None = Field(
        default=None,
        description="images come from repositories of the account, which ECR fills when a version is first pulled; "
        "without it, nodes pull from each registry on the internet",
    )
    network: NetworkSettings = Field(description="the VPC")
    cluster: ClusterSettings = Field(description="the EKS cluster")
    database: DatabaseSettings = Field(default_factory=DatabaseSettings, description="PostgreSQL")
    cache: CacheSettings = Field(default_factory=CacheSettings, description="Valkey")
    service: ServiceSettings = Field(default_factory=ServiceSettings, description="Flowise")
    monitoring: MonitoringSettings = Field(default_factory=MonitoringSettings, description="metrics, logs, alerts")
    backup: BackupSettings = Field(default_factory=BackupSettings, description="backups and budget")
    edge: EdgeSettings = Field(default_factory=EdgeSettings, description="CDN and firewall")
    open_egress: OpenEgressSettings | None = Field(
        default=None,
        description="that pods, and with them flows' code, resolve every name: prod has this or "
        "network.egress_allowed_domains",
    )
    open_to_all: OpenToAllSettings | None = Field(
        default=None,
        description="that anybody may try prod's login: prod has edge.sign_in, edge.api_key_paths that hold "
        "/api/v1/prediction or edge.firewall.allowed_cidrs, or somebody answers for having none of them",
    )
    synthetic_check: FlowCheckSettings | None = Field(
        default=None, description="a flow is asked from outside every few minutes, by CloudWatch Synthetics; none asks"
    )
    pipeline: PipelineSettings | None = Field(
        default=None, description="roles by which GitHub Actions plans and deploys the stack; none by default"
    )

    def problems(self) -> Iterator[Problem]:
        """Judge the zones against the region, sections against each other, and what any stack is judged for."""
        yield from super().problems()
        yield from _zones_in_region(self.region, self.network.zones)
        if self.backup.copy_region == self.region:
            yield Problem(
                "backup.copy_region", "must be another region than aws:region", self.region, "choose a second one"
            )
        if self.synthetic_check is not None:
            yield from check_gets_in(self.synthetic_check, self.synthetic_check.path(), self.region, self.edge)
        yield from connections_suffice(self.service, self.database)
        yield from pods_fit(self.service, self.cluster)
        yield from addresses_suffice(self.network, self.cluster)
        yield from images_are_pulled(
            self.own_images(), cached=self.image_cache is not None, network=self.network, region=self.region
        )
        yield from services_are_reached(
            self.network,
            self.cluster,
            bedrock=bool(self.service.bedrock_model_arns),
            cloudwatch=self.monitoring.cloudwatch_metrics,
            restore_tests=self.backup.enabled and self.backup.restore_tests,
        )
        if self.environment == "prod":
            yield from door_is_there(self.edge, PREDICTION, self.open_to_all, date.today())
            yield from names_are_listed(self.network, self.open_egress, date.today())
        yield from sign_in_is_reached(self.edge, self.network)
        yield from site_path_is_free(self.edge, self.profile())
        yield from backups_can_begin(self.backup, self.database)
        yield from spending_is_kept(self.service, self.monitoring)
        yield from servers_are_reached(self.region, self.network, self.database, self.cache)

    def backed_up(self) -> list[Kind]:
        """Return the kinds of what AWS Backup can know."""
        return ["EKS", "S3", "RDS"] if self.database.backed_up() else ["EKS", "S3"]

    def notices(self) -> Iterator[str]:
        """Yield what whoever reads a plan is told of each time."""
        said = {
            "open_to_all": "anybody may try this site's login",
            "open_egress": "pods may ask any name on the internet",
        }
        for key, each in self.accepted().items():
            yield f"{said[key]}: {each.owner} answers for that until {each.expires}"

    def accepted(self) -> Mapping[str, AcceptanceSettings]:
        """Return what somebody answers for until a day."""
        return {
            **({"open_to_all": self.open_to_all} if self.open_to_all else {}),
            **({"open_egress": self.open_egress} if self.open_egress else {}),
        }

    def profile(self) -> EdgeProfile:
        """Return what Flowise's paths are to the CDN."""
        return edge_profile(self.service.needs())

    def handmade_secrets(self) -> Mapping[str, str]:
        """Return the names of secrets that people make beforehand."""
        databricks, sign_in = self.service.databricks, self.edge.sign_in
        told = notification_secrets(self.monitoring.notifications)
        named = {
            "service.databricks": databricks.token_secret_name if databricks else None,
            "service.keys_secret_name": self.service.keys_secret_name,
            "edge.sign_in": sign_in.client_secret_name if sign_in else None,
            **{f"monitoring.notifications, {file}": name for file, name in told.items()},
            **{f"service.environment.{key}": each.secret_name for key, each in self.service.environment.items()},
        }
        return {key: name for key, name in named.items() if name is not None}

    def handmade_parameters(self) -> Mapping[str, str]:
        """Return the names of parameters that people make beforehand."""
        table = self.service.environment.items()
        return {f"service.environment.{key}": each.parameter_name for key, each in table if each.parameter_name}

    def egress_domains(self) -> list[str]:
        """Return the names that Flowise and what watches it ask for, where only listed ones resolve."""
        databricks, datadog = self.service.databricks, self.monitoring.datadog
        return [
            *EGRESS_DOMAINS,
            *([databricks.host] if databricks else []),
            *self.monitoring.notifications.hosts(),
            *(datadog.domains() if datadog else []),
        ]

    def own_images(self) -> dict[str, str]:
        """Return the images that settings name, by the key that does."""
        released = {
            f"service.blue_green.{colour}_image" if colour else "service.image": image
            for colour, image in self.service.images().items()
        }
        return {**released, **({"tools_image": self.tools_image} if self.tools_image else {})}

    def pulls_from_internet(self) -> bool:
        """Return whether nodes may be sent to a registry on the internet: without a cache, or to fill it."""
        return self.image_cache is None or self.network.nat != "none"

    def observed_keys(self) -> list[str]:
        """Return the keys of the cache at which others than Flowise look: its queues, where there are any."""
        return [QUEUE_KEYS] if self.service.mode == "queue" else []

    def site(self) -> Site:
        """Return the name that Flowise answers to, and who comes in."""
        edge = self.edge
        return Site(domain=edge.domain, sign_in=edge.sign_in, embed_origins=edge.embed_origins)

    def data_protection(self) -> DataProtection:
        """Return how what holds data is kept."""
        return DataProtection(protect=self.protect_data, copy_region=self.backup.copy_region)

    def telemetry(self) -> Telemetry:
        """Return who watches Flowise's pods beside Prometheus."""
        return Telemetry(traced=self.monitoring.traces is not None, datadog=self.monitoring.datadog is not None)

    def reads_parameters(self) -> bool:
        """Tell whether a variable comes from Parameter Store."""
        return self.service.reads_parameters()

    def script_image(self) -> NodeImage:
        """Return what runs the platform's own scripts."""
        return NodeImage(self.tools_image) if self.tools_image else self.service.script_image()


def _zones_in_region(region: str, zones: tuple[str, ...]) -> Iterator[Problem]:
    for zone in zones:
        if zone[:-1] != region:
            yield Problem(
                "network.zones",
                f"must lie in aws:region {region}",
                zone,
                f"write a zone of {region}, such as {region}a",
            )
