"""Metrics, logs and alerts."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_kubernetes as k8s
import pulumi_random as random

from .parts.data_key import DataKey, DataKeyArgs
from .parts.datadog import Datadog, DatadogArgs
from .parts.log_collector import LogCollector, LogCollectorArgs
from .parts.log_store import LOKI_URL, LogStore, LogStoreArgs
from .parts.secret_reader import SecretReader, SecretReaderArgs
from .parts.stored_secret import StoredSecret, StoredSecretArgs
from .parts.tracing import Tracing, TracingArgs
from .planning.alerts import DATABRICKS_JOB, alerts
from .planning.dashboards import flowise_dashboard
from .planning.external_secrets import SecretField
from .planning.flowise_env import NAMESPACE as FLOWISE
from .planning.helm_values import blackbox_values, prometheus_values
from .planning.network_policies import Places
from .settings import MonitoringSettings

METRICS_NAMESPACE = "monitoring"
PROMETHEUS_CHARTS = "https://prometheus-community.github.io/helm-charts"
# seen in 2026-11 in the chart's own repository
BLACKBOX_CHART_VERSION = "11.17.2"
MONITORING_API = "monitoring.coreos.com/v1"
# keys of the Secrets that Prometheus and Grafana read
METRICS_KEY, GRAFANA_USER, GRAFANA_PASSWORD = "key", "admin-user", "admin-password"


@dataclass(frozen=True, kw_only=True)
class MonitoringStackArgs:
    """How much is kept (settings), the cluster that is watched, and the Databricks workspace, if flows call one."""

    settings: MonitoringSettings
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
        login = self._grafana_login(key)
        secrets = self._secrets(metrics, login)
        prometheus = self._prometheus(metrics, secrets["grafana"])
        # the kinds of these come with the chart, and no property says so
        after = pulumi.ResourceOptions.merge(self._child, pulumi.ResourceOptions(depends_on=[prometheus]))
        self._flowise(metrics, secrets["scrape"], after)
        self._databricks(metrics, after)
        store = self._logs(key, prometheus)
        self._traces(key, prometheus)
        self._datadog()

        self.namespace = metrics
        self.grafana_secret_arn = login.arn
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

    def _grafana_login(self, key: DataKey) -> StoredSecret:
        password = random.RandomPassword(f"{self._name}-grafana", length=32, special=False, opts=self._child).result
        kept = StoredSecretArgs(
            purpose="How to log in to Grafana",
            kms_key_arn=key.arn,
            fields={"username": "admin", "password": password},
            tags=self._args.tags,
        )
        return StoredSecret(f"{self._name}-grafana-login", kept, self._child)

    def _secrets(self, namespace: pulumi.Output[str], login: StoredSecret) -> Mapping[str, pulumi.Output[str]]:
        args = self._args
        reader_args = SecretReaderArgs(
            namespace=namespace,
            labels=_labels(),
            secrets={
                "grafana": {GRAFANA_USER: login.field("username"), GRAFANA_PASSWORD: login.field("password")},
                "scrape": {METRICS_KEY: args.metrics_key},
            },
            operator_role_arn=args.secret_operator_role_arn,
            role_path=args.reader_role_path,
            region=args.region,
            tags=args.tags,
        )
        return SecretReader(f"{self._name}-secrets", reader_args, self._child).names

    def _prometheus(self, namespace: pulumi.Output[str], login: pulumi.Output[str]) -> k8s.helm.v3.Release:
        return k8s.helm.v3.Release(
            f"{self._name}-prometheus",
            chart="kube-prometheus-stack",
            version=self._args.settings.prometheus_chart_version,
            namespace=namespace,
            repository_opts=k8s.helm.v3.RepositoryOptsArgs(repo=PROMETHEUS_CHARTS),
            atomic=True,
            timeout=900,
            values=prometheus_values(self._args.settings, grafana_login=login, loki_url=LOKI_URL),
            opts=self._child,
        )

    def _flowise(self, namespace: pulumi.Output[str], key: pulumi.Output[str], after: pulumi.ResourceOptions) -> None:
        settings, meta = self._args.settings, k8s.meta.v1.ObjectMetaArgs(namespace=namespace, labels=_labels())
        rules = alerts(
            latency_threshold_seconds=settings.latency_threshold_seconds,
            latency_for_minutes=settings.latency_for_minutes,
            databricks=self._args.databricks_url is not None,
        )
        k8s.apiextensions.CustomResource(
            f"{self._name}-alerts",
            api_version=MONITORING_API,
            kind="PrometheusRule",
            metadata=meta,
            spec={"groups": [{"name": "flowise", "rules": rules}]},
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
        k8s.core.v1.ConfigMap(
            f"{self._name}-dashboard",
            metadata=k8s.meta.v1.ObjectMetaArgs(
                # Grafana's sidecar finds dashboards by this label
                namespace=namespace,
                labels={**_labels(), "grafana_dashboard": "1"},
            ),
            data={"flowise.json": json.dumps(flowise_dashboard())},
            opts=self._child,
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
