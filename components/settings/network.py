"""Settings of the network."""

import ipaddress
from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from ..planning.config_faults import Truth
from .section import Cidr, InProd, LogDays, Section

Zone = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}(-[a-z]+)+-\d[a-h]$")]
# EKS places its network interfaces in at least two zones (CreateCluster: resourcesVpcConfig.subnetIds).
FEWEST_ZONES, MOST_ZONES = 2, 3
# CreateVpc takes nothing wider than /16; below /20 a public subnet of the plan has no room for a load balancer.
WIDEST_PREFIX, NARROWEST_PREFIX = 16, 20


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
    nat: Annotated[Literal["single", "per_zone"], InProd(equals="per_zone")] = Field(
        default="single",
        description="NAT gateways: one for all zones, or one in each, so that no zone depends on another",
    )
    flow_log_retention_days: LogDays = Field(default=14, description="days that flow logs are kept")

    def truths(self) -> Iterator[Truth]:
        """Judge the range as arithmetic, and that no zone is named twice."""
        try:
            network = ipaddress.IPv4Network(self.cidr)
        except ValueError:
            yield Truth(
                "cidr", "is not a network's first address and prefix", self.cidr, "write, for example, 10.20.0.0/16"
            )
        else:
            if not network.is_private:
                yield Truth(
                    "cidr",
                    "must be a private range",
                    self.cidr,
                    "take it from 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16",
                )
            if not WIDEST_PREFIX <= network.prefixlen <= NARROWEST_PREFIX:
                yield Truth(
                    "cidr",
                    "must be /16 to /20",
                    self.cidr,
                    f"write {network.network_address}/16, or a prefix up to /20",
                )
        if len(set(self.zones)) < len(self.zones):
            yield Truth("zones", "names a zone twice", list(self.zones), "name each zone once")
