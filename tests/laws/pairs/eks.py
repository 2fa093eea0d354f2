"""Pairs of the laws in `sandbox/laws/eks.py`."""

from typing import Any

import pulumi
import pulumi_aws as aws

from .pair import GITHUB, Pair
from .programs import NODE_POLICIES, cluster, node_group, role, subnet, two_zones, vpc


def _version(version: str) -> None:
    cluster(version)


def _endpoint(private: bool) -> None:
    subnets = two_zones(vpc())
    config: Any = {
        "subnet_ids": [s.id for s in subnets],
        "endpoint_public_access": False,
        "endpoint_private_access": private,
    }
    aws.eks.Cluster("cluster", role_arn=role("role", "eks.amazonaws.com").arn, vpc_config=config)


def _cluster_zones(zone: str) -> None:
    network = vpc()
    subnets = [subnet("one", network, 1, "a"), subnet("two", network, 2, zone)]
    aws.eks.Cluster(
        "cluster", role_arn=role("role", "eks.amazonaws.com").arn, vpc_config={"subnet_ids": [s.id for s in subnets]}
    )


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


def _services(cidr: str) -> None:
    cluster(kubernetes_network_config={"service_ipv4_cidr": cidr})


def _cluster_and_nodes(versions: tuple[str, str]) -> None:
    node_group(cluster(versions[0]), version=versions[1])


def _node_labels(labels: dict[str, str]) -> None:
    node_group(cluster(), labels=labels)


def _fargate_subnets(public: bool) -> None:
    network = vpc()
    own = subnet("fargate", network, 3)
    gateway = aws.ec2.InternetGateway("gateway", vpc_id=network.id)
    table = aws.ec2.RouteTable("table", vpc_id=network.id)
    parts: list[pulumi.Resource] = [
        aws.ec2.RouteTableAssociation("association", subnet_id=own.id, route_table_id=table.id)
    ]
    if public:
        parts.append(
            aws.ec2.Route("out", route_table_id=table.id, destination_cidr_block="0.0.0.0/0", gateway_id=gateway.id)
        )
    selectors: Any = [{"namespace": "jobs"}]
    aws.eks.FargateProfile(
        "profile",
        cluster_name="platform",
        pod_execution_role_arn=role("pods", "eks-fargate-pods.amazonaws.com").arn,
        subnet_ids=[own.id],
        selectors=selectors,
        opts=pulumi.ResourceOptions(depends_on=parts),
    )


PAIRS = [
    Pair(
        "eks-version",
        "unsupported Kubernetes version 1.3",
        _version,
        "1.3",
        "1.35",
        GITHUB + "terraform-aws-modules/terraform-aws-eks/issues/1669",
    ),
    Pair("eks-version", "out of standard support", _version, "1.31", "1.36"),
    Pair(
        "eks-version-skip",
        "Unsupported Kubernetes minor version update from 1.34 to 1.36",
        _version,
        "1.36",
        "1.35",
        GITHUB + "terraform-aws-modules/terraform-aws-eks/issues/2607",
        first="1.34",
    ),
    Pair("eks-version-skip", "a control plane goes up only", _version, "1.34", "1.36", first="1.35"),
    Pair("eks-endpoint-access", "Private and public endpoint access cannot be false", _endpoint, False, True),
    Pair("eks-availability-zones", "at least two different AZs", _cluster_zones, "a", "b"),
    Pair(
        "eks-addon-version",
        "Addon version specified is not supported",
        _addon,
        ("kube-proxy", "v1.34.1-eksbuild.2"),
        ("kube-proxy", "v1.35.3-eksbuild.17"),
        GITHUB + "awslabs/cdk-eks-blueprints/pull/1101",
    ),
    Pair(
        "eks-addon-version",
        "Addon version specified is not supported: v1.35",
        _addon,
        ("vpc-cni", "v1.35"),
        ("vpc-cni", "v1.20.4-eksbuild.1"),
        GITHUB + "hashicorp/terraform-provider-aws/issues/33385",
    ),
    Pair(
        "eks-addon-version",
        "Addon ebs-csi specified is not supported",
        _addon,
        ("ebs-csi", "v1.2.3-eksbuild.1"),
        ("vpc-cni", "v1.2.3-eksbuild.1"),
        GITHUB + "aws/containers-roadmap/issues/1429",
    ),
    Pair("eks-addon-needs-nodes", "has no nodes to run on", _coredns, False, True),
    Pair(
        "eks-vpc-cni",
        "cni plugin not initialized",
        _nodes_before_cni,
        True,
        False,
        GITHUB + "terraform-aws-modules/terraform-aws-eks/issues/3559",
    ),
    Pair(
        "eks-node-role",
        "Instances failed to join the kubernetes cluster",
        _node_policies,
        NODE_POLICIES[:1],
        NODE_POLICIES,
        GITHUB + "hashicorp/terraform-provider-aws/issues/15675",
    ),
    Pair("eks-node-group-scaling", "must be between minimum", _node_sizes, 4, 3),
    Pair(
        "eks-node-architecture",
        "not a valid AMI type for instance type m7i.large",
        _architecture,
        "m7i.large",
        "m7g.large",
    ),
    Pair("eks-node-group-version", "newer than its cluster's", _node_version, "1.35", "1.34"),
    Pair(
        "eks-pod-identity-role",
        "may not sts:TagSession",
        _pod_role,
        "sts:AssumeRole",
        POD_ACTIONS,
        GITHUB + "hashicorp/terraform-provider-aws/issues/41483",
    ),
    Pair("eks-pod-identity-duplicate", "Association already exists", _two_pod_roles, "flowise", "worker"),
    Pair("eks-authentication-mode", "authentication mode must be set to one of", _access_mode, "CONFIG_MAP", "API"),
    Pair(
        "eks-access-policy",
        "policyArn parameter format is not valid",
        _access_policy,
        "arn:aws:iam::aws:policy/AmazonEKSClusterAdminPolicy",
        "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy",
    ),
    Pair("eks-service-cidr", "is not in 10.0.0.0/8", _services, "100.64.0.0/16", "172.20.0.0/16"),
    Pair(
        "eks-node-version-skew",
        "minors behind 1.36",
        _cluster_and_nodes,
        ("1.36", "1.32"),
        ("1.35", "1.33"),
        first=("1.35", "1.32"),
    ),
    Pair(
        "eks-node-label",
        "Label cannot contain reserved prefixes",
        _node_labels,
        {"node-role.kubernetes.io/worker": "true"},
        {"example.com/role": "worker"},
        GITHUB + "eksctl-io/eksctl/issues/4007",
    ),
    Pair(
        "eks-fargate-subnets",
        "provided in Fargate Profile is not a private subnet",
        _fargate_subnets,
        True,
        False,
        GITHUB + "awslabs/eks-perf-tests/issues/195",
    ),
]
