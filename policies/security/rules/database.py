"""RDS instances."""

from typing import Any

from .reading import UNKNOWN, get, items
from .rule import Rule

_INSTANCE = r"aws:rds/instance:Instance"
# The shortest retention that still outlives a long weekend's silence is the stack's business; none at all is not.
_LEAST_RETENTION_DAYS = 1


def _kept(props: dict[str, Any]) -> bool:
    days = get(props, "backupRetentionPeriod")
    return days is UNKNOWN or (isinstance(days, int | float) and days >= _LEAST_RETENTION_DAYS)


RULES = (
    Rule(
        "rds-encrypted",
        "critical",
        _INSTANCE,
        lambda p: get(p, "storageEncrypted") is True,
        "set storageEncrypted; RDS cannot encrypt an instance in place",
        "FSBP RDS.3",
    ),
    Rule(
        "rds-kms",
        "medium",
        _INSTANCE,
        lambda p: get(p, "kmsKeyId") is not None,
        "give a key of your own as kmsKeyId",
        "CKV_AWS_16",
    ),
    Rule(
        "rds-private",
        "critical",
        _INSTANCE,
        lambda p: get(p, "publiclyAccessible") in (False, None),
        "leave publiclyAccessible off",
        "FSBP RDS.2",
    ),
    Rule("rds-backup", "high", _INSTANCE, _kept, "set backupRetentionPeriod to a day at least", "FSBP RDS.11"),
    Rule(
        "rds-logs",
        "medium",
        _INSTANCE,
        lambda p: "postgresql" in items(p, "enabledCloudwatchLogsExports") or get(p, "engine") != "postgres",
        "export the postgresql log",
        "FSBP RDS.9",
    ),
    Rule(
        "rds-minor-upgrade",
        "medium",
        _INSTANCE,
        lambda p: get(p, "autoMinorVersionUpgrade") in (True, None),
        "leave autoMinorVersionUpgrade on",
        "FSBP RDS.13",
    ),
)
