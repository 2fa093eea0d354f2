"""The alerts of Ranking, judged by promtool."""

from pathlib import Path

import yaml

from components.monitoring_stack.alerts.rules import completed
from components.monitoring_stack.settings.monitoring import MonitoringSettings
from examples.ranking import watched as own
from tests.components.monitoring_stack.cases.case import calm, counter, story
from tests.components.monitoring_stack.rules import run, unit_tests, write_rules

BOUNDS = ("0.01", "0.025", "0.05", "0.1", "0.25", "0.5", "1", "2.5", "5", "10", "30", "+Inf")
UP = 'up{job="ranking",namespace="ranking",pod="a",instance="10.0.0.1:8000"}'
WANTED = 'kube_deployment_{}_replicas{}{{namespace="ranking",deployment="app-blue-web-pods"}}'
SPEC, READY = WANTED.format("spec", ""), WANTED.format("status", "_available")


def measured(metric: str, seconds: float, *phases: tuple[int, float], labels: str = "") -> dict[str, str]:
    """Return a histogram of things that all take as long."""
    own_labels = f'namespace="ranking",pod="a"{labels}'
    grows, none = counter(*phases), counter((sum(samples for samples, _ in phases), 0))
    return {
        **{
            f'{metric}_bucket{{{own_labels},le="{bound}"}}': grows if float(bound.replace("+", "")) >= seconds else none
            for bound in BOUNDS
        },
        f"{metric}_count{{{own_labels}}}": grows,
    }


def slow_between(metric: str, fast: float, slow: float) -> dict[str, str]:
    """Fast ones, then twenty minutes of slow ones, then fast ones again."""
    return {
        **measured(metric, fast, (10, 60), (20, 0), (30, 60), labels=',code="200"'),
        **measured(metric, slow, (10, 0), (20, 60), (30, 0), labels=',code="201"'),
    }


def failing(share: float) -> dict[str, str]:
    """A share of a thousand answers a minute fails for twenty minutes."""
    failed = round(1000 * share)
    return {
        **measured(own.SECONDS, 0.1, (60, 1000 - failed), labels=',code="200"'),
        **measured(own.SECONDS, 0.1, (10, 0), (20, failed), (30, 0), labels=',code="503"'),
    }


CASES = (
    story("HighResponseTime", "warning", "2 s", slow_between(own.SECONDS, 0.1, 2), "12m", "25m", "50m"),
    calm("HighResponseTime", "0.4 s", slow_between(own.SECONDS, 0.1, 0.4), "25m"),
    story("HighErrorRate", "critical", "one in twenty", failing(0.05), "12m", "25m", "50m"),
    calm("HighErrorRate", "one in two hundred", failing(0.005), "25m"),
    story("SlowRankingComputation", "warning", "2 s", slow_between(own.COMPUTATION, 0.05, 2), "15m", "28m", "50m"),
    calm("SlowRankingComputation", "0.2 s", slow_between(own.COMPUTATION, 0.05, 0.2), "28m"),
    story(
        "AppInstanceDown",
        "critical",
        "one pod is silent",
        {UP: "1x5 0x5 1x10"},
        "6m",
        "9m",
        "15m",
        {"job": "ranking", "namespace": "ranking", "pod": "a", "instance": "10.0.0.1:8000"},
    ),
    story(
        "AppInstanceDown", "critical", "no pod is known", {UP: "1x5 _x10 1x10"}, "5m", "14m", "20m", {"job": "ranking"}
    ),
    calm("AppInstanceDown", "one scrape is missed", {UP: "1x5 0x0 1x10"}, "7m"),
    story(
        "ReplicasMissing",
        "warning",
        "two of three",
        {SPEC: "3x40", READY: "3x5 2x20 3x10"},
        "15m",
        "23m",
        "35m",
        {"namespace": "ranking", "deployment": "app-blue-web-pods"},
    ),
    calm("ReplicasMissing", "a rollout", {SPEC: "3x40", READY: "3x5 2x10 3x20"}, "18m"),
)


def test_alerts_fire_when_they_should_and_only_then(tmp_path: Path) -> None:
    rules = write_rules(tmp_path, completed([own.watch(own.Promises())], MonitoringSettings()))
    checked = run("check", "rules", "--lint=all", "--lint-fatal", *rules.values())
    assert checked.returncode == 0, checked.stderr
    file = tmp_path / "tests.yaml"
    file.write_text(yaml.safe_dump(unit_tests([rules["service"]], CASES, "1m"), sort_keys=False), encoding="utf-8")
    tested = run("test", "rules", file)
    assert tested.returncode == 0, tested.stdout + tested.stderr


def test_every_alert_has_cases_on_both_sides() -> None:
    names = {alert.name for alert in own.alerts(own.Promises())}
    assert {case.alert for case in CASES if case.firing} == names
    assert {case.alert for case in CASES if not case.firing} == names
