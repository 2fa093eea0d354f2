"""Settings of the network."""

import ipaddress
from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from ..config.problems import Problem
from ..config.regions import ZONES
from ..config.section import Cidr, InProd, LogDays, Section
from ..shared.network_policies import NetworkRanges
from .subnets import Tier, plan_subnets, service_range

Zone = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}(-[a-z]+)+-\d[a-h]$"), ZONES]
# EKS places its network interfaces in at least two zones (CreateCluster: resourcesVpcConfig.subnetIds).
FEWEST_ZONES, MOST_ZONES = 2, 3
# CreateVpc takes nothing wider than /16; in a /21 the balancer's subnets would be /27, the least that a load balancer
# takes (ELB user guide, application-load-balancers: subnets).
WIDEST_PREFIX, NARROWEST_PREFIX = 16, 20
# Where a VPC of any private range may get a second one (VPC user guide, "CIDR block association restrictions").
POD_RANGE = ipaddress.IPv4Network("100.64.0.0/10")
VpcId = Annotated[str, StringConstraints(pattern=r"^vpc-[0-9a-f]{8,17}$")]
SubnetId = Annotated[str, StringConstraints(pattern=r"^subnet-[0-9a-f]{8,17}$")]
Domain = Annotated[str, StringConstraints(pattern=r"^(\*\.)?([a-z0-9_]([a-z0-9_-]*[a-z0-9_])?\.)+[a-z]{2,}$")]
# PrivateLink's names of the services that nodes, controllers and applications use.
EndpointService = Literal[
    "appconfigdata",
    "autoscaling",
    "backup",
    "bedrock-runtime",
    "ec2",
    "ec2messages",
    "ecr.api",
    "ecr.dkr",
    "eks",
    "eks-auth",
    "elasticloadbalancing",
    "kms",
    "logs",
    "monitoring",
    "rds",
    "secretsmanager",
    "sqs",
    "ssm",
    "ssmmessages",
    "sts",
    "tagging",
]
# Without these no node joins and no pod has credentials (EKS user guide, private-clusters).
PRIVATE_CLUSTER_ENDPOINTS: tuple[EndpointService, ...] = (
    "ec2",
    "ecr.api",
    "ecr.dkr",
    "eks",
    "eks-auth",
    "elasticloadbalancing",
    "logs",
    "secretsmanager",
    "sts",
)


class ExistingNetworkSettings(Section):
    """A network that was there before: looked up and judged, never changed."""

    vpc_id: VpcId = Field(description="the VPC; its range is network.cidr", examples=["vpc-0123456789abcdef0"])
    private_subnet_ids: tuple[SubnetId, ...] = Field(
        min_length=FEWEST_ZONES,
        max_length=MOST_ZONES,
        description="subnets of nodes and load balancer, one in each of network.zones, with a way out through NAT",
        examples=["subnet-0123456789abcdef0"],
    )
    data_subnet_ids: tuple[SubnetId, ...] = Field(
        min_length=FEWEST_ZONES,
        max_length=MOST_ZONES,
        description="subnets of database and cache, one in each of network.zones, without a way out",
        examples=["subnet-0fedcba9876543210"],
    )


class NetworkSettings(Section):
    """The VPC: its address range, its zones and the way out."""

    cidr: Cidr = Field(
        description="IPv4 range of the VPC, private, /16 to /20; cannot change later", examples=["10.20.0.0/16"]
    )
    zones: tuple[Zone, ...] = Field(
        min_length=FEWEST_ZONES,
        max_length=MOST_ZONES,
        description="availability zones by name, 2 or 3; each keeps its subnets when another is added",
        examples=["eu-west-1a"],
    )
    nat: Annotated[Literal["none", "single", "per_zone", "regional"], InProd(one_of=("per_zone", "regional"))] = Field(
        default="single",
        description="NAT gateways: none, one for all zones, one in each so that no zone depends on another, or one "
        "regional gateway that stands in all zones",
    )
    interface_endpoints: tuple[EndpointService, ...] = Field(
        default=(),
        description="AWS services reached by an interface in the VPC, each paid by the hour and zone; S3 and DynamoDB "
        "always have a gateway, which costs nothing",
    )
    pod_cidr: Cidr | None = Field(
        default=None,
        description="a second range, /16 to /20 of 100.64.0.0/10, in which pods get their addresses once the first "
        "runs short; can be added at any time",
        examples=["100.64.0.0/16"],
    )
    egress_allowed_domains: tuple[Domain, ...] | None = Field(
        default=None,
        description="names that may be resolved beside the platform's own, `*.example.com` for all below; none listed "
        "([]) leaves the platform's own, no list at all resolves everything",
        examples=["api.openai.com"],
    )
    existing: ExistingNetworkSettings | None = Field(
        default=None, description="a network that was there before, used instead of making one"
    )
    flow_log_retention_days: LogDays = Field(default=14, description="days that flow logs are kept")

    def problems(self) -> Iterator[Problem]:
        """Judge the range as arithmetic, and that no zone is named twice."""
        try:
            network = ipaddress.IPv4Network(self.cidr)
        except ValueError:
            yield Problem(
                "cidr", "is not a network's first address and prefix", self.cidr, "write, for example, 10.20.0.0/16"
            )
        else:
            if not network.is_private:
                yield Problem(
                    "cidr",
                    "must be a private range",
                    self.cidr,
                    "take it from 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16",
                )
            if not WIDEST_PREFIX <= network.prefixlen <= NARROWEST_PREFIX:
                yield Problem(
                    "cidr",
                    "must be /16 to /20",
                    self.cidr,
                    f"write {network.network_address}/16, or a prefix up to /20",
                )
        if len(set(self.zones)) < len(self.zones):
            yield Problem("zones", "names a zone twice", list(self.zones), "name each zone once")
        yield from self._pod_problems()
        if len(set(self.interface_endpoints)) < len(self.interface_endpoints):
            listed = list(self.interface_endpoints)
            yield Problem("interface_endpoints", "names a service twice", listed, "name each service once")
        missing = [each for each in PRIVATE_CLUSTER_ENDPOINTS if each not in self.interface_endpoints]
        if self.nat == "none" and self.existing is None and missing:
            yield Problem(
                "nat",
                f"must not be none without interface_endpoints for {', '.join(missing)}",
                self.nat,
                "add them, or write single",
            )

    def _pod_problems(self) -> Iterator[Problem]:
        if self.pod_cidr is None:
            return
        wanted = "write, for example, 100.64.0.0/16"
        try:
            pods = ipaddress.IPv4Network(self.pod_cidr)
        except ValueError:
            yield Problem("pod_cidr", "is not a network's first address and prefix", self.pod_cidr, wanted)
            return
        if not pods.subnet_of(POD_RANGE) or not WIDEST_PREFIX <= pods.prefixlen <= NARROWEST_PREFIX:
            yield Problem("pod_cidr", "must be a /16 to /20 of 100.64.0.0/10", self.pod_cidr, wanted)

    def cidrs(self) -> tuple[str, ...]:
        """Return every range of the VPC."""
        return (self.cidr,) if self.pod_cidr is None else (self.cidr, self.pod_cidr)

    def ranges(self) -> NetworkRanges:
        """Return the ranges that policies name; in a network that was there before, what stands where is not known."""
        return NetworkRanges(
            vpc=self.cidrs(),
            data=self._ranges("data"),
            balancer=self._ranges("balancer"),
            intra=self._ranges("intra"),
            services=self.service_cidr(),
        )

    def private_services(self) -> tuple[str, ...]:
        """Return the AWS services that answer within the network, as far as is known."""
        return self.interface_endpoints if self.existing is None else ()

    def service_cidr(self) -> str:
        """Return the range of the cluster's Services."""
        return service_range(self.cidrs())

    def node_cidrs(self) -> tuple[str, ...]:
        """Return the ranges in which nodes lie, and pods that have none of their own."""
        return self._ranges("private")

    def _ranges(self, tier: Tier) -> tuple[str, ...]:
        if self.existing is not None:
            return self.cidrs()
        return tuple(each.cidr for each in plan_subnets(self.cidr, self.zones) if each.tier == tier)

    def nat_zones(self) -> tuple[str, ...]:
        """Return the zones that have a NAT address; the first one named holds the only gateway of a stack with one."""
        return {"none": (), "single": self.zones[:1]}.get(self.nat, self.zones)
