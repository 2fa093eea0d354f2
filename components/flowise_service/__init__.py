"""Flowise itself: its environment, scripts, secrets, bucket, releases and queue."""

from .component import FlowiseService, FlowiseServiceArgs
from .edge import PREDICTION, edge_profile
from .egress_domains import EGRESS_DOMAINS
from .environment import NAMESPACE
from .settings import Image, ServiceSettings

__all__ = [
    "EGRESS_DOMAINS",
    "NAMESPACE",
    "PREDICTION",
    "FlowiseService",
    "FlowiseServiceArgs",
    "Image",
    "ServiceSettings",
    "edge_profile",
]
