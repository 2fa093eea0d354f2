"""All settings of a stack of Flowise."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Annotated

from pydantic import Field, StringConstraints

from components.config.acceptance import AcceptanceSettings
from components.config.problems import Problem
from components.flowise_service import (
    EGRESS_DOMAINS,
    PREDICTION,
    QUEUE_KEYS,
    Image,
    ServiceSettings,
    Telemetry,
    edge_profile,
)
from components.shared.backup_schedule import Kind
from components.shared.edge_profile import EdgeProfile
from components.shared.node_image import NodeImage
from components.synthetic_check import SyntheticCheckSettings
from composition.coherence import (
    check_gets_in,
    connections_suffice,
    door_is_there,
    names_are_listed,
    pods_fit,
    spending_is_kept,
)
from composition.system_stack import CachedStack


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


class StackSettings(CachedStack):
    """All that one stack may differ in."""

    tools_image: Image | None = Field(
        default=None,
        description="image with Node and the packages that the platform's own scripts ask for, which make the "
        "database's logins, count queues and bring CloudWatch's alarms to Alertmanager; without one, Flowise's own",
        examples=["111122223333.dkr.ecr.eu-west-1.amazonaws.com/platform-tools:1.0.0"],
    )
    service: ServiceSettings = Field(default_factory=ServiceSettings, description="Flowise")
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

    def problems(self) -> Iterator[Problem]:
        """Judge the zones against the region, sections against each other, and what any stack is judged for."""
        yield from super().problems()
        if self.synthetic_check is not None:
            yield from check_gets_in(self.synthetic_check, self.synthetic_check.path(), self.region, self.edge)
        yield from connections_suffice(self.service, self.database)
        yield from pods_fit(self.service, self.cluster)
        if self.environment == "prod":
            yield from door_is_there(self.edge, PREDICTION, self.open_to_all, date.today())
            yield from names_are_listed(self.network, self.open_egress, date.today())
        yield from spending_is_kept(self.service, self.monitoring)

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
        databricks = self.service.databricks
        named = {
            "service.databricks": databricks.token_secret_name if databricks else None,
            "service.keys_secret_name": self.service.keys_secret_name,
            **super().handmade_secrets(),
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
            *super().egress_domains(),
            *(datadog.domains() if datadog else []),
        ]

    def own_images(self) -> dict[str, str]:
        """Return the images that settings name, by the key that does."""
        released = {
            f"service.blue_green.{colour}_image" if colour else "service.image": image
            for colour, image in self.service.images().items()
        }
        return {**released, **({"tools_image": self.tools_image} if self.tools_image else {})}

    def asks_bedrock(self) -> bool:
        """Tell whether flows may ask models of Amazon Bedrock."""
        return bool(self.service.bedrock_model_arns)

    def observed_keys(self) -> list[str]:
        """Return the keys of the cache at which others than Flowise look: its queues, where there are any."""
        return [QUEUE_KEYS] if self.service.mode == "queue" else []

    def telemetry(self) -> Telemetry:
        """Return who watches Flowise's pods beside Prometheus."""
        return Telemetry(traced=self.monitoring.traces is not None, datadog=self.monitoring.datadog is not None)

    def reads_parameters(self) -> bool:
        """Tell whether a variable comes from Parameter Store."""
        return self.service.reads_parameters()

    def script_image(self) -> NodeImage:
        """Return what runs the platform's own scripts."""
        return NodeImage(self.tools_image) if self.tools_image else self.service.script_image()
