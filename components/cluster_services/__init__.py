"""What runs in every cluster: autoscalers of nodes and pods, load balancers' controller, secrets' operator."""

from typing import TYPE_CHECKING

from ..shared.on_demand import on_demand

if TYPE_CHECKING:
    from .component import ClusterServices, ClusterServicesArgs
else:
    __getattr__ = on_demand(__name__)

__all__ = [
    "ClusterServices",
    "ClusterServicesArgs",
]
