"""Drills on a small shop: three zones, a server that scales by its CPU, a worker that scales by its queue."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sandbox.clusters.charts import definitions
from sandbox.clusters.load import Load
from sandbox.clusters.metrics import served
from sandbox.clusters.node_pools import API_VERSION as POOLS
from sandbox.clusters.placeholders import LABEL, Workload, manifests
from sandbox.clusters.scaled_objects import ScaledObjects
from sandbox.control_plane import Client, ControlPlane
from sandbox.control_plane.lifecycle import SERVICE_CIDR
from sandbox.control_plane.nodes import NodeGroup, Subnet, nodes
from sandbox.drills.run import drill
from tests.waiting import PATIENCE_SECONDS, wait_until

pytestmark = pytest.mark.engine  # they share a cluster

MINOR = "1.35"
ZONES = ("eu-west-1a", "eu-west-1b", "eu-west-1c")
INSTANCE = {"app.kubernetes.io/instance": "shop"}


def named(api_version: str, kind: str, name: str, spec: dict[str, Any], **labels: str) -> dict[str, Any]:
    metadata = {"name": name, "namespace": "default", "labels": labels}
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata, "spec": spec}


def deployment(name: str, replicas: int) -> dict[str, Any]:
    labels = {**INSTANCE, "app": name}
    spread = {
        "maxSkew": 1,
        "topologyKey": "topology.kubernetes.io/zone",
        "whenUnsatisfiable": "ScheduleAnyway",
        "labelSelector": {"matchLabels": labels},
    }
    container = {"name": "main", "image": "shop", "resources": {"requests": {"cpu": "500m", "memory": "256Mi"}}}
    spec = {
        "replicas": replicas,
        "selector": {"matchLabels": labels},
        "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}},
        "template": {
            "metadata": {"labels": labels},
            "spec": {"containers": [container], "topologySpreadConstraints": [spread]},
        },
    }
    return named("apps/v1", "Deployment", name, spec, **labels)


def shop() -> Iterator[dict[str, Any]]:
    for chart in ("keda", "karpenter"):
        yield from definitions(chart)
    for name in ("metrics-server", "keda-operator", "keda-operator-metrics-apiserver"):
        yield from manifests(Workload("Deployment", name), "default", name)
    # of charts: one that is rendered from its archive, and one that Helm itself installed, whose pods are not marked
    theirs = {LABEL: "metrics-server", "app": "metrics-server"}
    yield named("v1", "Service", "metrics-server", {"selector": theirs, "ports": [{"port": 443}]}, **theirs)
    helms = {"app.kubernetes.io/managed-by": "Helm"}
    yield named("v1", "Service", "of-helm", {"selector": theirs, "ports": [{"port": 443}]}, **helms)
    server = {**INSTANCE, "app": "shop-server-1"}
    yield deployment("shop-server-1", 3)
    yield named("v1", "Service", "shop", {"selector": server, "ports": [{"port": 80}]}, **server)
    budget = {"maxUnavailable": 1, "selector": {"matchLabels": server}}
    yield named("policy/v1", "PodDisruptionBudget", "shop", budget, **server)
    cpu = {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 70}}
    target = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "shop-server-1"}
    by_cpu = {
        "minReplicas": 3,
        "maxReplicas": 5,
        "scaleTargetRef": target,
        "metrics": [{"type": "Resource", "resource": cpu}],
    }
    yield named("autoscaling/v2", "HorizontalPodAutoscaler", "shop", by_cpu)
    yield deployment("shop-worker-2", 1)
    by_queue = {
        "scaleTargetRef": {"name": "shop-worker-2"},
        "minReplicaCount": 2,
        "maxReplicaCount": 8,
        "triggers": [{"type": "redis", "metadata": {"listLength": "10"}}],
    }
    yield named("keda.sh/v1alpha1", "ScaledObject", "queue", by_queue)
    yield from searched()
    requirements = [
        {"key": "kubernetes.io/arch", "operator": "In", "values": ["arm64"]},
        {"key": "karpenter.k8s.aws/instance-category", "operator": "In", "values": ["m"]},
    ]
    node_class = {"group": "karpenter.k8s.aws", "kind": "EC2NodeClass", "name": "shop"}
    template = {"spec": {"requirements": requirements, "nodeClassRef": node_class}}
    yield named(POOLS, "NodePool", "shop", {"template": template, "limits": {"cpu": "16"}})


def searched() -> Iterator[dict[str, Any]]:
    """One pod behind a Service, whose volume lies in one zone: with it that zone's node is the fullest."""
    labels = {"app": "search"}  # of no release
    place = [{"key": "topology.kubernetes.io/zone", "operator": "In", "values": [ZONES[1]]}]
    usual = {"accessModes": ["ReadWriteOnce"], "storageClassName": ""}
    volume = {
        **usual,
        "capacity": {"storage": "1Gi"},
        "csi": {"driver": "ebs.csi.aws.com", "volumeHandle": "vol-0a"},
        "nodeAffinity": {"required": {"nodeSelectorTerms": [{"matchExpressions": place}]}},
    }
    yield {"apiVersion": "v1", "kind": "PersistentVolume", "metadata": {"name": "search"}, "spec": volume}
    claim = {**usual, "volumeName": "search", "resources": {"requests": {"storage": "1Gi"}}}
    yield named("v1", "PersistentVolumeClaim", "search", claim)
    container = {"name": "main", "image": "search", "resources": {"requests": {"cpu": "100m", "memory": "64Mi"}}}
    pod = {"containers": [container], "volumes": [{"name": "d", "persistentVolumeClaim": {"claimName": "search"}}]}
    spec = {
        "replicas": 1,
        "serviceName": "search",
        "selector": {"matchLabels": labels},
        "template": {"metadata": {"labels": labels}, "spec": pod},
    }
    yield named("apps/v1", "StatefulSet", "search", spec, **labels)
    yield named("v1", "Service", "search", {"selector": labels, "ports": [{"port": 7700}]}, **labels)


@pytest.fixture(scope="module")
def stood(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data of a cluster on which the shop stood."""
    folder = tmp_path_factory.mktemp("shop") / "cluster"
    with ControlPlane.start(folder, MINOR) as plane:
        client = plane.client()
        group = NodeGroup("g", "m7g.large", 3, [Subnet(zone, zone) for zone in ZONES], plane.version)
        for node in nodes(group):
            client.create(node)
        for manifest in shop():
            apply(client, manifest)
        keda = ScaledObjects(client)
        keda.reconcile()
        reach(client, "shop-worker-2", 2)
        wait_until(lambda: all(ready(item) for item in client.list("apps/v1", "Deployment")), "all are ready")
        wait_until(lambda: all(ready(item) for item in client.list("apps/v1", "StatefulSet")), "so is the search")
    return folder


def apply(client: Client, manifest: dict[str, Any]) -> None:
    if manifest["kind"] == "CustomResourceDefinition":
        client.apply(manifest)
        name = manifest["metadata"]["name"]
        client.until(established, manifest["apiVersion"], manifest["kind"], name, timeout_seconds=PATIENCE_SECONDS)
    else:
        client.apply(manifest)


def established(item: dict[str, Any] | None) -> bool:
    conditions = ((item or {}).get("status") or {}).get("conditions") or []
    return any(each["type"] == "Established" and each["status"] == "True" for each in conditions)


def ready(item: dict[str, Any]) -> bool:
    return bool(item["status"].get("readyReplicas", 0) == item["spec"]["replicas"])


def reach(client: Client, name: str, number: int) -> None:
    def replicas() -> int:
        return int(client.get("apps/v1", "Deployment", name, "default")["spec"]["replicas"])

    wait_until(lambda: replicas() == number, lambda: f"{number} replicas of {name}, which has {replicas()}")


def conditions(client: Client) -> str:
    return str(client.get("autoscaling/v2", "HorizontalPodAutoscaler", "shop", "default")["status"]["conditions"])


def played(stood: Path, name: str, *without: str, loads: tuple[Load, ...] = ()) -> str:
    text, verdict = drill(name, stood, MINOR, SERVICE_CIDR, without, loads)
    assert verdict.holds == ("FAULT" not in text)
    return text


def test_the_controllers_of_kubernetes_act_on_a_load_that_is_played(stood: Path, tmp_path: Path) -> None:
    folder = tmp_path / "cluster"
    shutil.copytree(stood, folder, ignore=shutil.ignore_patterns("*.sock", "lock", "ports.json"))
    with ControlPlane.start(folder, MINOR, autoscaler_seconds=1) as plane:
        client = plane.client()
        with served(client, folder, [Load.read("shop-server=cpu:2000m"), Load.read("worker=queue:55")]):
            # 2000 of 500 millicores for each of them at 70 %: six would be right, and five may be
            reach(client, "shop-server-1", 5)
            reach(client, "shop-worker-2", 6)  # ten for each: 5.5
            names = [item["metadata"]["name"] for item in client.list("metrics.k8s.io/v1beta1", "PodMetrics")]
            assert [name for name in names if name.startswith("shop-server-1-")]
        gone = [item["metadata"]["name"] for item in client.list("apiregistration.k8s.io/v1", "APIService")]
        assert not [name for name in gone if "metrics" in name]

        client.delete("apps/v1", "Deployment", "metrics-server", "default")
        with served(client, folder, []):
            wait_until(lambda: "the cluster has no metrics-server" in conditions(client), lambda: conditions(client))


def test_a_surge_of_load_finds_room_on_what_karpenter_brings(stood: Path) -> None:
    text = played(stood, "load-surge")
    assert "load-surge: HOLDS" in text, text
    assert "shop-server-1: 5 replicas, of 3 to 5" in text
    assert "shop-server-1: 3 replicas, of 3 to 5" in text
    assert "shop-worker-2: 8 replicas, of 2 to 8" in text

    text = played(stood, "load-surge", "pool")
    assert "load-surge without pool: DOES NOT HOLD" in text
    assert "FAULT under load, no place for default/shop-" in text

    text = played(stood, "load-surge", "requests")
    assert "load-surge without requests: DOES NOT HOLD" in text
    assert "missing request for cpu in container main of Pod shop-server-1-" in text


def test_what_waits_for_its_volumes_zone_is_named_and_all_else_comes_back(stood: Path) -> None:
    text = played(stood, "zone-loss")
    assert text.endswith("zone-loss: HOLDS, but for default/search-0"), text
    assert f"away until {ZONES[1]} is back, where its volume lies: default/search-0" in text
    assert "default/search: one replica, of which nothing is promised" in text


def test_a_switch_goes_to_a_release_that_is_ready(stood: Path) -> None:
    text = played(stood, "blue-green")
    assert "blue-green: HOLDS" in text, text
    assert "all weight is on shop-second" in text

    text = played(stood, "blue-green", "both")
    assert "FAULT default/the active release: no ready endpoint at the lowest" in text
