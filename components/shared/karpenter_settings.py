"""Settings of Karpenter: a part of the cluster's section, for what is installed into the cluster."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from ..config.section import Section


class KarpenterSettings(Section):
    """Nodes for what outgrows the groups, made by Karpenter when pods find no place."""

    # 1.35 needs 1.9 or later, 1.36 needs 1.13 (Karpenter's compatibility matrix)
    chart_version: Annotated[str, StringConstraints(pattern=r"^1\.(1[3-9]|[2-9]\d)\.\d+$")] = Field(
        default="1.14.0", description="version of the chart karpenter, 1.13 or later", examples=["1.14.0"]
    )
    image_version: Annotated[str, StringConstraints(pattern=r"^v\d{8}$")] | None = Field(
        default=None,
        description="version of the image of its nodes, AL2023; another replaces them one by one, none is the newest",
        examples=["v20261120"],
    )
    instance_categories: tuple[Literal["c", "m", "r"], ...] = Field(
        default=("c", "m", "r"), min_length=1, description="families that may be started: compute, general, memory"
    )
    capacity_types: tuple[Literal["on-demand", "spot"], ...] = Field(
        default=("on-demand",), min_length=1, description="how its nodes are bought; spot is tried first where listed"
    )
    cpu_limit_cores: int = Field(default=64, ge=2, le=10_000, description="cores of all its nodes together, at most")
    disk_gib: int = Field(default=50, ge=20, le=1000, description="disk of a node, GiB, gp3, encrypted")
