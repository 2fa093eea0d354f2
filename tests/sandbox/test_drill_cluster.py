"""What is whole of a cluster in a drill, on objects as an API server lists them."""

from types import SimpleNamespace
from typing import Any

import pytest

from sandbox.drills.drill_cluster import ZONE, DrillCluster

LABELS = {"app": "search"}


def named(name: str, **rest: Any) -> dict[str, Any]:
    return {"metadata": {"name": name, "namespace": "shop", "labels": LABELS}, **rest}


def node(zone: str) -> dict[str, Any]:
    return {"metadata": {"name": f"node-{zone}", "labels": {ZONE: zone}}}


def pod(name: str, claim: str | None, on: str | None = None) -> dict[str, Any]:
    volumes = [{"name": "tmp", "emptyDir": {}}, *([{"persistentVolumeClaim": {"claimName": claim}}] if claim else [])]
    ready = [{"type": "Ready", "status": "True" if on else "False"}]
    return named(name, spec={"nodeName": on, "volumes": volumes}, status={"conditions": ready})


def volume(name: str, zone: str | None) -> dict[str, Any]:
    match = {"key": ZONE, "operator": "In", "values": [zone]}
    there = {"required": {"nodeSelectorTerms": [{"matchExpressions": [match]}]}}
    return {"metadata": {"name": name}, "spec": {"nodeAffinity": there} if zone else {}}


def engine(replicas: int, ready: int) -> dict[str, Any]:
    spec = {"replicas": replicas, "selector": {"matchLabels": LABELS}}
    counted = {"replicas": replicas, "readyReplicas": ready, "updatedReplicas": replicas, "observedGeneration": 1}
    return named("search", apiVersion="apps/v1", kind="StatefulSet", spec=spec, status=counted)


def cluster(**objects: list[dict[str, Any]]) -> DrillCluster:
    def listed(_: str, kind: str, **__: object) -> list[dict[str, Any]]:
        return objects.get(kind, [])

    copy: Any = SimpleNamespace(client=SimpleNamespace(list=listed))
    observer: Any = SimpleNamespace(note=print)
    metrics: Any = None
    return DrillCluster(copy, observer, metrics)


CLAIMS = [named("data-0", spec={"volumeName": "v0"}), named("data-1", spec={"volumeName": "v1"}), named("new", spec={})]


@pytest.mark.parametrize(
    ("zones", "pods", "away"),
    [
        ("ac", [pod("search-0", "data-0")], {"shop/search-0": "b"}),
        # its zone has a node again, it runs, or its volume is nowhere yet, or everywhere: another reason keeps it
        ("ab", [pod("search-0", "data-0")], {}),
        ("ac", [pod("search-0", "data-0", on="node-a")], {}),
        ("ac", [pod("search-0", "new")], {}),
        ("ac", [pod("search-0", "data-1")], {}),
        ("ac", [pod("search-0", None)], {}),
    ],
)
def test_a_pod_is_stranded_whose_volume_lies_where_no_node_is(
    zones: str, pods: list[dict[str, Any]], away: dict[str, str]
) -> None:
    volumes = [volume("v0", "b"), volume("v1", None)]
    found = cluster(
        Node=[node(zone) for zone in zones], Pod=pods, PersistentVolume=volumes, PersistentVolumeClaim=CLAIMS
    )
    assert found.stranded() == away


@pytest.mark.parametrize(
    ("replicas", "ready", "pods", "lacks"),
    [
        (1, 0, [pod("search-0", "data-0")], False),
        # another of them is away for another reason
        (2, 0, [pod("search-0", "data-0"), pod("search-1", None)], True),
        (1, 0, [pod("search-0", None)], True),
        (1, 1, [pod("search-0", "data-0", on="node-a")], False),
    ],
)
def test_what_lacks_only_stranded_pods_lacks_nothing(
    replicas: int, ready: int, pods: list[dict[str, Any]], lacks: bool
) -> None:
    found = cluster(
        Node=[node("a"), node("c")],
        Pod=pods,
        PersistentVolume=[volume("v0", "b")],
        PersistentVolumeClaim=CLAIMS,
        StatefulSet=[engine(replicas, ready)],
    )
    assert bool(found.lacking()) is lacks
