from typing import Any

import pytest

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
