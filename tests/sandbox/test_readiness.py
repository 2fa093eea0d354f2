from pathlib import Path
from typing import Any

import pytest

from sandbox.clusters import cluster
from sandbox.clusters.cluster import Cluster, NotReadyError
from sandbox.clusters.readiness import FailedError, missing


def item(kind: str, spec: dict[str, Any], status: dict[str, Any], generation: int = 1) -> dict[str, Any]:
    return {"kind": kind, "metadata": {"generation": generation}, "spec": spec, "status": status}


SEEN = {"observedGeneration": 1}


@pytest.mark.parametrize(
    ("what", "lacking"),
    [
        (item("Deployment", {"replicas": 2}, {}), "has not seen it"),
        (item("Deployment", {"replicas": 2}, {**SEEN, "updatedReplicas": 2, "availableReplicas": 1}), "1 of 2 pods"),
        (item("Deployment", {"replicas": 2}, {**SEEN, "updatedReplicas": 1, "availableReplicas": 2}), "1 updated"),
        (item("Deployment", {}, {**SEEN, "replicas": 2, "updatedReplicas": 1, "availableReplicas": 1}), "1 of 1"),
        (item("Deployment", {}, {**SEEN, "replicas": 1, "updatedReplicas": 1, "availableReplicas": 1}), ""),
        (item("Deployment", {}, {**SEEN, "updatedReplicas": 1, "availableReplicas": 1}, generation=2), "latest change"),
        (item("StatefulSet", {"replicas": 2}, {**SEEN, "readyReplicas": 1, "updatedReplicas": 2}), "1 of 2"),
        (item("StatefulSet", {"replicas": 2}, {**SEEN, "readyReplicas": 2, "updatedReplicas": 2}), ""),
        (item("DaemonSet", {}, {**SEEN, "desiredNumberScheduled": 3, "numberReady": 2}), "2 of 3"),
        (item("DaemonSet", {}, {**SEEN, "desiredNumberScheduled": 3, "numberReady": 3}), ""),
        (item("Job", {}, {}), "has not completed"),
        (item("Job", {}, {"conditions": [{"type": "Complete", "status": "True"}]}), ""),
        (item("Pod", {}, {"conditions": [{"type": "PodScheduled", "message": "0/3 nodes"}]}), "0/3 nodes"),
        (item("Pod", {}, {"phase": "Succeeded"}), ""),
        (item("PersistentVolumeClaim", {}, {"phase": "Pending"}), "not bound"),
        (item("CustomResourceDefinition", {}, {}), "not established"),
        (item("ConfigMap", {}, {}), ""),
    ],
)
def test_what_is_still_missing(what: dict[str, Any], lacking: str) -> None:
    assert lacking in missing(what)
    assert bool(missing(what)) == bool(lacking)


@pytest.mark.parametrize(
    "what",
    [
        item("Job", {}, {"conditions": [{"type": "Failed", "status": "True", "reason": "BackoffLimitExceeded"}]}),
        item("Deployment", {}, {**SEEN, "conditions": [{"type": "Progressing", "reason": "ProgressDeadlineExceeded"}]}),
    ],
)
def test_what_has_failed_is_not_waited_for(what: dict[str, Any]) -> None:
    with pytest.raises(FailedError):
        missing(what)


def awaiting(expression: str, status: dict[str, Any], api_version: str = "keda.sh/v1alpha1") -> dict[str, Any]:
    annotations = {"pulumi.com/waitFor": expression}
    return {
        "apiVersion": api_version, "kind": "ScaledObject", "metadata": {"annotations": annotations}, "status": status,
    }  # fmt: skip


NO_SECRET = {"conditions": [{"type": "Ready", "status": "False", "message": 'secret "cache" not found'}]}
READY = {"conditions": [{"type": "Ready", "status": "True"}], "phase": "Up"}


@pytest.mark.parametrize(
    ("expression", "status", "lacking"),
    [
        ("condition=Ready", {}, "its condition Ready is not there"),
        ("condition=Ready", NO_SECRET, 'its condition Ready is False: secret "cache" not found'),
        ("condition=Ready", READY, ""),
        ("condition=Ready=False", NO_SECRET, ""),
        ("jsonpath={.status.phase}=Up", {}, ".status.phase is None"),
        ("jsonpath={.status.phase}=Up", READY, ""),
        ('["condition=Ready", "jsonpath={.status.phase}"]', NO_SECRET, "phase is None"),
        ('["condition=Ready", "jsonpath={.status.phase}"]', READY, ""),
    ],
)
def test_what_a_program_waits_for_is_waited_for(expression: str, status: dict[str, Any], lacking: str) -> None:
    assert lacking in missing(awaiting(expression, status))
    assert bool(missing(awaiting(expression, status))) == bool(lacking)


def test_nobody_is_waited_for_who_is_not_played() -> None:
    assert missing(awaiting("condition=Ready", {}, "cert-manager.io/v1")) == ""


def test_an_expression_that_the_provider_does_not_take_fails() -> None:
    with pytest.raises(FailedError, match='expected a "jsonpath=" or "condition=" prefix, got "Ready"'):
        missing(awaiting("Ready", READY))


class Slow:
    """A server that makes an object ready at its third look, and meanwhile moves nothing."""

    def __init__(self, item: dict[str, Any]) -> None:
        self.item, self.looks = item, 0

    def get(self, *_: Any) -> dict[str, Any]:
        self.looks += 1
        return self.item if self.looks > 2 else {**self.item, "status": {}}

    def list(self, *_: Any, **__: Any) -> list[dict[str, Any]]:
        return []


def settled(tmp_path: Path, item: dict[str, Any]) -> dict[str, Any]:
    stands = Cluster("c", tmp_path, "1.35", "172.20.0.0/16")
    stands._plane = stands._client = Slow(item)  # type: ignore[assignment]
    return stands.settle(item)


def test_a_kind_is_waited_for_however_long_the_server_takes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pods are played, and what they keep waiting never comes; a kind is established by the server itself."""
    monkeypatch.setattr(cluster, "_STILL_SECONDS", 0.0)
    monkeypatch.setattr(cluster, "_POLL_SECONDS", 0.01)
    established = {"conditions": [{"type": "Established", "status": "True"}]}
    kind = {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": {"name": "k"}}
    assert settled(tmp_path, {**kind, "status": established})["status"] == established
    workload = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "d", "namespace": "n", "generation": 1},
        "spec": {"replicas": 1},
        "status": {"observedGeneration": 1, "replicas": 1, "updatedReplicas": 1, "availableReplicas": 1},
    }
    with pytest.raises(NotReadyError, match="nothing has moved for 0 s"):
        settled(tmp_path, workload)
