"""What drills do to a running copy of a stack's cluster: drain, lose and add nodes, restart workloads, wait."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any

from ..clusters.load import SCALABLE, Load
from ..clusters.metrics import Metrics
from ..clusters.placeholders import LABEL, OWN
from ..clusters.readiness import FailedError, missing
from ..control_plane import Client, KubernetesError
from .cluster_copy import ClusterCopy
from .observer import Observer, ready_by_zone

ZONE = "topology.kubernetes.io/zone"
# After so long without a change nothing will come any more: played pods start in two seconds.
_QUIET_SECONDS, _LONGEST_SECONDS = 8.0, 120.0
_EVICTION_SECONDS = 90.0

Object = dict[str, Any]


class DrillError(Exception):
    """The stack, or this sandbox, has not what a drill needs; the text says what."""


class DrillCluster:
    """A running copy of a cluster on which a drill is held. `loads` are what a person asked to play."""

    def __init__(
        self,
        copy: ClusterCopy,
        observer: Observer,
        metrics: Metrics,
        without: Sequence[str] = (),
        loads: Sequence[Load] = (),
    ) -> None:
        self.copy = copy
        self.client: Client = copy.client
        self.observer = observer
        self.note = observer.note
        self.without = without
        self.loads = loads
        self.faults: list[str] = []
        """What the drill itself found wrong, besides what the Services' endpoints tell."""
        self._metrics = metrics

    def set_load(self, loads: Sequence[Load]) -> None:
        """Put a load on workloads, in place of the one before."""
        self._metrics.loads = loads

    def nodes(self) -> list[Object]:
        """Return every node, those first on which the most pods of the stack's own run, above all those behind a
        Service.
        """
        pods, services = self.own_pods(), self.services()
        crowd = [pod["spec"].get("nodeName") for pod in pods]
        served = [pod["spec"].get("nodeName") for pod in pods if any(selects(each, pod) for each in services)]

        def fullness(node: Object) -> tuple[int, int]:
            name = node["metadata"]["name"]
            return served.count(name), crowd.count(name)

        return sorted(self.client.list("v1", "Node"), key=fullness, reverse=True)

    def own_pods(self) -> list[Object]:
        """Return the pods of the stack itself, not of what stands in for add-ons and charts."""
        return [pod for pod in self.client.list("v1", "Pod") if LABEL not in (pod["metadata"].get("labels") or {})]

    def restart_served(self) -> None:
        """Delete the pods behind the stack's Services, and wait for their successors."""
        services = self.services()
        self._delete([pod for pod in self.own_pods() if any(selects(service, pod) for service in services)])

    def empty(self, node: Object) -> None:
        """Delete what runs on a node, but for its DaemonSets, and wait for the successors."""
        self._delete(self._evictable(node["metadata"]["name"]))

    def _delete(self, pods: Sequence[Object]) -> None:
        for pod in pods:
            with _ignoring(HTTPStatus.NOT_FOUND):
                self.client.delete("v1", "Pod", pod["metadata"]["name"], pod["metadata"]["namespace"], grace_seconds=0)
        self.settle()

    def own(self, api_version: str, kind: str) -> list[Object]:
        """Return the objects of a kind that are the stack's own; none where there is no such kind."""
        with _ignoring(HTTPStatus.NOT_FOUND):
            return self.client.list(api_version, kind, labels=OWN)
        return []

    def own_deployments(self) -> list[Object]:
        """Return the Deployments of the stack itself."""
        return self.own("apps/v1", "Deployment")

    def target(self, scaler: Object) -> Object | None:
        """Return what an autoscaler scales, if it is there."""
        named = scaler["spec"]["scaleTargetRef"]
        return self.client.find(named["apiVersion"], named["kind"], named["name"], scaler["metadata"]["namespace"])

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
        self.note(f"lost: {name} in {node['metadata']['labels'].get(ZONE)}")

    def add(self, like: Object, zone: str, number: int, kubelet: str = "") -> None:
        """A machine of the same kind comes, in a zone, with its kubelet or a newer one."""
        labels = {**like["metadata"]["labels"], ZONE: zone}
        name = f"{like['metadata']['name'].partition('.')[0]}-{number}.{zone[:-1]}.compute.internal"
        labels["kubernetes.io/hostname"] = name
        status = {key: like["status"][key] for key in ("capacity", "allocatable", "nodeInfo")}
        if kubelet:
            status["nodeInfo"] = {**status["nodeInfo"], "kubeletVersion": kubelet, "kubeProxyVersion": kubelet}
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
        if self.client.find("v1", "Node", name) is None:
            self.note(f"gone already: {name}, which nobody needed")
            return
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
        with _ignoring(HTTPStatus.NOT_FOUND):
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
            now = sorted((pod["metadata"]["uid"], pod["status"].get("phase"), is_ready(pod)) for pod in pods)
            if now != before:
                before, quiet = now, time.monotonic()
            time.sleep(0.2)
            if not self.lacking() and time.monotonic() - quiet > 1:
                return

    def lacking(self) -> list[str]:
        """Return the workloads of the stack itself that are not whole, though they could be."""
        found = []
        for kind in SCALABLE:
            for item in self.own("apps/v1", kind):
                try:
                    lacks = missing(item)
                except FailedError as error:
                    lacks = str(error)
                if lacks and not self._lacks_only_stranded(item):
                    found.append(f"{kind} {item['metadata']['namespace']}/{item['metadata']['name']} ({lacks})")
        for item in self.own("autoscaling/v2", "HorizontalPodAutoscaler"):
            least = item["spec"].get("minReplicas", 1)
            # its own status may be that of the cluster that was copied
            target = self.target(item)
            if target is None or target["spec"]["replicas"] < least:
                found.append(f"HorizontalPodAutoscaler {item['metadata']['name']} (fewer than {least} replicas yet)")
        slices = ready_by_zone(self.client.list("discovery.k8s.io/v1", "EndpointSlice"), lambda node: node)
        pods = self.own_pods()
        for service in self.services():
            metadata = service["metadata"]
            ready = sum(1 for pod in pods if selects(service, pod) and is_ready(pod))
            listed = sum(slices.get((metadata["namespace"], metadata["name"]), {}).values())
            if ready != listed:
                found.append(f"Service {metadata['namespace']}/{metadata['name']} ({listed} of {ready} endpoints)")
        return found

    def stranded(self) -> dict[str, str]:
        """Return the pods, charts' too, that wait for a zone in which there is no node, with that zone.

        Their volume lies there, so that no other zone can take them.
        """
        return {_name(pod): zone for pod, zone in self._stranded()}

    def _stranded(self) -> Iterator[tuple[Object, str]]:
        with_nodes = {node["metadata"]["labels"].get(ZONE) for node in self.client.list("v1", "Node")}
        volumes = {item["metadata"]["name"]: item for item in self.client.list("v1", "PersistentVolume")}
        claims = {
            _name(item): item["spec"].get("volumeName") for item in self.client.list("v1", "PersistentVolumeClaim")
        }
        for pod in self.client.list("v1", "Pod"):
            if pod["spec"].get("nodeName"):
                continue
            for claimed in claimed_by(pod):
                zones = zones_of(volumes.get(claims.get(claimed) or "", {}))
                if zones and not with_nodes & zones:
                    yield pod, ", ".join(sorted(zones))
                    break

    def _lacks_only_stranded(self, item: Object) -> bool:
        labels = item["spec"]["selector"]["matchLabels"]
        namespace = item["metadata"]["namespace"]
        waiting = [
            pod
            for pod, _ in self._stranded()
            if pod["metadata"]["namespace"] == namespace and labels.items() <= pod["metadata"]["labels"].items()
        ]
        lacking = int(item["spec"]["replicas"]) - int(item["status"].get("readyReplicas", 0))
        return 0 < len(waiting) == lacking

    def services(self) -> list[Object]:
        """Return the stack's own Services that select pods."""
        return [service for service in self.own("v1", "Service") if service["spec"].get("selector")]

    def unplaced(self) -> dict[str, str]:
        """Return the pods that the scheduler finds no node for, and why."""
        return {
            _name(pod): condition["message"]
            for pod in self.client.list("v1", "Pod")
            for condition in pod["status"].get("conditions") or []
            if condition["type"] == "PodScheduled" and condition["status"] == "False"
        }


def selects(service: Object, pod: Object) -> bool:
    """Return whether a pod is behind a Service."""
    labels = pod["metadata"].get("labels") or {}
    same = service["metadata"]["namespace"] == pod["metadata"]["namespace"]
    return same and bool(service["spec"]["selector"].items() <= labels.items())


def claimed_by(pod: Object) -> list[str]:
    """Return the claims of a pod, each with its namespace."""
    claims = [volume.get("persistentVolumeClaim") for volume in pod["spec"].get("volumes") or []]
    return [f"{pod['metadata']['namespace']}/{claim['claimName']}" for claim in claims if claim]


def zones_of(volume: Object) -> set[str]:
    """Return the zones in which a volume can be used; none where that is any."""
    required = volume.get("spec", {}).get("nodeAffinity", {}).get("required", {})
    return {
        zone
        for term in required.get("nodeSelectorTerms", [])
        for match in term.get("matchExpressions", [])
        if match["key"] == ZONE and match["operator"] == "In"
        for zone in match["values"]
    }


def is_ready(pod: Object) -> bool:
    """Return whether a pod is ready."""
    return any(c["type"] == "Ready" and c["status"] == "True" for c in pod["status"].get("conditions") or [])


def _name(item: Object) -> str:
    return f"{item['metadata']['namespace']}/{item['metadata']['name']}"


def _of_nodes(taint: Object) -> bool:
    return str(taint["key"]).startswith("node.kubernetes.io/")


@contextmanager
def _ignoring(*codes: int) -> Iterator[None]:
    try:
        yield
    except KubernetesError as error:
        if error.code not in codes:
            raise
