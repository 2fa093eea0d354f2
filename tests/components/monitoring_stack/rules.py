"""Rules as they are rendered, and promtool on them."""

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from components.monitoring_stack.alerts.rules import rule_groups
from components.monitoring_stack.alerts.watched import Watched
from sandbox.prometheus import promtool
from tests.components.monitoring_stack.cases.case import Case, Labels

# a stack that has everything that alerts know of
FULL = Watched(
    queue=True,
    worker_replicas_min=4,
    worker_slots=20,
    databricks=True,
    domain=True,
    cache_replicas=1,
    database_connections=100,
    database_memory_bytes=8 * 2**30,
    backups=True,
    restore_tests=True,
    budget_usd=3000,
    deployments=True,
    traces=True,
    tempo=True,
)


def write_rules(folder: Path, watched: Watched = FULL) -> dict[str, Path]:
    """Write a file for each group of rules; give them by the group's name."""
    files = {}
    for group in rule_groups(watched):
        files[group["name"]] = path = folder / f"{group['name']}.yaml"
        path.write_text(yaml.safe_dump({"groups": [group]}, sort_keys=False), encoding="utf-8")
    return files


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run promtool."""
    return subprocess.run([promtool(), *arguments], capture_output=True, text=True, check=False)


def unit_tests(rules: Path, cases: Sequence[Case], interval: str) -> dict[str, Any]:
    """The cases of one interval as promtool reads them; the series ALERTS tells what fires, and with which labels."""
    return {
        "rule_files": [str(rules)],
        "evaluation_interval": interval,
        "tests": [
            {
                "name": f"{case.alert}: {case.title}",
                "interval": interval,
                "input_series": [{"series": name, "values": values} for name, values in case.series.items()],
                "promql_expr_test": [
                    *(
                        _firing(case, at, [_alerts(case, each) for each in labels])
                        for at, labels in case.firing.items()
                    ),
                    *(_firing(case, at, []) for at in case.quiet),
                ],
            }
            for case in cases
        ],
    }


def _firing(case: Case, at: str, expected: Sequence[str]) -> Mapping[str, Any]:
    return {
        "expr": f'ALERTS{{alertname="{case.alert}",alertstate="firing"}}',
        "eval_time": at,
        "exp_samples": [{"labels": labels, "value": 1} for labels in expected],
    }


def _alerts(case: Case, own: Labels) -> str:
    labels = {"alertname": case.alert, "alertstate": "firing", "severity": case.severity, "team": "platform", **own}
    return "ALERTS{" + ",".join(f'{name}="{value}"' for name, value in labels.items()) + "}"
