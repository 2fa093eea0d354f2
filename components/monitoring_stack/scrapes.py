"""What Prometheus scrapes and asks of Flowise and its neighbourhood."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_kubernetes as k8s

from . import scrape_configs as scrapes
from .charts.blackbox import blackbox_values
from .prometheus_stack import METRICS_KEY, PROMETHEUS_CHARTS

# seen in 2026-11 in the chart's own repository
BLACKBOX_CHART_VERSION = "11.17.2"  # chart prometheus-blackbox-exporter
MONITORING_API = "monitoring.coreos.com/v1"


@dataclass(frozen=True, kw_only=True)
class ScrapesArgs:
    """How often; the Secret with the API key of Flowise's metrics; the site, and a Databricks workspace, if any.

    `kinds` brings the kinds of monitors and probes.
    """

    namespace: pulumi.Input[str]
    labels: Mapping[str, str]
    interval_seconds: int
    metrics_key_name: pulumi.Input[str]
    site_url: pulumi.Input[str]
    databricks_url: str | None
    kinds: pulumi.Resource


class Scrapes(pulumi.ComponentResource):
    """Monitors of Flowise's servers and of all its pods, and the exporter that asks sites as their users do."""

    def __init__(self, name: str, args: ScrapesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:monitoring_stack:Scrapes", name, {}, opts)
        self._name, self._args = name, args
        self._child = pulumi.ResourceOptions(parent=self)
        every = args.interval_seconds
        flowise = scrapes.servers(interval_seconds=every, key=args.metrics_key_name, field=METRICS_KEY)
        self._custom("flowise", "ServiceMonitor", flowise)
        self._custom("flowise-pods", "PodMonitor", scrapes.pods(interval_seconds=every))
        k8s.helm.v3.Release(
            f"{name}-blackbox",
            chart="prometheus-blackbox-exporter",
            version=BLACKBOX_CHART_VERSION,
            namespace=args.namespace,
            repository_opts=k8s.helm.v3.RepositoryOptsArgs(repo=PROMETHEUS_CHARTS),
            atomic=True,
            values=blackbox_values(),
            opts=self._child,
        )
        self._custom("site", "Probe", scrapes.site(interval_seconds=every, url=args.site_url))
        if args.databricks_url is not None:
            self._custom("databricks", "Probe", scrapes.databricks(interval_seconds=every, url=args.databricks_url))
        self.register_outputs({})

    def _custom(self, role: str, kind: str, spec: Mapping[str, Any]) -> None:
        k8s.apiextensions.CustomResource(
            f"{self._name}-{role}",
            api_version=MONITORING_API,
            kind=kind,
            metadata=k8s.meta.v1.ObjectMetaArgs(namespace=self._args.namespace, labels=dict(self._args.labels)),
            spec=dict(spec),
            # the kinds come with the chart, and no property says so
            opts=pulumi.ResourceOptions.merge(self._child, pulumi.ResourceOptions(depends_on=[self._args.kinds])),
        )
