"""Metrics, logs and alerts."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_kubernetes as k8s

from .parts.closed_namespace import ClosedNamespace, ClosedNamespaceArgs
from .parts.cloudwatch_exporter import CloudWatchExporter, CloudWatchExporterArgs
from .parts.data_key import DataKey, DataKeyArgs
from .parts.pod_role import PodRole, PodRoleArgs
from .parts.prometheus_stack import PrometheusStack, PrometheusStackArgs
from .parts.scrapes import MONITORING_API, Scrapes, ScrapesArgs
from .parts.secure_bucket import SecureBucket, SecureBucketArgs
from .planning.alerts import alerts
from .planning.dashboards import flowise_dashboard
from .planning.external_secrets import SecretField
from .planning.helm_values import loki_values
from .planning.iam_documents import allow
from .planning.network_policies import Places, monitoring_policies
from .settings import MonitoringSettings

METRICS_NAMESPACE, LOGS_NAMESPACE = "monitoring", "logging"
# Loki's chart left Grafana's own repository in March 2026
LOKI_CHARTS = "https://grafana-community.github.io/helm-charts"
LOKI_ACCOUNT = "loki"
LOKI_URL = f"http://loki.{LOGS_NAMESPACE}.svc.cluster.local:3100"
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
    """How much is kept and who is told (settings), the cluster and site that are watched, and where alarms arrive.

    `stack_name` is what cluster, database and the firewall's metric are called; `databricks_url` the workspace, if
    flows call one.
    """

    settings: MonitoringSettings
    stack_name: str
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
    alarm_topic_arn: pulumi.Input[str]
    alarm_key_arn: pulumi.Input[str]
    site_url: pulumi.Input[str]
    databricks_url: str | None = None


class MonitoringStack(pulumi.ComponentResource):
    """Prometheus, Alertmanager and Grafana, Loki on S3, Flowise's alerts and dashboard.

    It ships no logs to Loki, which needs a choice that is not made yet.
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
        metrics = self._metrics_namespace()
        logs = self._namespace("logs", LOGS_NAMESPACE, "restricted")
        prometheus = self._prometheus(metrics, key)
        # the kinds of these come with the chart, and no property says so
        after = pulumi.ResourceOptions.merge(self._child, pulumi.ResourceOptions(depends_on=[prometheus.release]))
        self._flowise(metrics, after)
        self._scrapes(metrics, prometheus)
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

    def _metrics_namespace(self) -> pulumi.Output[str]:
        smtp = self._args.settings.notifications.smtp
        home = ClosedNamespaceArgs(
            namespace=METRICS_NAMESPACE,
            labels=_labels(),
            policies=monitoring_policies(self._args.places, mail_port=smtp.port if smtp else None),
            # the node exporter reads the node's own /proc and network, which only this level admits
            level="privileged",
        )
        return ClosedNamespace(f"{self._name}-metrics", home, self._child).namespace

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
            namespace_name=METRICS_NAMESPACE,
            stack_name=args.stack_name,
            cluster_name=args.cluster_name,
            cluster_arn=args.cluster_arn,
            alarm_topic_arn=args.alarm_topic_arn,
            alarm_key_arn=args.alarm_key_arn,
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

    def _flowise(self, namespace: pulumi.Output[str], after: pulumi.ResourceOptions) -> None:
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

    def _scrapes(self, namespace: pulumi.Output[str], prometheus: PrometheusStack) -> None:
        args = self._args
        Scrapes(
            self._name,
            ScrapesArgs(
                namespace=namespace,
                labels=_labels(),
                interval_seconds=args.settings.scrape_interval_seconds,
                metrics_key_name=prometheus.metrics_key_name,
                site_url=args.site_url,
                databricks_url=args.databricks_url,
                kinds=prometheus.release,
            ),
            self._child,
        )
        if not args.settings.cloudwatch_metrics:
            return
        CloudWatchExporter(
            f"{self._name}-cloudwatch",
            CloudWatchExporterArgs(
                namespace=namespace,
                namespace_name=METRICS_NAMESPACE,
                cluster_name=args.cluster_name,
                cluster_arn=args.cluster_arn,
                region=args.region,
                web_acl_metric=args.stack_name,
                tags=args.tags,
                kinds=prometheus.release,
            ),
            self._child,
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
