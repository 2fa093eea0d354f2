"""Charts' archives, and the facts taken of their objects; `tests/contract/test_charts_recorded.py` has the rest."""

import io
import shutil
import sys
import tarfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from sandbox.clusters.helm import ChartError, Release
from tools.charts import __main__ as charts
from tools.charts import archives
from tools.charts.archives import NotPinned, archive_of, crds_in_folder, digest, never_upgraded
from tools.charts.facts import addresses, definition_digest, definitions, facts, named_secrets
from tools.charts.store import Installed

LOKI = Installed(Release("loki", "logs", "logging", {}, "1.2.3"), "https://charts.example.com")


def kind(plural: str, **spec: Any) -> dict[str, Any]:
    versions = [{"name": "v1", "served": True, "storage": True}, {"name": "v2", "served": False, "storage": False}]
    names = {"kind": plural.title(), "plural": plural}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{plural}.example.com"},
        "spec": {"group": "example.com", "scope": "Namespaced", "names": names, "versions": versions, **spec},
    }


def packed(folder: Path, files: Mapping[str, Any], name: str = "loki-1.2.3.tgz") -> Path:
    path = folder / name
    with tarfile.open(path, "w:gz") as archive:
        for inside, content in files.items():
            text = yaml.safe_dump(content).encode()
            member = tarfile.TarInfo(inside)
            member.size = len(text)
            archive.addfile(member, io.BytesIO(text))
    return path


@pytest.fixture
def chart(tmp_path: Path) -> Path:
    return packed(
        tmp_path,
        {
            "loki/Chart.yaml": {"name": "loki"},
            "loki/crds/rings.yaml": kind("rings"),
            "loki/charts/agent/crds/deep/agents.yaml": kind("agents"),
            "loki/templates/crds/walls.yaml": kind("walls"),
            "loki/crds/README.md": {},
        },
    )


def pin(monkeypatch: pytest.MonkeyPatch, **pins: str) -> None:
    known = {"loki 1.2.3": pins} if pins else {}
    monkeypatch.setattr(archives, "pins", lambda: known)


def test_the_archive_that_is_pinned_is_taken(chart: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pin(monkeypatch, sha256=digest(chart))
    assert archive_of(LOKI, chart.parent, pulls=False) == chart


def test_another_archive_under_the_same_version_is_refused(chart: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pin(monkeypatch, sha256="0" * 64)
    with pytest.raises(
        NotPinned, match=rf"loki-1\.2\.3\.tgz has the sha256 {digest(chart)}, and charts\.lock\.json says 0"
    ):
        archive_of(LOKI, chart.parent, pulls=False)
    assert archive_of(LOKI, chart.parent, pulls=False, rebuilt=True) == chart


def test_a_chart_without_a_pin_is_refused_even_where_it_was_rebuilt(
    chart: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pin(monkeypatch)
    with pytest.raises(NotPinned, match=r"loki 1\.2\.3 is not pinned: put its sha256 into charts\.lock\.json"):
        archive_of(LOKI, chart.parent, pulls=False, rebuilt=True)


def test_an_archive_that_is_not_there_is_asked_for(tmp_path: Path) -> None:
    with pytest.raises(ChartError, match=r"has no loki-1\.2\.3\.tgz: helm pull it"):
        archive_of(LOKI, tmp_path, pulls=False)


def test_pulling_leaves_every_archive_as_it_is_pinned_and_refuses_another(
    tmp_path: Path, chart: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "made" / "charts"
    monkeypatch.setattr(charts, "shapes_installed", lambda: [LOKI])
    monkeypatch.setattr(archives, "_pull", lambda _, where: shutil.copy(chart, where))
    monkeypatch.setattr(sys, "argv", ["charts", "pull", "--charts", str(folder)])
    pin(monkeypatch, sha256=digest(chart))
    assert (charts.main(), capsys.readouterr().out) == (0, f"{folder / chart.name}\n")
    pin(monkeypatch, sha256="0" * 64)
    assert charts.main() == 1
    assert "another archive under this version" in capsys.readouterr().err


def test_what_lies_in_the_folders_of_a_chart_and_of_those_within_is_found(chart: Path) -> None:
    assert [each["metadata"]["name"] for each in crds_in_folder(chart)] == ["agents.example.com", "rings.example.com"]


def test_only_what_a_release_installs_and_helm_never_upgrades_is_given_out(chart: Path) -> None:
    in_folder = ["agents.example.com", "rings.example.com"]
    # the chart within is switched off
    recorded = definitions([kind("rings"), kind("walls")], in_folder)
    assert {name: its["upgraded"] for name, its in recorded.items()} == {
        "rings.example.com": False,
        "walls.example.com": True,
    }
    assert [each["metadata"]["name"] for each in never_upgraded(chart, recorded)] == ["rings.example.com"]
    assert recorded["rings.example.com"]["served"] == ["v1"]


def test_a_definition_that_is_not_the_recorded_one_is_given_out_to_nobody(chart: Path) -> None:
    recorded = definitions([kind("rings", scope="Cluster")], ["rings.example.com"])
    assert recorded["rings.example.com"]["sha256"] != definition_digest(kind("rings"))
    with pytest.raises(
        NotPinned, match=r"the CRD rings\.example\.com of loki-1\.2\.3\.tgz is not the one that is recorded"
    ):
        list(never_upgraded(chart, recorded))


def test_a_pod_is_told_by_what_others_count_on() -> None:
    container = {
        "name": "loki",
        "image": "docker.io/grafana/loki:3",
        "ports": [{"containerPort": 3100, "name": "http"}],
        "resources": {"requests": {"cpu": "0.25", "memory": "1Gi"}, "limits": {"memory": "1536Mi"}},
        "env": [{"name": "KEY", "valueFrom": {"secretKeyRef": {"name": "login", "key": "password"}}}],
        "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
    }
    deployment = {
        "kind": "Deployment",
        "metadata": {"name": "loki"},
        "spec": {
            "replicas": 2,
            "template": {
                "metadata": {"labels": {"app": "loki", "helm.sh/chart": "loki-1.2.3"}},
                "spec": {"serviceAccountName": "loki", "containers": [container]},
            },
        },
    }
    test_pod = {"kind": "Pod", "metadata": {"name": "t", "annotations": {"helm.sh/hook": "test"}}, "spec": {}}
    found = facts(LOKI.release, [deployment, test_pod], ["logging"])
    assert found["images"] == ["docker.io/grafana/loki:3"]
    assert found["others"] == {}
    (pod,) = found["pods"]
    assert pod == {
        "namespace": "logging",
        "name": "loki",
        "kind": "Deployment",
        "labels": {"app": "loki"},
        "replicas": 2,
        "account": "loki",
        "token": True,
        "host_network": False,
        "level": "baseline",
        "because": ["runAsNonRoot != true", "seccompProfile"],
        "cpu_request_millicores": 250,
        "memory_request_mib": 1024,
        "memory_limit_mib": 1536,
        "ports": [{"number": 3100, "name": "http", "protocol": "TCP"}],
        "secrets": [{"name": "login", "keys": ["password"]}],
    }


def test_secrets_are_found_wherever_they_are_named() -> None:
    spec = {
        "volumes": [{"secret": {"secretName": "files"}}, {"secret": {"secretName": "maybe", "optional": True}}],
        "envFrom": [{"secretRef": {"name": "all"}}],
        "endpoints": [
            {
                "authorization": {"credentials": {"name": "token", "key": "bearer"}},
                "tlsConfig": {"ca": {"secret": {"name": "ca", "key": "ca.crt"}}},
            }
        ],
    }
    assert named_secrets(spec) == [
        {"name": "all", "keys": []},
        {"name": "ca", "keys": ["ca.crt"]},
        {"name": "files", "keys": []},
        {"name": "token", "keys": ["bearer"]},
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("url: http://loki.logging:3100/push", [("logging", "loki", 3100)]),
        ("loki.logging.svc.cluster.local:9095", [("logging", "loki", 9095)]),
        ("join loki-memberlist.logging.svc", [("logging", "loki-memberlist", None)]),
        ("https://docs.example.com and loki.logging", []),
        ("https://loki.logging.example.com:443", []),
    ],
)
def test_an_address_names_a_service_of_a_namespace_that_is_there(text: str, found: list[Any]) -> None:
    told = addresses({"a": [text]}, ["logging"])
    assert [(each["namespace"], each["name"], each["port"]) for each in told] == found
