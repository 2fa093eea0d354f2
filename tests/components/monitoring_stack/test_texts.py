"""What people read: annotations as Prometheus fills them in, and where the runbook is."""

from pathlib import Path
from typing import Any

import yaml

from tests.components.monitoring_stack.cases.case import answers
from tests.components.monitoring_stack.rules import run, write_rules

TEAM = {"team": "platform"}


def text(severity: str, labels: dict[str, str], alert: str, summary: str, description: str) -> dict[str, Any]:
    return {
        "exp_labels": {"severity": severity, **TEAM, **labels},
        "exp_annotations": {
            "summary": summary,
            "description": description,
            "runbook_url": f"docs/operations/runbooks/{alert}.md",
        },
    }


READ = {
    "service": (
        "HighLatency",
        answers("api", 3.0, (100, 60)),
        text(
            "critical",
            {"path": "api"},
            "HighLatency",
            "Latency p95 is high: api",
            "5 % of the answers of class api take 4.85s; the limit is 2 s, and 30 s for predictions.",
        ),
    ),
    "queue": (
        "QueueStuck",
        {'flowise_queue_oldest_waiting_job_age_seconds{queue="flowise-queue-prediction"}': "150x100"},
        text(
            "critical",
            {"queue": "flowise-queue-prediction"},
            "QueueStuck",
            "Jobs wait too long: flowise-queue-prediction",
            "The oldest job of flowise-queue-prediction has waited 2m 30s, longer than anybody waits for an answer.",
        ),
    ),
    "data": (
        "DatabaseConnectionsHigh",
        {'aws_rds_database_connections_maximum{dimension_DBInstanceIdentifier="flowise-prod"}': "810.9x100"},
        text(
            "critical",
            {"dimension_DBInstanceIdentifier": "flowise-prod"},
            "DatabaseConnectionsHigh",
            "The database runs out of connections: flowise-prod",
            "90% of the 901 connections of flowise-prod are taken.",
        ),
    ),
    "edge": (
        "CertificateExpiresSoon",
        {'probe_ssl_earliest_cert_expiry{job="site"}': "864000+60x100"},
        text(
            "critical",
            {},
            "CertificateExpiresSoon",
            "A certificate expires soon: the site's",
            "It expires in 10d 0h 0m 0s; ACM should have renewed it a month ago.",
        ),
    ),
    "slo": (
        "SloBurnFast",
        {'probe_success{job="site"}': "0x100"},
        text(
            "critical",
            {"slo": "availability"},
            "SloBurnFast",
            "The error budget burns too fast: availability",
            "100% fail, where 0.10% may over 30 days.",
        ),
    ),
}


def test_annotations_are_filled_in(tmp_path: Path) -> None:
    files, rules = [], write_rules(tmp_path)
    for topic, (alert, series, expected) in READ.items():
        tests = {
            "interval": "1m",
            "input_series": [{"series": name, "values": values} for name, values in series.items()],
            "alert_rule_test": [{"eval_time": "90m", "alertname": alert, "exp_alerts": [expected]}],
        }
        files.append(tmp_path / f"test-{topic}.yaml")
        document = {"rule_files": [str(rules[topic])], "evaluation_interval": "1m", "tests": [tests]}
        files[-1].write_text(yaml.safe_dump(document), encoding="utf-8")
    tested = run("test", "rules", *files)
    assert tested.returncode == 0, tested.stdout + tested.stderr
