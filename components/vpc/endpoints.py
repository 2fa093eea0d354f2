"""Roads to AWS's services that do not leave the VPC."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from .endpoint_policies import own_account_policy, s3_endpoint_policy

HTTPS = 443


@dataclass(frozen=True, kw_only=True)
class VpcEndpointsArgs:
    """Where they lie, and which services have an interface; `services` are PrivateLink's names, such as `ecr.api`."""

    vpc_id: pulumi.Input[str]
    region: str
    client_cidrs: Sequence[str]
    route_table_ids: Sequence[pulumi.Input[str]]
    subnet_ids: Sequence[pulumi.Input[str]]
    services: Sequence[str]
    tags: Mapping[str, str]
    pulls_from_internet: bool = True


class VpcEndpoints(pulumi.ComponentResource):
    """Gateway endpoints of S3 and DynamoDB, which cost nothing, and interface endpoints, which are paid by the hour.

    Each has a policy: what passes belongs to this account.
    """

    def __init__(self, name: str, args: VpcEndpointsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:vpc:VpcEndpoints", name, {}, opts)
        self._name, self._args = name, args
        self._child = pulumi.ResourceOptions(parent=self)
        lookup = pulumi.InvokeOutputOptions(parent=self)
        account = aws.get_caller_identity_output(opts=lookup).account_id
        partition = aws.get_partition_output(opts=lookup).partition
        s3 = s3_endpoint_policy(
            partition=partition,
            account=account,
            region=args.region,
            pulls_from_internet=args.pulls_from_internet,
        )
        self._gateway("s3", pulumi.Output.json_dumps(s3))
        self._gateway("dynamodb", pulumi.Output.json_dumps(own_account_policy("dynamodb", account)))
        if args.services:
            group = self._group()
            for service in args.services:
                policy = pulumi.Output.json_dumps(own_account_policy(service, account))
                self._interface(service, group, policy)
        self.register_outputs({})

    def _tags(self, role: str) -> dict[str, str]:
        return {**self._args.tags, "Name": f"{self._name}-{role}"}

    def _service(self, service: str) -> str:
        return f"com.amazonaws.{self._args.region}.{service}"

    def _gateway(self, service: str, policy: pulumi.Output[str]) -> None:
        aws.ec2.VpcEndpoint(
            f"{self._name}-{service}",
            vpc_id=self._args.vpc_id,
            service_name=self._service(service),
            vpc_endpoint_type="Gateway",
            route_table_ids=list(self._args.route_table_ids),
            policy=policy,
            tags=self._tags(service),
            opts=self._child,
        )

    def _group(self) -> aws.ec2.SecurityGroup:
        group = aws.ec2.SecurityGroup(
            f"{self._name}-sg",
            vpc_id=self._args.vpc_id,
            description="Interface endpoints: HTTPS from within the VPC",
            tags=self._tags("sg"),
            opts=self._child,
        )
        for cidr in self._args.client_cidrs:
            aws.vpc.SecurityGroupIngressRule(
                f"{self._name}-from-{cidr.replace('/', '-')}",
                security_group_id=group.id,
                cidr_ipv4=cidr,
                ip_protocol="tcp",
                from_port=HTTPS,
                to_port=HTTPS,
                description="From within the VPC",
                tags=dict(self._args.tags),
                opts=self._child,
            )
        return group

    def _interface(self, service: str, group: aws.ec2.SecurityGroup, policy: pulumi.Output[str]) -> None:
        role = service.replace(".", "-")
        aws.ec2.VpcEndpoint(
            f"{self._name}-{role}",
            vpc_id=self._args.vpc_id,
            service_name=self._service(service),
            vpc_endpoint_type="Interface",
            subnet_ids=list(self._args.subnet_ids),
            security_group_ids=[group.id],
            # the service's usual name leads here, so that no client needs to know
            private_dns_enabled=True,
            policy=policy,
            tags=self._tags(role),
            opts=self._child,
        )
