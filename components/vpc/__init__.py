"""The network: subnets by tier, their ways out, endpoints, firewalls and flow log; or one that stands already."""

from .component import Vpc, VpcArgs
from .settings import EndpointService, NetworkSettings

__all__ = [
    "EndpointService",
    "NetworkSettings",
    "Vpc",
    "VpcArgs",
]
