"""The committed dashboards: current, of Grafana's model, without overlaps, and no question that nobody can read."""

import itertools
import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.cog.plugins import register_default_plugins
from grafana_foundation_sdk.models.dashboard import Dashboard

from sandbox.logql import faults
from sandbox.prometheus import promtool
from tools.dashboards.__main__ import main, stale
from tools.runbooks import EVERYTHING

register_default_plugins()
ROOT = Path(__file__).parents[2]
PATHS = [path for folder in ("components", "examples") for path in ROOT.glob(f"{folder}/*/dashboards/*.json")]
FILES = {path.stem: path for path in sorted(PATHS)}
SYSTEMS = {"aps", "ranking", "tiktrend"}
EACH = pytest.mark.parametrize("name", FILES)
# a list of alerts asks by itself, and a row only has a name
ASKS_NOTHING = {"alertlist", "row"}
# what Grafana puts in the place of these, about
FILLED_IN = {"$__rate_interval": "5m", "$__range_s": "3600", "$__range": "1h", "$__interval": "1m"}
COLUMNS = 24


def page(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(FILES[name].read_text())
    return found


def panels(name: str) -> list[dict[str, Any]]:
    return [each for each in page(name)["panels"] if each["type"] != "row"]


def queries(kind: str) -> Iterator[str]:
    """Yield every question to data sources of a kind, variables filled in."""
    for name in FILES:
        for panel in panels(name):
            for target in panel.get("targets", []):
                if panel["datasource"]["type"] == kind:
                    yield filled(target["expr"])
        if kind == "prometheus":
            yield from (filled(each["expr"]) for each in page(name)["annotations"]["list"])
            yield from (selector(each["query"]) for each in page(name)["templating"]["list"])


def filled(expression: str) -> str:
    for variable, value in FILLED_IN.items():
        expression = expression.replace(variable, value)
    return expression


def selector(query: str) -> str:
    found = re.fullmatch(r"label_values\((.+), \w+\)", query)
    assert found, query
    return found[1]


def test_the_files_are_what_the_code_says(capsys: pytest.CaptureFixture[str]) -> None:
    assert stale() == []
    assert main([]) == 0
    assert capsys.readouterr().out == ""


def test_all_that_was_asked_for_is_there() -> None:
    topics = {"overview", "flowise", "queue", "flow_costs", "database", "cache", "edge", "cluster", "delivery", "logs"}
    assert set(FILES) == topics | SYSTEMS


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("delivery", {"Deployment duration", "Uptime", "Time to recovery", "Change failure rate"}),
        (
            "ranking",
            {"Request rate", "Response time p95", "Error rate", "Computation p95", "What an answer's time goes into"},
        ),
        ("aps", {"Request rate", "Response time p95", "Error rate", "Database connections"}),
        ("tiktrend", {"Request rate", "Response time p95", "Error rate"}),
    ],
)
def test_a_page_shows_what_its_system_was_asked_for(name: str, asked: set[str]) -> None:
    assert asked <= {panel["title"] for panel in panels(name)}


@EACH
def test_a_page_is_what_grafanas_model_knows_and_nothing_else(name: str) -> None:
    # what the model does not know is lost on the way through it
    through = json.loads(json.dumps(Dashboard.from_json(page(name)), cls=JSONEncoder))
    assert through == page(name)


@EACH
def test_no_panel_hides_another_or_leaves_the_grid(name: str) -> None:
    everything = page(name)["panels"]
    ranges = [each["gridPos"] for each in everything]
    for place in ranges:
        assert place["w"] > 0
        assert place["h"] > 0
        assert place["x"] + place["w"] <= COLUMNS
    for one, other in itertools.combinations(ranges, 2):
        beside = one["x"] + one["w"] <= other["x"] or other["x"] + other["w"] <= one["x"]
        below = one["y"] + one["h"] <= other["y"] or other["y"] + other["h"] <= one["y"]
        assert beside or below, (one, other)
    ids = [each["id"] for each in everything]
    assert len(set(ids)) == len(ids)


@EACH
def test_every_panel_says_what_it_shows_in_which_unit_and_whom_it_asks(name: str) -> None:
    titles = [(panel["title"], panel["type"]) for panel in panels(name)]
    assert len(set(titles)) == len(titles)
    for panel in panels(name):
        assert panel["title"]
        assert panel["description"].endswith("."), panel["title"]
        if panel["type"] in ASKS_NOTHING:
            continue
        assert panel["datasource"]["uid"] == panel["datasource"]["type"]
        assert panel["datasource"]["uid"] in {"prometheus", "loki"}
        assert panel["targets"], panel["title"]
        assert len({target["refId"] for target in panel["targets"]}) == len(panel["targets"])
        if panel["type"] != "logs":
            assert panel["fieldConfig"]["defaults"]["unit"], panel["title"]


def test_every_question_to_prometheus_is_one_that_it_can_read(tmp_path: Path) -> None:
    asked = sorted(set(queries("prometheus")))
    assert len(asked) > 80
    rules = [{"record": f"asked:{number}", "expr": query} for number, query in enumerate(asked)]
    (tmp_path / "rules.yaml").write_text(yaml.safe_dump({"groups": [{"name": "asked", "rules": rules}]}))
    done = subprocess.run(
        [promtool(), "check", "rules", "--lint=none", tmp_path / "rules.yaml"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{len(asked)} rules found" in done.stdout


def test_every_question_to_loki_is_one_that_it_can_read() -> None:
    asked = sorted(set(queries("loki")))
    assert len(asked) >= 5
    assert faults(asked) == {}


def test_lokis_parser_refuses_what_is_no_question() -> None:
    refused = faults(['{app="flowise"}', "{app=}", "rate(up[5m])", 'count_over_time({app="a"})'])
    assert list(refused) == ["{app=}", "rate(up[5m])", 'count_over_time({app="a"})']


@EACH
def test_variables_are_used_and_used_ones_are_there(name: str) -> None:
    there = {each["name"] for each in page(name)["templating"]["list"]}
    text = json.dumps([panel.get("targets") for panel in panels(name)])
    used = set(re.findall(r"\$(?!__)\{?(\w+)", text))
    assert used == there


@EACH
def test_links_between_pages_lead_somewhere(name: str) -> None:
    known = {page(each)["uid"] for each in FILES}
    assert page(name)["links"][0]["tags"] == page(name)["tags"] == ["platform"]
    assert set(re.findall(r'"/d/([\w-]+)"', json.dumps(page(name)))) <= known


def named_alerts() -> set[str]:
    own = {path.stem for system in SYSTEMS for path in ROOT.glob(f"examples/{system}/runbooks/*.md")}
    return {alert.name for alert in EVERYTHING.alerts} | own


@EACH
def test_runbooks_that_panels_name_are_those_of_alerts(name: str) -> None:
    for panel in panels(name):
        found = re.search(r"Runbooks?: (.+)\.$", panel["description"])
        if found:
            assert set(found[1].split(", ")) <= named_alerts(), panel["title"]
        else:
            assert "unbook:" not in panel["description"], panel["title"]


@EACH
def test_lists_of_alerts_show_some(name: str) -> None:
    (panel,) = [panel for panel in panels(name) if panel["type"] == "alertlist"]
    chosen = panel["options"]["alertInstanceLabelFilter"]
    if name != "overview":
        found = re.fullmatch(r'\{alertname=~"([^"]+)"\}', chosen)
        assert found, chosen
        for pattern in found[1].split("|"):
            # of the chart's own
            if not pattern.startswith("Kube"):
                assert any(re.fullmatch(pattern, alert) for alert in named_alerts()), pattern


def test_pages_keep_their_addresses() -> None:
    # people have them in bookmarks
    assert {name: page(name)["uid"] for name in FILES} == {name: name for name in FILES}


def test_what_is_looked_at_first_stands_first() -> None:
    first, *others = panels("overview")
    assert first["title"] == "Site up"
    assert [each["title"] for each in others[:5]] == [
        "Critical alerts",
        "Error budget left",
        "Availability, 30 days",
        "Highest burn rate, 1 hour",
        "Error rate",
    ]
    # one row of figures, seen without scrolling
    assert {each["gridPos"]["y"] for each in (first, *others[:5])} == {1}
    assert page("overview")["panels"][8]["type"] == "alertlist"


# what an application's own folder knows
APPLICATION = {"overview", "flowise", "queue", "flow_costs", *SYSTEMS}


@pytest.mark.parametrize("name", sorted(set(FILES) - APPLICATION))
def test_a_component_s_page_knows_no_application(name: str) -> None:
    text = FILES[name].read_text().lower()
    assert [word for word in ("flowise", "databricks", "bullmq", "prediction") if word in text] == []
