"""Every metric that a rule or a dashboard names is one that somebody exports, or one that a rule of ours records."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import promql_parser
import pytest

from tests.components.monitoring_stack.rules import FULL

KNOWN = Path(__file__).parent / "metrics"
DASHBOARDS = Path(__file__).parents[3] / "components"
# a histogram is scraped as these
PARTS = ("_bucket", "_count", "_sum")
# what Grafana puts into a query before Prometheus reads it (Grafana documentation: variables, global variables)
DURATION = re.compile(r"\$\{?__(rate_interval|interval|range)(_ms|_s)?(:[a-z]+)?\}?")
VARIABLE = re.compile(r"\$\{?\w+(:\w+)?\}?")


def known() -> set[str]:
    """Return the names in the lists, each with its source at the list's head."""
    names: set[str] = set()
    for path in KNOWN.glob("*.txt"):
        for line in path.read_text(encoding="utf-8").splitlines():
            if line and not line.startswith("#"):
                name, *rest = line.split()
                names |= {name + part for part in PARTS} if rest == ["histogram"] else {name}
    return names


def recorded() -> set[str]:
    return {each.name for group in FULL.groups for each in group.recordings}


def named(query: str) -> set[str]:
    """Return the metrics that a query selects; raises ValueError where it cannot be parsed."""
    found: set[str] = set()

    def visit(node: Any) -> bool:
        if isinstance(node, promql_parser.VectorSelector):
            # a choice of names is as many names; any other pattern is none that could be known
            chosen = [each.value for each in node.matchers.matchers if each.name == "__name__"]
            found.update([node.name] if node.name else "|".join(chosen).split("|"))
        return True

    # the parser knows no fill modifiers and the like, which nobody here uses; a new one fails loudly
    promql_parser.walk(promql_parser.parse(query), visit)
    return found


def rules() -> Iterator[tuple[str, str]]:
    for group in FULL.groups:
        yield from ((f"{group.name}: {each.name}", each.expression) for each in group.recordings)
        yield from ((f"{group.name}: {each.name}", each.expression) for each in group.alerts)


def dashboard_queries(dashboard: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the queries for Prometheus, wherever they stand, with what Grafana would put in."""

    def walk(value: Any, source: str) -> Iterator[str]:
        if isinstance(value, dict):
            own = value.get("datasource")
            source = (own.get("type") or source) if isinstance(own, dict) else source
            if source == "prometheus":
                yield from (value[key] for key in ("expr", "query") if isinstance(value.get(key), str))
            for inner in value.values():
                yield from walk(inner, source)
        elif isinstance(value, list):
            for inner in value:
                yield from walk(inner, source)

    for query in walk(dashboard, ""):
        yield str(dashboard.get("title")), VARIABLE.sub("x", DURATION.sub("5m", query))


def of_variable(query: str) -> str:
    """Return what a variable asks for: `label_values(metric, label)` is Grafana's own, and no PromQL."""
    asked = re.fullmatch(r"\s*(?:label_values|query_result)\((.*?)(?:,\s*\w+\s*)?\)\s*", query, re.DOTALL)
    return asked[1] if asked else query


@pytest.mark.parametrize(("where", "query"), list(rules()), ids=lambda each: each if len(each) < 60 else "")
def test_a_rule_names_metrics_that_are_known(where: str, query: str) -> None:
    assert named(query) - known() - recorded() == set(), where


def test_a_dashboard_names_metrics_that_are_known() -> None:
    unknown = {
        (title, metric)
        for path in sorted(DASHBOARDS.glob("*/dashboards/*.json"))
        for title, query in dashboard_queries(json.loads(path.read_text(encoding="utf-8")))
        for metric in named(of_variable(query)) - known() - recorded()
    }
    assert unknown == set()


def test_an_unknown_metric_of_a_dashboard_is_found() -> None:
    prometheus, loki = {"type": "prometheus", "uid": "a"}, {"type": "loki", "uid": "b"}
    dashboard = {
        "title": "A",
        "templating": {"list": [{"datasource": prometheus, "query": 'label_values(made_up_info{a="$b"}, c)'}]},
        "panels": [
            {"datasource": prometheus, "targets": [{"expr": 'rate(no_such_total{a=~"$b"}[$__rate_interval])'}]},
            {"datasource": loki, "targets": [{"expr": 'count_over_time({app="x"} |= "y" [$__range])'}]},
            {"panels": [{"datasource": loki, "targets": [{"datasource": prometheus, "expr": "sum by (x) (another)"}]}]},
        ],
    }
    queries = [of_variable(query) for _, query in dashboard_queries(dashboard)]
    assert {metric for query in queries for metric in named(query)} == {"made_up_info", "no_such_total", "another"}


def test_names_are_found_wherever_a_query_has_them() -> None:
    query = 'sum by (x) (rate(a_total{b="c"}[5m] offset 1h)) / on () group_left () absent_over_time((d > 0)[36h:5m])'
    assert named(query) == {"a_total", "d"}
    assert named('rate({__name__=~"a_total|b_total",c="d|e"}[5m]) or {f="g"}') == {"a_total", "b_total", ""}
    with pytest.raises(ValueError, match="unclosed"):
        named("sum by (")


def test_every_list_says_where_it_is_from() -> None:
    paths = sorted(KNOWN.glob("*.txt"))
    assert len(paths) >= 15
    for path in paths:
        assert path.read_text(encoding="utf-8").startswith("# "), path.name


def test_no_list_names_a_metric_twice() -> None:
    for path in KNOWN.glob("*.txt"):
        names = [line.split()[0] for line in path.read_text(encoding="utf-8").splitlines() if line and line[0] != "#"]
        assert len(names) == len(set(names)), path.name
