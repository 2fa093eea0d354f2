"""How much Flowise's namespace may ask of the cluster: what the settings add up to, and nothing beside."""

from ..settings import ServiceSettings

SETUP_CPU_MILLICORES = 250


def quota(settings: ServiceSettings) -> dict[str, str]:
    """Give the hard limits of a ResourceQuota: the pods at their most, and the setup of each release."""
    setups, most = settings.releases(), settings.most_pods()
    return {
        "pods": str(most + setups),
        "requests.cpu": f"{most * settings.cpu_request_millicores + setups * SETUP_CPU_MILLICORES}m",
        "requests.memory": f"{(most + setups) * settings.memory_request_mib}Mi",
        # nothing of Flowise's is reached but through the one load balancer, and nothing keeps data in the cluster
        "persistentvolumeclaims": "0",
        "services.loadbalancers": "0",
        "services.nodeports": "0",
    }
