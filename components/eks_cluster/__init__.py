"""The EKS cluster: control plane, node groups, add-ons, who may do what in it."""

from .component import EksCluster, EksClusterArgs
from .settings import ClusterSettings

__all__ = [
    "ClusterSettings",
    "EksCluster",
    "EksClusterArgs",
]
