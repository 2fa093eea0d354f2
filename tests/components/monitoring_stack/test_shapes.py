"""A stack carries the alerts of what it is made of; its settings decide."""

from collections.abc import Mapping
from typing import Any, get_args

import pytest

from components.backups.settings import BackupSettings
from components.backups.watch import watch as backups
from components.flowise_service.settings import ServiceSettings
from components.flowise_service.watch import watch as service
from components.monitoring_stack.alerts.monitoring import CHART_JOBS, jobs
from components.monitoring_stack.alerts.rules import rule_groups
from components.monitoring_stack.alerts.slo import BURNS, alerts
from components.monitoring_stack.settings.monitoring import MonitoringSettings
from components.redis_cache.settings import CacheSettings
from components.redis_cache.watch import watch as cache
from components.shared.backup_schedule import Kind
from components.shared.watch import Watch
from components.waf_cdn.watch import watch as site
from testing.program import run
from tests.components.monitoring_stack.rules import (
    DATABRICKS_TOKEN,
    FULL,
    METRICS_KEY,
    MONITORING,
    SERVICE,
    full,
    least,
)

QUEUE = {
    *("QueueStuck", "QueueBacklog", "QueueJobsFail", "QueueUnreadable"),
    *("WorkersMissing", "WorkersTooFew", "WorkerHangs"),
}
KINDS = get_args(Kind)
RESTORES = {f"Restore{what}{how}" for what in ("Check", "Test") for how in ("Failed", "TooOld")}
DATADOG = {"site": "datadoghq.eu", "api_key_secret_name": "flowise/datadog-api-key"}
PLAIN = MonitoringSettings.model_validate({**MONITORING.model_dump(), "traces": None})


def names(watch: Watch) -> set[str]:
    return {alert.name for alert in watch.alerts}


def flowise(**settings: Any) -> Watch:
    return service(
        ServiceSettings.model_validate({**SERVICE.model_dump(), **settings}),
        metrics_key=METRICS_KEY,
        databricks_token=DATABRICKS_TOKEN,
    )


def flowise_promising(**objectives: Any) -> Watch:
    return flowise(objectives=objectives)


# a stack that has everything but for one part
LACKING: Mapping[str, Watch] = {
    "queue": full(flowise_service=flowise(mode="main")),
    "databricks": full(flowise_service=flowise(databricks=None)),
    "domain": full(waf_cdn=site(stack_name="a", address="https://example.com", domain=False)),
    "backups": full(backups=backups(BackupSettings(enabled=False, monthly_budget_usd=1), KINDS, "orders-test")),
    "restore_tests": full(backups=backups(BackupSettings(monthly_budget_usd=1), KINDS, "orders-test")),
    "budget_usd": full(backups=backups(BackupSettings(restore_tests=True), KINDS, "orders-test")),
    "deployments": full(pipeline_access=None),
    "logs": full(
        MonitoringSettings.model_validate({**MONITORING.model_dump(), "datadog": {**DATADOG, "replaces_logs": True}})
    ),
    "traces": full(PLAIN),
    "tempo": full(MonitoringSettings.model_validate({"traces": {"backend": "xray"}, "cloudwatch_metrics": True})),
    "cache_replicas": full(redis_cache=cache(CacheSettings())),
    "noeviction": full(redis_cache=cache(CacheSettings(replicas=1, eviction_policy="allkeys-lru"))),
    "database": full(rds_postgres=None),
    "objectives": full(flowise_service=None),
}


def expression(watch: Watch, name: str) -> str:
    return next(alert.expression for alert in watch.alerts if alert.name == name)


def rule(watch: Watch, name: str, monitoring: MonitoringSettings = MONITORING) -> dict[str, Any]:
    rules = [each for group in rule_groups(watch, monitoring) for each in group["rules"]]
    return next(each for each in rules if each.get("alert") == name)


def rendered(stack: str) -> dict[str, dict[str, Any]]:
    """Return the alerts of a committed stack's PrometheusRule, by name."""
    groups = run(stack).cloud.named("monitoring-alerts").inputs["spec"]["groups"]
    return {each["alert"]: each for group in groups for each in group["rules"] if "alert" in each}


@pytest.mark.parametrize(
    ("part", "without"),
    [
        ("queue", QUEUE),
        (
            "databricks",
            {"DatabricksUnreachable", "DatabricksSlow", "DatabricksTokenRefused", "DatabricksEndpointFails"},
        ),
        ("domain", {"CertificateExpiresSoon"}),
        ("backups", {"BackupTooOld", "BackupFailed", *RESTORES}),
        ("restore_tests", RESTORES),
        ("budget_usd", {"CostPerDayHigh"}),
        ("deployments", {"DeploymentFailed"}),
        ("logs", {"LogsMissing", "PodLogsMissing", "LogsDropped"}),
        ("traces", {"TracesDropped"}),
        ("cache_replicas", {"CacheReplicaLags"}),
        # one that evicts is full all the time
        ("noeviction", {"CacheMemoryHigh", "CacheEvicts"}),
        (
            "database",
            {"DatabaseConnectionsHigh", "DatabaseCpuHigh", "DatabaseMemoryLow", "DatabaseStorageFills", "DatabaseSlow"},
        ),
    ],
)  # fmt: skip
def test_what_a_stack_lacks_raises_no_alert(part: str, without: set[str]) -> None:
    assert names(FULL) - names(LACKING[part]) == without


@pytest.mark.parametrize(
    ("part", "job"),
    [
        ("queue", "flowise-queue"),
        ("databricks", "databricks"),
        ("databricks", "databricks-serving"),
        ("logs", "loki"),
        ("logs", "alloy"),
        ("traces", "otel-collector"),
        ("tempo", "tempo"),
    ],
)
def test_only_what_a_stack_has_is_missed(part: str, job: str) -> None:
    missed = f'absent(up{{job="{job}"}})'
    assert missed in expression(FULL, "TargetMissing")
    assert missed not in expression(LACKING[part], "TargetMissing")


def test_without_objectives_nothing_is_said_of_them() -> None:
    assert not {name for name in names(LACKING["objectives"]) if name.startswith(("Slo", "ErrorBudget"))}
    assert "slo" not in {group["name"] for group in rule_groups(LACKING["objectives"], MONITORING)}


def test_dev_has_no_queue_and_prod_has() -> None:
    dev, prod = rendered("dev"), rendered("prod")
    assert "QueueStuck" not in dev
    assert "BackupTooOld" not in dev
    # which reads no metrics of CloudWatch: its alarms there tell of the database
    assert not {name for name in dev if name.startswith(("CloudWatch", "Database", "Cache", "Cdn"))}
    assert {"QueueStuck", "BackupTooOld", "RestoreTestFailed", "CertificateExpiresSoon"} <= set(prod)
    assert "DatabricksUnreachable" in prod


def test_figures_follow_the_settings() -> None:
    prod = {name: each["expr"] for name, each in rendered("prod").items()}
    # db.m7g.large has 8 GiB, and PostgreSQL on RDS takes a connection for each 9,531,392 bytes
    assert "/ 901 > 0.8" in prod["DatabaseConnectionsHigh"]
    # 12 workers that run five jobs each
    assert prod["QueueBacklog"].endswith("> 60")
    assert prod["QueueStuck"].endswith("> 120")
    assert prod["WorkersTooFew"].endswith("< 4 > 0")
    # 2500 USD a month, twice a day's share
    assert prod["CostPerDayHigh"].endswith("> 166.67")


def test_the_colour_that_is_served_must_be_ready() -> None:
    image = "flowiseai/flowise:3.1.4"
    green = flowise(blue_green={"active": "green", "blue_image": image, "green_image": image})
    assert 'deployment=~".*-server-pods-.*"' in expression(FULL, "FlowiseNotReady")
    assert 'deployment=~".*-green-server-pods-.*"' in expression(full(flowise_service=green), "FlowiseNotReady")


def test_latency_keeps_the_threshold_that_was_asked_for() -> None:
    asked = flowise_promising(latency_threshold_seconds=0.5, latency_for_minutes=9)
    high = rule(full(flowise_service=asked), "HighLatency")
    assert (high["for"], high["labels"]["severity"]) == ("9m", "critical")
    assert 'path!="prediction"}[5m]))) > 0.5\n' in high["expr"]
    assert high["expr"].endswith('path="prediction"}[5m]))) > 30')
    default = rule(least(), "HighLatency")
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
    groups = rule_groups(FULL, MonitoringSettings(team="team-a"))
    rules = [each for group in groups for each in group["rules"] if "alert" in each]
    assert {each["labels"]["team"] for each in rules} == {"team-a"}


def test_burn_rates_are_the_workbooks_for_a_month() -> None:
    assert [round(burn.rate(30), 6) for burn in BURNS] == [14.4, 6, 3, 1]


def test_a_week_has_rates_of_its_own_and_no_slow_burn() -> None:
    weekly = flowise_promising(latency_days=7, api_seconds=0.2)
    made = {(alert.name, alert.labels["slo"]): alert.expression for alert in alerts(weekly.objectives) if alert.labels}
    # 2 % of a week's 5 % within an hour: 0.02 * 168 * 0.05
    assert 'slo:error_ratio:rate1h{slo="latency-api"} > 0.168' in made["SloBurnFast", "latency-api"]
    assert ("SloBurnSlow", "latency-api") not in made
    assert ("SloBurnSlow", "availability") in made
    groups = rule_groups(full(flowise_service=weekly), MONITORING)
    recorded = {each["record"] for group in groups for each in group["rules"] if "record" in each}
    assert "slo:error_ratio:rate7d" in recorded


def test_no_burn_alert_waits_for_more_than_everything_to_fail() -> None:
    lowest = flowise_promising(availability_percent=94, latency_percent=94)
    for alert in alerts(lowest.objectives):
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
    found = jobs(Watch(), MonitoringSettings.model_validate(monitoring))
    assert tuple(job in found for job in ("loki", "otel-collector", "tempo")) == (logs, collector, tempo)


def test_every_alert_keeps_its_time_and_weight() -> None:
    made = {alert.name: (alert.severity, alert.lasting, alert.keep_firing_for) for alert in FULL.alerts}
    assert made == {
        **dict.fromkeys(("AppInstanceDown", "QueueStuck", "DatabaseConnectionsHigh"), ("critical", "1m", "")),
        **dict.fromkeys(("WorkersMissing", "SloBurnFast"), ("critical", "2m", "")),
        "SiteUnreachable": ("critical", "3m", ""),
        **dict.fromkeys(("FlowiseNotReady", "HighLatency", "HighErrorRate", "RulesFail"), ("critical", "5m", "")),
        **dict.fromkeys(("CacheMemoryHigh", "CdnErrors", "AlertsNotDelivered"), ("critical", "10m", "")),
        "CertificateExpiresSoon": ("critical", "1h", ""),
        "BackupTooOld": ("critical", "36h", ""),
        "CacheEvicts": ("critical", "", "15m"),
        "RestoreCheckFailed": ("critical", "", ""),
        "RestoreTestFailed": ("critical", "", "1d"),
        "FlowiseRestarts": ("warning", "1m", ""),
        "DatabricksTokenRefused": ("critical", "10m", ""),
        "DatabricksEndpointFails": ("warning", "10m", ""),
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
        **dict.fromkeys(
            ("AutoscalerBlind", "AutoscalerMissing", "FlowExportTooOld", "SecretUnread"), ("warning", "15m", "")
        ),
        "ScalerFails": ("warning", "10m", ""),
        "HeartbeatMissing": ("critical", "10m", ""),
        **dict.fromkeys(("ModelBudgetNearlySpent", "ModelBudgetSpent"), ("warning", "", "")),
        "ModelCallsNotCounted": ("warning", "15m", ""),
        "ModelSpendingUnseen": ("info", "", ""),
        **dict.fromkeys(("CloudWatchUnreadable", "SloUnknown"), ("warning", "30m", "")),
        "DatabaseStorageFills": ("warning", "1h", ""),
        "CostPerDayHigh": ("warning", "6h", ""),
        "RestoreCheckTooOld": ("warning", "8d", ""),
        "RestoreTestTooOld": ("warning", "8d", ""),
        "SearchDown": ("critical", "5m", ""),
        "SearchSnapshotTooOld": ("warning", "15m", ""),
        "SearchVolumeFull": ("warning", "15m", ""),
        "FlowiseOutOfMemory": ("warning", "", ""),
        "BackupFailed": ("warning", "", "6h"),
        "DeploymentFailed": ("warning", "", "1h"),
        "TracesDropped": ("info", "15m", ""),
        "AutoscalerAtMost": ("info", "30m", ""),
        "Watchdog": ("info", "", ""),
    }


def test_every_job_that_alerts_need_is_missed() -> None:
    assert set(jobs(FULL, MONITORING)) == {
        *("flowise", "flowise-queue", "databricks", "databricks-serving", "site", "cloudwatch", "loki", "alloy"),
        *("otel-collector", "tempo", "alloy-events", "external-secrets", "keda", *CHART_JOBS),
    }
    assert set(jobs(least(), MonitoringSettings())) == {
        *("flowise", "site", "loki", "alloy", "alloy-events", "external-secrets", *CHART_JOBS),
    }
