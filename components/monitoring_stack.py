"""Metrics, logs and alerts."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_kubernetes as k8s

from .parts.dashboards import Dashboards, DashboardsArgs
from .parts.data_key import DataKey, DataKeyArgs
from .parts.pod_role import PodRole, PodRoleArgs
from .parts.prometheus_stack import METRICS_KEY, PROMETHEUS_CHARTS, PrometheusStack, PrometheusStackArgs
from .parts.queue_exporter import queue_monitor
from .parts.secure_bucket import SecureBucket, SecureBucketArgs
from .planning.alerting import DATABRICKS_JOB, Watched, rule_groups
from .planning.charts.blackbox import blackbox_values
from .planning.external_secrets import SecretField
from .planning.flowise_env import NAMESPACE as FLOWISE
from .planning.helm_values import loki_values
from .planning.iam_documents import allow
from .settings import MonitoringSettings

METRICS_NAMESPACE, LOGS_NAMESPACE = "monitoring", "logging"
# Loki's chart left Grafana's own repository in March 2026
LOKI_CHARTS = "https://grafana-community.github.io/helm-charts"
LOKI_ACCOUNT = "loki"
LOKI_URL = f"http://loki.{LOGS_NAMESPACE}.svc.cluster.local:3100"
# seen in 2026-11 in the chart's own repository
BLACKBOX_CHART_VERSION = "11.17.2"
MONITORING_API = "monitoring.coreos.com/v1"
# Loki asks nobody who they are
LOGS_READERS = k8s.networking.v1.NetworkPolicySpecArgs(
    pod_selector=k8s.meta.v1.LabelSelectorArgs(),
    policy_types=["Ingress"],
    ingress=[
        k8s.networking.v1.NetworkPolicyIngressRuleArgs(
            from_=[
                k8s.networking.v1.NetworkPolicyPeerArgs(
                    namespace_selector=k8s.meta.v1.LabelSelectorArgs(match_labels={"kubernetes.io/metadata.name": name})
                )
                for name in (METRICS_NAMESPACE, LOGS_NAMESPACE)
            ]
        )
    ],
)


@dataclass(frozen=True, kw_only=True)
class MonitoringStackArgs:
    """How much is kept (settings), what alerts are on (watched), the cluster, and the Databricks workspace, if any."""

    settings: MonitoringSettings
    watched: Watched
    region: str
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
    """Prometheus, Alertmanager and Grafana, Loki on S3, Flowise's alerts and dashboard.

    It sends alerts to nobody and ships no logs to Loki; both need a choice that is not made yet.
    """

    namespace: pulumi.Output[str]
    grafana_secret_arn: pulumi.Output[str]
    logs_bucket_name: pulumi.Output[str]

    def __init__(self, name: str, args: MonitoringStackArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("flowise:index:MonitoringStack", name, {}, opts)
        self._name, self._args = name, args
        self._child = pulumi.ResourceOptions(parent=self)
        self._lasting = pulumi.ResourceOptions.merge(self._child, pulumi.ResourceOptions(protect=args.protect_data))

        key = DataKey(f"{name}-key", DataKeyArgs(purpose="Logs", region=args.region, tags=args.tags), self._lasting)
        # the node exporter reads the node's own /proc and network, which only this level admits
        metrics = self._namespace("metrics", METRICS_NAMESPACE, "privileged")
        logs = self._namespace("logs", LOGS_NAMESPACE, "restricted")
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
        left_out = () if args.queue else ("queue",)
        Dashboards(
            f"{name}-dashboards", DashboardsArgs(namespace=metrics, labels=_labels(), left_out=left_out), self._child
        )
        bucket = self._loki(key, logs)

        self.namespace = metrics
        self.grafana_secret_arn = prometheus.grafana_secret_arn
        self.logs_bucket_name = bucket.bucket_name
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

    def _loki(self, key: DataKey, namespace: pulumi.Output[str]) -> SecureBucket:
        args = self._args
        k8s.networking.v1.NetworkPolicy(
            f"{self._name}-logs-readers",
            metadata=k8s.meta.v1.ObjectMetaArgs(namespace=namespace, labels=_labels()),
            spec=LOGS_READERS,
            opts=self._child,
        )
        bucket = SecureBucket(
            f"{self._name}-logs",
            SecureBucketArgs(kms_key_arn=key.arn, access_log_bucket=args.access_log_bucket, tags=args.tags),
            self._lasting,
        )
        objects = pulumi.Output.concat(bucket.bucket_arn, "/*")
        role = PodRole(
            f"{self._name}-loki-role",
            PodRoleArgs(
                cluster_name=args.cluster_name,
                cluster_arn=args.cluster_arn,
                namespace=LOGS_NAMESPACE,
                service_account=LOKI_ACCOUNT,
                statements=[
                    allow("FindsLogs", ["s3:ListBucket"], [bucket.bucket_arn]),
                    allow("KeepsLogs", ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"], [objects]),
                    allow("EncryptsLogs", ["kms:Decrypt", "kms:GenerateDataKey"], [key.arn]),
                ],
                tags=args.tags,
            ),
            self._child,
        )
        k8s.helm.v3.Release(
            f"{self._name}-loki",
            chart="loki",
            version=args.settings.loki_chart_version,
            namespace=namespace,
            repository_opts=k8s.helm.v3.RepositoryOptsArgs(repo=LOKI_CHARTS),
            atomic=True,
            timeout=900,
            values=loki_values(
                args.settings, region=args.region, bucket=bucket.bucket_name, service_account=LOKI_ACCOUNT
            ),
            # pods that start before the role is associated stay without credentials; no value names the role
            opts=pulumi.ResourceOptions.merge(self._child, pulumi.ResourceOptions(depends_on=[role])),
        )
        return bucket


def _labels() -> dict[str, str]:
    return {
        "app.kubernetes.io/name": "monitoring",
        "app.kubernetes.io/instance": "monitoring",
        "app.kubernetes.io/part-of": "flowise",
        "app.kubernetes.io/managed-by": "pulumi",
    }
