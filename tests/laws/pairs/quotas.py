"""Pairs of the laws in `sandbox/laws/quotas.py`."""

from collections.abc import Callable
from typing import Any

import pulumi
import pulumi_aws as aws

from .pair import GITHUB, Pair
from .programs import NODE_POLICIES, cluster, role, vpc


def _addresses(number: int) -> None:
    before: list[pulumi.Resource] = []
    for index in range(number):
        before.append(aws.ec2.Eip(f"ip-{index}", opts=pulumi.ResourceOptions(depends_on=list(before))))


def _networks(number: int) -> None:
    before: list[pulumi.Resource] = []
    for index in range(number):
        options = pulumi.ResourceOptions(depends_on=list(before))
        before.append(aws.ec2.Vpc(f"vpc-{index}", cidr_block="10.0.0.0/16", opts=options))


def _many_rules(number: int) -> None:
    rules: Any = [
        {"protocol": "tcp", "from_port": n, "to_port": n, "cidr_blocks": ["10.0.0.0/8"]} for n in range(1, number + 1)
    ]
    aws.ec2.SecurityGroup("group", vpc_id=vpc().id, ingress=rules)


def in_turn(number: int, make: Callable[[int, pulumi.ResourceOptions], pulumi.Resource]) -> None:
    """Make so many of a kind, one after the other."""
    before: list[pulumi.Resource] = []
    for index in range(number):
        before.append(make(index, pulumi.ResourceOptions(depends_on=before[-1:])))


def _databases(number: int) -> None:
    in_turn(
        number,
        lambda n, options: aws.rds.Instance(
            f"db-{n}",
            engine="postgres",
            instance_class="db.t4g.medium",
            allocated_storage=20,
            username="flowise",
            password="long-enough",
            opts=options,
        ),
    )


def _internet_gateways(number: int) -> None:
    in_turn(number, lambda n, options: aws.ec2.InternetGateway(f"gateway-{n}", opts=options))


def _policies_of_a_role(number: int) -> None:
    own = role()
    in_turn(
        number,
        lambda n, options: aws.iam.RolePolicyAttachment(
            f"policy-{n}", role=own.name, policy_arn=f"arn:aws:iam::aws:policy/Policy{n}", opts=options
        ),
    )


def _node_groups(number: int) -> None:
    own = cluster()
    nodes = role("node-role")
    attached = [
        aws.iam.RolePolicyAttachment(f"node-{name}", role=nodes.name, policy_arn=f"arn:aws:iam::aws:policy/{name}")
        for name in NODE_POLICIES
    ]
    sizes: Any = {"min_size": 1, "desired_size": 1, "max_size": 1}
    in_turn(
        number,
        lambda n, options: aws.eks.NodeGroup(
            f"nodes-{n}",
            cluster_name=own.name,
            node_role_arn=nodes.arn,
            subnet_ids=own.vpc_config.subnet_ids,
            scaling_config=sizes,
            opts=pulumi.ResourceOptions.merge(options, pulumi.ResourceOptions(depends_on=attached)),
        ),
    )


def _subnets_of_a_vpc(number: int) -> None:
    network = vpc()
    in_turn(
        number,
        lambda n, options: aws.ec2.Subnet(
            f"subnet-{n}", vpc_id=network.id, cidr_block=f"10.0.{n // 16}.{n % 16 * 16}/28", opts=options
        ),
    )


PAIRS = [
    Pair("quota-elastic-ips", "AddressLimitExceeded", _addresses, 6, 5, GITHUB + "hashicorp/terraform/issues/6018"),
    Pair("quota-vpcs", "VpcLimitExceeded", _networks, 6, 5),
    Pair("quota-rules-per-security-group", "RulesPerSecurityGroupLimitExceeded", _many_rules, 61, 60),
    Pair("quota-database-instances", "InstanceQuotaExceeded", _databases, 41, 40),
    Pair("quota-internet-gateways", "InternetGatewayLimitExceeded", _internet_gateways, 6, 5),
    Pair("quota-policies-per-role", "LimitExceeded", _policies_of_a_role, 11, 10),
    Pair("quota-node-groups-per-cluster", "ResourceLimitExceededException", _node_groups, 31, 30),
    Pair("quota-subnets-per-vpc", "SubnetLimitExceeded", _subnets_of_a_vpc, 201, 200),
]
