"""Drills in which machines are lost or replaced, a rollout goes well or badly, or the cluster becomes a newer one."""

import time

from ..control_plane.binaries import how_to_pin, minors
from .drill_cluster import ZONE, DrillCluster, DrillError, Object
from .snapshot import snapshot
from .stages import NEVER_READY

# An Auto Scaling group notices a lost instance and starts another; minutes on AWS, told apart in the timeline.
_REPLACEMENT_SECONDS = 4.0
_FAILED_ROLLOUT_SECONDS = 10.0


def node_loss(cluster: DrillCluster) -> None:
    """The fullest node is gone, and its group brings another."""
    node = cluster.nodes()[0]
    cluster.lose(node)
    time.sleep(_REPLACEMENT_SECONDS)
    cluster.add(node, node["metadata"]["labels"][ZONE], 1)


def zone_loss(cluster: DrillCluster) -> None:
    """Every node of the fullest node's zone is gone, and others come elsewhere."""
    nodes = cluster.nodes()
    zone = nodes[0]["metadata"]["labels"][ZONE]
    lost = [node for node in nodes if node["metadata"]["labels"][ZONE] == zone]
    left = sorted({node["metadata"]["labels"][ZONE] for node in nodes} - {zone})
    for node in lost:
        cluster.lose(node)
    cluster.settle()
    cluster.note(f"without {zone}: {len(cluster.unplaced())} pods find no place on what is left")
    for number, node in enumerate(lost):
        if left:
            cluster.add(node, left[number % len(left)], number + 1)


def rolling_node_upgrade(cluster: DrillCluster, kubelet: str = "") -> None:
    """Each node is replaced: one comes, one is drained."""
    for number, node in enumerate(cluster.nodes()):
        cluster.add(node, node["metadata"]["labels"][ZONE], number + 1, kubelet)
        time.sleep(0.5)
        cluster.drain(node)


def cluster_upgrade(cluster: DrillCluster) -> None:
    """The control plane goes up one minor, then each node is replaced by one of that minor.

    EKS keeps one of its API servers answering meanwhile; here there is one, and its absence is told and not judged.
    """
    minor = next_minor(cluster.copy.minor)
    before, started = snapshot(cluster.client), time.monotonic()
    cluster.note(f"the control plane goes from {cluster.copy.plane.version} to {minor}")
    cluster.copy.upgrade(minor)
    cluster.note(f"{cluster.client.version()} answers, after {time.monotonic() - started:.1f} s without an API server")
    lost = before - snapshot(cluster.client)
    cluster.note(f"of {len(before)} objects, {len(before) - len(lost)} are as they were")
    cluster.faults += [f"{' '.join(part for part in each if part)} is not served any more" for each in sorted(lost)]
    cluster.settle()
    rolling_node_upgrade(cluster, cluster.copy.plane.version)


def next_minor(minor: str) -> str:
    """Return the minor after one. Raises DrillError, which tells how to pin it, where there is no pin."""
    major, _, number = minor.partition(".")
    following = f"{major}.{int(number) + 1}"
    if following not in minors():
        raise DrillError(how_to_pin(following))
    return following


def failed_rollout(cluster: DrillCluster) -> None:
    """An image that never becomes ready is rolled out everywhere, and then the one before."""
    before = {item["metadata"]["uid"]: item for item in cluster.own_deployments()}
    for item in before.values():
        cluster.patch(item, {"spec": {"template": {"spec": _images(item, NEVER_READY)}}})
        cluster.note(f"rolling out what never becomes ready: {item['metadata']['name']}")
    time.sleep(_FAILED_ROLLOUT_SECONDS)
    for item in before.values():
        cluster.patch(item, {"spec": {"template": {"spec": _images(item, "")}}})
        cluster.note(f"rolling back: {item['metadata']['name']}")


def _images(item: Object, image: str) -> Object:
    containers = item["spec"]["template"]["spec"]["containers"]
    return {"containers": [{**each, "image": image or each["image"]} for each in containers]}
