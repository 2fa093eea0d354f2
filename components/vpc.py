"""The network everything else lies in."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from .parts.data_key import DataKey, DataKeyArgs
from .planning.endpoint_policies import s3_endpoint_policy
from .planning.iam_documents import allow, document, service_trust
from .planning.subnets import PlannedSubnet, Tier, plan_subnets, zone_letter
from .settings import NetworkSettings

ANYWHERE = "0.0.0.0/0"
# EKS finds the subnets of a load balancer by these tags, not by configuration (EKS user guide, network-load-balancing).
ROLE_TAGS: Mapping[Tier, Mapping[str, str]] = {
    "public": {"kubernetes.io/role/elb": "1"},
    "private": {"kubernetes.io/role/internal-elb": "1"},
    "data": {},
}


@dataclass(frozen=True, kw_only=True)
class VpcArgs:
    """How the network is cut (settings) and where it lies."""

    settings: NetworkSettings
    region: str
    tags: Mapping[str, str]


class Vpc(pulumi.ComponentResource):
    """A VPC with public, private and data subnets in each zone, a way out through NAT, and flow logs.

    It opens nothing: the default security group is emptied, subnets give out no public addresses, and the data tier has
    no route to the internet. It makes no security groups for others.
    """

    vpc_id: pulumi.Output[str]
    public_subnet_ids: pulumi.Output[list[str]]
    private_subnet_ids: pulumi.Output[list[str]]
    data_subnet_ids: pulumi.Output[list[str]]
    nat_public_ips: pulumi.Output[list[str]]

    def __init__(self, name: str, args: VpcArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("flowise:index:Vpc", name, {}, opts)
        self._name = name
        self._args = args
        self._child = pulumi.ResourceOptions(parent=self)

        vpc = self._network()
        subnets = self._subnets(vpc)
        gateway = self._internet(vpc, subnets)
        addresses = self._ways_out(vpc, subnets, gateway)
        self._flow_logs(vpc)

        self.vpc_id = vpc.id
        self.public_subnet_ids = _ids(subnets, "public")
        self.private_subnet_ids = _ids(subnets, "private")
        self.data_subnet_ids = _ids(subnets, "data")
        self.nat_public_ips = addresses
        self.register_outputs(
            {
                "vpc_id": self.vpc_id,
                "public_subnet_ids": self.public_subnet_ids,
                "private_subnet_ids": self.private_subnet_ids,
                "data_subnet_ids": self.data_subnet_ids,
                "nat_public_ips": self.nat_public_ips,
            }
        )

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
        aws.ec2.DefaultSecurityGroup(
            f"{self._name}-default-sg",
            vpc_id=vpc.id,
            ingress=[],
            egress=[],
            tags=self._tags("default-unused"),
            opts=self._child,
        )
        return vpc

    def _subnets(self, vpc: aws.ec2.Vpc) -> dict[PlannedSubnet, aws.ec2.Subnet]:
        settings = self._args.settings
        return {
            planned: aws.ec2.Subnet(
                f"{self._name}-{planned.key}",
                vpc_id=vpc.id,
                cidr_block=planned.cidr,
                availability_zone=planned.zone,
                map_public_ip_on_launch=False,
                tags={**self._tags(planned.key), **ROLE_TAGS[planned.tier]},
                opts=self._child,
            )
            for planned in plan_subnets(settings.cidr, settings.zones)
        }

    def _internet(self, vpc: aws.ec2.Vpc, subnets: Mapping[PlannedSubnet, aws.ec2.Subnet]) -> aws.ec2.InternetGateway:
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

    def _ways_out(
        self,
        vpc: aws.ec2.Vpc,
        subnets: Mapping[PlannedSubnet, aws.ec2.Subnet],
        gateway: aws.ec2.InternetGateway,
    ) -> pulumi.Output[list[str]]:
        settings = self._args.settings
        # the first zone named holds the only gateway of a stack that has one
        nat_zones = settings.zones if settings.nat == "per_zone" else settings.zones[:1]
        public = {planned.zone: subnet for planned, subnet in subnets.items() if planned.tier == "public"}
        addresses = {zone: self._address(zone, gateway) for zone in nat_zones}
        gateways = {zone: self._nat(zone, public[zone], addresses[zone]) for zone in nat_zones}

        data_table = self._table(vpc, "data")
        tables = [data_table]
        for planned, subnet in subnets.items():
            if planned.tier == "data":
                self._associate(planned, subnet, data_table)
            elif planned.tier == "private":
                # a table for each zone even with a single gateway, so that adding gateways changes routes and nothing
                # else
                table = self._table(vpc, planned.key)
                nat = gateways.get(planned.zone, gateways[nat_zones[0]])
                aws.ec2.Route(
                    f"{self._name}-{planned.key}-nat",
                    route_table_id=table.id,
                    destination_cidr_block=ANYWHERE,
                    nat_gateway_id=nat.id,
                    opts=self._child,
                )
                self._associate(planned, subnet, table)
                tables.append(table)
        self._s3_endpoint(vpc, tables)
        return pulumi.Output.all(*(address.public_ip for address in addresses.values()))

    def _address(self, zone: str, gateway: aws.ec2.InternetGateway) -> aws.ec2.Eip:
        role = f"nat-{zone_letter(zone)}"
        # AWS refuses to map an address in a VPC that has no internet gateway yet, and no property names the gateway
        after = pulumi.ResourceOptions.merge(self._child, pulumi.ResourceOptions(depends_on=[gateway]))
        return aws.ec2.Eip(f"{self._name}-{role}-ip", domain="vpc", tags=self._tags(role), opts=after)

    def _nat(self, zone: str, subnet: aws.ec2.Subnet, address: aws.ec2.Eip) -> aws.ec2.NatGateway:
        role = f"nat-{zone_letter(zone)}"
        return aws.ec2.NatGateway(
            f"{self._name}-{role}",
            subnet_id=subnet.id,
            allocation_id=address.allocation_id,
            tags=self._tags(role),
            opts=self._child,
        )

    def _s3_endpoint(self, vpc: aws.ec2.Vpc, tables: list[aws.ec2.RouteTable]) -> None:
        region = self._args.region
        account = aws.get_caller_identity_output(opts=pulumi.InvokeOutputOptions(parent=self)).account_id
        partition = aws.get_partition_output(opts=pulumi.InvokeOutputOptions(parent=self)).partition
        aws.ec2.VpcEndpoint(
            f"{self._name}-s3",
            vpc_id=vpc.id,
            service_name=f"com.amazonaws.{region}.s3",
            vpc_endpoint_type="Gateway",
            route_table_ids=[table.id for table in tables],
            policy=pulumi.Output.json_dumps(s3_endpoint_policy(partition=partition, account=account, region=region)),
            tags=self._tags("s3"),
            opts=self._child,
        )

    def _flow_logs(self, vpc: aws.ec2.Vpc) -> None:
        args = self._args
        key = DataKey(
            f"{self._name}-logs",
            DataKeyArgs(purpose="VPC flow logs", region=args.region, tags=args.tags, encrypts_logs=True),
            self._child,
        )
        group = aws.cloudwatch.LogGroup(
            f"{self._name}-flow-logs",
            retention_in_days=args.settings.flow_log_retention_days,
            kms_key_id=key.arn,
            tags=dict(args.tags),
            opts=self._child,
        )
        account = aws.get_caller_identity_output(opts=pulumi.InvokeOutputOptions(parent=self)).account_id
        role = aws.iam.Role(
            f"{self._name}-flow-logs-role",
            assume_role_policy=pulumi.Output.json_dumps(service_trust("vpc-flow-logs.amazonaws.com", account=account)),
            description="Writes the VPC's flow logs",
            tags=dict(args.tags),
            opts=self._child,
        )
        write = allow(
            "WritesItsOwnGroup",
            ["logs:CreateLogStream", "logs:DescribeLogGroups", "logs:DescribeLogStreams", "logs:PutLogEvents"],
            [group.arn, pulumi.Output.concat(group.arn, ":*")],
        )
        policy = aws.iam.RolePolicy(
            f"{self._name}-flow-logs-policy",
            role=role.name,
            policy=pulumi.Output.json_dumps(document([write])),
            opts=self._child,
        )
        aws.ec2.FlowLog(
            f"{self._name}-flow-log",
            vpc_id=vpc.id,
            traffic_type="ALL",
            log_destination_type="cloud-watch-logs",
            log_destination=group.arn,
            iam_role_arn=role.arn,
            max_aggregation_interval=60,
            tags=self._tags("flow-log"),
            # delivery fails for good if the role cannot write when the flow log is made, and no property names the
            # policy
            opts=pulumi.ResourceOptions.merge(self._child, pulumi.ResourceOptions(depends_on=[policy])),
        )

    def _table(self, vpc: aws.ec2.Vpc, role: str) -> aws.ec2.RouteTable:
        return aws.ec2.RouteTable(f"{self._name}-{role}-rt", vpc_id=vpc.id, tags=self._tags(role), opts=self._child)

    def _associate(self, planned: PlannedSubnet, subnet: aws.ec2.Subnet, table: aws.ec2.RouteTable) -> None:
        aws.ec2.RouteTableAssociation(
            f"{self._name}-{planned.key}-rta", subnet_id=subnet.id, route_table_id=table.id, opts=self._child
        )


def _ids(subnets: Mapping[PlannedSubnet, aws.ec2.Subnet], tier: Tier) -> pulumi.Output[list[str]]:
    return pulumi.Output.all(*(subnet.id for planned, subnet in subnets.items() if planned.tier == tier))
