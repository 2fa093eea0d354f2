"""Flowise: a web service, and what it alone has."""

from .component import DataProtection, FlowiseService, FlowiseServiceArgs, Telemetry
from .edge import PREDICTION, edge_profile
from .egress_domains import EGRESS_DOMAINS
from .environment import NAMESPACE, QUEUE_KEYS
from .flow_costs import BUDGET_DAYS
from .settings import Image, ServiceSettings

__all__ = [
    "BUDGET_DAYS",
    "EGRESS_DOMAINS",
    "NAMESPACE",
    "PREDICTION",
    "QUEUE_KEYS",
    "DataProtection",
    "FlowiseService",
    "FlowiseServiceArgs",
    "Image",
    "ServiceSettings",
    "Telemetry",
    "edge_profile",
]
