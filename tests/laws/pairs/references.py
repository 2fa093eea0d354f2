"""Pairs of the laws in `sandbox/laws/references.py`."""

import pulumi
import pulumi_aws as aws

from .pair import GITHUB, Pair
from .programs import cache, database, document, role, subnet, two_zones, vpc


def _subnet_of(kind: str) -> None:
    network = vpc()
    one = subnet("one", network, 1)
    table = aws.ec2.RouteTable("table", vpc_id=network.id)
    aws.ec2.RouteTableAssociation("link", subnet_id=network.id if kind == "vpc" else one.id, route_table_id=table.id)


def _role_arn(kind: str) -> None:
    function_role = role(service="lambda.amazonaws.com")
    policy = aws.iam.Policy("policy", policy=document(Action="s3:GetObject", Resource="*"))
    aws.cfg.Recorder("recorder", role_arn=policy.arn if kind == "policy" else function_role.arn)


def _balancer_vpcs(same: bool) -> None:
    network, other = vpc(), vpc("other", "10.1.0.0/16")
    group = aws.ec2.SecurityGroup("group", vpc_id=network.id if same else other.id)
    aws.lb.LoadBalancer("lb", subnets=[each.id for each in two_zones(network)], security_groups=[group.id])


def _database_vpcs(same: bool) -> None:
    network, other = vpc(), vpc("other", "10.1.0.0/16")
    group = aws.ec2.SecurityGroup("group", vpc_id=network.id if same else other.id)
    subnets = aws.rds.SubnetGroup("subnets", subnet_ids=[each.id for each in two_zones(network)])
    database(db_subnet_group_name=subnets.name, vpc_security_group_ids=[group.id])


def _gateway_elsewhere(same: bool) -> None:
    network, other = vpc(), vpc("other", "10.1.0.0/16")
    gateway = aws.ec2.InternetGateway("gateway", vpc_id=network.id if same else other.id)
    table = aws.ec2.RouteTable("table", vpc_id=network.id)
    aws.ec2.Route("route", route_table_id=table.id, destination_cidr_block="0.0.0.0/0", gateway_id=gateway.id)


def _table_through(kind: str) -> None:
    network = vpc()
    subnet, _ = two_zones(network)
    address = aws.ec2.Eip("address", domain="vpc")
    gateway = aws.ec2.NatGateway("nat", subnet_id=subnet.id, allocation_id=address.id)
    through = gateway.id if kind == "nat" else subnet.id
    aws.ec2.RouteTable("table", vpc_id=network.id, routes=[{"cidr_block": "0.0.0.0/0", "gateway_id": through}])


def _groups_elsewhere(same: bool) -> None:
    network, other = vpc(), vpc("other", "10.1.0.0/16")
    group = aws.ec2.SecurityGroup("group", vpc_id=network.id)
    client = aws.ec2.SecurityGroup("client", vpc_id=network.id if same else other.id)
    aws.vpc.SecurityGroupIngressRule(
        "rule",
        security_group_id=group.id,
        ip_protocol="tcp",
        from_port=1,
        to_port=2,
        referenced_security_group_id=client.id,
    )


def _subnets_in(home: tuple[str, int]) -> list[pulumi.Output[str]]:
    """So many subnets of one VPC of two."""
    networks = {name: vpc(name) for name in ("vpc-one", "vpc-two")}
    zones = ((1, "a"), (2, "b"), (3, "c"))
    made = {n: [subnet(f"{n}-{zone}", of, third, zone) for third, zone in zones] for n, of in networks.items()}
    return [each.id for each in made[home[0]][: home[1]]]


def _database_moves(home: tuple[str, int]) -> None:
    aws.rds.SubnetGroup("subnets", subnet_ids=_subnets_in(home))


def _cache_moves(home: tuple[str, int]) -> None:
    subnets = aws.elasticache.SubnetGroup("subnets", name="caches", subnet_ids=_subnets_in(home))
    cache(subnet_group_name=subnets.name)


def unused_group_moves(home: tuple[str, int]) -> None:
    aws.elasticache.SubnetGroup("subnets", subnet_ids=_subnets_in(home))


def _cluster_moves(home: tuple[str, int]) -> None:
    aws.eks.Cluster(
        "cluster",
        role_arn=role("cluster-role", "eks.amazonaws.com").arn,
        vpc_config={"subnet_ids": _subnets_in(home)},
        access_config={"authentication_mode": "API"},
    )


def _balancer_moves(home: tuple[str, int]) -> None:
    aws.lb.LoadBalancer("lb", subnets=_subnets_in(home))


ONE = ("vpc-one", 2)
MORE = ("vpc-one", 3)
TWO = ("vpc-two", 2)
RDS_MOVES = f"{GITHUB}hashicorp/terraform-provider-aws/issues/27459"
ALB_MOVES = f"{GITHUB}hashicorp/terraform-provider-aws/issues/18317"


def _cache_subnets(given: bool) -> None:
    aws.elasticache.SubnetGroup("group", subnet_ids=[each.id for each in two_zones(vpc())] if given else [])


def _network_balancer_subnets(given: bool) -> None:
    aws.lb.LoadBalancer(
        "lb", load_balancer_type="network", subnets=[each.id for each in two_zones(vpc())] if given else []
    )


PAIRS = [
    Pair("reference-type", 'expecting "subnet-..."', _subnet_of, "vpc", "subnet"),
    Pair("reference-type", 'expecting "igw-..."', _table_through, "subnet", "nat"),
    Pair("reference-type", "which is no ARN of iam role", _role_arn, "policy", "role"),
    Pair("same-vpc", "belong to different networks", _balancer_vpcs, False, True),
    Pair("same-vpc", "belong to different networks", _database_vpcs, False, True),
    Pair("route-gateway-vpc", "belong to different networks", _gateway_elsewhere, False, True),
    Pair(
        "rds-subnet-group-vpc", "new Subnets are not in the same Vpc", _database_moves, TWO, MORE, RDS_MOVES, first=ONE
    ),
    Pair("elasticache-subnet-group-vpc", "are not in the same VPC", _cache_moves, TWO, MORE, first=ONE),
    Pair("eks-vpc", "the same VPC as the subnets that the cluster was", _cluster_moves, TWO, MORE, first=ONE),
    Pair("load-balancer-vpc", "in a different VPC than", _balancer_moves, TWO, MORE, ALB_MOVES, first=ONE),
    Pair("security-group-reference", "belong to different networks", _groups_elsewhere, False, True),
    Pair("subnets-given", "At least one subnet must be specified: subnetIds", _cache_subnets, False, True),
    Pair("subnets-given", "At least one subnet must be specified: subnets", _network_balancer_subnets, False, True),
]
