"""Every alert fires, does not fire and resolves, as Prometheus itself evaluates the rendered rules."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

from components.flowise_service.objectives import ObjectivesSettings
from components.flowise_service.watch import watch as service
from components.monitoring_stack.settings.monitoring import MonitoringSettings
from components.shared.watch import Watch, combined
from tests.components.backups.cases import CASES as BACKUPS
from tests.components.cluster_services.cases import CASES as SECRETS
from tests.components.eks_cluster.cases import CASES as CLUSTER
from tests.components.flowise_service.cases import flow_costs, queue
from tests.components.flowise_service.cases import service as flowise
from tests.components.monitoring_stack.cases import monitoring, slo
from tests.components.monitoring_stack.cases.case import Case
from tests.components.monitoring_stack.rules import (
    FULL,
    METRICS_KEY,
    OWNERS,
    SERVICE,
    full,
    least,
    run,
    unit_tests,
    write_rules,
)
from tests.components.pipeline_access.cases import CASES as DEPLOYMENTS
from tests.components.rds_postgres.cases import CASES as DATABASE
from tests.components.redis_cache.cases import CASES as CACHE
from tests.components.search_engine.cases import CASES as SEARCH
from tests.components.waf_cdn.cases import CASES as SITE
from tests.components.web_service.cases import CASES as BALANCER

# by the folder whose alerts they are
CASES: dict[str, Sequence[Case]] = {
    "backups": BACKUPS,
    "cluster_services": SECRETS,
    "eks_cluster": CLUSTER,
    "flowise_service": (*flowise.CASES, *queue.CASES, *flow_costs.CASES),
    "monitoring_stack": (*monitoring.CASES, *slo.CASES),
    "pipeline_access": DEPLOYMENTS,
    "rds_postgres": DATABASE,
    "redis_cache": CACHE,
    "search_engine": SEARCH,
    "waf_cdn": SITE,
    "web_service": BALANCER,
}
# it fires always, which is its use
ALWAYS = {"Watchdog"}
IMAGE = "flowiseai/flowise:3.1.4"
DATADOG = {"site": "datadoghq.eu", "api_key_secret_name": "flowise/datadog-api-key", "replaces_logs": True}


def promising(**objectives: float) -> Watch:
    """Return a stack whose objectives differ."""
    settings = SERVICE.model_copy(update={"objectives": ObjectivesSettings.model_validate(objectives)})
    return full(flowise_service=service(settings, metrics_key=METRICS_KEY))


def released(colour: str) -> Watch:
    blue_green = {"active": colour, "blue_image": IMAGE, "green_image": IMAGE}
    settings = SERVICE.model_validate({**SERVICE.model_dump(), "blue_green": blue_green})
    return full(flowise_service=service(settings, metrics_key=METRICS_KEY))


SHAPES = {
    "nothing": full(MonitoringSettings(), **dict.fromkeys(OWNERS)),
    "least": least(),
    "full": FULL,
    "blue-green": released("green"),
    "no logs": full(MonitoringSettings.model_validate({"datadog": DATADOG})),
    "a week's objectives": promising(latency_days=7, api_seconds=0.2, page_seconds=0.2),
    "lower objectives": promising(availability_percent=99.5, latency_days=7, api_seconds=0.5, page_seconds=0.5),
}


def names(watch: Watch) -> set[str]:
    return {alert.name for alert in watch.alerts}


def alerts_of(folder: str) -> set[str]:
    """Return what a folder's own Watch brings; the monitoring's is what nobody else does."""
    return names(OWNERS[folder]) if folder in OWNERS else names(FULL) - names(combined(OWNERS.values()))


@pytest.mark.parametrize("shape", SHAPES)
def test_prometheus_reads_the_rules_of_every_shape(shape: str, tmp_path: Path) -> None:
    checked = run("check", "rules", "--lint=all", "--lint-fatal", *write_rules(tmp_path, SHAPES[shape]).values())
    assert checked.returncode == 0, checked.stderr


def alone(file: Path, alert: str) -> Path:
    """Write the file of a group again with one of its alerts, beside what it reads of what the group records."""
    (group,) = yaml.safe_load(file.read_text(encoding="utf-8"))["groups"]
    read = needed(group["rules"], alert)
    group["rules"] = [rule for rule in group["rules"] if rule.get("alert") == alert or rule.get("record") in read]
    written = file.with_name(f"{alert}.yaml")
    written.write_text(yaml.safe_dump({"groups": [group]}, sort_keys=False), encoding="utf-8")
    return written


def needed(rules: Sequence[Mapping[str, Any]], alert: str) -> set[str]:
    """Return which recordings an alert reads, and what these read."""
    found: set[str] = set()
    unread = [rule["expr"] for rule in rules if rule.get("alert") == alert]
    while unread:
        words = set(re.findall(r"[a-zA-Z_:][\w:]*", unread.pop()))
        new = {rule["record"] for rule in rules if rule.get("record") in words} - found
        found |= new
        unread += [rule["expr"] for rule in rules if rule.get("record") in new]
    return found


@pytest.mark.parametrize("folder", CASES)
def test_alerts_fire_when_they_should_and_only_then(folder: str, tmp_path: Path) -> None:
    written, files = write_rules(tmp_path), []
    group_of = {alert.name: group.name for group in FULL.groups for alert in group.alerts}
    # a case is judged by its own alert's rule: all of the folder's, evaluated for each case, cost twenty seconds
    for alert, interval in sorted({(case.alert, case.interval) for case in CASES[folder]}):
        chosen = [case for case in CASES[folder] if (case.alert, case.interval) == (alert, interval)]
        rules = alone(written[group_of[alert]], alert)
        files.append(tmp_path / f"test-{alert}-{interval}.yaml")
        files[-1].write_text(yaml.safe_dump(unit_tests([rules], chosen, interval), sort_keys=False), encoding="utf-8")
    tested = run("test", "rules", *files)
    assert tested.returncode == 0, tested.stdout + tested.stderr


def test_every_alert_has_cases() -> None:
    known = names(FULL) - ALWAYS
    every = [case for cases in CASES.values() for case in cases]
    assert {case.alert for case in every if case.firing and case.quiet} == known
    assert {case.alert for case in every if not case.firing} == known
    assert len(every) >= 60


@pytest.mark.parametrize("folder", CASES)
def test_a_case_stands_with_the_folder_that_brings_the_alert(folder: str) -> None:
    assert {case.alert for case in CASES[folder]} == alerts_of(folder) - ALWAYS


def test_a_name_that_is_asked_for_is_there() -> None:
    assert names(FULL) >= {
        "HighLatency", "HighResponseTime", "DatabaseConnectionsHigh", "AppInstanceDown", "DiskSpaceHigh",
        "HighErrorRate", "QueueStuck", "WorkersMissing", "SloBurnFast", "SloBurnSlow", "ErrorBudgetSpent",
        "CertificateExpiresSoon", "BackupTooOld", "RestoreTestFailed", "DatabricksUnreachable", "SiteUnreachable",
        "Watchdog",
    }  # fmt: skip
