"""What a change of a Kubernetes object is: each case as pulumi-kubernetes itself answers it (`make truth` compares)."""

from typing import Any

import pytest

from sandbox.kubernetes_diff import diff, diff_release

DEPLOYMENT = "kubernetes:apps/v1:Deployment"


def built(kind: str, api_version: str = "v1", **fields: Any) -> dict[str, Any]:
    return {"apiVersion": api_version, "kind": kind, "metadata": {"name": "x", "namespace": "n"}, **fields}


def deployment(**spec: Any) -> dict[str, Any]:
    containers = [{"name": "c", "image": "i", "resources": {"requests": {"cpu": "500m"}}}]
    template = {"metadata": {"labels": {"a": "b"}}, "spec": {"containers": containers}}
    return built("Deployment", "apps/v1", spec={"selector": {"matchLabels": {"a": "b"}}, "template": template, **spec})


def changed(token: str, old: dict[str, Any], new: dict[str, Any], **provider: Any) -> list[str]:
    found = diff(token, old, old, new, provider)
    return [f"{each.kind} {each.path}{' (replaces)' if each.replaces else ''}" for each in found.changes]


CONFIG_MAP, SECRET = "kubernetes:core/v1:ConfigMap", "kubernetes:core/v1:Secret"


@pytest.mark.parametrize(
    ("token", "old", "new", "changes"),
    [
        (DEPLOYMENT, deployment(), deployment(replicas=3), ["ADD spec.replicas"]),
        (DEPLOYMENT, deployment(replicas=2), deployment(replicas=3), ["UPDATE spec.replicas"]),
        (
            DEPLOYMENT,
            deployment(),
            deployment(selector={"matchLabels": {"a": "c"}}),
            ["UPDATE spec.selector.matchLabels.a (replaces)"],
        ),
        (
            CONFIG_MAP,
            built("ConfigMap", data={"a": "b"}),
            built("ConfigMap", data={"a.b": "c"}),
            ["DELETE data.a (replaces)", 'ADD data["a.b"] (replaces)'],
        ),
        (
            "kubernetes:storage.k8s.io/v1:StorageClass",
            built("StorageClass", "storage.k8s.io/v1", provisioner="p", reclaimPolicy="Delete"),
            built("StorageClass", "storage.k8s.io/v1", provisioner="p", reclaimPolicy="Retain"),
            ["UPDATE reclaimPolicy"],
        ),
        (
            "kubernetes:batch/v1:Job",
            built("Job", "batch/v1", spec={"parallelism": 1}),
            built("Job", "batch/v1", spec={"parallelism": 2}),
            ["UPDATE spec.parallelism (replaces)"],
        ),
        (
            "kubernetes:core/v1:Pod",
            built("Pod", spec={"containers": [{"name": "c", "image": "a"}]}),
            built("Pod", spec={"containers": [{"name": "c", "image": "b"}]}),
            ["UPDATE spec.containers[0].image (replaces)"],
        ),
        (
            "kubernetes:core/v1:ConfigMapPatch",
            built("ConfigMap", data={"a": "b"}),
            built("ConfigMap", data={"a": "c"}),
            ["UPDATE data.a"],
        ),
    ],
)
def test_a_change_is_told_as_the_provider_tells_it(
    token: str, old: dict[str, Any], new: dict[str, Any], changes: list[str]
) -> None:
    assert changed(token, old, new) == changes


@pytest.mark.parametrize(
    ("token", "old", "new"),
    [
        (SECRET, built("Secret", data={"a": "Yg=="}), built("Secret", stringData={"a": "b"})),
        (DEPLOYMENT, deployment(), deployment(paused=False, minReadySeconds=0)),
        (
            CONFIG_MAP,
            built("ConfigMap"),
            {**built("ConfigMap"), "metadata": {"name": "x", "namespace": "n", "uid": "u"}},
        ),
    ],
)
def test_another_spelling_is_no_change(token: str, old: dict[str, Any], new: dict[str, Any]) -> None:
    assert changed(token, old, new) == []


def test_what_the_server_adds_is_no_change_and_what_others_changed_is_one() -> None:
    given = deployment(replicas=2)
    live = deployment(replicas=2, strategy={"type": "RollingUpdate"})
    moved = deployment(replicas=5)

    assert diff(DEPLOYMENT, live, given, given, {}).changes == ()
    assert [each.path for each in diff(DEPLOYMENT, moved, given, given, {}).changes] == ["spec.replicas"]
    assert diff(DEPLOYMENT, moved, given, given, {}, ["spec.replicas"]).changes == ()


def test_a_fixed_name_makes_the_old_object_go_first_and_one_that_pulumi_made_does_not() -> None:
    def first(annotations: dict[str, str]) -> bool:
        old, new = (built("ConfigMap", data={"a": value}) for value in "bc")
        for each in (old, new):
            each["metadata"] = {**each["metadata"], "annotations": annotations}
        return diff(CONFIG_MAP, old, old, new, {}).delete_before_replace

    assert first({})
    assert not first({"pulumi.com/autonamed": "true"})


def test_a_mutable_config_map_is_updated_unless_it_says_that_it_is_immutable() -> None:
    old, new = (built("ConfigMap", data={"a": value}) for value in "bc")

    assert changed(CONFIG_MAP, old, new, enableConfigMapMutable="true") == ["UPDATE data.a"]
    kept = [{**each, "immutable": True} for each in (old, new)]
    assert changed(CONFIG_MAP, kept[0], kept[1], enableConfigMapMutable="true") == ["UPDATE data.a (replaces)"]


def test_a_release_that_moves_never_goes_before_its_successor() -> None:
    found = diff_release(
        {"name": "r", "namespace": "a", "version": "1"}, {"name": "r", "namespace": "b", "version": "2"}
    )

    assert (found.replaces, found.delete_before_replace) == (("namespace",), False)
    assert [each.path for each in found.changes] == ["namespace", "version"]
