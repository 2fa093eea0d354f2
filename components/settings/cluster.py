"""Settings of the Kubernetes cluster."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from ..planning.config_faults import Truth
from .section import SIZE, Cidr, InProd, LogDays, Section

PrincipalArn = Annotated[str, StringConstraints(pattern=r"^arn:aws[a-z-]*:iam::\d{12}:(role|user)/.+$")]
# the letter after the generation names the processor; g is Graviton, which the node image is built for
GravitonType = Annotated[str, StringConstraints(pattern=rf"^[a-z]+\d+g[a-z]*\.({SIZE}|metal)$")]


class ClusterSettings(Section):
    """The EKS cluster and its nodes."""

    # standard support of 1.34 ends 2026-12-02, of 1.35 2027-03-27 (EKS user guide, kubernetes-versions); 1.36 is in
    # aws-cdk-lib 2.275.0. What leaves standard support is upgraded by EKS itself, for the cluster is set so.
    kubernetes_version: Literal["1.35", "1.36"] = Field(
        default="1.35", description="Kubernetes minor version; add-on versions follow from it"
    )
    public_access_cidrs: tuple[Cidr, ...] = Field(
        default=(),
        description="ranges that may reach the API over the internet; none leaves the private endpoint only",
        examples=["198.51.100.7/32"],
    )
    admin_principal_arns: tuple[PrincipalArn, ...] = Field(
        min_length=1,
        description="IAM roles or users that administer the cluster, the one that deploys among them; nobody else does",
        examples=["arn:aws:iam::111122223333:role/platform-admin"],
    )
    log_retention_days: LogDays = Field(default=14, description="days that control-plane logs are kept")
    deletion_protection: Annotated[bool, InProd(equals=True)] = Field(
        default=True, description="EKS refuses to delete the cluster"
    )
    instance_types: tuple[GravitonType, ...] = Field(
        default=("m7g.large",),
        min_length=1,
        description="instance types of the nodes, Graviton (arm64) only",
        examples=["m7g.large"],
    )
    capacity_type: Literal["ON_DEMAND", "SPOT"] = Field(default="ON_DEMAND", description="how the nodes are bought")
    min_size: Annotated[int, InProd(at_least=2)] = Field(default=1, ge=1, le=100, description="fewest nodes")
    desired_size: int = Field(
        default=2, ge=1, le=100, description="nodes at creation; afterwards the autoscaler's business"
    )
    max_size: int = Field(default=4, ge=1, le=100, description="most nodes")
    disk_gib: int = Field(default=50, ge=20, le=1000, description="disk of a node, GiB, gp3, encrypted")

    def truths(self) -> Iterator[Truth]:
        """Judge the sizes against each other and that the API is not open to all."""
        if not self.min_size <= self.desired_size <= self.max_size:
            between = f"write a number from min_size {self.min_size} to max_size {self.max_size}"
            yield Truth("desired_size", "must be between min_size and max_size", self.desired_size, between)
        for cidr in self.public_access_cidrs:
            if cidr.endswith("/0"):
                yield Truth(
                    "public_access_cidrs",
                    "must not open the API to all",
                    cidr,
                    "name the ranges of your offices or VPN, or leave the list empty",
                )
