"""Brings logs to Loki: Alloy on every node, and one more for Kubernetes events."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_kubernetes as k8s

from ..shared.isolated_namespace import IsolatedNamespace, IsolatedNamespaceArgs
from ..shared.network_policies import COLLECTOR, NetworkRanges
from ..shared.watch import LogStage
from .charts.alloy import event_values, node_values
from .log_pipeline import event_config, node_config
from .network_policies import collector_policies
from .service_monitor import service_monitor

ALLOY_CHARTS = "https://grafana.github.io/helm-charts"


@dataclass(frozen=True, kw_only=True)
class LogCollectorArgs:
    """Where logs go, what is read of lines (stages), and the namespace in which the store runs.

    `scraper` brings the kinds that Prometheus reads.
    """

    chart_version: str
    loki_url: str
    stages: Sequence[LogStage]
    store_namespace: pulumi.Input[str]
    ranges: NetworkRanges
    labels: Mapping[str, str]
    scraper: pulumi.Resource


class LogCollector(pulumi.ComponentResource):
    """Alloy on every node, which reads files, and one more that reads events (docs/decisions/0014)."""

    def __init__(self, name: str, args: LogCollectorArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:monitoring_stack:LogCollector", name, {}, opts)
        self._name, self._args = name, args
        self._child = pulumi.ResourceOptions(parent=self)
        home_args = IsolatedNamespaceArgs(
            namespace=COLLECTOR,
            labels=args.labels,
            policies=collector_policies(args.ranges),
            # the level below refuses the folder of the node in which logs lie
            level="privileged",
        )
        home = IsolatedNamespace(name, home_args, self._child).namespace
        self._release("nodes", home, node_values(node_config(args.loki_url, args.stages)), "alloy")
        # it reads no files, so that it may run under the strict level
        self._release("events", args.store_namespace, event_values(event_config(args.loki_url)), "alloy-events")
        self.register_outputs({})

    def _release(self, role: str, namespace: pulumi.Input[str], values: Mapping[str, Any], app: str) -> None:
        k8s.helm.v3.Release(
            f"{self._name}-{role}",
            chart="alloy",
            version=self._args.chart_version,
            namespace=namespace,
            repository_opts=k8s.helm.v3.RepositoryOptsArgs(repo=ALLOY_CHARTS),
            atomic=True,
            values=values,
            opts=self._child,
        )
        service_monitor(
            f"{self._name}-{role}-monitor",
            job=app,
            namespace=namespace,
            selects={"app.kubernetes.io/name": app},
            port="http-metrics",
            labels=self._args.labels,
            opts=pulumi.ResourceOptions.merge(self._child, pulumi.ResourceOptions(depends_on=[self._args.scraper])),
        )
