"""Metrics, logs and alerts."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_kubernetes as k8s

from .parts.dashboards import Dashboards, DashboardsArgs
from .parts.data_key import DataKey, DataKeyArgs
from .parts.datadog import Datadog, DatadogArgs
from .parts.log_collector import LogCollector, LogCollectorArgs
from .parts.log_store import LOKI_URL, LogStore, LogStoreArgs
from .parts.prometheus_stack import METRICS_KEY, PROMETHEUS_CHARTS, PrometheusStack, PrometheusStackArgs
from .parts.queue_exporter import queue_monitor
from .parts.tracing import Tracing, TracingArgs
from .planning.alerting import DATABRICKS_JOB, Watched, rule_groups
from .planning.charts.blackbox import blackbox_values
from .planning.external_secrets import SecretField
from .planning.flowise_env import NAMESPACE as FLOWISE
from .planning.network_policies import Places
from .settings import MonitoringSettings

METRICS_NAMESPACE = "monitoring"
# seen in 2026-11 in the chart's own repository
BLACKBOX_CHART_VERSION = "11.17.2"
MONITORING_API = "monitoring.coreos.com/v1"


@dataclass(frozen=True, kw_only=True)
class MonitoringStackArgs:
    """How much is kept (settings), what alerts are on (watched), the cluster, and the Databricks workspace, if any."""

    settings: MonitoringSettings
    watched: Watched
    environment: str
    region: str
    places: Places
    cluster_name: pulumi.Input[str]
    cluster_arn: pulumi.Input[str]
    access_log_bucket: pulumi.Input[str]
    protect_data: bool
    tags: Mapping[str, str]
    metrics_key: SecretField
    secret_operator_role_arn: pulumi.Input[str]
    reader_role_path: str
    databricks_url: str | None = None
    queue: bool = False


class MonitoringStack(pulumi.ComponentResource):
    """Prometheus, Alertmanager and Grafana, logs, traces, Datadog if asked, Flowise's alerts and dashboard.

    It sends alerts to nobody, which needs a choice that is not made yet.
    """

    namespace: pulumi.Output[str]
    grafana_secret_arn: pulumi.Output[str]
    logs_bucket_name: pulumi.Output[str | None]

    def __init__(self, name: str, args: MonitoringStackArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("flowise:index:MonitoringStack", name, {}, opts)
        self._name, self._args = name, args
        self._child = pulumi.ResourceOptions(parent=self)
        self._lasting = pulumi.ResourceOptions.merge(self._child, pulumi.ResourceOptions(protect=args.protect_data))

        key = DataKey(f"{name}-key", DataKeyArgs(purpose="Logs", region=args.region, tags=args.tags), self._lasting)
        # the node exporter reads the node's own /proc and network, which only this level admits
        metrics = self._namespace("metrics", METRICS_NAMESPACE, "privileged")
        prometheus = self._prometheus(metrics, key)
        # the kinds of these come with the chart, and no property says so
        after = pulumi.ResourceOptions.merge(self._child, pulumi.ResourceOptions(depends_on=[prometheus.release]))
        self._flowise(metrics, prometheus.metrics_key_name, after)
        if args.queue:
            queue_monitor(
                name,
                namespace=metrics,
                labels=_labels(),
                interval_seconds=args.settings.scrape_interval_seconds,
                opts=after,
            )
        self._databricks(metrics, after)
        has = {"queue": args.queue, "logs": args.settings.keeps_logs}
        left_out = [page for page, there in has.items() if not there]
        Dashboards(
            f"{name}-dashboards", DashboardsArgs(namespace=metrics, labels=_labels(), left_out=left_out), self._child
        )
        store = self._logs(key, prometheus.release)
        self._traces(key, prometheus.release)
        self._datadog()

        self.namespace = metrics
        self.grafana_secret_arn = prometheus.grafana_secret_arn
        self.logs_bucket_name = store.bucket_name if store else pulumi.Output.from_input(None)
        self.register_outputs(
            {
                "namespace": self.namespace,
                "grafana_secret_arn": self.grafana_secret_arn,
                "logs_bucket_name": self.logs_bucket_name,
            }
        )

    def _namespace(self, role: str, namespace: str, level: str) -> pulumi.Output[str]:
        return k8s.core.v1.Namespace(
            f"{self._name}-{role}",
            metadata=k8s.meta.v1.ObjectMetaArgs(
                name=namespace, labels={**_labels(), "pod-security.kubernetes.io/enforce": level}
            ),
            opts=self._child,
        ).metadata.name

    def _prometheus(self, namespace: pulumi.Output[str], key: DataKey) -> PrometheusStack:
        args = self._args
        stack_args = PrometheusStackArgs(
            settings=args.settings,
            namespace=namespace,
            labels=_labels(),
            region=args.region,
            kms_key_arn=key.arn,
            metrics_key=args.metrics_key,
            secret_operator_role_arn=args.secret_operator_role_arn,
            reader_role_path=args.reader_role_path,
            loki_url=LOKI_URL,
            tags=args.tags,
        )
        return PrometheusStack(self._name, stack_args, self._child)

    def _flowise(self, namespace: pulumi.Output[str], key: pulumi.Output[str], after: pulumi.ResourceOptions) -> None:
        settings, meta = self._args.settings, k8s.meta.v1.ObjectMetaArgs(namespace=namespace, labels=_labels())
        k8s.apiextensions.CustomResource(
            f"{self._name}-alerts",
            api_version=MONITORING_API,
            kind="PrometheusRule",
            metadata=meta,
            spec={"groups": rule_groups(self._args.watched)},
            opts=after,
        )
        k8s.apiextensions.CustomResource(
            f"{self._name}-flowise",
            api_version=MONITORING_API,
            kind="ServiceMonitor",
            metadata=meta,
            spec={
                "namespaceSelector": {"matchNames": [FLOWISE]},
                # workers have no metrics
                "selector": {"matchLabels": {"app.kubernetes.io/component": "server"}},
                "endpoints": [
                    {
                        "port": "http",
                        "path": "/api/v1/metrics",
                        "interval": f"{settings.scrape_interval_seconds}s",
                        "authorization": {"credentials": {"name": key, "key": METRICS_KEY}},
                    }
                ],
            },
            opts=after,
        )

    def _databricks(self, namespace: pulumi.Output[str], after: pulumi.ResourceOptions) -> None:
        url = self._args.databricks_url
        if url is None:
            return
        k8s.helm.v3.Release(
            f"{self._name}-blackbox",
            chart="prometheus-blackbox-exporter",
            version=BLACKBOX_CHART_VERSION,
            namespace=namespace,
            repository_opts=k8s.helm.v3.RepositoryOptsArgs(repo=PROMETHEUS_CHARTS),
            atomic=True,
            values=blackbox_values(),
            opts=self._child,
        )
        k8s.apiextensions.CustomResource(
            f"{self._name}-databricks",
            api_version=MONITORING_API,
            kind="Probe",
            metadata=k8s.meta.v1.ObjectMetaArgs(namespace=namespace, labels=_labels()),
            spec={
                "jobName": DATABRICKS_JOB,
                "interval": f"{self._args.settings.scrape_interval_seconds}s",
                "module": "answers",
                "prober": {"url": "blackbox:9115"},
                "targets": {"staticConfig": {"static": [f"{url}/api/2.0/serving-endpoints"]}},
            },
            opts=after,
        )

    def _logs(self, key: DataKey, scraper: pulumi.Resource) -> LogStore | None:
        args, logs = self._args, self._args.settings.logs
        if not args.settings.keeps_logs:
            return None
        store = LogStore(
            f"{self._name}-logs",
            LogStoreArgs(settings=logs, scraper=scraper, labels=_labels(), **self._shared(key)),
            self._child,
        )
        LogCollector(
            f"{self._name}-alloy",
            LogCollectorArgs(
                chart_version=logs.alloy_chart_version,
                loki_url=LOKI_URL,
                store_namespace=store.namespace,
                places=args.places,
                labels=_labels(),
                scraper=scraper,
            ),
            self._child,
        )
        return store

    def _traces(self, key: DataKey, scraper: pulumi.Resource) -> None:
        settings = self._args.settings
        if settings.traces is None:
            return
        Tracing(
            f"{self._name}-traces",
            TracingArgs(
                settings=settings.traces,
                collector_chart_version=settings.logs.alloy_chart_version,
                scraper=scraper,
                labels=_labels(),
                **self._shared(key),
            ),
            self._child,
        )

    def _datadog(self) -> None:
        args, settings = self._args, self._args.settings
        if settings.datadog is None:
            return
        Datadog(
            f"{self._name}-datadog",
            DatadogArgs(
                settings=settings.datadog,
                environment=args.environment,
                takes_traces=settings.traces is not None and settings.traces.backend == "datadog",
                cluster_name=args.cluster_name,
                places=args.places,
                region=args.region,
                metrics_key=args.metrics_key,
                secret_operator_role_arn=args.secret_operator_role_arn,
                reader_role_path=args.reader_role_path,
                labels=_labels(),
                tags=args.tags,
            ),
            self._child,
        )

    def _shared(self, key: DataKey) -> dict[str, Any]:
        """Give what whoever keeps data in S3 takes alike."""
        args = self._args
        return {
            "places": args.places,
            "cluster_name": args.cluster_name,
            "cluster_arn": args.cluster_arn,
            "region": args.region,
            "kms_key_arn": key.arn,
            "access_log_bucket": args.access_log_bucket,
            "protect_data": args.protect_data,
            "tags": args.tags,
        }


def _labels() -> dict[str, str]:
    return {
        "app.kubernetes.io/name": "monitoring",
        "app.kubernetes.io/instance": "monitoring",
        "app.kubernetes.io/part-of": "flowise",
        "app.kubernetes.io/managed-by": "pulumi",
    }
