"""External Secrets: makes Kubernetes Secrets of what AWS keeps."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws
import pulumi_kubernetes as k8s

from ..shared.iam_documents import allow
from ..shared.isolated_namespace import operator_namespace
from ..shared.network_policies import AwsAccess, NetworkRanges, operator_policies
from ..shared.pod_role import PodRole, PodRoleArgs
from ..shared.references import ClusterRef
from ..shared.secret_reader import OPERATOR
from .external_secrets_chart import secret_operator_values
from .operator_writes import bind_operator_writes
from .reader_roles import bind_reader_roles

NAMESPACE = ACCOUNT = CHART = OPERATOR
# seen in 2026-08 beside EKS 1.35; its CRDs serve external-secrets.io/v1
CHART_VERSION = "2.1.0"  # chart external-secrets
CHARTS = "https://charts.external-secrets.io"
# the chart's port of its own metrics
METRICS_PORT = 8080


@dataclass(frozen=True, kw_only=True)
class SecretOperatorArgs:
    """The cluster, and the IAM path of the roles that the operator may take on, in which each namespace has its own."""

    cluster: ClusterRef
    reader_role_path: str
    ranges: NetworkRanges
    aws: AwsAccess  # where what it asks of AWS answers
    tags: Mapping[str, str]


class SecretOperator(pulumi.ComponentResource):
    """The operator in a namespace of its own. It reads nothing as itself, but as the role of each store's namespace."""

    role_arn: pulumi.Output[str]

    def __init__(self, name: str, args: SecretOperatorArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:cluster_services:SecretOperator", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        policies = operator_policies(args.ranges, scraped_on=[METRICS_PORT], aws=args.aws)
        lookup = pulumi.InvokeOutputOptions(parent=self)
        partition = aws.get_partition_output(opts=lookup).partition
        account = aws.get_caller_identity_output(opts=lookup).account_id
        readers = pulumi.Output.concat("arn:", partition, ":iam::", account, ":role", args.reader_role_path, "*")
        role = PodRole(
            f"{name}-role",
            PodRoleArgs(
                cluster_name=args.cluster.name,
                cluster_arn=args.cluster.arn,
                namespace=NAMESPACE,
                service_account=ACCOUNT,
                statements=[allow("TakesOnReaders", ["sts:AssumeRole", "sts:TagSession"], [readers])],
                tags=args.tags,
            ),
            child,
        )
        bound = [
            bind_reader_roles(f"{name}-readers", args.reader_role_path, child),
            bind_operator_writes(f"{name}-writes", child),
        ]
        release = k8s.helm.v3.Release(
            f"{name}-release",
            chart=CHART,
            version=CHART_VERSION,
            namespace=operator_namespace(name, NAMESPACE, policies, child),
            repository_opts=k8s.helm.v3.RepositoryOptsArgs(repo=CHARTS),
            atomic=True,
            values=secret_operator_values(service_account=ACCOUNT),
            # the pods start with the role or without it for good, and nothing is read or written before it is judged;
            # no property of the release names either
            opts=pulumi.ResourceOptions.merge(child, pulumi.ResourceOptions(depends_on=[role, *bound])),
        )
        # asked of the release as well: the kinds of stores and Secrets come with it
        self.role_arn = pulumi.Output.all(role.role_arn, release.status).apply(lambda known: str(known[0]))
        self.register_outputs({"role_arn": self.role_arn})
