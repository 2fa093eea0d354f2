"""What KEDA itself made of a stack is held against what the stand-in makes."""

from typing import Any

from sandbox.clusters.helm import Release
from sandbox.clusters.scaled_objects import autoscaler
from tools.controller_runs import Judged, apart, faults, narrowed

SCALED: dict[str, Any] = {
    "metadata": {"name": "worker", "namespace": "jobs", "uid": "u"},
    "spec": {
        "scaleTargetRef": {"name": "worker"},
        "minReplicaCount": 2,
        "triggers": [{"type": "redis", "metadata": {"listName": "waiting", "listLength": "5"}}],
    },
}


def judged(made: dict[str, Any] | None, ready: str = "True") -> Judged:
    return Judged("worker", ready, "" if ready == "True" else "no login", made, SCALED)


def test_an_autoscaler_that_is_the_stand_ins_is_no_fault() -> None:
    made = autoscaler(SCALED)
    stands = {**made, "spec": {**made["spec"], "defaulted": True}}  # what the server adds
    assert list(faults([judged(stands)])) == []


def test_what_is_otherwise_is_named() -> None:
    made = autoscaler(SCALED)
    other = {**made, "spec": {**made["spec"], "minReplicas": 1}}
    assert list(faults([judged(other)])) == ["worker: spec.minReplicas: 2 by the stand-in, 1 by KEDA"]
    assert list(faults([judged(None)])) == ["worker has no autoscaler"]
    assert list(faults([judged(None, "False")])) == ["worker is not Ready: no login"]
    assert list(apart([{"a": 1}], [])) == ["spec: [{'a': 1}] by the stand-in, [] by KEDA"]


def test_the_narrow_release_differs_in_what_its_operator_may_read_alone() -> None:
    values: dict[str, Any] = {
        "watchNamespace": "jobs",
        "permissions": {"operator": {"restrict": {"secret": False}}, "metricServer": {}},
    }
    given = Release("keda", "r", "keda", values, "2.19.0")
    assert narrowed(given).values == {
        "watchNamespace": "jobs",
        "permissions": {"operator": {"restrict": {"secret": True}}, "metricServer": {}},
    }
    assert values["permissions"]["operator"] == {"restrict": {"secret": False}}
