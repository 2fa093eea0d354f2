"""Takes traces from pods and keeps them: a collector, and Tempo where it is the backend."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_kubernetes as k8s

from ..shared.iam_documents import allow
from ..shared.isolated_namespace import IsolatedNamespace, IsolatedNamespaceArgs
from ..shared.network_policies import TRACING, NetworkRanges
from ..shared.pod_role import PodRole, PodRoleArgs
from .charts.alloy import trace_values
from .charts.tempo import tempo_values
from .log_collector import ALLOY_CHARTS
from .log_store import CHARTS
from .network_policies import tracing_policies
from .pod_bucket import PodBucket, PodBucketArgs
from .service_monitor import service_monitor
from .settings.traces import TraceSettings
from .trace_pipeline import trace_config

COLLECTOR, TEMPO = "otel-collector", "tempo"


@dataclass(frozen=True, kw_only=True)
class TracingArgs:
    """What is kept and where (settings), and under which key; `senders` are the namespaces whose pods send traces.

    `scraper` brings the kinds that Prometheus reads.
    """

    settings: TraceSettings
    collector_chart_version: str
    senders: Sequence[str]
    ranges: NetworkRanges
    cluster_name: pulumi.Input[str]
    cluster_arn: pulumi.Input[str]
    region: str
    kms_key_arn: pulumi.Input[str]
    access_log_bucket: pulumi.Input[str]
    protect_data: bool
    labels: Mapping[str, str]
    scraper: pulumi.Resource
    tags: Mapping[str, str]


class Tracing(pulumi.ComponentResource):
    """A collector in a namespace of its own, which known namespaces send to, and what keeps what it has chosen."""

    def __init__(self, name: str, args: TracingArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:monitoring_stack:Tracing", name, {}, opts)
        self._name, self._args = name, args
        self._child = pulumi.ResourceOptions(parent=self)
        policies = tracing_policies(args.ranges, senders=args.senders, datadog=args.settings.backend == "datadog")
        home_args = IsolatedNamespaceArgs(namespace=TRACING, labels=args.labels, policies=policies)
        home = IsolatedNamespace(name, home_args, self._child).namespace
        if args.settings.backend == "tempo":
            self._tempo(home)
        self._collector(home)
        self.register_outputs({})

    def _tempo(self, namespace: pulumi.Output[str]) -> None:
        args = self._args
        bucket = PodBucket(
            f"{self._name}-s3",
            PodBucketArgs(
                cluster_name=args.cluster_name,
                cluster_arn=args.cluster_arn,
                namespace=TRACING,
                service_account=TEMPO,
                kms_key_arn=args.kms_key_arn,
                access_log_bucket=args.access_log_bucket,
                protect_data=args.protect_data,
                tags=args.tags,
            ),
            self._child,
        )
        k8s.helm.v3.Release(
            f"{self._name}-tempo",
            chart=TEMPO,
            version=args.settings.tempo_chart_version,
            namespace=namespace,
            repository_opts=k8s.helm.v3.RepositoryOptsArgs(repo=CHARTS),
            atomic=True,
            timeout=600,
            values=tempo_values(args.settings, region=args.region, bucket=bucket.usable_name, service_account=TEMPO),
            opts=self._child,
        )
        self._monitor(TEMPO, namespace, "tempo-prom-metrics")

    def _collector(self, namespace: pulumi.Output[str]) -> None:
        args = self._args
        after = self._child
        if args.settings.backend == "xray":
            role = PodRole(
                f"{self._name}-xray",
                PodRoleArgs(
                    cluster_name=args.cluster_name,
                    cluster_arn=args.cluster_arn,
                    namespace=TRACING,
                    service_account=COLLECTOR,
                    # X-Ray knows no resource here (service authorization reference, AWS X-Ray: PutTraceSegments)
                    statements=[allow("WritesTraces", ["xray:PutTraceSegments", "xray:PutTelemetryRecords"], ["*"])],
                    tags=args.tags,
                ),
                self._child,
            )
            # pods that start before the role is associated stay without credentials; no value names the role
            after = pulumi.ResourceOptions.merge(self._child, pulumi.ResourceOptions(depends_on=[role]))
        k8s.helm.v3.Release(
            f"{self._name}-collector",
            chart="alloy",
            version=args.collector_chart_version,
            namespace=namespace,
            repository_opts=k8s.helm.v3.RepositoryOptsArgs(repo=ALLOY_CHARTS),
            atomic=True,
            values=trace_values(trace_config(args.settings, region=args.region), service_account=COLLECTOR),
            opts=after,
        )
        self._monitor(COLLECTOR, namespace, "http-metrics")

    def _monitor(self, app: str, namespace: pulumi.Output[str], port: str) -> None:
        service_monitor(
            f"{self._name}-{app}-monitor",
            job=app,
            namespace=namespace,
            selects={"app.kubernetes.io/name": app},
            port=port,
            labels=self._args.labels,
            opts=pulumi.ResourceOptions.merge(self._child, pulumi.ResourceOptions(depends_on=[self._args.scraper])),
        )
