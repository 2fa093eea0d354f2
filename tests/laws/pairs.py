"""Pairs of programs: one that breaks a law in the way people do, and its neighbour that keeps it.

Each program takes the one value in which the two differ. `thread` is where people met the refusal on the real cloud.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws
import pulumi_kubernetes as k8s


@dataclass(frozen=True)
class Pair:
    """A law's id, what it must say, a program, and the values with which it breaks and keeps the law."""

    law: str
    says: str
    program: Callable[[Any], None]
    bad: Any
    good: Any
    thread: str = ""
    first: Any = None
    """Where the law is about changes: the value with which the stack came up before."""
    deletes: str = ""
    """Where the law is about deletion: the name of what is deleted after the program came up."""


GITHUB = "https://github.com/"


def document(**statement: Any) -> str:
    statements = [{"Effect": "Allow", **statement}]
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def trust(service: str, actions: Any = "sts:AssumeRole") -> str:
    return document(Principal={"Service": service}, Action=actions)


def vpc(name: str = "vpc", cidr: str = "10.0.0.0/16") -> aws.ec2.Vpc:
    return aws.ec2.Vpc(name, cidr_block=cidr)


def subnet(name: str, of: aws.ec2.Vpc, third: int, zone: str = "a") -> aws.ec2.Subnet:
    return aws.ec2.Subnet(name, vpc_id=of.id, cidr_block=f"10.0.{third}.0/24", availability_zone=f"eu-west-1{zone}")


def two_zones(of: aws.ec2.Vpc) -> list[aws.ec2.Subnet]:
    return [subnet("subnet-one", of, 1, "a"), subnet("subnet-two", of, 2, "b")]


def role(name: str = "role", service: str = "ec2.amazonaws.com", actions: Any = "sts:AssumeRole") -> aws.iam.Role:
    return aws.iam.Role(name, assume_role_policy=trust(service, actions))


def cluster(version: str = "1.35", **more: Any) -> aws.eks.Cluster:
    subnets = two_zones(vpc())
    given: dict[str, Any] = {
        "version": version,
        "name": "platform",
        "role_arn": role("cluster-role", "eks.amazonaws.com").arn,
        "vpc_config": {"subnet_ids": [each.id for each in subnets]},
        "access_config": {"authentication_mode": "API"},
        **more,
    }
    return aws.eks.Cluster("cluster", **given)


NODE_POLICIES = ("AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryPullOnly")


def node_group(
    of: aws.eks.Cluster, policies: Any = NODE_POLICIES, after: list[pulumi.Resource] | None = None, **more: Any
) -> aws.eks.NodeGroup:
    nodes = role("node-role")
    attached = [
        aws.iam.RolePolicyAttachment(f"node-{name}", role=nodes.name, policy_arn=f"arn:aws:iam::aws:policy/{name}")
        for name in policies
    ]
    given: dict[str, Any] = {
        "cluster_name": of.name,
        "node_role_arn": nodes.arn,
        "subnet_ids": of.vpc_config.subnet_ids,
        "scaling_config": {"min_size": 1, "desired_size": 2, "max_size": 3},
        **more,
    }
    return aws.eks.NodeGroup("nodes", **given, opts=pulumi.ResourceOptions(depends_on=[*attached, *(after or [])]))


def database(**more: Any) -> aws.rds.Instance:
    given: dict[str, Any] = {
        "engine": "postgres",
        "engine_version": "17",
        "instance_class": "db.t4g.medium",
        "allocated_storage": 20,
        "storage_type": "gp3",
        "username": "flowise",
        "password": "correct-horse-battery",
        "skip_final_snapshot": True,
        **more,
    }
    return aws.rds.Instance("db", **{key: value for key, value in given.items() if value is not None})


def cache(**more: Any) -> aws.elasticache.ReplicationGroup:
    given: dict[str, Any] = {
        "description": "cache",
        "engine": "valkey",
        "engine_version": "8.0",
        "node_type": "cache.t4g.small",
        "num_cache_clusters": 2,
        **more,
    }
    return aws.elasticache.ReplicationGroup("cache", **given)


# ---- networks ----
def _overlap(cidr: str) -> None:
    network = vpc()
    first = subnet("one", network, 1)
    aws.ec2.Subnet("two", vpc_id=network.id, cidr_block=cidr, opts=pulumi.ResourceOptions(depends_on=[first]))


def _outside(cidr: str) -> None:
    aws.ec2.Subnet("one", vpc_id=vpc().id, cidr_block=cidr)


def _zone(zone: str) -> None:
    aws.ec2.Subnet("one", vpc_id=vpc().id, cidr_block="10.0.1.0/24", availability_zone=zone)


def _two_routes(destination: str) -> None:
    network = vpc()
    table = aws.ec2.RouteTable("table", vpc_id=network.id)
    gateway = aws.ec2.InternetGateway("gateway", vpc_id=network.id)
    first = aws.ec2.Route("one", route_table_id=table.id, destination_cidr_block="0.0.0.0/0", gateway_id=gateway.id)
    aws.ec2.Route(
        "two",
        route_table_id=table.id,
        destination_cidr_block=destination,
        gateway_id=gateway.id,
        opts=pulumi.ResourceOptions(depends_on=[first]),
    )


def _route_targets(both: bool) -> None:
    network = vpc()
    table = aws.ec2.RouteTable("table", vpc_id=network.id)
    gateway = aws.ec2.InternetGateway("gateway", vpc_id=network.id)
    extra: dict[str, Any] = {"transit_gateway_id": "tgw-0123456789abcdef0"} if both else {}
    aws.ec2.Route("route", route_table_id=table.id, destination_cidr_block="0.0.0.0/0", gateway_id=gateway.id, **extra)


def _two_tables(second: bool) -> None:
    network = vpc()
    one = subnet("one", network, 1)
    tables = [aws.ec2.RouteTable(f"table-{n}", vpc_id=network.id) for n in (1, 2)]
    first = aws.ec2.RouteTableAssociation("first", subnet_id=one.id, route_table_id=tables[0].id)
    if second:
        after = pulumi.ResourceOptions(depends_on=[first])
        aws.ec2.RouteTableAssociation("second", subnet_id=one.id, route_table_id=tables[1].id, opts=after)


def _gateways(number: int) -> None:
    network = vpc()
    before: list[pulumi.Resource] = []
    for index in range(number):
        options = pulumi.ResourceOptions(depends_on=list(before))
        before.append(aws.ec2.InternetGateway(f"gateway-{index}", vpc_id=network.id, opts=options))


def _nat(with_address: bool) -> None:
    address: dict[str, Any] = {"allocation_id": aws.ec2.Eip("address", domain="vpc").id} if with_address else {}
    aws.ec2.NatGateway("nat", subnet_id=subnet("one", vpc(), 1).id, **address)


def _shared_address(second: str) -> None:
    network = vpc()
    addresses = {name: aws.ec2.Eip(name, domain="vpc") for name in ("one", "two")}
    first = aws.ec2.NatGateway("nat-a", subnet_id=subnet("a", network, 1).id, allocation_id=addresses["one"].id)
    aws.ec2.NatGateway(
        "nat-b",
        subnet_id=subnet("b", network, 2, "b").id,
        allocation_id=addresses[second].id,
        opts=pulumi.ResourceOptions(depends_on=[first]),
    )


def _group_rule(rule: dict[str, Any]) -> None:
    group = aws.ec2.SecurityGroup("group", vpc_id=vpc().id)
    aws.vpc.SecurityGroupIngressRule("rule", security_group_id=group.id, **rule)


def _same_rule(port: int) -> None:
    group = aws.ec2.SecurityGroup("group", vpc_id=vpc().id)
    common: dict[str, Any] = {"security_group_id": group.id, "ip_protocol": "tcp", "cidr_ipv4": "10.0.0.0/16"}
    first = aws.vpc.SecurityGroupIngressRule("one", from_port=443, to_port=443, **common)
    after = pulumi.ResourceOptions(depends_on=[first])
    aws.vpc.SecurityGroupIngressRule("two", from_port=port, to_port=port, **common, opts=after)


NETWORKS = [
    Pair("subnet-cidr-overlap", "InvalidSubnet.Conflict: The CIDR '10.0.1.128/25' conflicts with another subnet", _overlap, "10.0.1.128/25", "10.0.2.0/24", GITHUB + "hashicorp/terraform/issues/33470"),
    Pair("subnet-cidr-in-vpc", "InvalidSubnet.Range", _outside, "10.1.0.0/24", "10.0.3.0/24"),
    Pair("cidr-size", "must be between a /28 netmask and /16 netmask", _outside, "10.0.0.0/29", "10.0.0.0/28"),
    Pair("cidr-size", "This is not a valid CIDR block", _outside, "10.0.0.1/24", "10.0.0.0/24"),
    Pair("availability-zone", "following availability zones: eu-west-1a", _zone, "eu-west-1d", "eu-west-1c"),
    Pair("route-destination", "RouteAlreadyExists: The route identified by 0.0.0.0/0 already exists", _two_routes, "0.0.0.0/0", "192.0.2.0/24", GITHUB + "terraform-aws-modules/terraform-aws-vpc/issues/108"),
    Pair("route-target", "exactly one target", _route_targets, True, False),
    Pair("subnet-route-table", "Resource.AlreadyAssociated", _two_tables, True, False),
    Pair("vpc-internet-gateway", "has an internet gateway attached already", _gateways, 2, 1),
    Pair("nat-gateway-address", "must include the AllocationId", _nat, False, True),
    Pair("nat-gateway-address", "is already associated", _shared_address, "one", "two"),
    Pair("security-group-rule", "Invalid TCP/UDP port range (443:80)", _group_rule, {"ip_protocol": "tcp", "from_port": 443, "to_port": 80, "cidr_ipv4": "10.0.0.0/16"}, {"ip_protocol": "tcp", "from_port": 80, "to_port": 443, "cidr_ipv4": "10.0.0.0/16"}),
    Pair("security-group-rule", "may not specify ports for all protocols", _group_rule, {"ip_protocol": "-1", "from_port": 443, "to_port": 443, "cidr_ipv4": "10.0.0.0/16"}, {"ip_protocol": "-1", "cidr_ipv4": "10.0.0.0/16"}),
    Pair("security-group-rule", "exactly one of cidrIpv4", _group_rule, {"ip_protocol": "-1", "cidr_ipv4": "10.0.0.0/16", "cidr_ipv6": "fd00::/8"}, {"ip_protocol": "-1", "cidr_ipv6": "fd00::/8"}),
    Pair("security-group-rule-duplicate", "InvalidPermission.Duplicate", _same_rule, 443, 80),
]  # fmt: skip


# ---- references ----
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


ONE, MORE, TWO = ("vpc-one", 2), ("vpc-one", 3), ("vpc-two", 2)
RDS_MOVES, ALB_MOVES = (f"{GITHUB}hashicorp/terraform-provider-aws/issues/{number}" for number in (27459, 18317))
REFERENCES = [
    Pair("reference-type", 'expecting "subnet-..."', _subnet_of, "vpc", "subnet"),
    Pair("reference-type", "which is no ARN of iam role", _role_arn, "policy", "role"),
    Pair("same-vpc", "belong to different networks", _balancer_vpcs, False, True),
    Pair("same-vpc", "belong to different networks", _database_vpcs, False, True),
    Pair("route-gateway-vpc", "belong to different networks", _gateway_elsewhere, False, True),
    Pair("rds-subnet-group-vpc", "new Subnets are not in the same Vpc", _database_moves, TWO, MORE, RDS_MOVES, first=ONE),
    Pair("elasticache-subnet-group-vpc", "are not in the same VPC", _cache_moves, TWO, MORE, first=ONE),
    Pair("eks-vpc", "the same VPC as the subnets that the cluster was", _cluster_moves, TWO, MORE, first=ONE),
    Pair("load-balancer-vpc", "in a different VPC than", _balancer_moves, TWO, MORE, ALB_MOVES, first=ONE),
    Pair("security-group-reference", "belong to different networks", _groups_elsewhere, False, True),
]  # fmt: skip


# ---- teardown ----
def _in_vpc(_: Any) -> None:
    subnet("one", vpc(), 1)


def _group_in_use(_: Any) -> None:
    network = vpc()
    group = aws.ec2.SecurityGroup("group", vpc_id=network.id)
    aws.lb.LoadBalancer("lb", subnets=[each.id for each in two_zones(network)], security_groups=[group.id])


def _nat_and_gateway(_: Any) -> None:
    network = vpc()
    aws.ec2.InternetGateway("gateway", vpc_id=network.id)
    aws.ec2.NatGateway("nat", subnet_id=subnet("one", network, 1).id, allocation_id=aws.ec2.Eip("address").id)


def _cluster_with_nodes(_: Any) -> None:
    node_group(cluster())


def _role_with_policy(_: Any) -> None:
    own = role()
    aws.iam.RolePolicyAttachment("attachment", role=own.name, policy_arn="arn:aws:iam::aws:policy/ReadOnlyAccess")


def _bucket_with_objects(force: bool) -> None:
    bucket = aws.s3.Bucket("bucket", bucket="files-of-flowise", force_destroy=force)
    aws.s3.BucketObjectv2("object", bucket=bucket.id, key="a", content="b")


def _guarded_database(guarded: bool) -> None:
    database(deletion_protection=guarded)


def _guarded_balancer(guarded: bool) -> None:
    aws.lb.LoadBalancer("lb", subnets=[each.id for each in two_zones(vpc())], enable_deletion_protection=guarded)


def _guarded_cluster(guarded: bool) -> None:
    cluster(deletion_protection=guarded)


def _last_snapshot(name: str | None) -> None:
    database(skip_final_snapshot=False, final_snapshot_identifier=name)


TEARDOWN = [
    Pair("resource-in-use", "DependencyViolation", _in_vpc, 0, 0, GITHUB + "pulumi-zephyr/zephyr-app/issues/9", deletes="vpc"),
    Pair("resource-in-use", "has a dependent object: aws:lb/loadBalancer:LoadBalancer lb", _group_in_use, 0, 0, GITHUB + "hashicorp/terraform/issues/31658", deletes="group"),
    Pair("resource-in-use", "has a dependent object: aws:ec2/natGateway", _nat_and_gateway, 0, 0, deletes="one"),
    Pair("internet-gateway-in-use", "has some mapped public address(es)", _nat_and_gateway, 0, 0, GITHUB + "hashicorp/terraform/issues/1303", deletes="gateway"),
    Pair("resource-in-use", "ResourceInUseException", _cluster_with_nodes, 0, 0, deletes="cluster"),
    Pair("resource-in-use", "DeleteConflict", _role_with_policy, 0, 0, deletes="role"),
    Pair("bucket-not-empty", "BucketNotEmpty", _bucket_with_objects, False, True, deletes="bucket"),
    Pair("deletion-protection", "Cannot delete protected DB Instance", _guarded_database, True, False, deletes="db"),
    Pair("deletion-protection", "deletion protection is enabled", _guarded_balancer, True, False, deletes="lb"),
    Pair("deletion-protection", "Deletion protection is enabled", _guarded_cluster, True, False, deletes="cluster"),
    Pair("final-snapshot-name", "final_snapshot_identifier is required", _last_snapshot, None, "last", GITHUB + "mitodl/ol-infrastructure/pull/1576", deletes="db"),
]  # fmt: skip


# ---- names and quotas ----
def _balancer_name(name: str) -> None:
    aws.lb.LoadBalancer("lb", name=name, subnets=[each.id for each in two_zones(vpc())])


def _target_name(name: str) -> None:
    aws.lb.TargetGroup("targets", name=name, port=80, protocol="HTTP", vpc_id=vpc().id)


def _role_name(name: str) -> None:
    aws.iam.Role("role", name=name, assume_role_policy=trust("ec2.amazonaws.com"))


def _bucket_name(name: str) -> None:
    aws.s3.Bucket("bucket", bucket=name)


def _two_roles(name: str) -> None:
    first = aws.iam.Role("one", name="app", assume_role_policy=trust("ec2.amazonaws.com"))
    options = pulumi.ResourceOptions(depends_on=[first])
    aws.iam.Role("two", name=name, assume_role_policy=trust("ec2.amazonaws.com"), opts=options)


def _two_groups(name: str) -> None:
    network = vpc()
    first = aws.ec2.SecurityGroup("one", name="app", vpc_id=network.id)
    aws.ec2.SecurityGroup("two", name=name, vpc_id=network.id, opts=pulumi.ResourceOptions(depends_on=[first]))


def _group_name(name: str) -> None:
    aws.ec2.SecurityGroup("group", name=name, vpc_id=vpc().id)


def _alias(name: str) -> None:
    aws.kms.Alias("alias", name=name, target_key_id=aws.kms.Key("key").id)


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


NAMES = [
    Pair("name-format", "at most 32 letters", _balancer_name, "flowise-production-internal-load-balancer", "flowise-production", GITHUB + "cloudposse/terraform-aws-alb/issues/27"),
    Pair("name-format", "not internal- at the start", _balancer_name, "internal-flowise", "flowise-internal"),
    Pair("name-format", "no hyphen at either end", _target_name, "flowise-targets-", "flowise-targets", GITHUB + "hashicorp/terraform-provider-aws/issues/29643"),
    Pair("name-format", "(65 characters)", _role_name, "r" * 65, "r" * 64),
    Pair("name-format", "InvalidBucketName", _bucket_name, "Flowise_Files", "flowise-files"),
    Pair("name-format", "not sg- at the start", _group_name, "sg-app", "app"),
    Pair("name-format", "alias/ and then letters", _alias, "flowise", "alias/flowise"),
    Pair("name-taken", "EntityAlreadyExists", _two_roles, "app", "app-two"),
    Pair("name-taken", "InvalidGroup.Duplicate", _two_groups, "app", "app-two"),
    Pair("quota-elastic-ips", "AddressLimitExceeded", _addresses, 6, 5, GITHUB + "hashicorp/terraform/issues/6018"),
    Pair("quota-vpcs", "VpcLimitExceeded", _networks, 6, 5),
    Pair("quota-rules-per-security-group", "RulesPerSecurityGroupLimitExceeded", _many_rules, 61, 60),
]  # fmt: skip


# ---- IAM ----
def _role_policy(policy: str) -> None:
    aws.iam.RolePolicy("policy", role=role().id, policy=policy)


def _trust_policy(policy: str) -> None:
    aws.iam.Role("role", assume_role_policy=policy)


def _key_policy(policy: str) -> None:
    aws.kms.Key("key", policy=policy)


def _attached(arn: str) -> None:
    aws.iam.RolePolicyAttachment("attachment", role=role().name, policy_arn=arn)


GOOD = document(Action="s3:GetObject", Resource="arn:aws:s3:::files/*")
KEY_ADMIN = document(Principal={"AWS": "arn:aws:iam::123456789012:root"}, Action="kms:*", Resource="*")
IAM = [
    Pair("iam-policy-document", "contains invalid Json", _role_policy, "{'Version': '2012-10-17'}", GOOD),
    Pair("iam-policy-document", "must contain resources", _role_policy, document(Action="s3:GetObject"), GOOD, GITHUB + "terraform-aws-modules/terraform-aws-iam/issues/364"),
    Pair("iam-policy-document", "must be in ARN format", _role_policy, document(Action="s3:GetObject", Resource="files/*"), GOOD),
    Pair("iam-policy-document", "should not specify a principal", _role_policy, document(Action="s3:GetObject", Resource="*", Principal="*"), GOOD),
    Pair("iam-policy-document", "is not valid", _role_policy, GOOD.replace("2012-10-17", "2026-11-21"), GOOD),
    Pair("iam-policy-document", "unknown element Actions", _role_policy, GOOD.replace('"Action"', '"Actions"'), GOOD),
    Pair("iam-policy-document", "must be prefaced by a vendor", _role_policy, document(Action="GetObject", Resource="*"), GOOD),
    Pair("iam-policy-document", "s3 has no action GetObjects", _role_policy, document(Action="s3:GetObjects", Resource="*"), GOOD),
    Pair("iam-policy-document", "Maximum policy size", _role_policy, document(Action="s3:GetObject", Resource=[f"arn:aws:s3:::files/{n:050}" for n in range(200)]), GOOD),
    Pair("iam-policy-document", "Has prohibited field Resource", _trust_policy, document(Action="sts:AssumeRole", Principal={"Service": "ec2.amazonaws.com"}, Resource="*"), trust("ec2.amazonaws.com"), GITHUB + "kubernetes-sigs/external-dns/issues/3085"),
    Pair("iam-policy-document", "Missing required field Principal", _trust_policy, document(Action="sts:AssumeRole"), trust("ec2.amazonaws.com")),
    Pair("iam-policy-document", 'Invalid principal in policy: "SERVICE":"ec2"', _trust_policy, trust("ec2"), trust("ec2.amazonaws.com")),
    Pair("kms-key-policy-lockout", "will not allow you to update the key policy", _key_policy, document(Principal={"AWS": "arn:aws:iam::123456789012:role/app"}, Action="kms:Decrypt", Resource="*"), KEY_ADMIN),
    Pair("iam-policy-arn", "is not valid", _attached, "AmazonEKSWorkerNodePolicy", "arn:aws:iam::aws:policy/AmazonEKSWorkerNodePolicy"),
]  # fmt: skip


# ---- EKS ----
def _version(version: str) -> None:
    cluster(version)


def _endpoint(private: bool) -> None:
    subnets = two_zones(vpc())
    config: Any = {
        "subnet_ids": [s.id for s in subnets],
        "endpoint_public_access": False,
        "endpoint_private_access": private,
    }
    aws.eks.Cluster("cluster", role_arn=role().arn, vpc_config=config)


def _cluster_zones(zone: str) -> None:
    network = vpc()
    subnets = [subnet("one", network, 1, "a"), subnet("two", network, 2, zone)]
    aws.eks.Cluster("cluster", role_arn=role().arn, vpc_config={"subnet_ids": [s.id for s in subnets]})


def _addon(addon: tuple[str, str]) -> None:
    aws.eks.Addon("addon", cluster_name=cluster().name, addon_name=addon[0], addon_version=addon[1])


def _nodes_before_cni(early: bool) -> None:
    own = cluster(bootstrap_self_managed_addons=False)
    if early:
        group = node_group(own)
        options = pulumi.ResourceOptions(depends_on=[group])
        aws.eks.Addon("cni", cluster_name=own.name, addon_name="vpc-cni", opts=options)
    else:
        node_group(own, after=[aws.eks.Addon("cni", cluster_name=own.name, addon_name="vpc-cni")])


def _node_policies(policies: tuple[str, ...]) -> None:
    node_group(cluster(), policies)


def _node_sizes(desired: int) -> None:
    node_group(cluster(), scaling_config={"min_size": 1, "desired_size": desired, "max_size": 3})


def _architecture(instance_type: str) -> None:
    node_group(cluster(), ami_type="AL2023_ARM_64_STANDARD", instance_types=[instance_type])


def _node_version(version: str) -> None:
    node_group(cluster("1.34"), version=version)


def _coredns(with_nodes: bool) -> None:
    own = cluster()
    after = [node_group(own)] if with_nodes else []
    options = pulumi.ResourceOptions(depends_on=list(after))
    aws.eks.Addon("dns", cluster_name=own.name, addon_name="coredns", opts=options)


def _pod_role(actions: Any) -> None:
    pods = role("pods", "pods.eks.amazonaws.com", actions)
    common: dict[str, Any] = {"cluster_name": cluster().name, "namespace": "flowise", "service_account": "flowise"}
    aws.eks.PodIdentityAssociation("link", role_arn=pods.arn, **common)


def _two_pod_roles(account: str) -> None:
    own = cluster()
    pods = role("pods", "pods.eks.amazonaws.com", ["sts:AssumeRole", "sts:TagSession"])
    common: dict[str, Any] = {"cluster_name": own.name, "namespace": "flowise", "role_arn": pods.arn}
    first = aws.eks.PodIdentityAssociation("one", service_account="flowise", **common)
    after = pulumi.ResourceOptions(depends_on=[first])
    aws.eks.PodIdentityAssociation("two", service_account=account, **common, opts=after)


def _access_mode(mode: str) -> None:
    own = cluster(access_config={"authentication_mode": mode})
    aws.eks.AccessEntry("entry", cluster_name=own.name, principal_arn=role("admin").arn)


def _access_policy(arn: str) -> None:
    aws.eks.AccessPolicyAssociation(
        "policy",
        cluster_name=cluster().name,
        principal_arn=role("admin").arn,
        policy_arn=arn,
        access_scope={"type": "cluster"},
    )


POD_ACTIONS = ["sts:AssumeRole", "sts:TagSession"]
EKS = [
    Pair("eks-version", "unsupported Kubernetes version 1.3", _version, "1.3", "1.35", GITHUB + "terraform-aws-modules/terraform-aws-eks/issues/1669"),
    Pair("eks-version", "out of standard support", _version, "1.31", "1.36"),
    Pair("eks-version-skip", "Unsupported Kubernetes minor version update from 1.34 to 1.36", _version, "1.36", "1.35", GITHUB + "terraform-aws-modules/terraform-aws-eks/issues/2607", first="1.34"),
    Pair("eks-version-skip", "a control plane goes up only", _version, "1.34", "1.36", first="1.35"),
    Pair("eks-endpoint-access", "Private and public endpoint access cannot be false", _endpoint, False, True),
    Pair("eks-availability-zones", "at least two different AZs", _cluster_zones, "a", "b"),
    Pair("eks-addon-version", "Addon version specified is not supported", _addon, ("kube-proxy", "v1.34.1-eksbuild.2"), ("kube-proxy", "v1.35.3-eksbuild.17"), GITHUB + "awslabs/cdk-eks-blueprints/pull/1101"),
    Pair("eks-addon-version", "Addon version specified is not supported: v1.35", _addon, ("vpc-cni", "v1.35"), ("vpc-cni", "v1.20.4-eksbuild.1"), GITHUB + "hashicorp/terraform-provider-aws/issues/33385"),
    Pair("eks-addon-version", "Addon ebs-csi specified is not supported", _addon, ("ebs-csi", "v1.2.3-eksbuild.1"), ("vpc-cni", "v1.2.3-eksbuild.1"), GITHUB + "aws/containers-roadmap/issues/1429"),
    Pair("eks-addon-needs-nodes", "has no nodes to run on", _coredns, False, True),
    Pair("eks-vpc-cni", "cni plugin not initialized", _nodes_before_cni, True, False, GITHUB + "terraform-aws-modules/terraform-aws-eks/issues/3559"),
    Pair("eks-node-role", "Instances failed to join the kubernetes cluster", _node_policies, NODE_POLICIES[:1], NODE_POLICIES, GITHUB + "hashicorp/terraform-provider-aws/issues/15675"),
    Pair("eks-node-group-scaling", "must be between minimum", _node_sizes, 4, 3),
    Pair("eks-node-architecture", "not a valid AMI type for instance type m7i.large", _architecture, "m7i.large", "m7g.large"),
    Pair("eks-node-group-version", "newer than its cluster's", _node_version, "1.35", "1.34"),
    Pair("eks-pod-identity-role", "may not sts:TagSession", _pod_role, "sts:AssumeRole", POD_ACTIONS, GITHUB + "hashicorp/terraform-provider-aws/issues/41483"),
    Pair("eks-pod-identity-duplicate", "Association already exists", _two_pod_roles, "flowise", "worker"),
    Pair("eks-authentication-mode", "authentication mode must be set to one of", _access_mode, "CONFIG_MAP", "API"),
    Pair("eks-access-policy", "policyArn parameter format is not valid", _access_policy, "arn:aws:iam::aws:policy/AmazonEKSClusterAdminPolicy", "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy"),
]  # fmt: skip


# ---- databases and caches ----
def _db(values: dict[str, Any]) -> None:
    database(**values)


def _family(family: str) -> None:
    group = aws.rds.ParameterGroup("group", family=family)
    database(parameter_group_name=group.name)


def _family_name(family: str) -> None:
    aws.rds.ParameterGroup("group", family=family)


def _static(method: str) -> None:
    parameters: Any = [{"name": "max_connections", "value": "200", "apply_method": method}]
    aws.rds.ParameterGroup("group", family="postgres17", parameters=parameters)


def _subnet_group(zone: str) -> None:
    network = vpc()
    subnets = [subnet("one", network, 1, "a"), subnet("two", network, 2, zone)]
    aws.rds.SubnetGroup("group", subnet_ids=[each.id for each in subnets])


def _cache(values: dict[str, Any]) -> None:
    cache(**values)


def _backed_up(schedule: str) -> None:
    instance = database(backup_window="02:00-03:00", maintenance_window="sun:03:30-sun:04:30", tags={"Backup": "daily"})
    rule: Any = {"rule_name": "daily", "target_vault_name": aws.backup.Vault("vault").name, "schedule": schedule}
    plan = aws.backup.Plan("plan", rules=[rule])
    aws.backup.Selection(
        "selection", plan_id=plan.id, iam_role_arn=role("backup", "backup.amazonaws.com").arn, resources=[instance.arn]
    )


DATA = [
    Pair("rds-engine-version", "Cannot find version 17.99 for postgres", _db, {"engine_version": "17.99"}, {"engine_version": "17"}, GITHUB + "tryretool/terraform-retool-modules/issues/70"),
    Pair("rds-instance-class", "does not support creating a DB instance", _db, {"instance_class": "db.t9.large"}, {"instance_class": "db.m7g.large"}),
    Pair("rds-storage", "can't specify iops or storageThroughput for engine postgres and a storage size less than 400", _db, {"iops": 3000, "storage_throughput": 125}, {"iops": 12000, "storage_throughput": 500, "allocated_storage": 400}, GITHUB + "pulumi/pulumi-aws-native/issues/968"),
    Pair("rds-storage", "Invalid storage size", _db, {"allocated_storage": 10}, {"allocated_storage": 20}),
    Pair("rds-storage", "Max storage size must be greater", _db, {"max_allocated_storage": 20}, {"max_allocated_storage": 40}),
    Pair("rds-credentials", "is not a valid password", _db, {"password": "p@ss/word word"}, {"password": "pass-word-word"}, GITHUB + "hashicorp/terraform-provider-random/pull/15"),
    Pair("rds-credentials", "reserved word", _db, {"username": "admin"}, {"username": "flowise"}),
    Pair("rds-credentials", "must begin with a letter", _db, {"db_name": "flowise-prod"}, {"db_name": "flowise_prod"}),
    Pair("rds-credentials", "can't specify MasterUserPassword", _db, {"manage_master_user_password": True}, {"manage_master_user_password": True, "password": None}),
    Pair("rds-parameter-group-family", "can't be used for this instance", _family, "postgres16", "postgres17", GITHUB + "remind101/stacker_blueprints/issues/69"),
    Pair("rds-parameter", "is not a valid parameter group family", _family_name, "postgresql17", "postgres17", GITHUB + "terraform-aws-modules/terraform-aws-rds/issues/173"),
    Pair("rds-parameter", "cannot use immediate apply method for static parameter", _static, "immediate", "pending-reboot", GITHUB + "hashicorp/terraform-provider-aws/issues/216"),
    Pair("rds-subnet-group-zones", "DBSubnetGroupDoesNotCoverEnoughAZs", _subnet_group, "a", "b", GITHUB + "ExtensionEngine/infra-code-blocks/issues/28"),
    Pair("rds-exclusive-options", "specific availability zone is not valid for Multi-AZ", _db, {"multi_az": True, "availability_zone": "eu-west-1a"}, {"multi_az": True}),
    Pair("rds-exclusive-options", "MonitoringRoleARN value is required", _db, {"monitoring_interval": 60}, {"monitoring_interval": 0}),
    Pair("rds-exclusive-options", "isn't supported for Blue/Green", _db, {"password": None, "manage_master_user_password": True, "blue_green_update": {"enabled": True}}, {"blue_green_update": {"enabled": True}}),
    Pair("rds-exclusive-options", "retention period: 90", _db, {"performance_insights_retention_period": 90}, {"performance_insights_retention_period": 93}),
    Pair("maintenance-window", "must not overlap", _db, {"backup_window": "03:00-04:00", "maintenance_window": "sun:03:30-sun:04:30"}, {"backup_window": "03:00-04:00", "maintenance_window": "sun:04:30-sun:05:30"}),
    Pair("maintenance-window", "must not overlap", _db, {"backup_window": "23:30-00:30", "maintenance_window": "mon:00:00-mon:01:00"}, {"backup_window": "23:30-00:30", "maintenance_window": "mon:00:30-mon:01:30"}),
    Pair("maintenance-window", "The snapshot window and maintenance window must not overlap", _cache, {"snapshot_window": "02:00-03:00", "maintenance_window": "sun:02:30-sun:03:30"}, {"snapshot_window": "02:00-03:00", "maintenance_window": "sun:03:30-sun:04:30"}),
    Pair("backup-window", "too close to the automated backup window", _backed_up, "cron(30 1 * * ? *)", "cron(0 21 * * ? *)"),
    Pair("backup-window", "too close to the maintenance window", _backed_up, "cron(0 4 ? * * *)", "cron(0 5 ? * * *)"),
    Pair("rds-modification", "cannot be less than the current storage size", _db, {"allocated_storage": 20}, {"allocated_storage": 200}, first={"allocated_storage": 100}),
    Pair("rds-modification", "AllowMajorVersionUpgrade flag must be present", _db, {"engine_version": "17"}, {"engine_version": "17", "allow_major_version_upgrade": True}, first={"engine_version": "16"}),
    Pair("elasticache-failover", "Automatic failover is not supported", _cache, {"automatic_failover_enabled": True, "num_cache_clusters": 1}, {"automatic_failover_enabled": True}, GITHUB + "hashicorp/terraform/issues/25077"),
    Pair("elasticache-failover", "Must have automatic failover enabled", _cache, {"multi_az_enabled": True}, {"multi_az_enabled": True, "automatic_failover_enabled": True}),
    Pair("elasticache-auth-token", "TransitEncryptionEnabled must be true", _cache, {"auth_token": "a" * 32}, {"auth_token": "a" * 32, "transit_encryption_enabled": True}),
    Pair("elasticache-auth-token", "16 to 128 printable characters", _cache, {"auth_token": "short", "transit_encryption_enabled": True}, {"auth_token": "a" * 16, "transit_encryption_enabled": True}),
    Pair("elasticache-engine-version", "Expected a parameter group of family valkey8", _cache, {"parameter_group_name": "default.redis7"}, {"parameter_group_name": "default.valkey8"}),
    Pair("elasticache-node-type", "Invalid node type", _cache, {"node_type": "t4g.small"}, {"node_type": "cache.t4g.small"}),
]  # fmt: skip


# ---- edge ----
def _balancer_subnets(zone: str) -> None:
    network = vpc()
    subnets = [subnet("one", network, 1, "a"), subnet("two", network, 2, zone)]
    aws.lb.LoadBalancer("lb", subnets=[each.id for each in subnets])


def _health(timeout: int) -> None:
    check: Any = {"interval": 10, "timeout": timeout, "path": "/health"}
    aws.lb.TargetGroup("targets", port=80, protocol="HTTP", vpc_id=vpc().id, health_check=check)


def certificate(region: str | None = None) -> aws.acm.Certificate:
    return aws.acm.Certificate("certificate", domain_name="flowise.example.com", validation_method="DNS", region=region)


def balancer() -> aws.lb.LoadBalancer:
    return aws.lb.LoadBalancer("lb", subnets=[each.id for each in two_zones(vpc())])


ACTIONS: Any = [{"type": "fixed-response", "fixed_response": {"content_type": "text/plain"}}]


def _https(with_certificate: bool) -> None:
    own = certificate()
    ready = aws.acm.CertificateValidation("validation", certificate_arn=own.arn)
    given: dict[str, Any] = {"certificate_arn": ready.certificate_arn} if with_certificate else {}
    aws.lb.Listener(
        "listener", load_balancer_arn=balancer().arn, port=443, protocol="HTTPS", default_actions=ACTIONS, **given
    )


def _validated(waits: bool) -> None:
    own = certificate()
    arn = aws.acm.CertificateValidation("validation", certificate_arn=own.arn).certificate_arn if waits else own.arn
    aws.lb.Listener(
        "listener",
        load_balancer_arn=balancer().arn,
        port=443,
        protocol="HTTPS",
        default_actions=ACTIONS,
        certificate_arn=arn,
    )


def _two_listeners(port: int) -> None:
    own = balancer()
    common: dict[str, Any] = {"load_balancer_arn": own.arn, "protocol": "HTTP", "default_actions": ACTIONS}
    first = aws.lb.Listener("one", port=80, **common)
    aws.lb.Listener("two", port=port, **common, opts=pulumi.ResourceOptions(depends_on=[first]))


def distribution(**more: Any) -> None:
    given: dict[str, Any] = {
        "enabled": True,
        "origins": [{"origin_id": "app", "domain_name": "app.example.com"}],
        "default_cache_behavior": {
            "target_origin_id": "app",
            "viewer_protocol_policy": "redirect-to-https",
            "allowed_methods": ["GET", "HEAD"],
            "cached_methods": ["GET", "HEAD"],
        },
        "restrictions": {"geo_restriction": {"restriction_type": "none"}},
        "viewer_certificate": {"cloudfront_default_certificate": True},
        **more,
    }
    aws.cloudfront.Distribution("site", **given)


def _site_certificate(region: str) -> None:
    own = certificate(region)
    ready = aws.acm.CertificateValidation("validation", certificate_arn=own.arn, region=region)
    distribution(
        aliases=["flowise.example.com"],
        viewer_certificate={"acm_certificate_arn": ready.certificate_arn, "ssl_support_method": "sni-only"},
    )


def _alias_without(aliases: list[str]) -> None:
    distribution(aliases=aliases)


def _origin(target: str) -> None:
    distribution(default_cache_behavior={"target_origin_id": target, "viewer_protocol_policy": "https-only", "allowed_methods": ["GET", "HEAD"], "cached_methods": ["GET", "HEAD"]})  # fmt: skip


def _vpc_origin(port: int) -> None:
    one = aws.lb.LoadBalancer("balancer", internal=True, subnets=[each.id for each in two_zones(vpc())])
    vpc_origin = aws.cloudfront.VpcOrigin(
        "way-in",
        vpc_origin_endpoint_config={
            "name": "way-in",
            "arn": one.arn,
            "http_port": port,
            "https_port": 443,
            "origin_protocol_policy": "http-only",
            "origin_ssl_protocols": {"items": ["TLSv1.2"], "quantity": 1},
        },
    )
    origin = {
        "origin_id": "app",
        "domain_name": one.dns_name,
        "vpc_origin_config": {"vpc_origin_id": vpc_origin.id},
    }
    distribution(origins=[origin])


def _read_timeout(seconds: int) -> None:
    config = {
        "http_port": 80,
        "https_port": 443,
        "origin_protocol_policy": "https-only",
        "origin_ssl_protocols": ["TLSv1.2"],
    }
    origin = {
        "origin_id": "app",
        "domain_name": "app.example.com",
        "custom_origin_config": {**config, "origin_read_timeout": seconds},
    }
    distribution(origins=[origin])


def _listener_rule(given: dict[str, int]) -> None:
    listener = aws.lb.Listener(
        "listener", load_balancer_arn=balancer().arn, port=80, protocol="HTTP", default_actions=ACTIONS
    )
    hosts = [f"{number}.example.com" for number in range(given.get("hosts", 1))]
    conditions: Any = [{"host_header": {"values": hosts}}]
    aws.lb.ListenerRule(
        "rule",
        listener_arn=listener.arn,
        priority=given.get("priority", 1),
        conditions=conditions,
        actions=ACTIONS,
    )


def _two_rules(priority: int) -> None:
    listener = aws.lb.Listener(
        "listener", load_balancer_arn=balancer().arn, port=80, protocol="HTTP", default_actions=ACTIONS
    )
    conditions: Any = [{"path_pattern": {"values": ["/a"]}}]
    common: dict[str, Any] = {"listener_arn": listener.arn, "conditions": conditions, "actions": ACTIONS}
    first = aws.lb.ListenerRule("one", priority=7, **common)
    aws.lb.ListenerRule("two", priority=priority, **common, opts=pulumi.ResourceOptions(depends_on=[first]))


def _either_origin(methods: list[str]) -> None:
    origins = [{"origin_id": each, "domain_name": f"{each}.example.com"} for each in ("one", "two")]
    members = [{"origin_id": each} for each in ("one", "two")]
    distribution(
        origins=origins,
        origin_groups=[{"origin_id": "either", "failover_criteria": {"status_codes": [503]}, "members": members}],
        default_cache_behavior={
            "target_origin_id": "either",
            "viewer_protocol_policy": "https-only",
            "allowed_methods": methods,
            "cached_methods": ["GET", "HEAD"],
        },
    )


def _function(code: str) -> None:
    aws.cloudfront.Function("function", runtime="cloudfront-js-2.0", code=code)


VISIBLE: Any = {"cloudwatch_metrics_enabled": True, "metric_name": "acl", "sampled_requests_enabled": True}


def web_acl(rules: Any = None, region: str = "us-east-1", scope: str = "CLOUDFRONT") -> aws.wafv2.WebAcl:
    return aws.wafv2.WebAcl(
        "acl",
        scope=scope,
        region=region,
        default_action=aws.wafv2.WebAclDefaultActionArgs(allow=aws.wafv2.WebAclDefaultActionAllowArgs()),
        visibility_config=VISIBLE,
        rules=rules or [],
    )


def _scope(region: str) -> None:
    web_acl(region=region)


def rate_rule(name: str, priority: int, **more: Any) -> dict[str, Any]:
    statement = {"rate_based_statement": {"limit": 2000, "aggregate_key_type": "IP"}}
    return {
        "name": name,
        "priority": priority,
        "action": {"block": {}},
        "statement": statement,
        "visibility_config": VISIBLE,
        **more,
    }


def _priorities(second: int) -> None:
    web_acl([rate_rule("one", 1), rate_rule("two", second)])


def _managed(verb: str) -> None:
    statement = {"managed_rule_group_statement": {"vendor_name": "AWS", "name": "AWSManagedRulesCommonRuleSet"}}
    verbs: dict[str, Any] = {"action": {"block": {}}} if verb == "action" else {"override_action": {"none": {}}}
    web_acl([{"name": "common", "priority": 1, "statement": statement, "visibility_config": VISIBLE, **verbs}])


LABELLED = {
    "label_match_statement": {"scope": "LABEL", "key": "awswaf:managed:aws:core-rule-set:SizeRestrictions_Body"}
}
COUNTRIES = [{"geo_match_statement": {"country_codes": [code]}} for code in ("DE", "FR")]
OUTSIDE: Any = {"not_statement": {"statement": {"or_statement": {"statements": COUNTRIES}}}}
OUTSIDE_EACH: Any = [{"not_statement": {"statement": each}} for each in COUNTRIES]


def both(*statements: Any) -> dict[str, Any]:
    return {"and_statement": {"statements": list(statements)}}


def _nested(second: Any) -> None:
    web_acl([rate_rule("left", 1, statement={"or_statement": {"statements": [LABELLED, both(LABELLED, *second)]}})])


def _nested_scope(inner: Any) -> None:
    statement = {"rate_based_statement": {"limit": 2000, "aggregate_key_type": "IP", "scope_down_statement": inner}}
    web_acl([rate_rule("rate", 1, statement=statement)])


def _nested_in_a_group(inner: Any) -> None:
    statement: Any = {
        "or_statement": {"statements": [LABELLED, both(LABELLED, {"not_statement": {"statements": [inner]}})]}
    }
    rule: Any = rate_rule("left", 1, statement=statement)
    aws.wafv2.RuleGroup("group", name="own", scope="REGIONAL", capacity=50, rules=[rule], visibility_config=VISIBLE)


def _waf_log(name: str) -> None:
    group = aws.cloudwatch.LogGroup("logs", name=name, region="us-east-1")
    aws.wafv2.WebAclLoggingConfiguration("logging", resource_arn=web_acl().arn, log_destination_configs=[group.arn])


def _acl_id(which: str) -> None:
    own = web_acl()
    distribution(web_acl_id=own.arn if which == "arn" else own.id)


def _record(name: str) -> None:
    zone = aws.route53.Zone("zone", name="example.com")
    aws.route53.Record("record", zone_id=zone.zone_id, name=name, type="A", ttl=60, records=["192.0.2.1"])


EDGE = [
    Pair("load-balancer-zones", "multiple subnets in the same Availability Zone", _balancer_subnets, "a", "b"),
    Pair("target-group-health-check", "must be smaller than the interval", _health, 10, 5),
    Pair("load-balancer-listener", "A certificate must be specified for HTTPS listeners", _https, False, True, GITHUB + "pulumi/pulumi-awsx/issues/1242"),
    Pair("certificate-validation", "UnsupportedCertificate", _validated, False, True, GITHUB + "hashicorp/terraform-provider-aws/issues/41789"),
    Pair("load-balancer-listener", "DuplicateListener", _two_listeners, 80, 8080),
    Pair("cloudfront-aliases", "must lie in us-east-1", _site_certificate, "eu-west-1", "us-east-1", GITHUB + "cloudposse/terraform-aws-cloudfront-s3-cdn/issues/10"),
    Pair("cloudfront-aliases", "you must attach a trusted certificate", _alias_without, ["flowise.example.com"], []),
    Pair("cloudfront-origins", "NoSuchOrigin", _origin, "api", "app"),
    Pair("listener-rule", "condition values per rule is 5: 6", _listener_rule, {"hosts": 6}, {"hosts": 5}),
    Pair("listener-rule", "must be between 1 and 50000", _listener_rule, {"priority": 0}, {"priority": 1}),
    Pair("listener-rule", "Priority '7' is currently in use", _two_rules, 7, 8),
    Pair("cloudfront-failover-methods", "associated with an origin group", _either_origin, ["GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"], ["GET", "HEAD", "OPTIONS"]),
    Pair("cloudfront-function", "too large", _function, "function handler(event) {}" + " " * 10_240, "function handler(event) {}"),
    Pair("cloudfront-function", "no handler", _function, "const handler = 1", "async function handler(event) {}"),
    Pair("cloudfront-vpc-origin-in-use", "currently associated with one or more distributions", _vpc_origin, 8080, 80, GITHUB + "hashicorp/terraform-provider-aws/issues/40905", first=80),
    Pair("cloudfront-timeouts", "origin read timeout", _read_timeout, 300, 120),
    Pair("waf-web-acl", "The scope is not valid., field: SCOPE_VALUE, parameter: CLOUDFRONT", _scope, "eu-west-1", "us-east-1", GITHUB + "aws-samples/aws-genai-llm-chatbot/issues/585"),
    Pair("waf-web-acl", "multiple rules with the same priority: 1", _priorities, 1, 2),
    Pair("waf-web-acl", "takes overrideAction, not action", _managed, "action", "override"),
    Pair("waf-statement-depth", "'WebAcl.rules[0].statement.orStatement.statements[1].andStatement.statements[1].notStatement.statement.orStatement'", _nested, [OUTSIDE], OUTSIDE_EACH, GITHUB + "pulumi/pulumi-aws/issues/5279"),
    Pair("waf-statement-depth", "'WebAcl.rules[0].statement.rateBasedStatement.scopeDownStatement.andStatement.statements[1].notStatement.statement.orStatement'", _nested_scope, both(LABELLED, OUTSIDE), both(LABELLED, *OUTSIDE_EACH), GITHUB + "pulumi/pulumi-aws/issues/4868"),
    Pair("waf-statement-depth", "'RuleGroup.rules[0].statement.orStatement.statements[1].andStatement.statements[1].notStatement.statements[0].orStatement'", _nested_in_a_group, {"or_statement": {"statements": COUNTRIES}}, COUNTRIES[0]),
    Pair("waf-log-destination", "The ARN isn't valid", _waf_log, "waf-logs", "aws-waf-logs-flowise", GITHUB + "hashicorp/terraform-provider-aws/issues/23934"),
    Pair("cloudfront-web-acl", "InvalidWebACLId", _acl_id, "id", "arn"),
    Pair("route53-record", "is not permitted in zone example.com", _record, "flowise.example.org", "flowise.example.com"),
]  # fmt: skip


# ---- stores ----
def _retention(days: int) -> None:
    aws.cloudwatch.LogGroup("logs", retention_in_days=days)


def _log_key(policy: str) -> None:
    key = aws.kms.Key("key", policy=policy)
    aws.cloudwatch.LogGroup("logs", name="/flowise", kms_key_id=key.arn)


def _log_key_id(which: str) -> None:
    key = aws.kms.Key("key", policy=LOG_KEY)
    aws.cloudwatch.LogGroup("logs", name="/flowise", kms_key_id=key.arn if which == "arn" else key.key_id)


def _acl(ownership: str) -> None:
    bucket = aws.s3.Bucket("bucket", bucket="files-of-flowise")
    controls = aws.s3.BucketOwnershipControls("controls", bucket=bucket.id, rule={"object_ownership": ownership})
    aws.s3.BucketAcl("acl", bucket=bucket.id, acl="private", opts=pulumi.ResourceOptions(depends_on=[controls]))


def _public(blocked: bool) -> None:
    bucket = aws.s3.Bucket("bucket", bucket="files-of-flowise")
    block = aws.s3.BucketPublicAccessBlock("block", bucket=bucket.id, block_public_policy=blocked)
    policy = document(Principal="*", Action="s3:GetObject", Resource="arn:aws:s3:::files-of-flowise/*")
    aws.s3.BucketPolicy("policy", bucket=bucket.id, policy=policy, opts=pulumi.ResourceOptions(depends_on=[block]))


def _policy_bucket(name: str) -> None:
    bucket = aws.s3.Bucket("bucket", bucket="files-of-flowise")
    principal = {"AWS": "arn:aws:iam::123456789012:root"}
    policy = document(Principal=principal, Action="s3:GetObject", Resource=f"arn:aws:s3:::{name}/*")
    aws.s3.BucketPolicy("policy", bucket=bucket.id, policy=policy)


def _transition(days: int) -> None:
    rule: Any = {
        "id": "cold",
        "status": "Enabled",
        "filter": {},
        "transitions": [{"days": days, "storage_class": "STANDARD_IA"}],
    }
    aws.s3.BucketLifecycleConfiguration("lifecycle", bucket=aws.s3.Bucket("bucket").id, rules=[rule])


def _window(days: int) -> None:
    aws.secretsmanager.Secret("secret", recovery_window_in_days=days)


def _key_window(days: int) -> None:
    aws.kms.Key("key", deletion_window_in_days=days)


def _subscription(endpoint: str) -> None:
    aws.sns.TopicSubscription("mail", topic=aws.sns.Topic("topic").arn, protocol="email", endpoint=endpoint)


def _told_topic(services: Any, key_services: Any = ()) -> pulumi.Output[str]:
    """Give the ARN of a topic, by way of its policy: what it tells comes after, and none is still to come."""
    policy = {"Effect": "Allow", "Action": "sns:Publish", "Resource": "*"}
    use = {"Effect": "Allow", "Action": ["kms:Decrypt", "kms:GenerateDataKey*"], "Resource": "*"}
    key = None
    if key_services:
        admin = {
            "Effect": "Allow",
            "Principal": {"AWS": "arn:aws:iam::123456789012:root"},
            "Action": "kms:*",
            "Resource": "*",
        }
        lets = [{**use, "Principal": {"Service": list(key_services)}}]
        key = aws.kms.Key("key", policy=json.dumps({"Version": "2012-10-17", "Statement": [admin, *lets]})).arn
    topic = aws.sns.Topic("topic", kms_master_key_id=key)
    if services:
        said = json.dumps({"Version": "2012-10-17", "Statement": [{**policy, "Principal": {"Service": services}}]})
        return aws.sns.TopicPolicy("policy", arn=topic.arn, policy=said).arn
    return topic.arn


def _event_to_topic(services: Any) -> None:
    arn = _told_topic(services)
    rule = aws.cloudwatch.EventRule("rule", event_pattern=json.dumps({"source": ["aws.backup"]}))
    aws.cloudwatch.EventTarget("target", rule=rule.name, arn=arn)


def _event_under_key(key_services: Any) -> None:
    arn = _told_topic(["events.amazonaws.com"], key_services)
    rule = aws.cloudwatch.EventRule("rule", event_pattern=json.dumps({"source": ["aws.backup"]}))
    aws.cloudwatch.EventTarget("target", rule=rule.name, arn=arn)


def _alarm_to_topic(services: Any) -> None:
    arn = _told_topic(services)
    aws.cloudwatch.MetricAlarm(
        "alarm",
        comparison_operator="GreaterThanThreshold",
        evaluation_periods=1,
        metric_name="CPUUtilization",
        namespace="AWS/RDS",
        period=300,
        statistic="Average",
        threshold=80,
        alarm_actions=[arn],
    )


def _vault_events(events: Any) -> None:
    arn, vault = _told_topic(["backup.amazonaws.com"]), aws.backup.Vault("vault")
    aws.backup.VaultNotifications(
        "failures", backup_vault_name=vault.name, sns_topic_arn=arn, backup_vault_events=events
    )


def _tag(key: str) -> None:
    aws.sns.Topic("topic", tags={key: "x"})


LOG_KEY = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"AWS": "arn:aws:iam::123456789012:root"},
                "Action": "kms:*",
                "Resource": "*",
            },
            {
                "Effect": "Allow",
                "Principal": {"Service": "logs.eu-west-1.amazonaws.com"},
                "Action": "kms:Encrypt*",
                "Resource": "*",
            },
        ],
    }
)
STORES = [
    Pair("log-group-retention", "Invalid retentionInDays 10", _retention, 10, 14),
    Pair("log-group-kms-key", "is not allowed to be used with Arn", _log_key, KEY_ADMIN, LOG_KEY, GITHUB + "hashicorp/terraform-provider-aws/issues/29282"),
    Pair("log-group-kms-key", "Invalid ARN", _log_key_id, "id", "arn", GITHUB + "aws-samples/hub-and-spoke-with-inspection-vpc-terraform/pull/2"),
    Pair("s3-acl", "The bucket does not allow ACLs", _acl, "BucketOwnerEnforced", "BucketOwnerPreferred", GITHUB + "dspace-group/dspace-reference-architecture-aws/issues/95"),
    Pair("s3-block-public-policy", "BlockPublicPolicy", _public, True, False),
    Pair("s3-policy-resource", "Policy has invalid resource", _policy_bucket, "other-files", "files-of-flowise"),
    Pair("s3-lifecycle", "greater than or equal to 30", _transition, 7, 30),
    Pair("secret-recovery-window", "between 7 and 30 days", _window, 3, 7),
    Pair("kms-key", "not from 7 to 30", _key_window, 1, 30),
    Pair("sns-subscription", "email endpoint ops", _subscription, "ops", "ops@example.com"),
    Pair("sns-topic-policy", "events.amazonaws.com is not authorized to perform: SNS:Publish", _event_to_topic, ["backup.amazonaws.com"], ["backup.amazonaws.com", "events.amazonaws.com"], "https://www.repost.aws/knowledge-center/sns-not-getting-eventbridge-notification"),
    Pair("sns-topic-policy", "for the topic has no policy that says so", _event_to_topic, None, ["events.amazonaws.com"]),
    Pair("sns-topic-policy", "events.amazonaws.com may not use", _event_under_key, ["backup.amazonaws.com"], ["events.amazonaws.com"]),
    Pair("sns-topic-policy", "cloudwatch.amazonaws.com is not authorized", _alarm_to_topic, ["events.amazonaws.com"], None),
    Pair("backup-vault-events", "RESTORE_JOB_FAILED is deprecated", _vault_events, ["COPY_JOB_FAILED", "RESTORE_JOB_FAILED"], ["COPY_JOB_FAILED", "RESTORE_JOB_COMPLETED"]),
    Pair("tags", "reserved for system use", _tag, "aws:team", "team"),
]  # fmt: skip


# ---- Kubernetes ----
SECURE: dict[str, Any] = {
    "allow_privilege_escalation": False,
    "run_as_non_root": True,
    "capabilities": {"drop": ["ALL"]},
    "seccomp_profile": {"type": "RuntimeDefault"},
}


def deployment(container: dict[str, Any] | None = None, **pod: Any) -> k8s.apps.v1.Deployment:
    labels = pod.pop("labels", {"app": "web"})
    main = {"name": "web", "image": "web:1.0", **(container or {})}
    namespace, more = pod.pop("namespace", None), pod.pop("deployment", {})
    metadata: Any = {"name": "web", **({"namespace": namespace} if namespace else {})}
    spec: Any = {
        "selector": {"match_labels": {"app": "web"}},
        "template": {"metadata": {"labels": labels}, "spec": {"containers": [main], **pod}},
        **more,
    }
    return k8s.apps.v1.Deployment("web", metadata=metadata, spec=spec)


def _container(values: dict[str, Any]) -> None:
    deployment(values)


def _labels(labels: dict[str, str]) -> None:
    deployment(labels=labels)


def _mounts(volumes: list[Any]) -> None:
    deployment({"volume_mounts": [{"name": "tmp", "mount_path": "/tmp"}]}, volumes=volumes)


def _in_namespace(made: bool) -> None:
    if made:
        k8s.core.v1.Namespace("ns", metadata={"name": "flowise"})
    k8s.core.v1.ConfigMap("config", metadata={"name": "config", "namespace": "flowise"}, data={"a": "b"})


def _reads_secret(made: bool) -> None:
    if made:
        k8s.core.v1.Secret("keys", metadata={"name": "keys", "namespace": "default"}, string_data={"key": "x"})
    reference = {"name": "KEY", "value_from": {"secret_key_ref": {"name": "keys", "key": "key"}}}
    deployment({"env": [reference]}, namespace="default")


def _account(made: bool) -> None:
    if made:
        k8s.core.v1.ServiceAccount("account", metadata={"name": "web", "namespace": "default"})
    deployment(service_account_name="web", namespace="default")


def _restricted(security: dict[str, Any]) -> None:
    labels = {"pod-security.kubernetes.io/enforce": "restricted"}
    namespace = k8s.core.v1.Namespace("ns", metadata={"name": "flowise", "labels": labels})
    main: Any = {"name": "web", "image": "web:1.0", "security_context": security}
    k8s.core.v1.Pod("web", metadata={"name": "web", "namespace": namespace.metadata.name}, spec={"containers": [main]})


def _issuer(values: dict[str, Any] | None) -> None:
    after: list[pulumi.Resource] = []
    if values is not None:
        after = [k8s.helm.v3.Release("cm", chart="cert-manager", namespace="kube-system", values=values)]
    k8s.apiextensions.CustomResource(
        "issuer",
        api_version="cert-manager.io/v1",
        kind="ClusterIssuer",
        metadata={"name": "issuer"},
        opts=pulumi.ResourceOptions(depends_on=after),
    )


def _watches(given: dict[str, Any]) -> None:
    scaled = given.get("scaled", ("jobs",))
    named = given.get("namespaces", ("keda", "jobs", "other"))
    namespaces = [k8s.core.v1.Namespace(f"{name}-home", metadata={"name": name}) for name in named]
    keda = k8s.helm.v3.Release(
        "keda",
        chart="keda",
        namespace="keda",
        values={
            "watchNamespace": "jobs",
            "permissions": {"operator": {"restrict": {"secret": given.get("restrict", False)}}},
        },
        opts=pulumi.ResourceOptions(depends_on=namespaces),
    )
    for namespace in scaled:
        login = _custom("login", "TriggerAuthentication", namespace, keda, secretTargetRef=[{"name": "cache"}])
        trigger = {"type": "redis", "authenticationRef": {"name": "login"}}
        _custom("scaled", "ScaledObject", namespace, login, triggers=[trigger], scaleTargetRef={"name": "worker"})


def _custom(name: str, kind: str, namespace: str, after: pulumi.Resource, **spec: Any) -> pulumi.Resource:
    return k8s.apiextensions.CustomResource(
        name,
        api_version="keda.sh/v1alpha1",
        kind=kind,
        metadata={"name": name, "namespace": namespace},
        spec=spec,
        opts=pulumi.ResourceOptions(depends_on=[after]),
    )


def _budget(version: str) -> None:
    kind: Any = k8s.policy.v1beta1 if version == "v1beta1" else k8s.policy.v1
    kind.PodDisruptionBudget("budget", metadata={"name": "web"}, spec={"min_available": 1, "selector": {}})


def _budget_floor(spec: Any) -> None:
    k8s.policy.v1.PodDisruptionBudget("budget", metadata={"name": "web"}, spec=spec)


def _autoscaler(most: int) -> None:
    target = {"api_version": "apps/v1", "kind": "Deployment", "name": "web"}
    spec: Any = {"scale_target_ref": target, "min_replicas": 3, "max_replicas": most}
    k8s.autoscaling.v2.HorizontalPodAutoscaler("scaler", metadata={"name": "web"}, spec=spec)


def _service(ports: list[Any]) -> None:
    k8s.core.v1.Service("service", metadata={"name": "web"}, spec={"ports": ports, "selector": {"app": "web"}})


def _name(name: str) -> None:
    k8s.core.v1.ConfigMap("config", metadata={"name": name}, data={"a": "b"})


def _rollout(unavailable: Any) -> None:
    rolling = {"max_surge": 0, "max_unavailable": unavailable}
    deployment(deployment={"strategy": {"type": "RollingUpdate", "rolling_update": rolling}})


def _job(policy: str | None) -> None:
    spec: Any = {"containers": [{"name": "job", "image": "job:1.0"}], **({"restart_policy": policy} if policy else {})}
    k8s.batch.v1.Job("job", metadata={"name": "job"}, spec={"template": {"spec": spec}})


def _cron(schedule: str) -> None:
    pod: Any = {"containers": [{"name": "job", "image": "job:1.0"}], "restart_policy": "Never"}
    spec: Any = {"schedule": schedule, "job_template": {"spec": {"template": {"spec": pod}}}}
    k8s.batch.v1.CronJob("job", metadata={"name": "job"}, spec=spec)


def _secret(data: dict[str, str]) -> None:
    k8s.core.v1.Secret("secret", metadata={"name": "secret"}, data=data)


def _policy(block: dict[str, Any]) -> None:
    spec: Any = {"pod_selector": {}, "egress": [{"to": [{"ip_block": block}]}]}
    k8s.networking.v1.NetworkPolicy("policy", metadata={"name": "policy"}, spec=spec)


def _ingress(path_type: str | None) -> None:
    backend = {"service": {"name": "web", "port": {"number": 80}}}
    path: Any = {"path": "/", "backend": backend, **({"path_type": path_type} if path_type else {})}
    k8s.networking.v1.Ingress("ingress", metadata={"name": "web"}, spec={"rules": [{"http": {"paths": [path]}}]})


REQUESTS = {"requests": {"memory": "512Mi"}, "limits": {"memory": "1Gi"}}
KUBERNETES = [
    Pair("kubernetes-selector", "`selector` does not match template `labels`", _labels, {"app": "site"}, {"app": "web", "tier": "front"}, GITHUB + "cloudnativedevops/demo/pull/17"),
    Pair("kubernetes-container", "must be no more than 15 characters", _container, {"ports": [{"name": "metrics-exporter", "container_port": 9100}]}, {"ports": [{"name": "metrics", "container_port": 9100}]}, GITHUB + "gravitee-io/issues/issues/8345"),
    Pair("kubernetes-service-port", "must be no more than 15 characters", _service, [{"port": 80, "target_port": "upgrade-es-https"}], [{"port": 80, "target_port": "es-https"}], GITHUB + "mbentley/docker-omada-controller/issues/808"),
    Pair("kubernetes-service-port", "spec.ports[0].name: Required value", _service, [{"port": 80}, {"port": 443}], [{"port": 80, "name": "http"}, {"port": 443, "name": "https"}]),
    Pair("kubernetes-container", "quantities must match the regular expression", _container, {"resources": {"requests": {"memory": "512MB"}}}, {"resources": REQUESTS}),
    Pair("kubernetes-container", "must be less than or equal to memory limit", _container, {"resources": {"requests": {"memory": "2Gi"}, "limits": {"memory": "1Gi"}}}, {"resources": REQUESTS}),
    Pair("kubernetes-container", "may not be specified when `value` is not empty", _container, {"env": [{"name": "A", "value": "b", "value_from": {"field_ref": {"field_path": "metadata.name"}}}]}, {"env": [{"name": "A", "value": "b"}]}),
    Pair("kubernetes-container", "must not start with a digit", _container, {"env": [{"name": "1A", "value": "b"}]}, {"env": [{"name": "A1", "value": "b"}]}),
    Pair("kubernetes-container", 'Not found: "tmp"', _mounts, [], [{"name": "tmp", "empty_dir": {}}]),
    Pair("kubernetes-container", "must specify one handler type", _container, {"liveness_probe": {"http_get": {"path": "/", "port": 80}, "tcp_socket": {"port": 80}}}, {"liveness_probe": {"http_get": {"path": "/", "port": 80}}}),
    Pair("kubernetes-container", "runAsUser breaks non-root policy", _container, {"security_context": {"run_as_non_root": True, "run_as_user": 0}}, {"security_context": {"run_as_non_root": True, "run_as_user": 1000}}),
    Pair("kubernetes-metadata", "a valid label must be an empty string or consist of", _labels, {"app": "web", "team": "Data & AI"}, {"app": "web", "team": "data-ai"}),
    Pair("kubernetes-metadata", "must be a lowercase RFC 1123 name", _name, "Flowise_Config", "flowise-config"),
    Pair("kubernetes-rollout", "may not be 0 when `maxSurge` is 0", _rollout, 0, 1),
    Pair("kubernetes-selector", 'valid values: "OnFailure", "Never"', _job, None, "Never"),
    Pair("kubernetes-cron-schedule", "expected exactly 5 fields", _cron, "0 3 * *", "0 3 * * *"),
    Pair("kubernetes-config-data", "illegal base64 data", _secret, {"key": "plain text"}, {"key": "cGxhaW4="}),
    Pair("kubernetes-network-policy", "must be a strict subset", _policy, {"cidr": "10.0.0.0/16", "except": ["192.168.0.0/24"]}, {"cidr": "10.0.0.0/16", "except": ["10.0.1.0/24"]}),
    Pair("kubernetes-autoscaler", "greater than or equal to `minReplicas`", _autoscaler, 2, 6),
    Pair("kubernetes-disruption-budget", "cannot be both set", _budget_floor, {"min_available": 1, "max_unavailable": 1}, {"min_available": 1}),
    Pair("kubernetes-schema", "pathType", _ingress, None, "Prefix"),
    Pair("kubernetes-kind", 'no matches for kind "PodDisruptionBudget" in version "policy/v1beta1"', _budget, "v1beta1", "v1", GITHUB + "helm/community/issues/279"),
    Pair("kubernetes-kind", "ensure CRDs are installed first", _issuer, None, {"crds": {"enabled": True}}, GITHUB + "cert-manager/cert-manager/issues/5176"),
    Pair("kubernetes-kind", "ensure CRDs are installed first", _issuer, {"replicaCount": 2}, {"installCRDs": True}, GITHUB + "pulumi/pulumi-kubernetes/issues/1023"),
    Pair("kubernetes-namespace", 'namespaces "flowise" not found', _in_namespace, False, True),
    Pair("kubernetes-namespace", 'namespaces "jobs" not found', _watches, {"namespaces": ("keda",), "scaled": ()}, {"scaled": ()}),
    Pair("keda-trigger-secret", "KEDA looks at ScaledObjects in jobs and not in other", _watches, {"scaled": ("other",)}, {"scaled": ("jobs",)}),
    Pair("keda-trigger-secret", 'secret "cache" not found', _watches, {"restrict": True}, {}),
    Pair("keda-trigger-secret", 'secret "cache" not found', _watches, {"restrict": True}, {"restrict": False}, first={}),
    Pair("kubernetes-finalizer", "ScaledObject scaled stands", _watches, {}, {"scaled": ()}, deletes="keda"),
    Pair("kubernetes-pod-reference", 'secret "keys" not found', _reads_secret, False, True),
    Pair("kubernetes-pod-reference", 'serviceaccount "web" not found', _account, False, True),
    Pair("kubernetes-pod-security", 'violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false', _restricted, {}, SECURE, GITHUB + "vadimkim/cert-manager-webhook-hetzner/pull/29"),
]  # fmt: skip


# ---- the rest ----
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


def _services(cidr: str) -> None:
    cluster(kubernetes_network_config={"service_ipv4_cidr": cidr})


def _cluster_and_nodes(versions: tuple[str, str]) -> None:
    node_group(cluster(versions[0]), version=versions[1])


def _idle(seconds: int) -> None:
    aws.lb.LoadBalancer("lb", subnets=[each.id for each in two_zones(vpc())], idle_timeout=seconds)


def _secret_value(length: int) -> None:
    secret = aws.secretsmanager.Secret("secret")
    aws.secretsmanager.SecretVersion("version", secret_id=secret.id, secret_string="x" * length)


def _database_zone(zone: str) -> None:
    subnets = aws.rds.SubnetGroup("subnets", subnet_ids=[each.id for each in two_zones(vpc())])
    database(db_subnet_group_name=subnets.name, availability_zone=zone)


def _region(region: str) -> None:
    aws.sns.Topic("topic", region=region)


def _flow_log(kind: str) -> None:
    aws.ec2.FlowLog("log", vpc_id=vpc().id, traffic_type=kind, log_destination="arn:aws:s3:::flow-logs")


def _target_type(kind: str) -> None:
    aws.lb.TargetGroup("targets", port=80, protocol="HTTP", vpc_id=vpc().id, target_type=kind)


def _alarm(operator: str) -> None:
    aws.cloudwatch.MetricAlarm("alarm", comparison_operator=operator, evaluation_periods=1)


REST = [
    Pair("quota-database-instances", "InstanceQuotaExceeded", _databases, 41, 40),
    Pair("quota-internet-gateways", "InternetGatewayLimitExceeded", _internet_gateways, 6, 5),
    Pair("quota-policies-per-role", "LimitExceeded", _policies_of_a_role, 11, 10),
    Pair("quota-node-groups-per-cluster", "ResourceLimitExceededException", _node_groups, 31, 30),
    Pair("quota-subnets-per-vpc", "SubnetLimitExceeded", _subnets_of_a_vpc, 201, 200),
    Pair("eks-service-cidr", "is not in 10.0.0.0/8", _services, "100.64.0.0/16", "172.20.0.0/16"),
    Pair("eks-node-version-skew", "minors behind 1.36", _cluster_and_nodes, ("1.36", "1.32"), ("1.35", "1.33"), first=("1.35", "1.32")),
    Pair("load-balancer-timeouts", "Idle timeout must be in the range of 1-4000", _idle, 4001, 4000),
    Pair("secret-value", "65536 is the most", _secret_value, 65537, 65536),
    Pair("rds-availability-zone", "has no subnet in eu-west-1c", _database_zone, "eu-west-1c", "eu-west-1a"),
    Pair("region", "invalid AWS Region: eu-west-9", _region, "eu-west-9", "eu-west-3"),
    Pair("aws-property-model", "it must be one of ACCEPT, ALL, REJECT", _flow_log, "EVERYTHING", "ALL"),
    Pair("aws-property-model", "\"pod\" is not valid: it must be one of alb", _target_type, "pod", "ip"),
    Pair("aws-property-model", "comparisonOperator", _alarm, "GreaterThan", "GreaterThanThreshold"),
]  # fmt: skip

PAIRS = [*NETWORKS, *REFERENCES, *TEARDOWN, *NAMES, *IAM, *EKS, *DATA, *EDGE, *STORES, *KUBERNETES, *REST]
