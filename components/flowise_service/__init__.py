"""Flowise: a web service, and what it alone has."""

from typing import TYPE_CHECKING

from ..shared.on_demand import on_demand

if TYPE_CHECKING:
    from .component import FlowiseService, FlowiseServiceArgs
    from .conditions import Telemetry
    from .edge import PREDICTION, edge_profile
    from .egress_domains import EGRESS_DOMAINS
    from .environment import NAMESPACE
    from .flow_costs import BUDGET_DAYS
    from .queues import QUEUE_KEYS
    from .settings import Image, ServiceSettings
else:
    __getattr__ = on_demand(__name__)

__all__ = [
    "BUDGET_DAYS",
    "EGRESS_DOMAINS",
    "NAMESPACE",
    "PREDICTION",
    "QUEUE_KEYS",
    "FlowiseService",
    "FlowiseServiceArgs",
    "Image",
    "ServiceSettings",
    "Telemetry",
    "edge_profile",
]
