"""Previews: each page can be drawn, and what the made-up series lack is not what the pictures show."""

import html
import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from sandbox.prometheus import promtool
from tools.dashboards.preview import PICTURES, variables
from tools.dashboards.sample_series import openmetrics
from tools.dashboards.svg import colour, document, said

END = 1_790_000_000
PAGES = {path.stem: path for path in sorted((Path(__file__).parents[2] / "components").glob("*/dashboards/*.json"))}
PICTURED = ("overview", "queue")


def page(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(PAGES[name].read_text())
    return found


def drawable(found: dict[str, Any]) -> dict[str, Any]:
    # logs are no series
    return {**found, "panels": [each for each in found["panels"] if each["type"] != "logs"]}


@pytest.mark.parametrize("name", PAGES)
def test_every_panel_is_drawn_within_the_page_with_and_without_answers(name: str) -> None:
    found = drawable(page(name))
    answers = {
        each["id"]: [("{{pod}}", _answer(each["type"]))] * len(each.get("targets", [None])) for each in found["panels"]
    }
    for given in (answers, dict.fromkeys(answers, ())):
        text, width, height = document(found, given)
        for panel in found["panels"]:
            assert f"{html.escape(panel['title'])}<" in text
        boxes = re.findall(r'<rect x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)"', text)
        assert len(boxes) >= len([each for each in found["panels"] if each["type"] != "row"])
        assert max(float(x) + float(wide) for x, _, wide, _ in boxes) <= width
        assert max(float(y) + float(high) for _, y, _, high in boxes) <= height


def _answer(kind: str) -> list[dict[str, Any]]:
    metric = {"pod": "a", "alertname": "HighLatency", "severity": "critical"}
    if kind == "timeseries":
        return [{"metric": metric, "values": [[END - 60, "1"], [END, "NaN"]]}]
    return [{"metric": metric, "value": [END, "0.5"]}]


def test_figures_are_written_in_their_unit() -> None:
    assert [said(*each) for each in ((0.9993, "percentunit"), (90.0, "s"), (0.25, "s"), (2400.0, "short"))] == [
        "99.93 %",
        "1.5 min",
        "250 ms",
        "2,400",
    ]
    assert said(float("nan"), "s") == "no data"


def test_a_figure_has_the_colour_of_the_last_threshold_that_it_reached() -> None:
    steps = [{"value": None, "color": "green"}, {"value": 5, "color": "orange"}, {"value": 10, "color": "red"}]
    panel = {"fieldConfig": {"defaults": {"thresholds": {"steps": steps}}}}
    assert len({colour(value, panel) for value in (0, 4.9)}) == 1
    assert len({colour(value, panel) for value in (0, 5, 10)}) == 3


def test_prometheus_takes_the_series(tmp_path: Path) -> None:
    (tmp_path / "series").write_text(openmetrics(END))
    done = subprocess.run(
        [promtool(), "tsdb", "create-blocks-from", "openmetrics", tmp_path / "series", tmp_path / "data"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert any((tmp_path / "data").iterdir())


@pytest.mark.parametrize("name", PICTURED)
def test_the_pictures_lack_no_metric_that_the_page_asks_for(name: str) -> None:
    made = set(re.findall(r"^# TYPE (\S+)", openmetrics(END), re.MULTILINE))
    expressions = " ".join(target["expr"] for panel in page(name)["panels"] for target in panel.get("targets", []))
    asked = set(re.findall(r"\b(?:flowise|kube|aws|slo|probe|process)[a-z_]*[:_][a-z0-9_:]+", expressions))
    assert asked
    assert asked - made == set()
    assert (PICTURES / f"dashboard-{name}.png").stat().st_size < 300_000


def test_variables_stand_for_everything_until_somebody_chooses() -> None:
    assert variables(page("queue")) == {"$queue": ".*"}
    assert variables(page("flowise")) == {"$namespace": "flowise", "$pod": ".*"}
