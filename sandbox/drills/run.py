"""The drills themselves. Each works on a copy of a stack's cluster, so that the stack is left as it was."""

import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Any

from ..clusters.readiness import FailedError, missing
from ..clusters.stand_ins import LABEL
from ..clusters.volumes import Provisioner
from ..control_plane import Client, ControlPlane, KubernetesError
from .observer import Observer, ready_by_zone
from .stages import NEVER_READY, STAGES
from .verdict import Expectation, Verdict, judge, render

_ZONE = "topology.kubernetes.io/zone"
# After so long without a change nothing will come any more: played pods start in two seconds.
_QUIET_SECONDS, _LONGEST_SECONDS = 8.0, 120.0
# An autoscaler looks every 15 s, and may have to act before a stack is what it is meant to be.
_FIRST_SECONDS = 40.0
# An Auto Scaling group notices a lost instance and starts another; minutes on AWS, told apart in the timeline.
_REPLACEMENT_SECONDS = 4.0
_EVICTION_SECONDS = 90.0
_FAILED_ROLLOUT_SECONDS = 10.0
GUARDS = ("pdb", "spread", "surge")
_WORKLOADS = ("Deployment", "StatefulSet")
Object = dict[str, Any]


class Drill:
    """A running copy of a cluster, and the hands that drills have on it."""

    def __init__(self, client: Client, observer: Observer) -> None:
        self.client = client
        self.note = observer.note

    def nodes(self) -> list[Object]:
        """Every node, those first on which the most pods of the stack's own run."""
        crowd = [pod["spec"].get("nodeName") for pod in self.own_pods()]
        return sorted(self.client.list("v1", "Node"), key=lambda node: -crowd.count(node["metadata"]["name"]))

    def own_pods(self) -> list[Object]:
        """The pods of the stack itself, not of what stands in for add-ons and charts."""
        return [pod for pod in self.client.list("v1", "Pod") if LABEL not in (pod["metadata"].get("labels") or {})]

    def restart_pods(self, *, on: str = "", served: bool = False) -> None:
        """Delete pods of the stack itself, those on a node or those behind a Service, and wait for their successors."""
        services = self.services()
        for pod in self.own_pods():
            behind = any(_selects(service, pod) for service in services)
            if (on and pod["spec"].get("nodeName") == on) or (served and behind):
                with _ignoring(HTTPStatus.NOT_FOUND):
                    self.client.delete(
                        "v1", "Pod", pod["metadata"]["name"], pod["metadata"]["namespace"], grace_seconds=0
                    )
        self.settle()

    def own_deployments(self) -> list[Object]:
        """The Deployments of the stack itself."""
        return self.client.list("apps/v1", "Deployment", labels=f"!{LABEL}")

    def patch(self, item: Object, change: Object) -> None:
        """Merge a change into an object."""
        metadata = item["metadata"]
        path = self.client.resource(item["apiVersion"], item["kind"]).path(metadata["name"], metadata.get("namespace"))
        self.client.transport.request("PATCH", path, change, content_type="application/merge-patch+json")

    def lose(self, node: Object) -> None:
        """A machine is gone, with all that ran on it."""
        name = node["metadata"]["name"]
        self.client.delete("v1", "Node", name)
        for pod in self.client.list("v1", "Pod", fields=f"spec.nodeName={name}"):
            with _ignoring(HTTPStatus.NOT_FOUND):
                self.client.delete("v1", "Pod", pod["metadata"]["name"], pod["metadata"]["namespace"], grace_seconds=0)
        self.note(f"lost: {name} in {node['metadata']['labels'].get(_ZONE)}")

    def add(self, like: Object, zone: str, number: int) -> None:
        """A machine of the same kind comes, in a zone."""
        labels = {**like["metadata"]["labels"], _ZONE: zone}
        name = f"{like['metadata']['name'].partition('.')[0]}-{number}.{zone[:-1]}.compute.internal"
        labels["kubernetes.io/hostname"] = name
        status = {key: like["status"][key] for key in ("capacity", "allocatable", "nodeInfo")}
        self.client.create(
            {
                "apiVersion": "v1",
                "kind": "Node",
                "metadata": {"name": name, "labels": labels},
                "spec": {"taints": [taint for taint in like["spec"].get("taints") or [] if not _of_nodes(taint)]},
                "status": status,
            }
        )
        self.note(f"came: {name} in {zone}")

    def drain(self, node: Object) -> None:
        """Cordon a node and evict its pods, as often as their budgets refuse."""
        name = node["metadata"]["name"]
        self.patch(node, {"spec": {"unschedulable": True}})
        self.note(f"draining: {name}")
        deadline = time.monotonic() + _EVICTION_SECONDS
        while pods := self._evictable(name):
            for pod in pods:
                with _ignoring(HTTPStatus.NOT_FOUND, HTTPStatus.TOO_MANY_REQUESTS):
                    self.client.evict(pod["metadata"]["name"], pod["metadata"]["namespace"])
            if time.monotonic() > deadline:
                left = ", ".join(sorted(pod["metadata"]["name"] for pod in pods))
                self.note(f"not drained: {name}; a budget holds {left}")
                return
            time.sleep(0.2)
        self.client.delete("v1", "Node", name)
        self.note(f"drained and gone: {name}")

    def _evictable(self, node: str) -> list[Object]:
        return [
            pod
            for pod in self.client.list("v1", "Pod", fields=f"spec.nodeName={node}")
            if not any(owner["kind"] == "DaemonSet" for owner in pod["metadata"].get("ownerReferences") or [])
        ]

    def restart(self) -> None:
        """Roll out every Deployment of the stack anew."""
        for item in self.own_deployments():
            mark = {"kubectl.kubernetes.io/restartedAt": str(time.time())}
            self.patch(item, {"spec": {"template": {"metadata": {"annotations": mark}}}})
            self.note(f"rolling out: {item['metadata']['name']}")

    def settle(self, longest: float = 0) -> None:
        """Wait until all is whole, or nothing changes any more; what is not whole at first gets its time."""
        started = quiet = time.monotonic()
        before: Any = None
        while time.monotonic() - quiet < max(_QUIET_SECONDS, longest) and time.monotonic() - started < _LONGEST_SECONDS:
            pods = self.client.list("v1", "Pod")
            now = sorted((pod["metadata"]["uid"], pod["status"].get("phase"), _ready(pod)) for pod in pods)
            if now != before:
                before, quiet = now, time.monotonic()
            time.sleep(0.2)
            if not self.lacking() and time.monotonic() - quiet > 1:
                return

    def lacking(self) -> list[str]:
        """The workloads of the stack itself that are not whole."""
        found = []
        for kind in _WORKLOADS:
            for item in self.client.list("apps/v1", kind, labels=f"!{LABEL}"):
                try:
                    lacks = missing(item)
                except FailedError as error:
                    lacks = str(error)
                if lacks:
                    found.append(f"{kind} {item['metadata']['namespace']}/{item['metadata']['name']} ({lacks})")
        for item in self.client.list("autoscaling/v2", "HorizontalPodAutoscaler", labels=f"!{LABEL}"):
            least = item["spec"].get("minReplicas", 1)
            if (item["status"].get("desiredReplicas") or 0) < least:
                found.append(f"HorizontalPodAutoscaler {item['metadata']['name']} (fewer than {least} replicas yet)")
        slices = ready_by_zone(self.client.list("discovery.k8s.io/v1", "EndpointSlice"), lambda node: node)
        pods = self.own_pods()
        for service in self.services():
            metadata = service["metadata"]
            ready = sum(1 for pod in pods if _selects(service, pod) and _ready(pod))
            listed = sum(slices.get((metadata["namespace"], metadata["name"]), {}).values())
            if ready != listed:
                found.append(f"Service {metadata['namespace']}/{metadata['name']} ({listed} of {ready} endpoints)")
        return found

    def services(self) -> list[Object]:
        """The Services that select pods."""
        return [service for service in self.client.list("v1", "Service") if service["spec"].get("selector")]

    def unplaced(self) -> dict[str, str]:
        """The pods that the scheduler finds no node for, and why."""
        return {
            f"{pod['metadata']['namespace']}/{pod['metadata']['name']}": condition["message"]
            for pod in self.client.list("v1", "Pod")
            for condition in pod["status"].get("conditions") or []
            if condition["type"] == "PodScheduled" and condition["status"] == "False"
        }


def _node_loss(drill: Drill) -> None:
    node = drill.nodes()[0]
    drill.lose(node)
    time.sleep(_REPLACEMENT_SECONDS)
    drill.add(node, node["metadata"]["labels"][_ZONE], 1)


def _zone_loss(drill: Drill) -> None:
    nodes = drill.nodes()
    zone = nodes[0]["metadata"]["labels"][_ZONE]
    lost = [node for node in nodes if node["metadata"]["labels"][_ZONE] == zone]
    left = sorted({node["metadata"]["labels"][_ZONE] for node in nodes} - {zone})
    for node in lost:
        drill.lose(node)
    drill.settle()
    drill.note(f"without {zone}: {len(drill.unplaced())} pods find no place on what is left")
    for number, node in enumerate(lost):
        if left:
            drill.add(node, left[number % len(left)], number + 1)


def _rolling_node_upgrade(drill: Drill) -> None:
    for number, node in enumerate(drill.nodes()):
        drill.add(node, node["metadata"]["labels"][_ZONE], number + 1)
        time.sleep(0.5)
        drill.drain(node)


def _failed_rollout(drill: Drill) -> None:
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


_PLANNED, _LOSS = Expectation(keeps_floor=True, keeps_zones=True), Expectation(keeps_floor=False, keeps_zones=False)
DRILLS: Mapping[str, tuple[Callable[[Drill], None], Expectation]] = {
    "node-loss": (_node_loss, Expectation(keeps_floor=True, keeps_zones=False)),
    "zone-loss": (_zone_loss, _LOSS),
    "rolling-node-upgrade": (_rolling_node_upgrade, Expectation(keeps_floor=True, keeps_zones=False)),
    "rollout": (Drill.restart, _PLANNED),
    "failed-rollout": (_failed_rollout, _PLANNED),
}


def drill(name: str, folder: Path, minor: str, service_cidr: str, without: list[str]) -> tuple[str, Verdict]:
    """Run a drill on a copy of the cluster whose data is in a folder; what to print, and the verdict."""
    act, expectation = DRILLS[name]
    with _copy(folder, minor, service_cidr) as client:
        _remove(client, without)
        observer = Observer(client)
        hands = Drill(client, observer)
        hands.settle(longest=_FIRST_SECONDS)
        observer.begin()
        act(hands)
        hands.settle()
        lacking, unplaced = hands.lacking(), hands.unplaced()
        timeline = observer.stop()
    verdict = judge(timeline, expectation, unplaced, lacking)
    removed = f" without {', '.join(without)}" if without else ""
    return render(f"{name}{removed}", timeline, verdict), verdict


@contextmanager
def _copy(folder: Path, minor: str, service_cidr: str) -> Iterator[Client]:
    with tempfile.TemporaryDirectory(prefix="flowise-drill-") as scratch:
        copy = Path(scratch) / "cluster"
        shutil.copytree(folder, copy, ignore=shutil.ignore_patterns("*.sock", "lock", "ports.json"))
        with ControlPlane.start(copy, minor, service_cidr=service_cidr, stages=STAGES) as plane:
            client = plane.client()
            provisioner = Provisioner(client)
            provisioner.start()
            try:
                yield client
            finally:
                provisioner.stop()
                client.close()


def _remove(client: Client, guards: list[str]) -> None:
    """Take guards away from the stack's own workloads."""
    deployments = client.list("apps/v1", "Deployment", labels=f"!{LABEL}")
    hands = Drill(client, Observer(client))
    if "pdb" in guards:
        for budget in client.list("policy/v1", "PodDisruptionBudget", labels=f"!{LABEL}"):
            metadata = budget["metadata"]
            client.delete("policy/v1", "PodDisruptionBudget", metadata["name"], metadata["namespace"])
    for item in deployments:
        if "surge" in guards:
            everything = {"maxSurge": 0, "maxUnavailable": "100%"}
            hands.patch(item, {"spec": {"strategy": {"type": "RollingUpdate", "rollingUpdate": everything}}})
    if "spread" in guards:
        _crowd(client, hands, deployments)


def _crowd(client: Client, hands: Drill, deployments: list[Object]) -> None:
    """Without a rule that spreads them, a Service's pods may all stand on one node: bring that about."""
    for item in deployments:
        hands.patch(item, {"spec": {"template": {"spec": {"topologySpreadConstraints": None, "affinity": None}}}})
    hands.settle()
    nodes = client.list("v1", "Node")
    crowded, others = nodes[0], nodes[1:]
    hands.patch(crowded, {"spec": {"unschedulable": True}})
    hands.restart_pods(on=crowded["metadata"]["name"])
    for node in others:
        hands.patch(node, {"spec": {"unschedulable": True}})
    hands.patch(crowded, {"spec": {"unschedulable": None}})
    hands.restart_pods(served=True)
    for node in others:
        hands.patch(node, {"spec": {"unschedulable": None}})


def _selects(service: Object, pod: Object) -> bool:
    labels = pod["metadata"].get("labels") or {}
    same = service["metadata"]["namespace"] == pod["metadata"]["namespace"]
    return same and bool(service["spec"]["selector"].items() <= labels.items())


def _ready(pod: Object) -> bool:
    return any(c["type"] == "Ready" and c["status"] == "True" for c in pod["status"].get("conditions") or [])


def _of_nodes(taint: Object) -> bool:
    return str(taint["key"]).startswith("node.kubernetes.io/")


@contextmanager
def _ignoring(*codes: int) -> Iterator[None]:
    try:
        yield
    except KubernetesError as error:
        if error.code not in codes:
            raise
