"""CloudWatch's metrics in Prometheus."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_kubernetes as k8s

from ..shared.iam_documents import allow
from ..shared.pod_role import PodRole, PodRoleArgs
from ..shared.watch import CloudWatchMetrics
from .charts.cloudwatch_exporter import cloudwatch_exporter_values
from .cloudwatch_metrics import cloudwatch_config
from .prometheus_stack import PROMETHEUS_CHARTS

CHART = "prometheus-yet-another-cloudwatch-exporter"
# of YACE v0.67.0; seen in 2026-11 in the chart's own repository
CHART_VERSION = "0.47.0"  # chart prometheus-yet-another-cloudwatch-exporter
ACCOUNT = "cloudwatch-exporter"


@dataclass(frozen=True, kw_only=True)
class CloudWatchExporterArgs:
    """The namespace, the cluster, what is asked for, and the tags by which this stack's resources are known.

    `kinds` brings the kind of the chart's monitor.
    """

    namespace: pulumi.Input[str]
    namespace_name: str
    cluster_name: pulumi.Input[str]
    cluster_arn: pulumi.Input[str]
    region: str
    asked: Sequence[CloudWatchMetrics]
    tags: Mapping[str, str]
    kinds: pulumi.Resource


class CloudWatchExporter(pulumi.ComponentResource):
    """YACE with a role that reads metrics and tags, and nothing else."""

    def __init__(self, name: str, args: CloudWatchExporterArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:monitoring_stack:CloudWatchExporter", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        role = PodRole(
            f"{name}-role",
            PodRoleArgs(
                cluster_name=args.cluster_name,
                cluster_arn=args.cluster_arn,
                namespace=args.namespace_name,
                service_account=ACCOUNT,
                statements=[
                    # what YACE's README asks for; nothing narrower is supported (Service Authorization Reference)
                    allow(
                        "ReadsMetrics",
                        ["cloudwatch:GetMetricData", "cloudwatch:GetMetricStatistics", "cloudwatch:ListMetrics"],
                        ["*"],
                    ),
                    allow("FindsByTags", ["tag:GetResources"], ["*"]),
                ],
                tags=args.tags,
            ),
            child,
        )
        config = cloudwatch_config(args.asked, region=args.region, tags=args.tags)
        k8s.helm.v3.Release(
            f"{name}-release",
            chart=CHART,
            version=CHART_VERSION,
            namespace=args.namespace,
            repository_opts=k8s.helm.v3.RepositoryOptsArgs(repo=PROMETHEUS_CHARTS),
            atomic=True,
            values=cloudwatch_exporter_values(config, service_account=ACCOUNT),
            # the pods start with the role or without it for good, and the monitor's kind comes with another chart; no
            # property says so
            opts=pulumi.ResourceOptions.merge(child, pulumi.ResourceOptions(depends_on=[role, args.kinds])),
        )
        self.register_outputs({})
