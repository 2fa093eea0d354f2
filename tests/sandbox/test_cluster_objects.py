"""What is read of objects that others made, and whose fields an update takes over."""

from typing import Any

import pytest

from sandbox.clusters import objects
from sandbox.control_plane import KubernetesError

ENTRY = {"apiVersion": "v1", "time": "2026-11-30T00:00:00Z", "fieldsType": "FieldsV1"}
MINE = "pulumi-kubernetes-1a2b3c4d"


class Client:
    """An API server with one object."""

    def __init__(self, live: dict[str, Any]) -> None:
        self.live = live
        self.handed: list[dict[str, Any]] = []
        self.in_between = 0
        """How often somebody else still writes between a look and an answer."""

    def find(self, *_: Any) -> dict[str, Any]:
        return self.live

    def get(self, *_: Any) -> dict[str, Any]:
        return self.live

    def hand_over(self, item: dict[str, Any], managed_fields: list[dict[str, Any]]) -> dict[str, Any]:
        if self.in_between:
            self.in_between -= 1
            raise KubernetesError("the object has been modified", "Conflict", 409)
        self.handed = managed_fields
        return {**item, "metadata": {**item["metadata"], "managedFields": managed_fields}}


class Cluster:
    def __init__(self, live: dict[str, Any]) -> None:
        self.client = Client(live)


def entry(manager: str, operation: str, *fields: str, **more: str) -> dict[str, Any]:
    owned: dict[str, Any] = {"f:data": {f"f:{field}": {} for field in fields}}
    return {**ENTRY, "manager": manager, "operation": operation, "fieldsV1": owned, **more}


def taken_over(*entries: dict[str, Any], in_between: int = 0) -> list[dict[str, Any]]:
    live = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a", "managedFields": list(entries)}}
    cluster: Any = Cluster(live)
    cluster.client.in_between = in_between
    objects._taken_over(cluster, live, MINE)
    handed: list[dict[str, Any]] = cluster.client.handed
    return handed


def test_what_kubectl_or_an_older_provider_set_becomes_the_managers_own() -> None:
    theirs = entry("kube-controller-manager", "Update", "z")
    status = entry("kubectl", "Update", "s", subresource="status")
    for manager, operation in (
        ("kubectl", "Apply"),
        ("kubectl-edit", "Update"),
        ("before-first-apply", "Update"),
        ("pulumi-resource-kubernetes", "Update"),
    ):
        kept = [theirs, status, entry(MINE, "Apply", "a", "b")]
        assert taken_over(theirs, entry(manager, operation, "b"), status, entry(MINE, "Apply", "a")) == kept
        assert taken_over(theirs, entry(manager, operation, "b"), status) == [*kept[:2], entry(MINE, "Apply", "b")]


def test_a_controller_that_writes_in_between_is_let_through_a_few_times() -> None:
    kubectl = entry("kubectl", "Apply", "b")
    assert taken_over(kubectl, in_between=4) == [entry(MINE, "Apply", "b")]
    with pytest.raises(objects.ClusterError, match="has been modified"):
        taken_over(kubectl, in_between=5)


def test_what_others_set_stays_theirs() -> None:
    assert taken_over(entry("helm", "Apply", "a"), entry("before-first-apply", "Apply", "b")) == []


def found(token: str, live: dict[str, Any]) -> dict[str, Any]:
    cluster: Any = Cluster(live)
    record = objects.found(cluster, token, "urn", "n/a")
    assert record is not None
    return dict(record.inputs)


def test_an_import_knows_all_that_stands_but_what_the_server_keeps_for_itself() -> None:
    made = {"name": "a", "namespace": "n", "uid": "1", "resourceVersion": "2", "generation": 3, "labels": {"b": "c"}}
    told = {"deployment.kubernetes.io/revision": "1", "own": "d"}
    live = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {**made, "annotations": told},
        "spec": {"replicas": 1, "progressDeadlineSeconds": 600},
        "status": {"replicas": 1},
    }
    assert found("kubernetes:apps/v1:Deployment", live) == {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "a", "namespace": "n", "labels": {"b": "c"}, "annotations": {"own": "d"}},
        "spec": {"replicas": 1, "progressDeadlineSeconds": 600},
    }


def test_an_import_knows_the_name_alone_of_what_the_sdk_does_not_describe() -> None:
    live = {
        "apiVersion": "example.com/v1",
        "kind": "Widget",
        "metadata": {"name": "a", "namespace": "n", "labels": {"b": "c"}},
        "spec": {"size": 1},
    }
    assert found("kubernetes:example.com/v1:Widget", live) == {
        "apiVersion": "example.com/v1",
        "kind": "Widget",
        "metadata": {"name": "a", "namespace": "n"},
    }
