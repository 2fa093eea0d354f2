"""Drills in which machines are lost or replaced, a rollout goes well or badly, or the cluster becomes a newer one."""

import time

from ..control_plane.binaries import how_to_pin, minors
from .hands import ZONE, Drill, DrillError, Object
from .inventory import inventory
from .stages import NEVER_READY

# An Auto Scaling group notices a lost instance and starts another; minutes on AWS, told apart in the timeline.
_REPLACEMENT_SECONDS = 4.0
_FAILED_ROLLOUT_SECONDS = 10.0


def node_loss(drill: Drill) -> None:
    """The fullest node is gone, and its group brings another."""
    node = drill.nodes()[0]
    drill.lose(node)
    time.sleep(_REPLACEMENT_SECONDS)
    drill.add(node, node["metadata"]["labels"][ZONE], 1)


def zone_loss(drill: Drill) -> None:
    """Every node of the fullest node's zone is gone, and others come elsewhere."""
    nodes = drill.nodes()
    zone = nodes[0]["metadata"]["labels"][ZONE]
    lost = [node for node in nodes if node["metadata"]["labels"][ZONE] == zone]
    left = sorted({node["metadata"]["labels"][ZONE] for node in nodes} - {zone})
    for node in lost:
        drill.lose(node)
    drill.settle()
    drill.note(f"without {zone}: {len(drill.unplaced())} pods find no place on what is left")
    for number, node in enumerate(lost):
        if left:
            drill.add(node, left[number % len(left)], number + 1)


def rolling_node_upgrade(drill: Drill, kubelet: str = "") -> None:
    """Each node is replaced: one comes, one is drained."""
    for number, node in enumerate(drill.nodes()):
        drill.add(node, node["metadata"]["labels"][ZONE], number + 1, kubelet)
        time.sleep(0.5)
        drill.drain(node)


def cluster_upgrade(drill: Drill) -> None:
    """The control plane goes up one minor, then each node is replaced by one of that minor.

    EKS keeps one of its API servers answering meanwhile; here there is one, and its absence is told and not judged.
    """
    minor = next_minor(drill.copy.minor)
    before, started = inventory(drill.client), time.monotonic()
    drill.note(f"the control plane goes from {drill.copy.plane.version} to {minor}")
    drill.copy.upgrade(minor)
    drill.note(f"{drill.client.version()} answers, after {time.monotonic() - started:.1f} s without an API server")
    lost = before - inventory(drill.client)
    drill.note(f"of {len(before)} objects, {len(before) - len(lost)} are as they were")
    drill.faults += [f"{' '.join(part for part in each if part)} is not served any more" for each in sorted(lost)]
    drill.settle()
    rolling_node_upgrade(drill, drill.copy.plane.version)


def next_minor(minor: str) -> str:
    """The minor after one. Raises DrillError, which tells how to pin it, where there is no pin."""
    major, _, number = minor.partition(".")
    following = f"{major}.{int(number) + 1}"
    if following not in minors():
        raise DrillError(how_to_pin(following))
    return following


def failed_rollout(drill: Drill) -> None:
    """An image that never becomes ready is rolled out everywhere, and then the one before."""
    before = {item["metadata"]["uid"]: item for item in drill.own_deployments()}
    for item in before.values():
        drill.patch(item, {"spec": {"template": {"spec": _images(item, NEVER_READY)}}})
        drill.note(f"rolling out what never becomes ready: {item['metadata']['name']}")
    time.sleep(_FAILED_ROLLOUT_SECONDS)
    for item in before.values():
        drill.patch(item, {"spec": {"template": {"spec": _images(item, "")}}})
        drill.note(f"rolling back: {item['metadata']['name']}")


def _images(item: Object, image: str) -> Object:
    containers = item["spec"]["template"]["spec"]["containers"]
    return {"containers": [{**each, "image": image or each["image"]} for each in containers]}
