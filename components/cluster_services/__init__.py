"""What runs in every cluster: autoscalers of nodes and pods, load balancers' controller, secrets' operator."""

from .component import ClusterServices, ClusterServicesArgs

__all__ = [
    "ClusterServices",
    "ClusterServicesArgs",
]
