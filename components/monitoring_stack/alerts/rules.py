"""All groups of a stack's rules."""

from typing import Any

from . import slo
from .backups import backup_alerts
from .cluster import cluster_alerts
from .data import data_alerts
from .edge import edge_alerts
from .model import Alert, Group, Recording
from .monitoring import monitoring_alerts
from .queue import queue_alerts
from .service import databricks_alerts, service_alerts
from .watched import Watched

# what the bridge from CloudWatch's alarms posts to Alertmanager by itself
ALARM_BRIDGE_ALERT = "CloudWatchAlarm"
# AWS/Billing counts up through the month and begins anew: what a counter does
COST = Recording("flowise:cost_usd:increase1d", "increase(max(aws_billing_estimated_charges_maximum)[1d:15m])")


def groups(watched: Watched) -> tuple[Group, ...]:
    """Give the groups that a stack has use for."""
    promised = slo.objectives(watched.objectives)
    found = (
        Group(name="service", alerts=[*service_alerts(watched), *(databricks_alerts() if watched.databricks else [])]),
        Group(name="queue", alerts=queue_alerts(watched) if watched.queue else ()),
        Group(name="data", alerts=data_alerts(watched)),
        Group(name="edge", alerts=edge_alerts(watched)),
        Group(name="cluster", alerts=cluster_alerts()),
        Group(name="monitoring", alerts=monitoring_alerts(watched)),
        Group(name="backups", recordings=[COST], alerts=backup_alerts(watched)),
        Group(name="slo", recordings=slo.recordings(promised), alerts=slo.alerts(promised)),
    )
    return tuple(group for group in found if group.recordings or group.alerts)


def all_alerts(watched: Watched) -> tuple[Alert, ...]:
    """Give the alerts of all groups."""
    return tuple(alert for group in groups(watched) for alert in group.alerts)


def rule_groups(watched: Watched) -> list[dict[str, Any]]:
    """Give the groups as Prometheus reads them: `spec.groups` of a PrometheusRule."""
    return [
        {
            "name": group.name,
            "rules": [
                *(each.rule() for each in group.recordings),
                *(each.rule(team=watched.team, runbook_base_url=watched.runbook_base_url) for each in group.alerts),
            ],
        }
        for group in groups(watched)
    ]
