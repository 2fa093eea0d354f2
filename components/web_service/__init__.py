"""What any HTTP service in a cluster needs: processes, releases, autoscaling, load balancer, quota, policies."""

from typing import TYPE_CHECKING

from ..shared.on_demand import on_demand

if TYPE_CHECKING:
    from .component import WebService, WebServiceArgs
    from .environment import EnvVar
    from .network_policies import NetworkAccess
    from .process import CpuTarget, Migration, Probe, Probes, Process, QueueList, QueueStream, Release, Resources
    from .queue_scaler import QueueServer
    from .quota import PodRoom
    from .rollouts import at_once, at_work
    from .site import Site
    from .timeouts import Timeouts, timeouts_of
else:
    __getattr__ = on_demand(__name__)

__all__ = [
    "CpuTarget",
    "EnvVar",
    "Migration",
    "NetworkAccess",
    "PodRoom",
    "Probe",
    "Probes",
    "Process",
    "QueueList",
    "QueueServer",
    "QueueStream",
    "Release",
    "Resources",
    "Site",
    "Timeouts",
    "WebService",
    "WebServiceArgs",
    "at_once",
    "at_work",
    "timeouts_of",
]
