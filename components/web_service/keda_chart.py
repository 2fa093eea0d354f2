"""The operator that scales by a queue's length."""

from typing import Any

from pulumi import Input

from ..shared.chart_values import resources
from ..shared.node_labels import SYSTEM_NODES


def event_autoscaler_values(*, watched_namespace: Input[str], metrics_port: int) -> dict[str, Any]:
    """Return the values of keda."""
    budget = {"maxUnavailable": 1}
    return {
        "watchNamespace": watched_namespace,
        "operator": {"replicaCount": 2},
        "prometheus": {"operator": {"enabled": True, "port": metrics_port}},
        # the aggregated API of external metrics has one endpoint; its loss leaves the last number of replicas
        "metricsServer": {"replicaCount": 2},
        "webhooks": {"replicaCount": 2},
        "nodeSelector": dict(SYSTEM_NODES),
        "podDisruptionBudget": {"operator": budget, "metricServer": budget, "webhooks": budget},
        "resources": {
            "operator": resources("50m", "128Mi", "256Mi"),
            "metricServer": resources("25m", "96Mi", "192Mi"),
            "webhooks": resources("10m", "32Mi", "64Mi"),
        },
        # Its role is bound in the watched namespace and in its own, and nowhere else (the chart's clusterrolebindings).
        # True would leave it the Secrets of its own namespace alone, and no trigger would find its password.
        "permissions": {"operator": {"restrict": {"secret": False}}},
    }
