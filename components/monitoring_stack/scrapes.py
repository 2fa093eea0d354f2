"""What Prometheus scrapes of pods, and asks of addresses."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_kubernetes as k8s

from ..shared.watch import Watch
from .charts.blackbox import blackbox_values
from .prometheus_stack import PROMETHEUS_CHARTS
from .scrape_configs import monitor, probe, web_scrape

# seen in 2026-11 in the chart's own repository
BLACKBOX_CHART_VERSION = "11.17.2"  # chart prometheus-blackbox-exporter
MONITORING_API = "monitoring.coreos.com/v1"
# ScrapeConfig is in no later version (prometheus-operator 0.93)
SCRAPE_API = "monitoring.coreos.com/v1alpha1"


@dataclass(frozen=True, kw_only=True)
class ScrapesArgs:
    """What is scraped and probed, how often, and the Secret of the tokens that pods want, if any do.

    `kinds` brings the kinds of monitors and probes.
    """

    watch: Watch
    namespace: pulumi.Input[str]
    labels: Mapping[str, str]
    interval_seconds: int
    secret_name: pulumi.Input[str] | None
    kinds: pulumi.Resource


class Scrapes(pulumi.ComponentResource):
    """Monitors of pods, and the exporter that asks sites as their users do, where one is to be asked."""

    def __init__(self, name: str, args: ScrapesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:monitoring_stack:Scrapes", name, {}, opts)
        self._name, self._args = name, args
        self._child = pulumi.ResourceOptions(parent=self)
        every = args.interval_seconds
        for scrape in args.watch.scrapes:
            kind, spec = monitor(scrape, interval_seconds=every, secret=args.secret_name)
            self._custom(scrape.job, kind, spec)
        for web in args.watch.web_scrapes:
            if args.secret_name is None:
                raise ValueError(f"web_scrapes: {web.job} wants the token {web.bearer}, and Watch.secrets has none")
            self._custom(web.job, "ScrapeConfig", web_scrape(web, secret=args.secret_name), api_version=SCRAPE_API)
        if args.watch.probes:
            self._exporter()
        for asked in args.watch.probes:
            self._custom(asked.job, "Probe", probe(asked, interval_seconds=every))
        self.register_outputs({})

    def _exporter(self) -> None:
        k8s.helm.v3.Release(
            f"{self._name}-blackbox",
            chart="prometheus-blackbox-exporter",
            version=BLACKBOX_CHART_VERSION,
            namespace=self._args.namespace,
            repository_opts=k8s.helm.v3.RepositoryOptsArgs(repo=PROMETHEUS_CHARTS),
            atomic=True,
            values=blackbox_values(),
            opts=self._child,
        )

    def _custom(self, role: str, kind: str, spec: Mapping[str, Any], *, api_version: str = MONITORING_API) -> None:
        k8s.apiextensions.CustomResource(
            f"{self._name}-{role}",
            api_version=api_version,
            kind=kind,
            metadata=k8s.meta.v1.ObjectMetaArgs(namespace=self._args.namespace, labels=dict(self._args.labels)),
            spec=dict(spec),
            # the kinds come with the chart, and no property says so
            opts=pulumi.ResourceOptions.merge(self._child, pulumi.ResourceOptions(depends_on=[self._args.kinds])),
        )
