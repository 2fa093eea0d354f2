"""A stack carries the alerts of what it is made of; its settings decide."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from components.monitoring_stack.alerts import watched
from components.monitoring_stack.alerts.monitoring import jobs
from components.monitoring_stack.alerts.rules import all_alerts, rule_groups
from components.monitoring_stack.alerts.slo import BURNS, alerts, objectives
from components.monitoring_stack.alerts.watched import Watched
from components.monitoring_stack.settings.monitoring import MonitoringSettings
from components.monitoring_stack.settings.objectives import Objectives, ObjectivesSettings
from stack import StackSettings
from tests.components.monitoring_stack.rules import FULL
from tools.checks import read_stack

REPOSITORY = Path(__file__).parents[3]

QUEUE = {
    *("QueueStuck", "QueueBacklog", "QueueJobsFail", "QueueUnreadable"),
    *("WorkersMissing", "WorkersTooFew", "WorkerHangs"),
}

DATADOG = {"site": "datadoghq.eu", "api_key_secret_name": "flowise/datadog-api-key"}


def settings(stack: str) -> StackSettings:
    found = read_stack(REPOSITORY, stack).settings
    assert found is not None
    return found


def names(stack: Watched) -> set[str]:
    return {alert.name for alert in all_alerts(stack)}


def lacking(part: str) -> Watched:
    nothing: Any = 0
    return replace(FULL, **{part: nothing})


def expression(stack: Watched, name: str) -> str:
    return next(alert.expression for alert in all_alerts(stack) if alert.name == name)


def rule(stack: Watched, name: str) -> dict[str, Any]:
    rules = [each for group in rule_groups(stack) for each in group["rules"]]
    return next(each for each in rules if each.get("alert") == name)


@pytest.mark.parametrize(
    ("part", "without"),
    [
        ("queue", QUEUE),
        ("databricks", {"DatabricksUnreachable", "DatabricksSlow"}),
        ("domain", {"CertificateExpiresSoon"}),
        ("backups", {"BackupTooOld", "BackupFailed"}),
        ("restore_tests", {"RestoreTestFailed", "RestoreTestTooOld"}),
        ("budget_usd", {"CostPerDayHigh"}),
        ("deployments", {"DeploymentFailed"}),
        ("logs", {"LogsMissing", "PodLogsMissing", "LogsDropped"}),
        ("traces", {"TracesDropped"}),
        ("cache_replicas", {"CacheReplicaLags"}),
    ],
)  # fmt: skip
def test_what_a_stack_lacks_raises_no_alert(part: str, without: set[str]) -> None:
    assert names(FULL) - names(lacking(part)) == without


@pytest.mark.parametrize(
    ("part", "job"),
    [
        ("queue", "flowise-queue"),
        ("databricks", "databricks"),
        ("logs", "loki"),
        ("logs", "alloy"),
        ("traces", "otel-collector"),
        ("tempo", "tempo"),
    ],
)
def test_only_what_a_stack_has_is_missed(part: str, job: str) -> None:
    missed = f'absent(up{{job="{job}"}})'
    assert missed in expression(FULL, "TargetMissing")
    assert missed not in expression(lacking(part), "TargetMissing")


def test_dev_has_no_queue_and_prod_has() -> None:
    dev, prod = watched(settings("dev")), watched(settings("prod"))
    assert "QueueStuck" not in names(dev)
    assert "BackupTooOld" not in names(dev)
    assert {"QueueStuck", "BackupTooOld", "RestoreTestFailed", "CertificateExpiresSoon"} <= names(prod)
    assert "DatabricksUnreachable" in names(prod)


def test_figures_follow_the_settings() -> None:
    prod = watched(settings("prod"))
    # db.m7g.large has 8 GiB, and PostgreSQL on RDS takes a connection for each 9,531,392 bytes
    assert "/ 901 > 0.8" in expression(prod, "DatabaseConnectionsHigh")
    # 12 workers that run five jobs each
    assert expression(prod, "QueueBacklog").endswith("> 60")
    assert expression(prod, "QueueStuck").endswith("> 120")
    assert expression(prod, "WorkersTooFew").endswith("< 4 > 0")
    # 2500 USD a month, twice a day's share
    assert expression(prod, "CostPerDayHigh").endswith("> 166.67")


def test_the_colour_that_is_served_must_be_ready() -> None:
    assert 'deployment=~".*-server-pods-.*"' in expression(FULL, "FlowiseNotReady")
    assert 'deployment=~".*-green-server-pods-.*"' in expression(replace(FULL, release="green"), "FlowiseNotReady")


def test_latency_keeps_the_threshold_that_was_asked_for() -> None:
    high = rule(replace(FULL, latency_seconds=0.5, latency_minutes=9), "HighLatency")
    assert (high["for"], high["labels"]["severity"]) == ("9m", "critical")
    assert 'path!="prediction"}[5m]))) > 0.5\n' in high["expr"]
    assert high["expr"].endswith('path="prediction"}[5m]))) > 30')
    default = rule(Watched(), "HighLatency")
    assert (default["for"], "> 2\n" in default["expr"]) == ("5m", True)


def test_what_systems_asked_for_by_name_keeps_its_figures() -> None:
    asked = {
        "HighResponseTime": ("2m", "warning"),
        "DatabaseConnectionsHigh": ("1m", "critical"),
        "AppInstanceDown": ("1m", "critical"),
        "DiskSpaceHigh": ("5m", "warning"),
    }
    for name, (lasting, severity) in asked.items():
        made = rule(FULL, name)
        assert (made["for"], made["labels"]["severity"]) == (lasting, severity), name


def test_alerts_bear_the_team_that_is_set() -> None:
    rules = [each for group in rule_groups(replace(FULL, team="team-a")) for each in group["rules"] if "alert" in each]
    assert {each["labels"]["team"] for each in rules} == {"team-a"}


def test_presets_are_what_the_systems_promise() -> None:
    preset = {name: ObjectivesSettings(preset=name).resolved() for name in ("sistema-aps", "tiktrend", "tiktrend-sla")}
    assert preset["sistema-aps"] == Objectives(availability_percent=99.9, api_seconds=1, page_seconds=1)
    assert preset["tiktrend"] == Objectives(latency_days=7, api_seconds=0.2, page_seconds=0.2)
    assert preset["tiktrend-sla"] == Objectives(
        availability_percent=99.5, latency_days=7, api_seconds=0.5, page_seconds=0.5
    )


def test_a_figure_of_ones_own_takes_the_presets_place() -> None:
    mixed = ObjectivesSettings(preset="tiktrend", availability_percent=99.95, prediction_seconds=60).resolved()
    assert mixed == Objectives(
        availability_percent=99.95, latency_days=7, prediction_seconds=60, api_seconds=0.2, page_seconds=0.2
    )


def test_fails_where_the_histogram_cannot_be_cut() -> None:
    with pytest.raises(ValidationError, match=r"api_seconds must be a bound of the histogram's buckets, got 3"):
        MonitoringSettings.model_validate({"objectives": {"api_seconds": 3}})


def test_burn_rates_are_the_workbooks_for_a_month() -> None:
    assert [round(burn.rate(30), 6) for burn in BURNS] == [14.4, 6, 3, 1]


def test_a_week_has_rates_of_its_own_and_no_slow_burn() -> None:
    promised = ObjectivesSettings(preset="tiktrend").resolved()
    made = {
        (alert.name, alert.labels["slo"]): alert.expression for alert in alerts(objectives(promised)) if alert.labels
    }
    # 2 % of a week's 5 % within an hour: 0.02 * 168 * 0.05
    assert 'slo:error_ratio:rate1h{slo="latency-api"} > 0.168' in made["SloBurnFast", "latency-api"]
    assert ("SloBurnSlow", "latency-api") not in made
    assert ("SloBurnSlow", "availability") in made
    recorded = {
        each["record"]
        for group in rule_groups(Watched(objectives=promised))
        for each in group["rules"]
        if "record" in each
    }
    assert "slo:error_ratio:rate7d" in recorded


def test_no_burn_alert_waits_for_more_than_everything_to_fail() -> None:
    least = ObjectivesSettings(availability_percent=94, latency_percent=94).resolved()
    for alert in alerts(objectives(least)):
        limits = [float(part.split()[0]) for part in alert.expression.split(" > ")[1:]]
        assert all(limit < 1 for limit in limits), alert


@pytest.mark.parametrize(
    ("monitoring", "logs", "collector", "tempo"),
    [
        ({}, True, False, False),
        ({"traces": {}}, True, True, True),
        ({"traces": {"backend": "xray"}}, True, True, False),
        ({"datadog": DATADOG, "traces": {"backend": "datadog"}}, True, True, False),
        ({"datadog": {**DATADOG, "replaces_logs": True}}, False, False, False),
    ],
)
def test_logs_and_traces_are_watched_where_the_stack_keeps_them(
    monitoring: dict[str, Any], logs: bool, collector: bool, tempo: bool
) -> None:
    stack = watched(settings("dev").model_copy(update={"monitoring": MonitoringSettings.model_validate(monitoring)}))
    assert (stack.logs, stack.traces, stack.tempo) == (logs, collector, tempo)


def test_every_alert_keeps_its_time_and_weight() -> None:
    made = {alert.name: (alert.severity, alert.lasting, alert.keep_firing_for) for alert in all_alerts(FULL)}
    assert made == {
        **dict.fromkeys(("AppInstanceDown", "QueueStuck", "DatabaseConnectionsHigh"), ("critical", "1m", "")),
        **dict.fromkeys(("WorkersMissing", "SloBurnFast"), ("critical", "2m", "")),
        "SiteUnreachable": ("critical", "3m", ""),
        **dict.fromkeys(("FlowiseNotReady", "HighLatency", "HighErrorRate", "RulesFail"), ("critical", "5m", "")),
        **dict.fromkeys(("CacheMemoryHigh", "CdnErrors", "AlertsNotDelivered"), ("critical", "10m", "")),
        "CertificateExpiresSoon": ("critical", "1h", ""),
        "BackupTooOld": ("critical", "36h", ""),
        "CacheEvicts": ("critical", "", "15m"),
        "RestoreTestFailed": ("critical", "", "1d"),
        "FlowiseRestarts": ("warning", "1m", ""),
        "HighResponseTime": ("warning", "2m", ""),
        **dict.fromkeys(
            ("DatabricksUnreachable", "QueueUnreadable", "WorkerHangs", "DiskSpaceHigh", "FirewallBlocksMany"),
            ("warning", "5m", ""),
        ),
        "ErrorBudgetSpent": ("warning", "5m", ""),
        **dict.fromkeys(
            ("EventLoopBlocked", "DatabricksSlow", "QueueBacklog", "QueueJobsFail", "SiteSlow", "BalancerErrors"),
            ("warning", "10m", ""),
        ),
        **dict.fromkeys(
            ("TargetsUnhealthy", "NodeNotReady", "TargetMissing", "TargetDown", "LogsDropped"), ("warning", "10m", "")
        ),
        **dict.fromkeys(
            ("ReplicasMissing", "FlowiseMemoryHigh", "FlowiseMetricsMissing", "WorkersTooFew", "DatabaseCpuHigh"),
            ("warning", "15m", ""),
        ),
        **dict.fromkeys(
            ("DatabaseMemoryLow", "DatabaseSlow", "CacheCpuHigh", "CacheReplicaLags", "NodeMemoryHigh", "PodsPending"),
            ("warning", "15m", ""),
        ),
        **dict.fromkeys(("LogsMissing", "PodLogsMissing", "SloBurnSlow"), ("warning", "15m", "")),
        **dict.fromkeys(("CloudWatchUnreadable", "SloUnknown"), ("warning", "30m", "")),
        "DatabaseStorageFills": ("warning", "1h", ""),
        "CostPerDayHigh": ("warning", "6h", ""),
        "RestoreTestTooOld": ("warning", "8d", ""),
        "FlowiseOutOfMemory": ("warning", "", ""),
        "BackupFailed": ("warning", "", "6h"),
        "DeploymentFailed": ("warning", "", "1h"),
        "TracesDropped": ("info", "15m", ""),
        "AutoscalerAtMost": ("info", "30m", ""),
        "Watchdog": ("info", "", ""),
    }


def test_every_job_that_alerts_need_is_missed() -> None:
    assert set(jobs(FULL)) == {
        *("flowise", "flowise-queue", "databricks", "site", "cloudwatch", "loki", "alloy", "otel-collector", "tempo"),
        *("kube-state-metrics", "node-exporter", "kubelet", "apiserver"),
    }
    assert set(jobs(Watched())) == {
        *("flowise", "site", "cloudwatch", "loki", "alloy"),
        *("kube-state-metrics", "node-exporter", "kubelet", "apiserver"),
    }
