"""What stands on a cluster is made once, and what others do to it is found."""

import json
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from sandbox.clusters import crds, objects
from sandbox.clusters.cluster import Cluster
from sandbox.control_plane.lifecycle import SERVICE_CIDR

from . import wrong_manifests
from .conftest import Sandbox

pytestmark = pytest.mark.engine  # they share a cluster

TOKEN = "kubernetes:core/v1:ConfigMap"


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    cluster = Cluster("objects", tmp_path_factory.mktemp("cluster"), "1.35", SERVICE_CIDR)
    try:
        yield cluster
    finally:
        cluster.remove()


def given(name: str, **data: str) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "namespace": "default"}, "data": data}


def stored(cluster: Cluster, name: str) -> Any:
    return cluster.client.get("v1", "ConfigMap", name, "default")["data"]


def test_of_two_resources_of_one_name_the_second_is_refused(cluster: Cluster) -> None:
    objects.create(cluster, TOKEN, "urn:first", given("one", a="1"))
    with pytest.raises(objects.ClusterError, match='configmaps "one" already exists'):
        objects.create(cluster, TOKEN, "urn:second", given("one", b="2"))
    assert stored(cluster, "one") == {"a": "1"}


def test_of_two_at_the_same_time_one_is_refused(cluster: Cluster) -> None:
    refused: list[str] = []
    start = threading.Barrier(8)

    def create(number: int) -> None:
        start.wait()
        try:
            objects.create(cluster, TOKEN, f"urn:{number}", given("raced", **{f"k{number}": "v"}))
        except objects.ClusterError as error:
            refused.append(str(error))

    threads = [threading.Thread(target=create, args=[number]) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert refused == ['configmaps "raced" already exists'] * 7
    assert len(stored(cluster, "raced")) == 1


def test_a_run_goes_on_with_what_it_made_before_it_was_cut_off(cluster: Cluster) -> None:
    objects.create(cluster, TOKEN, "urn:mine", given("mine", a="1"))
    objects.create(cluster, TOKEN, "urn:mine", given("mine", b="2"))
    assert stored(cluster, "mine") == {"b": "2"}


def test_a_provider_may_be_told_to_take_over_what_exists(cluster: Cluster) -> None:
    objects.create(cluster, TOKEN, "urn:theirs", given("shared", a="1"))
    objects.create(cluster, TOKEN, "urn:ours", given("shared", b="2"), upsert=True)
    assert stored(cluster, "shared") == {"a": "1", "b": "2"}


def test_drift_reaches_an_object_and_refresh_finds_it(program: Callable[..., Sandbox]) -> None:
    sandbox = program(wrong_manifests.PROGRAM)
    left = {"left": ["core/v1", "ConfigMap", {"data": {"a": "1"}}]}
    (sandbox.program / "wrong.json").write_text(json.dumps(left), encoding="utf-8")
    sandbox = Sandbox(sandbox.program, kubernetes="real")
    sandbox("up", "--laws", "off")

    assert "say what is to drift" in sandbox("drift", "cluster", status=1).stderr
    assert "Invalid value" in sandbox("drift", "right", "metadata.labels.a=not legal", status=1).stderr

    sandbox("drift", "right", "data.a=other")
    sandbox("drift", "left", "--delete")
    sandbox("refresh", "--laws", "off")
    right = next(item for item in sandbox.state()["resources"] if item["urn"].endswith("::right"))
    assert right["outputs"]["data"] == {"a": "other"}
    # the provider never changes what a ConfigMap holds
    assert sandbox.altered() == {"right": {"replace"}, "left": {"create"}}


def test_an_ingress_waits_for_the_controller_that_makes_its_load_balancer(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sandbox.clusters.cluster._STILL_SECONDS", 2.5)
    path = {"path": "/", "pathType": "Prefix", "backend": {"service": {"name": "web", "port": {"number": 80}}}}
    inputs = {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": {"name": "web", "namespace": "default"},
        "spec": {"ingressClassName": "alb", "rules": [{"http": {"paths": [path]}}]},
    }
    token = "kubernetes:networking.k8s.io/v1:Ingress"
    made = objects.create(cluster, token, "urn:web", inputs)
    assert "Ingress web is not ready: no load balancer has been made for it" in made.not_ready

    for definition in crds.of_chart("aws-load-balancer-controller"):
        cluster.settle(cluster.client.apply(definition))
    made = objects.create(cluster, token, "urn:web", inputs)
    assert made.not_ready == ""
    assert made.outputs["status"]["loadBalancer"]["ingress"][0]["hostname"].endswith(".elb.amazonaws.com")


def test_eks_itself_makes_one_for_a_service(cluster: Cluster) -> None:
    inputs = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "open", "namespace": "default"},
        "spec": {"type": "LoadBalancer", "ports": [{"port": 80}]},
    }
    made = objects.create(cluster, "kubernetes:core/v1:Service", "urn:open", inputs)
    assert made.not_ready == ""
    assert made.outputs["status"]["loadBalancer"]["ingress"][0]["hostname"].startswith("k8s-")
