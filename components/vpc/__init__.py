"""The network: subnets by tier, their ways out, endpoints, firewalls and flow log; or one that stands already."""

from typing import TYPE_CHECKING

from ..shared.on_demand import on_demand

if TYPE_CHECKING:
    from .component import Vpc, VpcArgs
    from .settings import EndpointService, NetworkSettings
else:
    __getattr__ = on_demand(__name__)

__all__ = [
    "EndpointService",
    "NetworkSettings",
    "Vpc",
    "VpcArgs",
]
