"""Pairs of the laws in `sandbox/laws/maintenance_windows.py`."""

from typing import Any

import pulumi_aws as aws

from .pair import Pair
from .programs import cache_with, database, database_with, role


def _backed_up(schedule: str) -> None:
    instance = database(backup_window="02:00-03:00", maintenance_window="sun:03:30-sun:04:30", tags={"Backup": "daily"})
    rule: Any = {"rule_name": "daily", "target_vault_name": aws.backup.Vault("vault").name, "schedule": schedule}
    plan = aws.backup.Plan("plan", rules=[rule])
    aws.backup.Selection(
        "selection", plan_id=plan.id, iam_role_arn=role("backup", "backup.amazonaws.com").arn, resources=[instance.arn]
    )


PAIRS = [
    Pair(
        "maintenance-window",
        "must not overlap",
        database_with,
        {"backup_window": "03:00-04:00", "maintenance_window": "sun:03:30-sun:04:30"},
        {"backup_window": "03:00-04:00", "maintenance_window": "sun:04:30-sun:05:30"},
    ),
    Pair(
        "maintenance-window",
        "must not overlap",
        database_with,
        {"backup_window": "23:30-00:30", "maintenance_window": "mon:00:00-mon:01:00"},
        {"backup_window": "23:30-00:30", "maintenance_window": "mon:00:30-mon:01:30"},
    ),
    Pair(
        "maintenance-window",
        "The snapshot window and maintenance window must not overlap",
        cache_with,
        {"snapshot_window": "02:00-03:00", "maintenance_window": "sun:02:30-sun:03:30"},
        {"snapshot_window": "02:00-03:00", "maintenance_window": "sun:03:30-sun:04:30"},
    ),
    Pair(
        "backup-window",
        "too close to the automated backup window",
        _backed_up,
        "cron(30 1 * * ? *)",
        "cron(0 21 * * ? *)",
    ),
    Pair("backup-window", "too close to the maintenance window", _backed_up, "cron(0 4 ? * * *)", "cron(0 5 ? * * *)"),
]
