"""The alerts of Sistema APS, judged by promtool."""

from pathlib import Path

import yaml

from components.monitoring_stack.alerts.rules import completed
from components.monitoring_stack.settings.monitoring import MonitoringSettings
from components.shared.watch import Watch
from examples.aps import application as app
from tests.components.monitoring_stack.cases.case import calm, counter, story
from tests.components.monitoring_stack.rules import run, unit_tests, write_rules

BOUNDS = ("0.05", "0.1", "0.25", "0.5", "1", "2", "5", "10", "30", "+Inf")
UP = 'up{job="aps",namespace="aps",pod="a",instance="10.0.0.1:3030"}'
WANTED = 'kube_deployment_{}_replicas{}{{namespace="aps",deployment="app-web-pods"}}'
SPEC, READY = WANTED.format("spec", ""), WANTED.format("status", "_available")


def answers(seconds: float, *phases: tuple[int, float], code: str = "200") -> dict[str, str]:
    """Answers that all take as long, in the application's histogram."""
    labels = f'namespace="aps",pod="a",method="GET",route="/",code="{code}"'
    grows, none = counter(*phases), counter((sum(samples for samples, _ in phases), 0))
    return {
        **{
            f'{app.SECONDS}_bucket{{{labels},le="{bound}"}}': grows
            if float(bound.replace("+", "")) >= seconds
            else none
            for bound in BOUNDS
        },
        f"{app.SECONDS}_count{{{labels}}}": grows,
    }


def slow_between(fast_seconds: float, slow_seconds: float) -> dict[str, str]:
    """Fast answers, then ten minutes of slow ones, then fast ones again."""
    return {
        **answers(fast_seconds, (10, 60), (10, 0), (20, 60)),
        **answers(slow_seconds, (10, 0), (10, 60), (20, 0), code="201"),
    }


CASES = (
    story("HighResponseTime", "warning", "3 s", slow_between(0.2, 3), "11m", "18m", "30m"),
    calm("HighResponseTime", "1.5 s", slow_between(0.2, 1.5), "18m"),
    story(
        "AppInstanceDown",
        "critical",
        "one pod is silent",
        {UP: "1x5 0x5 1x10"},
        "6m",
        "9m",
        "15m",
        {"job": "aps", "namespace": "aps", "pod": "a", "instance": "10.0.0.1:3030"},
    ),
    story("AppInstanceDown", "critical", "no pod is known", {UP: "1x5 _x10 1x10"}, "5m", "14m", "20m", {"job": "aps"}),
    calm("AppInstanceDown", "one scrape is missed", {UP: "1x5 0x0 1x10"}, "7m"),
    story(
        "ReplicasMissing",
        "warning",
        "two of three",
        {SPEC: "3x40", READY: "3x5 2x20 3x10"},
        "15m",
        "23m",
        "35m",
        {"namespace": "aps", "deployment": "app-web-pods"},
    ),
    calm("ReplicasMissing", "a rollout", {SPEC: "3x40", READY: "3x5 2x10 3x20"}, "18m"),
)


def watched() -> Watch:
    return completed([app.watch(app.Promises())], MonitoringSettings())


def test_prometheus_reads_its_rules(tmp_path: Path) -> None:
    checked = run("check", "rules", "--lint=all", "--lint-fatal", *write_rules(tmp_path, watched()).values())
    assert checked.returncode == 0, checked.stderr


def test_alerts_fire_when_they_should_and_only_then(tmp_path: Path) -> None:
    rules = write_rules(tmp_path, watched())
    file = tmp_path / "tests.yaml"
    file.write_text(yaml.safe_dump(unit_tests([rules["service"]], CASES, "1m"), sort_keys=False), encoding="utf-8")
    tested = run("test", "rules", file)
    assert tested.returncode == 0, tested.stdout + tested.stderr


def test_every_alert_has_cases_on_both_sides() -> None:
    own = {alert.name for alert in app.watch(app.Promises()).alerts}
    assert {case.alert for case in CASES if case.firing} == own
    assert {case.alert for case in CASES if not case.firing} == own


def test_its_three_objectives_burn_a_budget(tmp_path: Path) -> None:
    """Of 1,000 answers, two are 5xx: twice what is promised; and half of them take 2 s."""
    rules = write_rules(tmp_path, watched())
    slo = next(path for path in rules.values() if "slo:bad_events" in path.read_text())
    series = {
        **answers(0.2, (30, 499)),
        **answers(2, (30, 499), code="201"),
        **answers(0.2, (30, 2), code="503"),
        'probe_success{job="site",instance="https://aps.example.com"}': "1x30",
    }
    expected = {"errors": 0.002, "response-time": 0.499, "availability": 0.0}
    test = {
        "interval": "1m",
        "input_series": [{"series": name, "values": values} for name, values in series.items()],
        "promql_expr_test": [
            {
                "expr": f'round(slo:error_ratio:rate5m{{slo="{name}"}}, 0.001)',
                "eval_time": "20m",
                "exp_samples": [{"labels": f'{{slo="{name}"}}', "value": value}],
            }
            for name, value in expected.items()
        ],
    }
    file = tmp_path / "slo-tests.yaml"
    file.write_text(yaml.safe_dump({"rule_files": [str(slo)], "evaluation_interval": "1m", "tests": [test]}))
    tested = run("test", "rules", file)
    assert tested.returncode == 0, tested.stdout + tested.stderr
