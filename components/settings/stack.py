"""All settings of a stack, and production's floor."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from ..planning.config_faults import NAMESPACE, Truth
from .cache import CacheSettings
from .cluster import ClusterSettings
from .database import DatabaseSettings
from .edge import EdgeSettings
from .monitoring import MonitoringSettings
from .network import NetworkSettings
from .section import InProd, Section
from .service import ServiceSettings

# https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html: length and characters.
_TAG = r"^[\p{L}\p{N}\p{Z}_.:/=+@-]*$"
TagKey = Annotated[str, StringConstraints(min_length=1, max_length=128, pattern=_TAG)]
TagValue = Annotated[str, StringConstraints(max_length=256, pattern=_TAG)]
# A resource bears 50 tags; the program sets three on all, and up to five on some (`Name` among them).
MOST_TAGS = 42
Environment = Literal["dev", "staging", "prod"]
# Where the database's certificate authorities are known (docs/decisions/0003): components/assets/rds-ca-<region>.pem.
Region = Literal[
    "af-south-1",
    "ap-east-1",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-south-2",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-southeast-3",
    "ap-southeast-4",
    "ca-central-1",
    "eu-central-1",
    "eu-central-2",
    "eu-north-1",
    "eu-south-1",
    "eu-south-2",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "me-central-1",
    "me-south-1",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
]


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
    network: NetworkSettings = Field(description="the VPC")
    cluster: ClusterSettings = Field(description="the EKS cluster")
    database: DatabaseSettings = Field(default_factory=DatabaseSettings, description="PostgreSQL")
    cache: CacheSettings = Field(default_factory=CacheSettings, description="Valkey")
    service: ServiceSettings = Field(default_factory=ServiceSettings, description="Flowise")
    monitoring: MonitoringSettings = Field(default_factory=MonitoringSettings, description="metrics, logs, alerts")
    edge: EdgeSettings = Field(default_factory=EdgeSettings, description="CDN and firewall")

    def truths(self) -> Iterator[Truth]:
        """Judge the zones against the region, the tags' keys, and production against its floor."""
        yield from _zones_in_region(self.region, self.network.zones)
        for key in self.tags:
            if key.lower().startswith("aws:"):
                yield Truth("tags", "must not begin with aws:, which AWS keeps for itself", key, "choose another key")
        if self.environment == "prod":
            yield from production_floor(self.model_dump())

    def all_tags(self) -> dict[str, str]:
        """Give the tags every taggable resource carries; the three fixed ones cannot be overridden."""
        return {**self.tags, "Project": NAMESPACE, "Environment": self.environment, "ManagedBy": "pulumi"}


def _zones_in_region(region: str, zones: tuple[str, ...]) -> Iterator[Truth]:
    for zone in zones:
        if zone[:-1] != region:
            yield Truth(
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


def production_floor(values: Mapping[str, Any], judged: frozenset[str] = frozenset()) -> Iterator[Truth]:
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
            yield Truth(path, f"must be {floor} in prod", value, f"write {floor.to_write()}")
