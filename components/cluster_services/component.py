"""What workloads expect of any cluster: disks, secrets, a way to register with a load balancer, and room to grow."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws
import pulumi_kubernetes as k8s

from ..shared.chart_values import resources
from ..shared.iam_documents import allow
from ..shared.karpenter_settings import KarpenterSettings
from ..shared.node_labels import SYSTEM_NODES
from ..shared.pod_role import PodRole, PodRoleArgs
from ..shared.references import ClusterRef, NetworkRef, SecretAccess
from ..shared.watch import Watch
from .karpenter import Karpenter, KarpenterArgs
from .secret_operator import SecretOperator, SecretOperatorArgs
from .system_policies import system_policies
from .watch import watch

NAMESPACE = "kube-system"
CONTROLLER = "aws-load-balancer-controller"
# seen with EKS in 2026-08; the chart's own repository has newer ones
CONTROLLER_CHART_VERSION = "3.5.0"  # chart aws-load-balancer-controller
CHARTS = "https://aws.github.io/eks-charts"
# What the controller needs when it only binds pods to target groups that somebody else owns, and leaves security groups
# alone (its installation guide, on IAM permissions for TargetGroupBinding only).
LOOKS = (
    "ec2:DescribeAvailabilityZones",
    "ec2:DescribeInstances",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSubnets",
    "ec2:DescribeVpcs",
    "elasticloadbalancing:DescribeTargetGroups",
    "elasticloadbalancing:DescribeTargetHealth",
)
# tags that tell a stack's resources from others'
OWN_TAGS = ("Project", "Environment")
REGISTERS = ("elasticloadbalancing:DeregisterTargets", "elasticloadbalancing:RegisterTargets")


@dataclass(frozen=True, kw_only=True)
class ClusterServicesArgs:
    """The cluster to equip, and the network in which its pods are found and its further nodes started.

    `secret_readers` is the IAM path of the roles that External Secrets may take on; `reads_parameters` tells whether
    some of them read Parameter Store beside Secrets Manager.
    """

    karpenter: KarpenterSettings | None
    cluster: ClusterRef
    network: NetworkRef
    secret_readers: str
    tags: Mapping[str, str]
    reads_parameters: bool = True


class ClusterServices(pulumi.ComponentResource):
    """The default storage class, the AWS Load Balancer Controller, External Secrets; by setting Karpenter.

    The controller may register pods with target groups and nothing more: load balancers are made by Pulumi, so that
    they are known beforehand and gone afterwards.
    """

    secret_operator_role_arn: pulumi.Output[str]

    def __init__(self, name: str, args: ClusterServicesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:cluster_services:ClusterServices", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        _storage_class(name, child)
        role = _controller_role(name, args, child, pulumi.InvokeOutputOptions(parent=self))
        policies = _system_policies(name, args, child)
        k8s.helm.v3.Release(
            f"{name}-controller",
            chart=CONTROLLER,
            version=CONTROLLER_CHART_VERSION,
            namespace=NAMESPACE,
            repository_opts=k8s.helm.v3.RepositoryOptsArgs(repo=CHARTS),
            atomic=True,
            values={
                "clusterName": args.cluster.name,
                # both would be asked of the instance metadata, which pods cannot reach
                "region": args.network.region,
                "vpcId": args.network.vpc_id,
                "serviceAccount": {"create": True, "name": CONTROLLER},
                "replicaCount": 2,
                "nodeSelector": dict(SYSTEM_NODES),
                # the chart asks for nothing: its pods would be the first to be put out of a node
                "resources": resources("25m", "96Mi", "256Mi"),
                "podDisruptionBudget": {"maxUnavailable": 1},
                # it would answer for every Service of every chart, and fail those made before it runs
                "enableServiceMutatorWebhook": False,
            },
            # the pods start with the role or without it for good, and before policies nothing holds them; no property
            # of the release says so
            opts=pulumi.ResourceOptions.merge(child, pulumi.ResourceOptions(depends_on=[role, *policies])),
        )
        if args.karpenter is not None:
            Karpenter(
                f"{name}-karpenter",
                KarpenterArgs(
                    settings=args.karpenter,
                    cluster=args.cluster,
                    network=args.network,
                    tags=args.tags,
                ),
                child,
            )
        operator = SecretOperator(
            f"{name}-secrets",
            SecretOperatorArgs(
                cluster=args.cluster,
                reader_role_path=args.secret_readers,
                ranges=args.network.ranges,
                aws="within" if _secrets_are_within(args) else "anywhere",
                tags=args.tags,
            ),
            child,
        )
        self._secret_readers = args.secret_readers
        self.secret_operator_role_arn = operator.role_arn
        self.register_outputs({"secret_operator_role_arn": self.secret_operator_role_arn})

    @property
    def watch(self) -> Watch:
        """What watches who brings Secrets."""
        return watch()

    @property
    def secret_access(self) -> SecretAccess:
        """What a namespace needs to have Secrets."""
        return SecretAccess(operator_role_arn=self.secret_operator_role_arn, role_path=self._secret_readers)


def _system_policies(name: str, args: ClusterServicesArgs, child: pulumi.ResourceOptions) -> list[pulumi.Resource]:
    labels = {
        "app.kubernetes.io/name": NAMESPACE,
        "app.kubernetes.io/part-of": "platform",
        "app.kubernetes.io/managed-by": "pulumi",
    }
    specs: Mapping[str, Any] = system_policies(args.network.ranges, karpenter=args.karpenter is not None)
    return [
        k8s.networking.v1.NetworkPolicy(
            f"{name}-{role}-policy",
            metadata=k8s.meta.v1.ObjectMetaArgs(namespace=NAMESPACE, labels=labels),
            spec=spec,
            opts=child,
        )
        for role, spec in specs.items()
    ]


def _secrets_are_within(args: ClusterServicesArgs) -> bool:
    """Return whether all that External Secrets asks of AWS answers within the network."""
    asked = {"secretsmanager", "sts", *(["ssm"] if args.reads_parameters else [])}
    return asked <= set(args.network.private_services)


def _storage_class(name: str, child: pulumi.ResourceOptions) -> None:
    k8s.storage.v1.StorageClass(
        f"{name}-gp3",
        metadata=k8s.meta.v1.ObjectMetaArgs(annotations={"storageclass.kubernetes.io/is-default-class": "true"}),
        provisioner="ebs.csi.aws.com",
        parameters={"type": "gp3", "encrypted": "true"},
        # the disk is made in the zone of the pod that first claims it
        volume_binding_mode="WaitForFirstConsumer",
        allow_volume_expansion=True,
        reclaim_policy="Delete",
        opts=child,
    )


def _controller_role(
    name: str, args: ClusterServicesArgs, child: pulumi.ResourceOptions, lookup: pulumi.InvokeOutputOptions
) -> PodRole:
    return PodRole(
        f"{name}-controller-role",
        PodRoleArgs(
            cluster_name=args.cluster.name,
            cluster_arn=args.cluster.arn,
            namespace=NAMESPACE,
            service_account=CONTROLLER,
            statements=[
                # Describe actions of EC2 and Elastic Load Balancing support no narrower resource
                allow("FindsPodsAndTargetGroups", LOOKS, ["*"]),
                allow(
                    "RegistersPods",
                    REGISTERS,
                    [_target_groups(args.network.region, lookup)],
                    # another stack of the account has target groups too (Service Authorization Reference, Elastic Load
                    # Balancing V2: a target group knows aws:ResourceTag)
                    conditions={"StringEquals": {f"aws:ResourceTag/{key}": args.tags[key] for key in OWN_TAGS}},
                ),
            ],
            tags=args.tags,
        ),
        child,
    )


def _target_groups(region: str, lookup: pulumi.InvokeOutputOptions) -> pulumi.Output[str]:
    partition = aws.get_partition_output(opts=lookup).partition
    account = aws.get_caller_identity_output(opts=lookup).account_id
    return pulumi.Output.concat("arn:", partition, f":elasticloadbalancing:{region}:", account, ":targetgroup/*")
