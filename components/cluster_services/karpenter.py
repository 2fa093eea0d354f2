"""Nodes for what outgrows the managed groups."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws
import pulumi_kubernetes as k8s

from ..shared.iam_documents import document
from ..shared.karpenter_settings import KarpenterSettings
from ..shared.node_labels import SYSTEM_NODES
from ..shared.node_role import node_role
from ..shared.pod_role import PodRole, PodRoleArgs
from ..shared.references import ClusterRef, NetworkRef
from . import karpenter_plan as plan

NAMESPACE = "kube-system"
CHART = "oci://public.ecr.aws/karpenter/karpenter"
NODE_CLASS = "default"
# an interruption is of interest for two minutes
MESSAGE_SECONDS = 300


@dataclass(frozen=True, kw_only=True)
class KarpenterArgs:
    """What nodes may be made (settings), for which cluster, and where."""

    settings: KarpenterSettings
    cluster: ClusterRef
    network: NetworkRef
    tags: Mapping[str, str]


class Karpenter(pulumi.ComponentResource):
    """Karpenter with its role, its nodes' role and access entry, its interruption queue, and one NodePool.

    Deleting it does not stop nodes that it made: delete the NodePool first, and wait until they are gone.
    """

    def __init__(self, name: str, args: KarpenterArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:cluster_services:Karpenter", name, {}, opts)
        self._name, self._args = name, args
        self._child = pulumi.ResourceOptions(parent=self)
        lookup = pulumi.InvokeOutputOptions(parent=self)
        self._partition = aws.get_partition_output(opts=lookup).partition
        self._account = aws.get_caller_identity_output(opts=lookup).account_id

        queue = self._interruptions()
        nodes, profile, joins = self._nodes()
        allowed = self._controller_role(queue, nodes, profile)
        chart = self._chart(queue, [allowed, *joins])
        self._pool(profile, chart)
        self.register_outputs({})

    def _after(self, *before: pulumi.Resource) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions.merge(self._child, pulumi.ResourceOptions(depends_on=list(before)))

    def _interruptions(self) -> aws.sqs.Queue:
        queue = aws.sqs.Queue(
            f"{self._name}-interruptions",
            message_retention_seconds=MESSAGE_SECONDS,
            sqs_managed_sse_enabled=True,
            tags=dict(self._args.tags),
            opts=self._child,
        )
        rules = [self._passes_on(queue, event, source, detail) for event, (source, detail) in plan.EVENTS.items()]
        aws.sqs.QueuePolicy(
            f"{self._name}-interruptions-policy",
            queue_url=queue.url,
            policy=pulumi.Output.json_dumps(document(plan.queue_statements(queue.arn, [rule.arn for rule in rules]))),
            opts=self._child,
        )
        return queue

    def _passes_on(self, queue: aws.sqs.Queue, event: str, source: str, detail: str) -> aws.cloudwatch.EventRule:
        rule = aws.cloudwatch.EventRule(
            f"{self._name}-{event}",
            description=f"Karpenter: {detail}",
            event_pattern=pulumi.Output.json_dumps({"source": [source], "detail-type": [detail]}),
            tags=dict(self._args.tags),
            opts=self._child,
        )
        aws.cloudwatch.EventTarget(f"{self._name}-{event}-target", rule=rule.name, arn=queue.arn, opts=self._child)
        return rule

    def _nodes(self) -> tuple[aws.iam.Role, aws.iam.InstanceProfile, list[pulumi.Resource]]:
        args = self._args
        role, granted = node_role(
            f"{self._name}-node",
            partition=self._partition,
            statements=args.cluster.node_statements,
            tags=args.tags,
            opts=self._child,
        )
        profile = aws.iam.InstanceProfile(
            f"{self._name}-node-profile", role=role.name, tags=dict(args.tags), opts=self._child
        )
        # managed groups get theirs from EKS; nodes that Karpenter starts would never join
        entry = aws.eks.AccessEntry(
            f"{self._name}-node-entry",
            cluster_name=args.cluster.name,
            principal_arn=role.arn,
            type="EC2_LINUX",
            tags=dict(args.tags),
            opts=self._child,
        )
        return role, profile, [*granted, entry]

    def _controller_role(self, queue: aws.sqs.Queue, nodes: aws.iam.Role, profile: aws.iam.InstanceProfile) -> PodRole:
        args = self._args
        statements = plan.controller_statements(
            partition=self._partition,
            account=self._account,
            region=args.network.region,
            cluster_name=args.cluster.name,
            cluster_arn=args.cluster.arn,
            queue_arn=queue.arn,
            node_role_arn=nodes.arn,
            instance_profile_arn=profile.arn,
        )
        return PodRole(
            f"{self._name}-role",
            PodRoleArgs(
                cluster_name=args.cluster.name,
                cluster_arn=args.cluster.arn,
                namespace=NAMESPACE,
                service_account=plan.NAME,
                statements=statements,
                tags=args.tags,
            ),
            self._child,
        )

    def _chart(self, queue: aws.sqs.Queue, before: Sequence[pulumi.Resource]) -> k8s.helm.v3.Release:
        args = self._args
        return k8s.helm.v3.Release(
            f"{self._name}-release",
            chart=CHART,
            version=args.settings.chart_version,
            namespace=NAMESPACE,
            atomic=True,
            values=plan.chart_values(
                cluster_name=args.cluster.name,
                endpoint=args.cluster.endpoint,
                queue_name=queue.name,
                system_nodes=SYSTEM_NODES,
            ),
            # the pods start with the role or without it for good; no property of the release names it
            opts=self._after(*before),
        )

    def _pool(self, profile: aws.iam.InstanceProfile, chart: k8s.helm.v3.Release) -> None:
        args = self._args
        k8s.apiextensions.CustomResource(
            f"{self._name}-class",
            api_version="karpenter.k8s.aws/v1",
            kind="EC2NodeClass",
            # the pool refers to it by name
            metadata=k8s.meta.v1.ObjectMetaArgs(name=NODE_CLASS),
            spec=plan.node_class(
                args.settings,
                cluster_name=args.cluster.name,
                instance_profile=profile.name,
                subnet_ids=args.network.private_subnet_ids,
                security_group_id=args.cluster.security_group_id,
                tags=args.tags,
            ),
            # the kinds come with the chart, and no property says so
            opts=self._after(chart),
        )
        k8s.apiextensions.CustomResource(
            f"{self._name}-pool",
            api_version="karpenter.sh/v1",
            kind="NodePool",
            metadata=k8s.meta.v1.ObjectMetaArgs(),
            spec=plan.node_pool(args.settings, node_class_name=NODE_CLASS),
            opts=self._after(chart),
        )
