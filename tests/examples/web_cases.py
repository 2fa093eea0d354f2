"""What the alerts of every web service are judged by, with promtool; a system's own cases stand in its test."""

from collections.abc import Sequence
from pathlib import Path

import yaml

from components.monitoring_stack.alerts.rules import completed
from components.monitoring_stack.settings.monitoring import MonitoringSettings
from components.shared.watch import Watch
from tests.components.monitoring_stack.cases.case import Case, calm, counter, story
from tests.components.monitoring_stack.rules import run, unit_tests, write_rules

Phase = tuple[int, float]


def histogram(metric: str, labels: str, bounds: Sequence[str], seconds: float, *phases: Phase) -> dict[str, str]:
    """Return what a histogram tells of things that all take as long."""
    grows, none = counter(*phases), counter((sum(samples for samples, _ in phases), 0))
    buckets = {
        f'{metric}_bucket{{{labels},le="{bound}"}}': grows if float(bound.replace("+", "")) >= seconds else none
        for bound in bounds
    }
    return {**buckets, f"{metric}_count{{{labels}}}": grows}


def slow_between(
    metric: str, labels: str, bounds: Sequence[str], fast: float, slow: float, *, minutes: int = 20
) -> dict[str, str]:
    """Return fast ones for ten minutes, then slow ones, then fast ones again for half an hour."""
    return {
        **histogram(metric, f'{labels},code="200"', bounds, fast, (10, 60), (minutes, 0), (30, 60)),
        **histogram(metric, f'{labels},code="201"', bounds, slow, (10, 0), (minutes, 60), (30, 0)),
    }


def failing(metric: str, labels: str, bounds: Sequence[str], share: float) -> dict[str, str]:
    """Return a thousand answers a minute, of which a share fails for twenty minutes."""
    failed = round(1000 * share)
    return {
        **histogram(metric, f'{labels},code="200"', bounds, 0.1, (60, 1000 - failed)),
        **histogram(metric, f'{labels},code="503"', bounds, 0.1, (10, 0), (20, failed), (30, 0)),
    }


def instance_down(alert: str, job: str, namespace: str, *, minutes: int = 1) -> tuple[Case, ...]:
    """Return a pod that is silent, no pod at all, and one scrape that is missed."""
    labels = {"job": job, "namespace": namespace, "pod": "a", "instance": "10.0.0.1:8000"}
    up = "up{" + ",".join(f'{name}="{value}"' for name, value in labels.items()) + "}"
    late, end = f"{5 + minutes}m", f"{8 + minutes}m"
    return (
        story(alert, "critical", "one pod is silent", {up: "1x5 0x8 1x10"}, late, end, "18m", labels),
        story(alert, "critical", "no pod is known", {up: "1x5 _x10 1x10"}, "5m", "14m", "20m", {"job": job}),
        calm(alert, "one scrape is missed", {up: "1x5 0x0 1x10"}, "7m"),
    )


def replicas_missing(namespace: str, deployment: str) -> tuple[Case, ...]:
    """Return two of three pods for long, and for as long as a rollout takes."""
    labels = {"namespace": namespace, "deployment": deployment}
    series = f'kube_deployment_{{}}_replicas{{}}{{{{namespace="{namespace}",deployment="{deployment}"}}}}'
    spec, ready = series.format("spec", ""), series.format("status", "_available")
    return (
        story(
            "ReplicasMissing",
            "warning",
            "two of three",
            {spec: "3x40", ready: "3x5 2x20 3x10"},
            "15m",
            "23m",
            "35m",
            labels,
        ),
        calm("ReplicasMissing", "a rollout", {spec: "3x40", ready: "3x5 2x10 3x20"}, "18m"),
    )


def judge(folder: Path, watch: Watch, cases: Sequence[Case]) -> None:
    """Have promtool read the rules, and try the cases; each alert has one on either side."""
    names = {alert.name for alert in watch.alerts}
    assert {case.alert for case in cases if case.firing} == names
    assert {case.alert for case in cases if not case.firing} == names
    rules = write_rules(folder, completed([watch], MonitoringSettings()))
    checked = run("check", "rules", "--lint=all", "--lint-fatal", *rules.values())
    assert checked.returncode == 0, checked.stderr
    file = folder / "tests.yaml"
    file.write_text(yaml.safe_dump(unit_tests([rules["service"]], cases, "1m"), sort_keys=False), encoding="utf-8")
    tested = run("test", "rules", file)
    assert tested.returncode == 0, tested.stdout + tested.stderr
