"""Each chart is pinned and recorded: no version, no value of a shape without facts, no archive without a digest."""

import json
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest

from testing.cloud import Cloud
from testing.program import Run
from tools.charts.facts import values_digest
from tools.charts.record import differences
from tools.charts.store import FACTS, Unrecorded, facts_of, installed, pins, recorded, written
from tools.shapes import SHAPES, made

# Rendered from the maker's sources at the very tag, packed anew, for no archive as published was at hand; whoever
# reaches their repositories records them again, and this list is to be empty then.
REBUILT = {
    "alloy 1.11.1",
    "datadog 3.240.0",
    "external-secrets 2.1.0",
    "karpenter 1.14.0",
    "kube-prometheus-stack 88.5.3",
    "loki 18.4.2",
    "prometheus-blackbox-exporter 11.17.2",
    "prometheus-yet-another-cloudwatch-exporter 0.47.0",
    "tempo 2.2.4",
}


@pytest.mark.parametrize("shape", SHAPES)
def test_every_release_of_a_shape_is_recorded_with_its_values(shape: str) -> None:
    assert len(facts_of(made(shape))) == len(list(installed(made(shape))))


def test_no_facts_are_left_of_what_nobody_installs() -> None:
    used = {
        (each.name, each.chart, values_digest(each.release.values))
        for shape in SHAPES
        for each in installed(made(shape))
    }
    kept = {(row["release"], row["chart"], values) for row in recorded()["releases"] for values in row["values"]}
    assert kept == used
    assert set(recorded()["charts"]) == {chart for _, chart, _ in used}


def test_every_chart_is_pinned_by_the_digest_of_its_archive_in_its_repository() -> None:
    repositories = {each.chart: each.repository for shape in SHAPES for each in installed(made(shape))}
    assert {chart: pin["repository"] for chart, pin in pins().items()} == repositories
    assert all(len(bytes.fromhex(pin["sha256"])) == 32 and pin["seen"] for pin in pins().values())
    assert len({pin["sha256"] for pin in pins().values()}) == len(pins())


def test_what_was_not_rendered_from_the_pinned_archive_is_listed() -> None:
    assert {chart for chart, its in recorded()["charts"].items() if its["archive"] != "as pinned"} == REBUILT


def test_the_file_is_as_the_command_writes_it() -> None:
    assert FACTS.read_text(encoding="utf-8") == written(recorded())


def with_loki(change: Callable[[Mapping[str, Any]], Mapping[str, Any]]) -> Run:
    """Return dev as it is made, but for what is asked of Loki's chart."""
    cloud = Cloud()
    for each in made("dev").cloud.created:
        asks = str(each.inputs.get("chart", "")).endswith("loki")
        cloud.created.append(replace(each, inputs=change(each.inputs)) if asks else each)
    return Run(cloud, {})


def test_another_version_is_refused_with_the_command_to_run() -> None:
    with pytest.raises(
        Unrecorded, match=r"no facts of loki 18\.4\.3 as logging/.* \(at this version\): python -m tools\.charts record"
    ):
        facts_of(with_loki(lambda loki: {**loki, "version": "18.4.3"}))


def test_another_value_is_refused_with_the_command_to_run() -> None:
    with pytest.raises(
        Unrecorded,
        match=r"no facts of loki 18\.4\.2 as logging/.* \(with these values\): python -m tools\.charts record",
    ):
        facts_of(with_loki(lambda loki: {**loki, "values": {**loki["values"], "of_nobody": 7}}))


def test_a_long_text_may_say_something_else_and_a_short_one_may_not() -> None:
    assert values_digest({"config": "a" * 201}) == values_digest({"config": "b" * 300})
    assert values_digest({"config": "a"}) != values_digest({"config": "b"})
    assert values_digest({"config": "a" * 201}) != values_digest({})


def test_a_difference_is_told_by_where_it_is() -> None:
    after: dict[str, Any] = deepcopy(json.loads(json.dumps(recorded())))
    loki = next(row for row in after["releases"] if row["chart"].startswith("loki "))
    loki["services"][0]["ports"][0]["number"] = 1
    loki["images"] = []
    told = differences(recorded(), after)
    assert [line.partition(":")[0].rpartition(".")[2] for line in told] != []
    assert any("services" in line and "loki" in line for line in told), told
    assert any(".images: " in line for line in told), told
    assert differences(recorded(), recorded()) == []


def test_no_text_of_a_chart_is_kept() -> None:
    assert [text for text in _texts(recorded()) if "\n" in text or len(text) > 160] == []


def _texts(value: Any) -> list[str]:
    if isinstance(value, Mapping):
        return [text for each in value.values() for text in _texts(each)]
    if isinstance(value, list):
        return [text for each in value for text in _texts(each)]
    return [value] if isinstance(value, str) else []
