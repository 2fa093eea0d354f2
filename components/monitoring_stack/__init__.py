"""Metrics, logs, traces, alerts and their ways to people, of whatever is to be watched.

What brings CloudWatch's alarms to Alertmanager lies in `components.monitoring_stack.alarm_bridge`, public as well: it
runs a script of its own, of which the rest knows nothing.
"""

from .alert_routes import notification_secrets
from .component import METRICS_NAMESPACE, MonitoringStack, MonitoringStackArgs
from .settings.monitoring import MonitoringSettings

__all__ = ["METRICS_NAMESPACE", "MonitoringSettings", "MonitoringStack", "MonitoringStackArgs", "notification_secrets"]
