"""Every alert fires, does not fire and resolves, as Prometheus itself evaluates the rendered rules."""

from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest
import yaml

from components.monitoring_stack.alerts.rules import all_alerts, groups
from components.monitoring_stack.alerts.watched import Watched
from components.monitoring_stack.settings.objectives import ObjectivesSettings
from tests.components.monitoring_stack.cases import backups, cluster, data, edge, monitoring, queue, service, slo
from tests.components.monitoring_stack.cases.case import Case
from tests.components.monitoring_stack.rules import FULL, run, unit_tests, write_rules

TOPICS: dict[str, ModuleType] = {
    "backups": backups,
    "cluster": cluster,
    "data": data,
    "edge": edge,
    "monitoring": monitoring,
    "queue": queue,
    "service": service,
    "slo": slo,
}
# it fires always, which is its use
ALWAYS = {"Watchdog"}
SHAPES = {
    "least": Watched(),
    "full": FULL,
    "blue-green": replace(FULL, release="green"),
    "no logs": replace(FULL, logs=False),
    **{
        preset: Watched(objectives=ObjectivesSettings(preset=preset).resolved())
        for preset in ("sistema-aps", "tiktrend", "tiktrend-sla")
    },
}


def cases() -> list[Case]:
    return [case for topic in TOPICS.values() for case in topic.CASES]


def names(watched: Watched) -> set[str]:
    return {alert.name for alert in all_alerts(watched)}


@pytest.mark.parametrize("shape", SHAPES)
def test_prometheus_reads_the_rules_of_every_shape(shape: str, tmp_path: Path) -> None:
    checked = run("check", "rules", "--lint=all", "--lint-fatal", *write_rules(tmp_path, SHAPES[shape]).values())
    assert checked.returncode == 0, checked.stderr


@pytest.mark.parametrize("topic", TOPICS)
def test_alerts_fire_when_they_should_and_only_then(topic: str, tmp_path: Path) -> None:
    rules, files = write_rules(tmp_path)[topic], []
    for interval in sorted({case.interval for case in TOPICS[topic].CASES}):
        chosen = [case for case in TOPICS[topic].CASES if case.interval == interval]
        files.append(tmp_path / f"test-{interval}.yaml")
        files[-1].write_text(yaml.safe_dump(unit_tests(rules, chosen, interval), sort_keys=False), encoding="utf-8")
    tested = run("test", "rules", *files)
    assert tested.returncode == 0, tested.stdout + tested.stderr


def test_every_alert_has_cases() -> None:
    known = names(FULL) - ALWAYS
    assert {case.alert for case in cases() if case.firing and case.quiet} == known
    assert {case.alert for case in cases() if not case.firing} == known
    assert len(cases()) >= 60


def test_a_case_stands_with_its_topic() -> None:
    topics = {alert.name: group.name for group in groups(FULL) for alert in group.alerts}
    for topic, module in TOPICS.items():
        assert {topics[case.alert] for case in module.CASES} == {topic}


def test_a_name_that_is_asked_for_is_there() -> None:
    assert names(FULL) >= {
        "HighLatency", "HighResponseTime", "DatabaseConnectionsHigh", "AppInstanceDown", "DiskSpaceHigh",
        "HighErrorRate", "QueueStuck", "WorkersMissing", "SloBurnFast", "SloBurnSlow", "ErrorBudgetSpent",
        "CertificateExpiresSoon", "BackupTooOld", "RestoreTestFailed", "DatabricksUnreachable", "SiteUnreachable",
        "Watchdog",
    }  # fmt: skip
