"""The operator that makes Kubernetes Secrets of what AWS keeps."""

from typing import Any

from ..shared.chart_values import resources
from ..shared.node_labels import SYSTEM_NODES


def secret_operator_values(*, service_account: str, webhook_port: int) -> dict[str, Any]:
    """Return the values of external-secrets: of its kinds only those of a namespace, and two of
    each of its processes.
    """
    replicated = {
        "replicaCount": 2,
        "nodeSelector": dict(SYSTEM_NODES),
        "podDisruptionBudget": {"enabled": True, "minAvailable": 1},
    }
    return {
        **replicated,
        "leaderElect": True,
        "serviceAccount": {"create": True, "name": service_account},
        "resources": resources("25m", "96Mi", "192Mi"),
        # whatever reads or writes beyond one namespace stays off
        "processClusterStore": False,
        "processClusterExternalSecret": False,
        "processClusterPushSecret": False,
        "processClusterGenerator": False,
        "processPushSecret": False,
        "webhook": {**replicated, "port": webhook_port, "resources": resources("10m", "48Mi", "96Mi")},
        # makes the webhook's certificate, and may be away for hours
        "certController": {"nodeSelector": dict(SYSTEM_NODES), "resources": resources("10m", "64Mi", "192Mi")},
    }
