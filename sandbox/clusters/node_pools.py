"""Plays Karpenter by one rule: a pod that finds no node brings one of the cheapest type that takes it.

The type is one that a NodePool allows, within its limits, in a zone where the cluster has nodes. One node comes at a
time, and the scheduler is asked again; a node on which no pod but those of DaemonSets is left goes after the pool's
`consolidateAfter`. Not played: packing pods onto fewer nodes, interruption, expiry, drift.
"""

import re
import time
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from ..control_plane import Client
from ..control_plane.nodes import NodeGroup, Subnet, Taint, capacity, nodes
from ..laws.law import get
from ..quantities import mebibytes, millicores
from .instance_offers import Offer, allowed, meets
from .reconcile_loop import ReconcileLoop

Object = Mapping[str, Any]
API_VERSION, KIND = "karpenter.sh/v1", "NodePool"
POOL = "karpenter.sh/nodepool"
ZONE = "topology.kubernetes.io/zone"
_SECONDS = {"s": 1, "m": 60, "h": 3600}
# The scheduler places a pod within a second of a node's coming; so long a pod is left to it.
_PLACING_SECONDS = 3.0


class NodePools(ReconcileLoop):
    """Brings nodes for a cluster's NodePools, and takes them away. `faster` divides what the pools wait."""

    def __init__(self, client: Client, *, faster: float = 1) -> None:
        super().__init__(client)
        self._faster = faster
        self._waits_until = 0.0
        self._empty_since: dict[str, float] = {}

    def reconcile(self) -> None:
        """Bring a node where one is needed, and take those away that nobody needs."""
        pools = [pool for pool in self.objects(API_VERSION, KIND) if not get(pool, "metadata", "deletionTimestamp")]
        if not pools:
            return
        pods, standing = self.client.list("v1", "Pod"), self.client.list("v1", "Node")
        unschedulable = [pod for pod in pods if is_unschedulable(pod)]
        # what is starting may take them
        if unschedulable and all(is_ready(node) for node in standing) and time.monotonic() > self._waits_until:
            self._bring(pools, unschedulable, standing)
        for pool in pools:
            self._sweep(pool, pods, standing)

    def _bring(self, pools: Sequence[Object], unschedulable: Sequence[Object], standing: Sequence[Object]) -> None:
        daemons = self.client.list("apps/v1", "DaemonSet")
        for pod in unschedulable:
            zones = self._zones(pod, standing)
            for pool in pools:
                node = node_for(pod, pool, standing, daemons, zones)
                if node is not None:
                    self.client.create(node)
                    self._waits_until = time.monotonic() + _PLACING_SECONDS
                    return

    def _zones(self, pod: Object, standing: Sequence[Object]) -> list[str]:
        """Return the zones that a pod may run in: those of the cluster's nodes, or the one that its volume is in."""
        zones = sorted({get(node, "metadata", "labels", ZONE) for node in standing} - {None})
        for volume in get(pod, "spec", "volumes") or []:
            name = get(volume, "persistentVolumeClaim", "claimName")
            claim = (
                self.client.find("v1", "PersistentVolumeClaim", name, pod["metadata"]["namespace"]) if name else None
            )
            bound = get(claim, "spec", "volumeName")
            terms = get(
                self.client.find("v1", "PersistentVolume", bound) if bound else None,
                *("spec", "nodeAffinity", "required", "nodeSelectorTerms", 0, "matchExpressions"),
            )
            zones = [zone for zone in zones if all(meets({ZONE: zone}, term) for term in terms or [])]
        return zones

    def _sweep(self, pool: Object, pods: Sequence[Object], standing: Sequence[Object]) -> None:
        wait = seconds(str(get(pool, "spec", "disruption", "consolidateAfter") or "0s"))
        used = {get(pod, "spec", "nodeName") for pod in pods if not of_daemon_set(pod)}
        for node in standing:
            name = node["metadata"]["name"]
            if get(node, "metadata", "labels", POOL) != pool["metadata"]["name"] or name in used or wait is None:
                self._empty_since.pop(name, None) if name in used else None
                continue
            since = self._empty_since.setdefault(name, time.monotonic())
            now = self.client.list("v1", "Pod", fields=f"spec.nodeName={name}")
            if time.monotonic() - since > wait / self._faster and all(of_daemon_set(pod) for pod in now):
                self.client.delete("v1", "Node", name)
                self._empty_since.pop(name)


def node_for(
    pod: Object, pool: Object, standing: Sequence[Object], daemons: Iterable[Object], zones: Sequence[str]
) -> dict[str, Any] | None:
    """Return the node that a pool brings for a pod; None where no type that it allows takes it, or its limits forbid
    that.
    """
    template = pool["spec"]["template"]
    kubelet = str(get(standing[0], "status", "nodeInfo", "kubeletVersion")) if standing else ""
    labels = get(template, "metadata", "labels") or {}
    requirements = get(template, "spec", "requirements") or []
    taints = [
        Taint(str(taint["key"]), str(taint.get("value") or ""), str(taint["effect"]))
        for taint in get(template, "spec", "taints") or []
    ]
    own = [node for node in standing if get(node, "metadata", "labels", POOL) == pool["metadata"]["name"]]
    left = _left(pool, own)
    crowd = [get(node, "metadata", "labels", ZONE) for node in own]
    wanted = _wanted([pod, *({"spec": daemon["spec"]["template"]["spec"]} for daemon in daemons)])
    if not all(_tolerates(pod, taint) for taint in taints):
        return None
    for offer in allowed(requirements):
        for zone in sorted(zones, key=lambda zone: (crowd.count(zone), zone)):
            bears = {**offer.labels, **labels, POOL: str(pool["metadata"]["name"]), ZONE: zone}
            fits = _takes(offer, wanted, left) and _selects(pod, bears)
            if fits and all(meets(bears, each) for each in requirements if each["key"] == ZONE):
                return _node(offer, pool, bears, taints, zone, kubelet)
    return None


def _node(
    offer: Offer,
    pool: Object,
    labels: Mapping[str, str],
    taints: Sequence[Taint],
    zone: str,
    kubelet: str,
) -> dict[str, Any]:
    name = str(pool["metadata"]["name"])
    group = NodeGroup(
        name=f"{name}-{uuid.uuid4()}",
        instance_type=offer.instance_type,
        size=1,
        subnets=[Subnet("", zone)],
        kubelet=kubelet,
        arm64=offer.arm64,
        spot=offer.spot,
        labels=labels,
        taints=taints,
    )
    (node,) = nodes(group)
    for key in ("eks.amazonaws.com/capacityType", "eks.amazonaws.com/nodegroup"):
        del node["metadata"]["labels"][key]
    owner = {"apiVersion": API_VERSION, "kind": KIND, "name": name, "uid": pool["metadata"]["uid"]}
    node["metadata"]["ownerReferences"] = [owner]
    return node


def is_unschedulable(pod: Object) -> bool:
    """Return whether the scheduler finds no node for a pod."""
    return not get(pod, "metadata", "deletionTimestamp") and any(
        each["type"] == "PodScheduled" and each["status"] == "False" and each.get("reason") == "Unschedulable"
        for each in get(pod, "status", "conditions") or []
    )


def is_ready(node: Object) -> bool:
    """Return whether a node takes pods."""
    conditions = get(node, "status", "conditions") or []
    return any(each["type"] == "Ready" and each["status"] == "True" for each in conditions)


def of_daemon_set(pod: Object) -> bool:
    """Return whether a pod runs on each node."""
    return any(owner["kind"] == "DaemonSet" for owner in get(pod, "metadata", "ownerReferences") or [])


def seconds(duration: str) -> float | None:
    """Return a duration of Karpenter's (`1h30m`) in seconds; None of `Never`."""
    parts = re.findall(r"(\d+)([smh])", duration)
    return sum(int(number) * _SECONDS[unit] for number, unit in parts) if parts else None


def _left(pool: Object, own: Sequence[Object]) -> tuple[float, float]:
    """Return what a pool's limits leave: millicores, MiB."""
    limits = get(pool, "spec", "limits") or {}
    cpu = sum(millicores(get(node, "status", "capacity", "cpu")) for node in own)
    memory = sum(mebibytes(get(node, "status", "capacity", "memory")) for node in own)
    most = millicores(limits["cpu"]) if "cpu" in limits else float("inf")
    return most - cpu, (mebibytes(limits["memory"]) if "memory" in limits else float("inf")) - memory


def _wanted(pods: Iterable[Object]) -> tuple[float, float]:
    """Return what pods request together: millicores, MiB."""
    requests = [
        get(each, "resources", "requests") or {} for pod in pods for each in get(pod, "spec", "containers") or []
    ]
    return sum(millicores(r.get("cpu")) for r in requests), sum(mebibytes(r.get("memory")) for r in requests)


def _takes(offer: Offer, wanted: tuple[float, float], left: tuple[float, float]) -> bool:
    offered = capacity(offer.instance_type)
    within = offered.vcpu * 1000 <= left[0] and offered.memory_mib <= left[1]
    return within and wanted[0] <= offered.allocatable_millicores and wanted[1] <= offered.allocatable_memory_mib


def _selects(pod: Object, labels: Mapping[str, str]) -> bool:
    """Return whether a node with these labels is one that a pod asks for."""
    selector = get(pod, "spec", "nodeSelector") or {}
    path = ("spec", "affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms")
    terms = get(pod, *path)
    one_of = terms is None or any(all(meets(labels, each) for each in _expressions(term)) for term in terms)
    return bool(selector.items() <= labels.items()) and one_of


def _expressions(term: Object) -> Iterator[Object]:
    yield from term.get("matchExpressions") or []


def _tolerates(pod: Object, taint: Taint) -> bool:
    return taint.effect == "PreferNoSchedule" or any(
        each.get("effect") in (None, "", taint.effect)
        and (each.get("key") in (None, "", taint.key))
        and (each.get("operator") == "Exists" or (each.get("value") or "") == taint.value)
        for each in get(pod, "spec", "tolerations") or []
    )
