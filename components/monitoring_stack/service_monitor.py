"""Tells Prometheus of a Service."""

from collections.abc import Mapping
from typing import Any

import pulumi
import pulumi_kubernetes as k8s

from .scrape_configs import LIMITS


def service_monitor(
    name: str,
    *,
    job: str,
    namespace: pulumi.Input[str],
    selects: Mapping[str, str],
    port: str,
    labels: Mapping[str, str],
    opts: pulumi.ResourceOptions,
) -> None:
    """Make a ServiceMonitor; `job` is the label that rules and dashboards know, `port` the name of the Service's port.

    The kind comes with Prometheus's chart, which `opts` must wait for.
    """
    endpoint: dict[str, Any] = {"port": port, "relabelings": [{"targetLabel": "job", "replacement": job}]}
    k8s.apiextensions.CustomResource(
        name,
        api_version="monitoring.coreos.com/v1",
        kind="ServiceMonitor",
        metadata=k8s.meta.v1.ObjectMetaArgs(namespace=namespace, labels=dict(labels)),
        spec={
            **LIMITS,
            "selector": {
                "matchLabels": dict(selects),
                # a headless twin would be scraped as well (Loki's chart marks it so)
                "matchExpressions": [
                    {"key": "prometheus.io/service-monitor", "operator": "NotIn", "values": ["false"]}
                ],
            },
            "endpoints": [endpoint],
        },
        opts=opts,
    )
