"""The network everything else lies in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pulumi
import pulumi_aws as aws

from ..shared.network_policies import Road
from ..shared.references import NetworkRef
from ..shared.watch import Watch
from .dns_firewall import DnsFirewall, DnsFirewallArgs
from .egress_domains import allowed_domains
from .endpoints import VpcEndpoints, VpcEndpointsArgs
from .existing_network import existing_network
from .flow_log import FlowLog, FlowLogArgs
from .nat import nat_gateways
from .network_acls import ANYWHERE, BALANCER, ENCLOSED, AclRule, egress, ingress
from .settings import NetworkSettings
from .subnets import PlannedSubnet, Tier, plan_subnets, zone_letter
from .watch import watch
from .zones import served

# EKS finds the subnets of a load balancer by these tags, not by configuration (EKS user guide, network-load-balancing),
# and the VPC CNI those of pods (VPC CNI, subnet discovery).
ROLE_TAGS: Mapping[Tier, Mapping[str, str]] = {
    "public": {"kubernetes.io/role/elb": "1"},
    "private": {"kubernetes.io/role/internal-elb": "1"},
    "pods": {"kubernetes.io/role/cni": "1"},
}

# CloudFront's interfaces outlive its VPC origin for a while; the provider waits 20 min for a subnet, and for the VPC
# itself five, whatever it is asked (terraform-provider-aws, internal/service/ec2: vpcDeletedTimeout).
UNTIL_INTERFACES_ARE_GONE = pulumi.CustomTimeouts(delete="1h")


@dataclass(frozen=True, kw_only=True)
class VpcArgs:
    """How the network is cut (settings) and where it lies.

    `egress_domains` are names that other parts of the stack need, where only listed names resolve; `balancer_asks_out`
    gives the load balancer a way to somebody on the internet, whom people sign in with. Without `pulls_from_internet`
    no registry is let through but ECR. The roads lead to a database and a cache that were there before.
    """

    settings: NetworkSettings
    region: str
    protect_addresses: bool
    tags: Mapping[str, str]
    egress_domains: Sequence[str] = ()
    balancer_asks_out: bool = False
    pulls_from_internet: bool = True
    database_road: Road | None = None
    cache_road: Road | None = None


class Vpc(pulumi.ComponentResource):
    """A VPC in two or three zones: tiers of subnets, a way out through NAT, endpoints, flow logs.

    It opens nothing: the default security group, ACL and route table are emptied, subnets give out no public addresses,
    and those of balancer, data and intra have no route to the internet, the first unless it asks somebody. It makes no
    security groups for others. Where the settings name an existing network it makes nothing at all: it looks that one
    up, and refuses it if it is unfit.
    """

    vpc_id: pulumi.Output[str]
    private_subnet_ids: pulumi.Output[list[str]]
    balancer_subnet_ids: pulumi.Output[list[str]]
    data_subnet_ids: pulumi.Output[list[str]]
    control_plane_subnet_ids: pulumi.Output[list[str]]
    nat_public_ips: pulumi.Output[list[str]]

    def __init__(self, name: str, args: VpcArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:vpc:Vpc", name, {}, opts)
        self._name = name
        self._args = args
        self._child = pulumi.ResourceOptions(parent=self)
        if args.settings.existing is None:
            self._make()
        else:
            found = existing_network(
                args.settings.existing,
                cidr=args.settings.cidr,
                zones=args.settings.zones,
                opts=pulumi.InvokeOutputOptions(parent=self),
            )
            self.vpc_id = found.vpc_id
            self.private_subnet_ids = found.private_subnet_ids
            self.balancer_subnet_ids = self.control_plane_subnet_ids = found.private_subnet_ids
            self.data_subnet_ids = found.data_subnet_ids
            self.nat_public_ips = pulumi.Output.from_input(list[str]())
        self.register_outputs(
            {
                "vpc_id": self.vpc_id,
                "private_subnet_ids": self.private_subnet_ids,
                "balancer_subnet_ids": self.balancer_subnet_ids,
                "data_subnet_ids": self.data_subnet_ids,
                "control_plane_subnet_ids": self.control_plane_subnet_ids,
                "nat_public_ips": self.nat_public_ips,
            }
        )

    @property
    def ref(self) -> NetworkRef:
        """What others need to lie in it."""
        return NetworkRef(
            vpc_id=self.vpc_id,
            region=self._args.region,
            private_subnet_ids=self.private_subnet_ids,
            balancer_subnet_ids=self.balancer_subnet_ids,
            data_subnet_ids=self.data_subnet_ids,
            control_plane_subnet_ids=self.control_plane_subnet_ids,
            ranges=replace(
                self._args.settings.ranges(), database=self._args.database_road, cache=self._args.cache_road
            ),
            private_services=self._args.settings.private_services(),
        )

    @property
    def watch(self) -> Watch:
        """What watches the network."""
        return watch()

    def _make(self) -> None:
        args, settings = self._args, self._args.settings
        vpc = self._network()
        subnets = self._subnets(vpc)
        gateway = self._internet(vpc, subnets)
        gateways, addresses = nat_gateways(
            self._name,
            settings,
            vpc_id=vpc.id,
            gateway=gateway,
            public_subnets={planned.zone: subnet for planned, subnet in subnets.items() if planned.tier == "public"},
            protect=args.protect_addresses,
            tags=args.tags,
            opts=self._child,
        )
        tables = self._tables(vpc, subnets, gateways)
        self._acls(vpc, subnets)
        FlowLog(
            f"{self._name}-flow",
            FlowLogArgs(
                vpc_id=vpc.id, region=args.region, retention_days=settings.flow_log_retention_days, tags=args.tags
            ),
            self._child,
        )
        VpcEndpoints(
            f"{self._name}-endpoints",
            VpcEndpointsArgs(
                vpc_id=vpc.id,
                region=args.region,
                client_cidrs=settings.cidrs(),
                route_table_ids=[table.id for table in tables],
                subnet_ids=[subnet.id for planned, subnet in subnets.items() if planned.tier == "intra"],
                services=settings.interface_endpoints,
                pulls_from_internet=args.pulls_from_internet,
                tags=args.tags,
            ),
            self._child,
        )
        if settings.egress_allowed_domains is not None:
            domains = allowed_domains(
                [*settings.egress_allowed_domains, *args.egress_domains], pulls_from_internet=args.pulls_from_internet
            )
            firewall_args = DnsFirewallArgs(vpc_id=vpc.id, allowed_domains=domains, tags=args.tags)
            DnsFirewall(f"{self._name}-dns", firewall_args, self._child)
        self.vpc_id = vpc.id
        self.private_subnet_ids = _ids(subnets, "private")
        self.balancer_subnet_ids = _ids(subnets, "balancer")
        self.data_subnet_ids = _ids(subnets, "data")
        self.control_plane_subnet_ids = _ids(subnets, "intra")
        self.nat_public_ips = addresses

    def _tags(self, role: str) -> dict[str, str]:
        return {**self._args.tags, "Name": f"{self._name}-{role}"}

    def _network(self) -> aws.ec2.Vpc:
        vpc = aws.ec2.Vpc(
            f"{self._name}-vpc",
            cidr_block=self._args.settings.cidr,
            enable_dns_support=True,
            # private names of endpoints and of the EKS API resolve only with host names on
            enable_dns_hostnames=True,
            tags=self._tags("vpc"),
            opts=self._child,
        )
        unused = self._tags("default-unused")
        aws.ec2.DefaultSecurityGroup(
            f"{self._name}-default-sg", vpc_id=vpc.id, ingress=[], egress=[], tags=unused, opts=self._child
        )
        # nothing keeps to these two: every subnet has a table and an ACL of its tier
        aws.ec2.DefaultRouteTable(
            f"{self._name}-default-rt",
            default_route_table_id=vpc.default_route_table_id,
            routes=[],
            tags=unused,
            opts=self._child,
        )
        aws.ec2.DefaultNetworkAcl(
            f"{self._name}-default-acl",
            default_network_acl_id=vpc.default_network_acl_id,
            tags=unused,
            opts=self._child,
        )
        return vpc

    def _subnets(self, vpc: aws.ec2.Vpc) -> dict[PlannedSubnet, aws.ec2.Subnet]:
        settings = self._args.settings
        homes: dict[Tier, pulumi.Output[str]] = {}
        if settings.pod_cidr is not None:
            # its subnets cannot be made before the range is the VPC's
            homes["pods"] = aws.ec2.VpcIpv4CidrBlockAssociation(
                f"{self._name}-pods", vpc_id=vpc.id, cidr_block=settings.pod_cidr, opts=self._child
            ).vpc_id
        zones = served(self._args.region, settings.zones, pulumi.InvokeOutputOptions(parent=self))
        return {
            planned: aws.ec2.Subnet(
                f"{self._name}-{planned.key}",
                vpc_id=homes.get(planned.tier, vpc.id),
                cidr_block=planned.cidr,
                availability_zone=zones[planned.zone],
                map_public_ip_on_launch=False,
                tags={**self._tags(planned.key), **ROLE_TAGS.get(planned.tier, {})},
                opts=pulumi.ResourceOptions.merge(
                    self._child, pulumi.ResourceOptions(custom_timeouts=UNTIL_INTERFACES_ARE_GONE)
                ),
            )
            for planned in plan_subnets(settings.cidr, settings.zones, pod_cidr=settings.pod_cidr)
        }

    def _internet(self, vpc: aws.ec2.Vpc, subnets: Mapping[PlannedSubnet, aws.ec2.Subnet]) -> aws.ec2.InternetGateway:
        # CloudFront's way to an internal load balancer wants one as well (CloudFront developer guide, VPC origins)
        gateway = aws.ec2.InternetGateway(f"{self._name}-igw", vpc_id=vpc.id, tags=self._tags("igw"), opts=self._child)
        table = self._table(vpc, "public")
        aws.ec2.Route(
            f"{self._name}-public-internet",
            route_table_id=table.id,
            destination_cidr_block=ANYWHERE,
            gateway_id=gateway.id,
            opts=self._child,
        )
        for planned, subnet in subnets.items():
            if planned.tier == "public":
                self._associate(planned, subnet, table)
        return gateway

    def _tables(
        self,
        vpc: aws.ec2.Vpc,
        subnets: Mapping[PlannedSubnet, aws.ec2.Subnet],
        gateways: Mapping[str, aws.ec2.NatGateway],
    ) -> list[aws.ec2.RouteTable]:
        """Return every subnet its route table; return those of the private tier, which pods and who asks out share."""
        tiers: tuple[Tier, ...] = ENCLOSED if self._args.balancer_asks_out else (BALANCER, *ENCLOSED)
        enclosed = {tier: self._table(vpc, tier) for tier in tiers}
        # a table for each zone even with a single gateway, so that adding gateways changes routes and nothing else
        private = {zone: self._table(vpc, f"private-{zone_letter(zone)}") for zone in self._args.settings.zones}
        for zone, gateway in gateways.items():
            aws.ec2.Route(
                f"{self._name}-private-{zone_letter(zone)}-nat",
                route_table_id=private[zone].id,
                destination_cidr_block=ANYWHERE,
                nat_gateway_id=gateway.id,
                opts=self._child,
            )
        for planned, subnet in subnets.items():
            if planned.tier != "public":
                self._associate(planned, subnet, enclosed.get(planned.tier, private[planned.zone]))
        return list(private.values())

    def _acls(self, vpc: aws.ec2.Vpc, subnets: Mapping[PlannedSubnet, aws.ec2.Subnet]) -> None:
        cidrs, out = self._args.settings.cidrs(), self._args.balancer_asks_out
        for tier in dict.fromkeys(planned.tier for planned in subnets):
            aws.ec2.NetworkAcl(
                f"{self._name}-{tier}-acl",
                vpc_id=vpc.id,
                subnet_ids=_ids(subnets, tier),
                ingress=[aws.ec2.NetworkAclIngressArgs(**_acl(rule)) for rule in ingress(tier, cidrs, asks_out=out)],
                egress=[aws.ec2.NetworkAclEgressArgs(**_acl(rule)) for rule in egress(tier, cidrs, asks_out=out)],
                tags=self._tags(tier),
                opts=self._child,
            )

    def _table(self, vpc: aws.ec2.Vpc, role: str) -> aws.ec2.RouteTable:
        return aws.ec2.RouteTable(f"{self._name}-{role}-rt", vpc_id=vpc.id, tags=self._tags(role), opts=self._child)

    def _associate(self, planned: PlannedSubnet, subnet: aws.ec2.Subnet, table: aws.ec2.RouteTable) -> None:
        aws.ec2.RouteTableAssociation(
            f"{self._name}-{planned.key}-rta", subnet_id=subnet.id, route_table_id=table.id, opts=self._child
        )


def _acl(rule: AclRule) -> dict[str, Any]:
    return {
        "rule_no": rule.number,
        "action": rule.action,
        "protocol": rule.protocol,
        "cidr_block": rule.cidr,
        "from_port": rule.ports[0],
        "to_port": rule.ports[1],
    }


def _ids(subnets: Mapping[PlannedSubnet, aws.ec2.Subnet], tier: Tier) -> pulumi.Output[list[str]]:
    return pulumi.Output.all(*(subnet.id for planned, subnet in subnets.items() if planned.tier == tier))
