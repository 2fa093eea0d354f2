"""Alerts and recordings as data; `rule_groups` gives what a PrometheusRule holds."""

from .model import CLOUDWATCH_JOB, DATABRICKS_JOB, PODS_JOB, QUEUE_JOB, SERVERS_JOB, SITE_JOB, Alert, Severity
from .rules import ALARM_BRIDGE_ALERT, all_alerts, groups, rule_groups
from .watched import Watched, watched

__all__ = [
    "ALARM_BRIDGE_ALERT",
    "CLOUDWATCH_JOB",
    "DATABRICKS_JOB",
    "PODS_JOB",
    "QUEUE_JOB",
    "SERVERS_JOB",
    "SITE_JOB",
    "Alert",
    "Severity",
    "Watched",
    "all_alerts",
    "groups",
    "rule_groups",
    "watched",
]
