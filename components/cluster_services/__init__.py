"""What runs in every cluster: autoscalers of nodes and pods, load balancers' controller, secrets' operator."""

from .component import ClusterServices, ClusterServicesArgs
from .event_autoscaler import EventAutoscaler, EventAutoscalerArgs

__all__ = [
    "ClusterServices",
    "ClusterServicesArgs",
    "EventAutoscaler",
    "EventAutoscalerArgs",
]
