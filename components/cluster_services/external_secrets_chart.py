"""The operator that makes Kubernetes Secrets of what AWS keeps."""

from typing import Any

from ..shared.chart_values import resources
from ..shared.node_labels import SYSTEM_NODES


def secret_operator_values(*, service_account: str) -> dict[str, Any]:
    """Return the values of external-secrets: two of the operator, and of its kinds only those of a namespace."""
    return {
        "replicaCount": 2,
        "nodeSelector": dict(SYSTEM_NODES),
        "podDisruptionBudget": {"enabled": True, "minAvailable": 1},
        "leaderElect": True,
        "serviceAccount": {"create": True, "name": service_account},
        "resources": resources("25m", "96Mi", "192Mi"),
        # whatever reads or writes beyond one namespace stays off
        "processClusterStore": False,
        "processClusterExternalSecret": False,
        "processClusterPushSecret": False,
        "processClusterGenerator": False,
        "processPushSecret": False,
        "rbac": {"servicebindings": {"create": False}},
        # The webhook's certificate is kept by a controller that reads and writes every Secret of the cluster and every
        # CRD (docs/decisions/0025). A store or ExternalSecret that is wrong says so by its own condition Ready.
        "webhook": {"create": False},
        "certController": {"create": False},
    }
