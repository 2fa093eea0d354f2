"""The rules of a PrometheusRule: what components bring, the monitoring's own, and those on objectives."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from ...shared.watch import Alert, CloudWatch, Group, Recording, Watch, combined
from ..settings.monitoring import MonitoringSettings
from . import slo
from .monitoring import monitoring_alerts

# what the bridge from CloudWatch's alarms posts to Alertmanager by itself
ALARM_BRIDGE_ALERT = "CloudWatchAlarm"
PAGES = Path(__file__).parents[1] / "dashboards"


def completed(watches: Iterable[Watch], settings: MonitoringSettings) -> Watch:
    """Return all that is watched: what components bring, the monitoring itself, and the objectives, if any."""
    given = combined(watches)
    read = given.cloudwatch if settings.cloudwatch_metrics else CloudWatch()
    given = replace(given, cloudwatch=CloudWatch(metrics=read.metrics))
    objectives = Group(name="slo", recordings=slo.recordings(given.objectives), alerts=slo.alerts(given.objectives))
    own = Watch(
        groups=[
            Group(name="monitoring", alerts=monitoring_alerts(given, settings, read.steady_series)),
            *([objectives] if given.objectives else []),
        ],
        dashboards={"logs": PAGES / "logs.json"} if settings.keeps_logs else {},
    )
    return combined([given, Watch(groups=read.groups, dashboards=read.dashboards), own])


def rule_groups(watch: Watch, settings: MonitoringSettings) -> list[dict[str, Any]]:
    """Return the groups as Prometheus reads them: `spec.groups` of a PrometheusRule."""
    return [
        {
            "name": group.name,
            "rules": [
                *(_recording(each) for each in group.recordings),
                *(_alert(each, settings) for each in group.alerts),
            ],
        }
        for group in watch.groups
        if group.recordings or group.alerts
    ]


def _recording(recording: Recording) -> dict[str, Any]:
    labels = {"labels": dict(recording.labels)} if recording.labels else {}
    return {"record": recording.name, "expr": recording.expression, **labels}


def _alert(alert: Alert, settings: MonitoringSettings) -> dict[str, Any]:
    # without an address the runbook's file in the repository
    runbooks = (settings.runbook_base_url or "docs/operations/runbooks").rstrip("/")
    return {
        "alert": alert.name,
        "expr": alert.expression,
        **({"for": alert.lasting} if alert.lasting else {}),
        **({"keep_firing_for": alert.keep_firing_for} if alert.keep_firing_for else {}),
        "labels": {"severity": alert.severity, "team": settings.team, **alert.labels},
        "annotations": {
            "summary": alert.summary,
            "description": alert.description,
            "runbook_url": f"{runbooks}/{alert.name}.md",
        },
    }
