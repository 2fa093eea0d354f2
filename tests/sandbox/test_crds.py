"""Where the CRDs of charts come from, and what stands in for them."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sandbox import toolchain
from sandbox.clusters import charts, crds
from sandbox.toolchain import Pin, ToolchainError, fetched

MODULE, SUM = "example.com/kinds", "h1:right="


@pytest.fixture(autouse=True)
def forgets() -> Iterator[None]:
    crds.of_chart.cache_clear()
    yield
    crds.of_chart.cache_clear()


def test_a_chart_whose_modules_cannot_be_had_gets_kinds_that_take_anything(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse() -> Any:
        raise ToolchainError("no way to the module proxy")

    monkeypatch.setattr(crds, "_kept", refuse)
    assert crds.of_chart("keda") == charts.definitions("keda")
    assert crds.of_chart("keda") == charts.definitions("keda")
    said = capsys.readouterr().err
    assert said == "no way to the module proxy\nUntil then the kinds of keda take any content.\n"


def test_a_chart_without_a_source_needs_no_modules(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(crds, "_kept")
    assert [each["spec"]["names"]["kind"] for each in crds.of_chart("aws-load-balancer-controller")] == [
        "TargetGroupBinding",
        "IngressClassParams",
    ]


def test_a_definition_loses_its_descriptions_and_keeps_its_properties() -> None:
    schema = {"description": "long", "properties": {"description": {"type": "string", "description": "long"}}}
    given = {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": "a", "annotations": {"b": "c"}},
        "spec": {"conversion": {"strategy": "Webhook"}, "versions": [{"schema": schema}]},
        "status": {},
    }
    assert crds.trimmed(given) == {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": "a", "labels": {}},
        "spec": {"versions": [{"schema": {"properties": {"description": {"type": "string"}}}}]},
    }


@pytest.fixture
def pin(tmp_path: Path) -> Pin:
    (tmp_path / "go.sum").write_text(f"{MODULE} v1.2.3 {SUM}\n", encoding="utf-8")
    return Pin(tmp_path, "v1.2.3", (1, 25))


def says(monkeypatch: pytest.MonkeyPatch, *documents: dict[str, str]) -> None:
    monkeypatch.setattr(toolchain, "go_command", lambda *_: ["go"])
    text = "\n".join(json.dumps(each, indent=1) for each in documents)
    monkeypatch.setattr(toolchain, "_output", lambda *_: text)


def test_a_module_is_taken_for_which_go_sum_vouches(pin: Pin, monkeypatch: pytest.MonkeyPatch) -> None:
    says(monkeypatch, {"Path": MODULE, "Version": "v1.2.3", "Sum": SUM, "Dir": "/cache/kinds"})
    assert fetched(pin, {MODULE: "v1.2.3"}, "the kinds") == {MODULE: Path("/cache/kinds")}


@pytest.mark.parametrize(
    ("documents", "words"),
    [
        (
            [{"Path": MODULE, "Version": "v1.2.3", "Sum": "h1:other=", "Dir": "/d"}],
            "go.sum does not vouch for example.com",
        ),
        (
            [{"Path": MODULE, "Version": "v1.2.3", "Error": "dial tcp: refused"}],
            "the kinds cannot be had: dial tcp: refused",
        ),
        ([], "the kinds cannot be had: `go mod download`"),
    ],
)
def test_no_other_is_taken(
    documents: list[dict[str, str]], words: str, pin: Pin, monkeypatch: pytest.MonkeyPatch
) -> None:
    says(monkeypatch, *documents)
    with pytest.raises(ToolchainError, match=words):
        fetched(pin, {MODULE: "v1.2.3"}, "the kinds")
