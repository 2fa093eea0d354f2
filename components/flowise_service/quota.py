"""How much Flowise's namespace may ask of the cluster: what the settings add up to, and nothing beside."""

from ..shared.node_script import CPU_MILLICORES, MEMORY_MIB
from .settings import ServiceSettings

SETUP_CPU_MILLICORES = 250
# the queue exporter's pod, of which a new one may start while the old one is ending
EXPORTERS = 2


def quota(settings: ServiceSettings) -> dict[str, str]:
    """Give the hard limits of a ResourceQuota: the pods at their most, the setup of each release, exporters."""
    setups, most = settings.releases(), settings.most_pods()
    exporters = EXPORTERS if settings.mode == "queue" else 0
    cpu = most * settings.cpu_request_millicores + setups * SETUP_CPU_MILLICORES + exporters * CPU_MILLICORES
    memory = (most + setups) * settings.memory_request_mib + exporters * MEMORY_MIB
    return {
        "pods": str(most + setups + exporters),
        "requests.cpu": f"{cpu}m",
        "requests.memory": f"{memory}Mi",
        # nothing of Flowise's is reached but through the one load balancer, and nothing keeps data in the cluster
        "persistentvolumeclaims": "0",
        "services.loadbalancers": "0",
        "services.nodeports": "0",
    }
