"""All settings of a stack, and production's floor."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from coherence import (
    addresses_suffice,
    backups_can_begin,
    check_gets_in,
    connections_suffice,
    pods_fit,
    sign_in_is_reached,
    site_path_is_free,
)
from components.backups.settings import BackupSettings
from components.config.problems import NAMESPACE, Problem
from components.config.regions import Region
from components.config.section import InProd, Section
from components.eks_cluster.settings import ClusterSettings
from components.flowise_service.edge import edge_profile
from components.flowise_service.settings import Image, ServiceSettings
from components.monitoring_stack.settings.monitoring import MonitoringSettings
from components.pipeline_access.settings import PipelineSettings
from components.rds_postgres.settings import DatabaseSettings
from components.redis_cache.settings import CacheSettings
from components.shared.node_script import NodeImage
from components.vpc.settings import NetworkSettings
from components.waf_cdn.settings import EdgeSettings

# https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html: length and characters.
_TAG = r"^[\p{L}\p{N}\p{Z}_.:/=+@-]*$"
TagKey = Annotated[str, StringConstraints(min_length=1, max_length=128, pattern=_TAG)]
TagValue = Annotated[str, StringConstraints(max_length=256, pattern=_TAG)]
# A resource bears 50 tags; the program sets three on all, and up to five on some (`Name` among them).
MOST_TAGS = 42
Environment = Literal["dev", "staging", "prod"]


class StackSettings(Section):
    """All that one stack may differ in."""

    environment: Environment = Field(
        description="dev, staging or prod; prod has a floor below which values are refused", examples=["dev"]
    )
    region: Region = Field(description="AWS region", examples=["eu-west-1"])
    tags: dict[TagKey, TagValue] = Field(
        default_factory=dict,
        max_length=MOST_TAGS,
        description="tags on whatever takes tags, beside Project, Environment and ManagedBy",
    )
    protect_data: Annotated[bool, InProd(equals=True)] = Field(
        default=True,
        description="Pulumi refuses to delete or replace what holds data; `pulumi state unprotect` lets go",
    )
    tools_image: Image | None = Field(
        default=None,
        description="image with Node and the packages that the platform's own scripts ask for, which make the "
        "database's logins, count queues and bring CloudWatch's alarms to Alertmanager; without one, Flowise's own",
        examples=["111122223333.dkr.ecr.eu-west-1.amazonaws.com/platform-tools:1.0.0"],
    )
    network: NetworkSettings = Field(description="the VPC")
    cluster: ClusterSettings = Field(description="the EKS cluster")
    database: DatabaseSettings = Field(default_factory=DatabaseSettings, description="PostgreSQL")
    cache: CacheSettings = Field(default_factory=CacheSettings, description="Valkey")
    service: ServiceSettings = Field(default_factory=ServiceSettings, description="Flowise")
    monitoring: MonitoringSettings = Field(default_factory=MonitoringSettings, description="metrics, logs, alerts")
    backup: BackupSettings = Field(default_factory=BackupSettings, description="backups and budget")
    edge: EdgeSettings = Field(default_factory=EdgeSettings, description="CDN and firewall")
    pipeline: PipelineSettings | None = Field(
        default=None, description="roles by which GitHub Actions plans and deploys the stack; none by default"
    )

    def problems(self) -> Iterator[Problem]:
        """Judge the zones against the region, tags' keys, sections against each other, production against its floor."""
        yield from _zones_in_region(self.region, self.network.zones)
        if self.backup.copy_region == self.region:
            yield Problem(
                "backup.copy_region", "must be another region than aws:region", self.region, "choose a second one"
            )
        for key in self.tags:
            if key.lower().startswith("aws:"):
                yield Problem("tags", "must not begin with aws:, which AWS keeps for itself", key, "choose another key")
        if self.monitoring.synthetic_check is not None:
            yield from check_gets_in(self.monitoring.synthetic_check, self.region, self.edge)
        yield from connections_suffice(self.service, self.database)
        yield from pods_fit(self.service, self.cluster)
        yield from addresses_suffice(self.network, self.cluster)
        yield from sign_in_is_reached(self.edge, self.network)
        yield from site_path_is_free(self.edge, edge_profile(self.service.needs()))
        yield from backups_can_begin(self.backup, self.database)
        if self.environment == "prod":
            yield from production_floor(self.model_dump())

    def all_tags(self) -> dict[str, str]:
        """Give the tags every taggable resource carries; the three fixed ones cannot be overridden."""
        return {**self.tags, **self.cost_tags(), "ManagedBy": "pulumi"}

    def script_image(self) -> NodeImage:
        """Return what runs the platform's own scripts."""
        return NodeImage(self.tools_image) if self.tools_image else self.service.script_image()

    def cost_tags(self) -> dict[str, str]:
        """Give the tags that tell this stack's cost from others'."""
        return {"Project": NAMESPACE, "Environment": self.environment}


def _zones_in_region(region: str, zones: tuple[str, ...]) -> Iterator[Problem]:
    for zone in zones:
        if zone[:-1] != region:
            yield Problem(
                "network.zones",
                f"must lie in aws:region {region}",
                zone,
                f"write a zone of {region}, such as {region}a",
            )


def floors(model: type[Section] = StackSettings, path: str = "") -> Iterator[tuple[str, Any, InProd]]:
    """Yield every field that production sets a floor to: its key (`cluster.app_nodes.min_size`), default and floor."""
    for name, field in model.model_fields.items():
        section = field.annotation
        if isinstance(section, type) and issubclass(section, Section):
            yield from floors(section, f"{path}{name}.")
        for mark in field.metadata:
            if isinstance(mark, InProd):
                yield f"{path}{name}", field.get_default(call_default_factory=True), mark


def production_floor(values: Mapping[str, Any], judged: frozenset[str] = frozenset()) -> Iterator[Problem]:
    """Yield every value below production's floor, except for keys whose value is judged wrong already."""
    for path, default, floor in floors():
        *sections, key = path.split(".")
        owner: Any = values
        for section in sections:
            owner = owner.get(section) or {} if isinstance(owner, Mapping) else None
        above = {".".join(sections[:depth]) for depth in range(1, len(sections) + 1)}
        if judged & {path, *above} or not isinstance(owner, Mapping):
            continue
        value = owner.get(key, default)
        if not floor.holds(value):
            yield Problem(path, f"must be {floor} in prod", value, f"write {floor.to_write()}")
