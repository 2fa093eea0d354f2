"""Settings of the Kubernetes cluster."""

import re
from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from ..config.problems import FORM, Problem
from ..config.section import SIZE, Cidr, InProd, LogDays, Section
from ..config.sizes import INSTANCE_TYPES
from ..shared.karpenter_settings import KarpenterSettings

PrincipalArn = Annotated[str, StringConstraints(pattern=r"^arn:aws[a-z-]*:iam::\d{12}:(role|user)/.+$")]


def _graviton(given: str) -> str:
    # the letter after the generation names the processor; g is Graviton, which the node image is built for
    if not re.fullmatch(rf"[a-z]+\d+g[a-z]*\.({SIZE}|metal)", given):
        raise PydanticCustomError(FORM, "must be an instance type of Graviton (arm64), for which the image is built")
    return given


GravitonType = Annotated[str, AfterValidator(_graviton), INSTANCE_TYPES]


class NodeGroupSettings(Section):
    """A managed node group."""

    instance_types: tuple[GravitonType, ...] = Field(
        default=("m7g.large",),
        min_length=1,
        description="instance types, Graviton (arm64) only; with SPOT, several make an interruption rarer",
        examples=["m7g.large"],
    )
    capacity_type: Literal["ON_DEMAND", "SPOT"] = Field(default="ON_DEMAND", description="how the nodes are bought")
    min_size: Annotated[int, InProd(at_least=2)] = Field(default=1, ge=1, le=100, description="fewest nodes")
    desired_size: int = Field(
        default=2, ge=1, le=100, description="nodes at creation; afterwards the autoscaler's business"
    )
    max_size: int = Field(default=4, ge=1, le=100, description="most nodes")
    disk_gib: int = Field(default=50, ge=20, le=1000, description="disk of a node, GiB, gp3, encrypted")

    def problems(self) -> Iterator[Problem]:
        """Judge the sizes against each other."""
        if not self.min_size <= self.desired_size <= self.max_size:
            between = f"write a number from min_size {self.min_size} to max_size {self.max_size}"
            yield Problem("desired_size", "must be between min_size and max_size", self.desired_size, between)


class ClusterSettings(Section):
    """The EKS cluster and its nodes."""

    # standard support of 1.34 ends 2026-12-02, of 1.35 2027-03-27 (EKS user guide, kubernetes-versions); 1.36 is in
    # aws-cdk-lib 2.275.0. What leaves standard support is upgraded by EKS itself, for the cluster is set so.
    kubernetes_version: Literal["1.35", "1.36"] = Field(
        default="1.35", description="Kubernetes minor version; add-on versions follow from it; one minor at a time"
    )
    public_access_cidrs: tuple[Cidr, ...] = Field(
        default=(),
        description="ranges that may reach the API over the internet; none leaves the private endpoint only",
        examples=["198.51.100.7/32"],
    )
    admin_principal_arns: tuple[PrincipalArn, ...] = Field(
        min_length=1,
        description="IAM roles or users that administer the cluster, the one that runs `pulumi up` among them",
        examples=["arn:aws:iam::111122223333:role/platform-admin"],
    )
    deployer_principal_arns: tuple[PrincipalArn, ...] = Field(
        default=(),
        description="IAM roles or users that may change what runs in the application's namespace, and read its secrets",
        examples=["arn:aws:iam::111122223333:role/release"],
    )
    viewer_principal_arns: tuple[PrincipalArn, ...] = Field(
        default=(),
        description="IAM roles or users that may look at everything but secrets",
        examples=["arn:aws:iam::111122223333:role/support"],
    )
    log_retention_days: LogDays = Field(default=14, description="days that control-plane logs are kept")
    deletion_protection: Annotated[bool, InProd(equals=True)] = Field(
        default=True, description="EKS refuses to delete the cluster"
    )
    node_image: Literal["AL2023_ARM_64_STANDARD", "BOTTLEROCKET_ARM_64"] = Field(
        default="AL2023_ARM_64_STANDARD", description="what nodes run; a change brings new nodes and drains the old"
    )
    node_release: Annotated[str, StringConstraints(pattern=r"^\d+\.\d+\.\d+-[0-9a-f]{8}$")] | None = Field(
        default=None,
        description="release of the managed groups' image; a newer one brings new nodes and drains the old, none keeps "
        "what EKS gave when the group was made (docs/operations/node-images.md)",
        examples=["1.35.2-20261120"],
    )
    system_nodes: NodeGroupSettings = Field(
        default_factory=lambda: NodeGroupSettings(instance_types=("t4g.medium",), max_size=3),
        description="nodes of controllers and add-ons; applications avoid them while there is room elsewhere",
    )
    app_nodes: NodeGroupSettings = Field(
        default_factory=NodeGroupSettings, description="nodes of the application and of monitoring"
    )
    karpenter: KarpenterSettings | None = Field(
        default=None, description="makes nodes when pods find no place; without it the groups are all there is"
    )
    operator_host: bool = Field(
        default=True,
        description="a small instance through which operators reach the private endpoint by Session Manager; it opens "
        "no port",
    )
    guardduty: bool = Field(
        default=False,
        description="GuardDuty watches audit logs and running pods; for an account and region without a detector, for "
        "there can be only one",
    )

    def problems(self) -> Iterator[Problem]:
        """Judge that the API is not open to all, and that everybody has one role."""
        for cidr in self.public_access_cidrs:
            if cidr.endswith("/0"):
                yield Problem(
                    "public_access_cidrs",
                    "must not open the API to all",
                    cidr,
                    "name the ranges of your offices or VPN, or leave the list empty",
                )
        minor = f"{self.kubernetes_version}."
        if self.node_release and self.node_image.startswith("AL2023") and not self.node_release.startswith(minor):
            yield Problem(
                "node_release",
                "must be one of cluster.kubernetes_version",
                self.node_release,
                f"write one that begins with {minor}, or leave it out",
            )
        seen: set[str] = set()
        for key in ("admin_principal_arns", "deployer_principal_arns", "viewer_principal_arns"):
            for arn in getattr(self, key):
                if arn in seen:
                    yield Problem(key, "names a principal that has a role already", arn, "give each principal one role")
                seen.add(arn)
