import re
from itertools import pairwise
from typing import Any

from components.planning.dashboards import flowise_dashboard


def panels() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = flowise_dashboard()["panels"]
    return found


def test_it_keeps_its_address() -> None:
    assert flowise_dashboard()["uid"] == "flowise"


def test_only_metrics_that_flowise_exports_are_shown() -> None:
    # upstream's dashboards ask for nodejs_* and process_* without the prefix, and stay empty
    known = {
        "http_request_duration_ms_sum",
        "http_request_duration_ms_count",
        "flowise_process_resident_memory_bytes",
        "flowise_nodejs_eventloop_lag_p99_seconds",
    }
    for panel in panels():
        asked = set(re.findall(r"([a-z_0-9]+)\{", panel["targets"][0]["expr"]))
        assert asked, panel["title"]
        assert asked <= known, panel["title"]


def test_it_shows_flowise_alone() -> None:
    for panel in panels():
        expression = panel["targets"][0]["expr"]
        assert expression.count("{") == expression.count('{namespace="flowise"}')


def test_it_asks_the_data_source_that_the_chart_makes() -> None:
    assert {panel["datasource"]["uid"] for panel in panels()} == {"prometheus"}


def test_no_panel_hides_another() -> None:
    ids = [panel["id"] for panel in panels()]
    assert len(set(ids)) == len(ids)
    places = sorted((panel["gridPos"]["y"], panel["gridPos"]["x"]) for panel in panels())
    assert all(one != other for one, other in pairwise(places))
