"""Settings of Flowise itself."""

import re
from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from ..planning.config_faults import Truth
from .section import InProd, Section

# CloudFront gives up on an origin after at most 120 s (UpdateDistribution: OriginReadTimeout): a longer answer is lost.
LONGEST_ANSWER_SECONDS = 120
# Measured with flowise 3.1.4: under 512 MiB V8 aborts while it loads its nodes; 1 GiB starts and leaves little.
FLOWISE_LEAST_MEMORY_MIB = 1024
# CVE-2026-46442, -46444, -46480, -46441 and -42863, remote code execution among them, are in everything older.
FLOWISE_LEAST_VERSION = (3, 1, 2)


class DatabricksSettings(Section):
    """A Databricks workspace that flows may call."""

    url: Annotated[str, StringConstraints(pattern=r"^https://[a-z0-9.-]+$")] = Field(
        description="workspace URL, https, without a path", examples=["https://dbc-12345678-90ab.cloud.databricks.com"]
    )
    token_secret_name: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9/_+=.@-]{1,512}$")] = Field(
        description="name of the Secrets Manager secret that holds the token, made by hand beforehand",
        examples=["flowise/databricks-token"],
    )

    @property
    def host(self) -> str:
        """Give the workspace's host name."""
        return self.url.removeprefix("https://")


class ServiceSettings(Section):
    """Flowise itself."""

    image: Annotated[
        str,
        StringConstraints(
            pattern=r"^[a-z0-9.\-/_]+(:\d+/[a-z0-9.\-/_]+)?:\d+\.\d+\.\d+[a-z0-9.-]*(@sha256:[0-9a-f]{64})?$"
        ),
    ] = Field(
        default="flowiseai/flowise:3.1.4",
        description="container image with its version, 3.1.2 or later; add @sha256:... to pin the very image",
        examples=["flowiseai/flowise:3.1.4"],
    )
    mode: Annotated[Literal["main", "queue"], InProd(equals="queue")] = Field(
        default="main", description="main: one process does all; queue: servers hand predictions to workers over Redis"
    )
    replicas_min: Annotated[int, InProd(at_least=2)] = Field(
        default=1, ge=1, le=50, description="fewest servers; more than one needs mode queue"
    )
    replicas_max: int = Field(default=1, ge=1, le=50, description="most servers; more than one needs mode queue")
    worker_replicas: int = Field(default=2, ge=1, le=50, description="workers, in mode queue only")
    worker_concurrency: int = Field(
        default=5, ge=1, le=100, description="predictions a worker runs at once, in mode queue only"
    )
    cpu_request_millicores: int = Field(
        default=500, ge=100, le=16000, description="CPU reserved for a pod, thousandths of a core"
    )
    cpu_limit_millicores: int | None = Field(
        default=None, ge=100, le=16000, description="most CPU of a pod, thousandths of a core; none by default"
    )
    memory_request_mib: int = Field(
        default=1024, ge=FLOWISE_LEAST_MEMORY_MIB, le=65536, description="memory reserved for a pod, MiB"
    )
    memory_limit_mib: int = Field(
        default=2048, ge=FLOWISE_LEAST_MEMORY_MIB, le=65536, description="most memory of a pod, MiB"
    )
    max_answer_seconds: int = Field(
        default=120,
        ge=1,
        le=LONGEST_ANSWER_SECONDS,
        description="seconds a flow may take to answer; load balancer and CDN wait as long",
    )
    storage_expire_logs_days: int = Field(
        default=90, ge=1, description="days after which Flowise's own logs in the bucket are deleted"
    )
    keys_secret_name: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9/_+=.@:-]{1,2048}$")] | None = Field(
        default=None,
        description="name or ARN of another stack's secret of Flowise's keys, or of its copy: a stack that takes over "
        "that one's database reads its credentials with them; without it new keys are made",
        examples=["flowise-prod-app-keys-secret-1a2b3c4"],
    )
    databricks: DatabricksSettings | None = Field(default=None, description="a Databricks workspace; none by default")

    def truths(self) -> Iterator[Truth]:
        """Judge limits against requests, replicas against the mode, and the image's version."""
        if self.replicas_max < self.replicas_min:
            yield Truth(
                "replicas_max",
                "must not be below replicas_min",
                self.replicas_max,
                f"write {self.replicas_min} or more",
            )
        if self.mode == "main" and max(self.replicas_min, self.replicas_max) > 1:
            # in main mode every replica runs the schedules itself, and rate limits are counted per pod
            yield Truth(
                "mode",
                "must be queue with more than one replica",
                self.mode,
                "write queue, or replicas_min and replicas_max 1",
            )
        if self.memory_limit_mib < self.memory_request_mib:
            yield Truth(
                "memory_limit_mib",
                "must not be below memory_request_mib",
                self.memory_limit_mib,
                f"write {self.memory_request_mib} or more",
            )
        if self.cpu_limit_millicores is not None and self.cpu_limit_millicores < self.cpu_request_millicores:
            least = self.cpu_request_millicores
            yield Truth(
                "cpu_limit_millicores",
                "must not be below cpu_request_millicores",
                self.cpu_limit_millicores,
                f"write {least} or more",
            )
        version = re.search(r":(\d+)\.(\d+)\.(\d+)", self.image)
        if version and tuple(map(int, version.groups())) < FLOWISE_LEAST_VERSION:
            yield Truth(
                "image",
                "must be version 3.1.2 or later, older ones have known holes",
                self.image,
                "write, for example, flowiseai/flowise:3.1.4",
            )
