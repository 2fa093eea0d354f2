"""Metrics, logs and alerts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_kubernetes as k8s

from ..shared.data_key import DataKey, DataKeyArgs
from ..shared.isolated_namespace import IsolatedNamespace, IsolatedNamespaceArgs
from ..shared.network_policies import DENY_ALL, NODES
from ..shared.references import Placement
from ..shared.watch import Watch
from .alerts.rules import completed, rule_groups
from .cloudwatch_exporter import CloudWatchExporter, CloudWatchExporterArgs
from .datadog import Datadog, DatadogArgs
from .grafana_dashboards import Dashboards, DashboardsArgs
from .log_collector import LogCollector, LogCollectorArgs
from .log_store import LOKI_URL, LogStore, LogStoreArgs
from .network_policies import monitoring_policies
from .prometheus_stack import PrometheusStack, PrometheusStackArgs
from .scrapes import MONITORING_API, Scrapes, ScrapesArgs
from .settings.monitoring import MonitoringSettings
from .tracing import Tracing, TracingArgs

METRICS_NAMESPACE = "monitoring"


@dataclass(frozen=True, kw_only=True)
class MonitoringStackArgs:
    """How much is kept and who is told (settings), what is watched, and where it runs.

    `watch` is what components offer, as `database.watch`; without any the stack watches itself and Kubernetes.
    """

    settings: MonitoringSettings
    watch: Sequence[Watch]
    environment: str
    placement: Placement


class MonitoringStack(pulumi.ComponentResource):
    """Prometheus, Alertmanager and Grafana, logs, traces, Datadog if asked; alerts and pages of what is watched."""

    namespace: pulumi.Output[str]
    grafana_secret_arn: pulumi.Output[str]
    logs_bucket_name: pulumi.Output[str | None]

    def __init__(self, name: str, args: MonitoringStackArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:monitoring_stack:MonitoringStack", name, {}, opts)
        self._name, self._args, self._place = name, args, args.placement
        self._watch = completed(args.watch, args.settings)
        self._child = pulumi.ResourceOptions(parent=self)
        self._protected = pulumi.ResourceOptions.merge(
            self._child, pulumi.ResourceOptions(protect=self._place.protect_data)
        )

        key = DataKey(
            f"{name}-key",
            DataKeyArgs(purpose="Logs", region=self._place.network.region, tags=self._place.tags),
            self._protected,
        )
        metrics = self._metrics_namespace()
        prometheus = self._prometheus(metrics, key)
        # the kinds of these come with the chart, and no property says so
        after = pulumi.ResourceOptions.merge(self._child, pulumi.ResourceOptions(depends_on=[prometheus.release]))
        self._rules(metrics, after)
        self._scrapes(metrics, prometheus)
        Dashboards(
            f"{name}-dashboards",
            DashboardsArgs(namespace=metrics, labels=_labels(), pages=self._watch.dashboards),
            self._child,
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

    def _metrics_namespace(self) -> pulumi.Output[str]:
        smtp = self._args.settings.notifications.smtp
        home = IsolatedNamespaceArgs(
            namespace=METRICS_NAMESPACE,
            labels=_labels(),
            policies=monitoring_policies(
                self._place.network.ranges,
                mail_port=smtp.port if smtp else None,
                scraped_ports=[scrape.port for scrape in self._watch.scrapes],
            ),
        )
        return IsolatedNamespace(f"{self._name}-metrics", home, self._child).namespace

    def _node_namespace(self) -> pulumi.Output[str]:
        home = IsolatedNamespaceArgs(
            namespace=NODES,
            labels=_labels(),
            policies={"deny-all": DENY_ALL},
            # the node exporter reads the node's own /proc and network, which only this level admits
            level="privileged",
        )
        return IsolatedNamespace(f"{self._name}-nodes", home, self._child).namespace

    def _prometheus(self, namespace: pulumi.Output[str], key: DataKey) -> PrometheusStack:
        args = self._args
        stack_args = PrometheusStackArgs(
            settings=args.settings,
            namespace=namespace,
            namespace_name=METRICS_NAMESPACE,
            node_namespace=self._node_namespace(),
            watch=self._watch,
            cluster_name=self._place.cluster.name,
            cluster_arn=self._place.cluster.arn,
            alarm_topic_arn=self._place.alarms.arn,
            alarm_key_arn=self._place.alarms.key_arn,
            labels=_labels(),
            region=self._place.network.region,
            kms_key_arn=key.arn,
            secret_operator_role_arn=self._place.secret_access.operator_role_arn,
            reader_role_path=self._place.secret_access.role_path,
            loki_url=LOKI_URL,
            tags=self._place.tags,
        )
        return PrometheusStack(self._name, stack_args, self._child)

    def _rules(self, namespace: pulumi.Output[str], after: pulumi.ResourceOptions) -> None:
        k8s.apiextensions.CustomResource(
            f"{self._name}-alerts",
            api_version=MONITORING_API,
            kind="PrometheusRule",
            metadata=k8s.meta.v1.ObjectMetaArgs(namespace=namespace, labels=_labels()),
            spec={"groups": rule_groups(self._watch, self._args.settings)},
            opts=after,
        )

    def _scrapes(self, namespace: pulumi.Output[str], prometheus: PrometheusStack) -> None:
        args = self._args
        Scrapes(
            self._name,
            ScrapesArgs(
                watch=self._watch,
                namespace=namespace,
                labels=_labels(),
                interval_seconds=args.settings.scrape_interval_seconds,
                secret_name=prometheus.scrape_secret,
                kinds=prometheus.release,
            ),
            self._child,
        )
        if not self._watch.cloudwatch.metrics:
            return
        CloudWatchExporter(
            f"{self._name}-cloudwatch",
            CloudWatchExporterArgs(
                namespace=namespace,
                namespace_name=METRICS_NAMESPACE,
                cluster_name=self._place.cluster.name,
                cluster_arn=self._place.cluster.arn,
                region=self._place.network.region,
                asked=self._watch.cloudwatch.metrics,
                tags=self._place.tags,
                kinds=prometheus.release,
            ),
            self._child,
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
                stages=self._watch.log_stages,
                store_namespace=store.namespace,
                ranges=self._place.network.ranges,
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
                senders=self._watch.namespaces,
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
                cluster_name=self._place.cluster.name,
                ranges=self._place.network.ranges,
                region=self._place.network.region,
                scraped=self._watch.agent_ports,
                scrape_tokens=self._watch.secrets,
                secret_operator_role_arn=self._place.secret_access.operator_role_arn,
                reader_role_path=self._place.secret_access.role_path,
                labels=_labels(),
                tags=self._place.tags,
            ),
            self._child,
        )

    def _shared(self, key: DataKey) -> dict[str, Any]:
        """Return what whoever keeps data in S3 takes alike."""
        return {
            "ranges": self._place.network.ranges,
            "cluster_name": self._place.cluster.name,
            "cluster_arn": self._place.cluster.arn,
            "region": self._place.network.region,
            "kms_key_arn": key.arn,
            "access_log_bucket": self._place.access_log_bucket,
            "protect_data": self._place.protect_data,
            "tags": self._place.tags,
        }


def _labels() -> dict[str, str]:
    return {
        "app.kubernetes.io/name": "monitoring",
        "app.kubernetes.io/instance": "monitoring",
        "app.kubernetes.io/part-of": "platform",
        "app.kubernetes.io/managed-by": "pulumi",
    }
