"""A real Kubernetes control plane on 127.0.0.1: etcd, API server, controller manager, scheduler, and kwok for kubelets.

    with ControlPlane.start(folder, "1.35") as plane:
        client = plane.client()

It knows nothing of Pulumi and nothing of the clouds that the rest of the sandbox plays.
"""

from .client import Client, KubernetesError
from .lifecycle import ControlPlane, ControlPlaneError
from .nodes import NodeGroup, Subnet, Taint, nodes

__all__ = ["Client", "ControlPlane", "ControlPlaneError", "KubernetesError", "NodeGroup", "Subnet", "Taint", "nodes"]
