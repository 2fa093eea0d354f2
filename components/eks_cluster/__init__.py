"""The EKS cluster: control plane, node groups, add-ons, who may do what in it."""

from typing import TYPE_CHECKING

from ..shared.on_demand import on_demand

if TYPE_CHECKING:
    from .component import EksCluster, EksClusterArgs
    from .settings import ClusterSettings
else:
    __getattr__ = on_demand(__name__)

__all__ = [
    "ClusterSettings",
    "EksCluster",
    "EksClusterArgs",
]
