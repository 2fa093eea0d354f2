"""Prometheus, Alertmanager and Grafana."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_kubernetes as k8s
import pulumi_random as random

from ..planning.charts.kube_prometheus_stack import prometheus_values
from ..planning.external_secrets import SecretField
from ..settings import MonitoringSettings
from .secret_reader import SecretReader, SecretReaderArgs
from .stored_secret import StoredSecret, StoredSecretArgs

PROMETHEUS_CHARTS = "https://prometheus-community.github.io/helm-charts"
# keys of the Secrets that Prometheus and Grafana read
METRICS_KEY, GRAFANA_USER, GRAFANA_PASSWORD = "key", "admin-user", "admin-password"


@dataclass(frozen=True, kw_only=True)
class PrometheusStackArgs:
    """How much is kept (settings), where it runs, and what it reads."""

    settings: MonitoringSettings
    namespace: pulumi.Input[str]
    labels: Mapping[str, str]
    region: str
    kms_key_arn: pulumi.Input[str]
    metrics_key: SecretField
    secret_operator_role_arn: pulumi.Input[str]
    reader_role_path: str
    loki_url: str
    tags: Mapping[str, str]


class PrometheusStack(pulumi.ComponentResource):
    """The release of kube-prometheus-stack, Grafana's login, and the Secrets of both."""

    grafana_secret_arn: pulumi.Output[str]
    metrics_key_name: pulumi.Output[str]

    def __init__(self, name: str, args: PrometheusStackArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("flowise:parts:PrometheusStack", name, {}, opts)
        self._name, self._args = name, args
        self._child = pulumi.ResourceOptions(parent=self)
        login = self._grafana_login()
        secrets = self._secrets(login)
        self._release = self._prometheus(secrets["grafana"])
        self.grafana_secret_arn = login.arn
        self.metrics_key_name = secrets["scrape"]
        self.register_outputs(
            {"grafana_secret_arn": self.grafana_secret_arn, "metrics_key_name": self.metrics_key_name}
        )

    @property
    def release(self) -> k8s.helm.v3.Release:
        """What brings the kinds of rules, monitors and probes: whoever makes one depends on it."""
        return self._release

    def _grafana_login(self) -> StoredSecret:
        password = random.RandomPassword(f"{self._name}-grafana", length=32, special=False, opts=self._child).result
        kept = StoredSecretArgs(
            purpose="How to log in to Grafana",
            kms_key_arn=self._args.kms_key_arn,
            fields={"username": "admin", "password": password},
            tags=self._args.tags,
        )
        return StoredSecret(f"{self._name}-grafana-login", kept, self._child)

    def _secrets(self, login: StoredSecret) -> Mapping[str, pulumi.Output[str]]:
        args = self._args
        reader_args = SecretReaderArgs(
            namespace=args.namespace,
            labels=args.labels,
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

    def _prometheus(self, login: pulumi.Output[str]) -> k8s.helm.v3.Release:
        return k8s.helm.v3.Release(
            f"{self._name}-prometheus",
            chart="kube-prometheus-stack",
            version=self._args.settings.prometheus_chart_version,
            namespace=self._args.namespace,
            repository_opts=k8s.helm.v3.RepositoryOptsArgs(repo=PROMETHEUS_CHARTS),
            atomic=True,
            timeout=900,
            values=prometheus_values(self._args.settings, grafana_login=login, loki_url=self._args.loki_url),
            opts=self._child,
        )
