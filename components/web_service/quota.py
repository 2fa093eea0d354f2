"""How much a service's namespace may ask of the cluster: what its pods add up to, and nothing beside."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from . import rollouts
from .process import Migration, Process, Release

# of a single process: a pod on a node that is lost counts until the node is given up
MOST_SINGLE = 2


@dataclass(frozen=True)
class PodRoom:
    """Pods that are no process of the service's, and have room in its namespace: at most so many at once."""

    pods: int
    cpu_request_millicores: int
    memory_request_mib: int


def quota(releases: Iterable[Release], migration: Migration | None, further: Sequence[PodRoom]) -> dict[str, str]:
    """Return a ResourceQuota's hard limits: every process at its most, the migration of each release, and others."""
    rooms = [*further]
    for release in releases:
        rooms += [_room(most_pods(each), each) for each in release.processes]
        if migration is not None:
            rooms.append(_room(1, migration))
    cpu = sum(room.pods * room.cpu_request_millicores for room in rooms)
    memory = sum(room.pods * room.memory_request_mib for room in rooms)
    return {
        "pods": str(sum(room.pods for room in rooms)),
        "requests.cpu": f"{cpu}m",
        "requests.memory": f"{memory}Mi",
        # nothing of a service's is reached but through its one load balancer, and nothing keeps data in the cluster
        "persistentvolumeclaims": "0",
        "services.loadbalancers": "0",
        "services.nodeports": "0",
    }


def most_pods(process: Process) -> int:
    """Return the most pods of a process that exist at once, those that are ending among them."""
    return MOST_SINGLE if process.single else rollouts.at_once(process.replicas_max)


def _room(pods: int, asks: Process | Migration) -> PodRoom:
    return PodRoom(pods, asks.resources.cpu_request_millicores, asks.resources.memory_request_mib)
