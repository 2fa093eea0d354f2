"""Which archive a release is rendered from, and how its objects are told from the stack's own."""

from pathlib import Path

import pytest

from sandbox.clusters.helm import ChartError, Release, archive, marked, objects
from sandbox.clusters.placeholders import LABEL


def test_the_archive_of_the_version_is_taken(tmp_path: Path) -> None:
    for name in ("web-1.0.0.tgz", "web-2.0.0.tgz", "web-extra-1.0.0.tgz", "db-1.0.0.tgz"):
        (tmp_path / name).touch()
    assert archive(tmp_path, Release("web", "w", "default", {}, "1.0.0")) == tmp_path / "web-1.0.0.tgz"
    assert archive(tmp_path, Release("web", "w", "default", {}, "3.0.0")) is None
    assert archive(tmp_path, Release("db", "d", "default", {})) == tmp_path / "db-1.0.0.tgz"
    with pytest.raises(ChartError, match=r"web has several archives .*web-1\.0\.0\.tgz, web-2\.0\.0\.tgz"):
        archive(tmp_path, Release("web", "w", "default", {}))


def test_the_pods_of_a_release_are_marked_but_not_by_their_selector() -> None:
    spec = {"selector": {"matchLabels": {"a": "b"}}, "template": {"metadata": {"labels": {"a": "b"}}, "spec": {}}}
    made = marked({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}, "spec": spec}, "shop")
    assert made["metadata"]["labels"] == {LABEL: "shop"}
    assert made["spec"]["template"]["metadata"]["labels"] == {"a": "b", LABEL: "shop"}
    assert made["spec"]["selector"] == {"matchLabels": {"a": "b"}}


def test_a_bare_equals_sign_and_a_list_are_read_as_helm_means_them() -> None:
    text = "kind: List\nitems:\n- kind: Secret\n  data: {operators: [=, '!=']}\n- kind: Service\n---\n---\nkind: Job\n"
    assert [each["kind"] for each in objects(text)] == ["Secret", "Service", "Job"]
    assert objects(text)[0]["data"] == {"operators": ["=", "!="]}
