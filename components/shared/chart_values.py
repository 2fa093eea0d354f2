"""What charts call alike."""

from collections.abc import Mapping
from typing import Any


def claim(gib: int) -> Mapping[str, Any]:
    """Return a template of a disk's claim."""
    return {"spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": f"{gib}Gi"}}}}


def resources(cpu: str, memory: str, most_memory: str) -> Mapping[str, Any]:
    """Return requests, and a limit of memory alone: a limit of CPU slows what the node could have served."""
    return {"requests": {"cpu": cpu, "memory": memory}, "limits": {"memory": most_memory}}


# what the restricted Pod Security Standard wants of a container (Kubernetes, pod-security-standards)
UNPRIVILEGED: Mapping[str, Any] = {
    "allowPrivilegeEscalation": False,
    "readOnlyRootFilesystem": True,
    "runAsNonRoot": True,
    "capabilities": {"drop": ["ALL"]},
}
