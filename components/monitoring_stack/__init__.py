"""Metrics, logs, traces, alerts and their ways to people, of whatever is to be watched.

What brings CloudWatch's alarms to Alertmanager lies in `components.monitoring_stack.alarm_bridge`, public as well: it
runs a script of its own, of which the rest knows nothing.
"""

from typing import TYPE_CHECKING

from ..shared.on_demand import on_demand

if TYPE_CHECKING:
    from .alert_routes import notification_secrets
    from .component import METRICS_NAMESPACE, MonitoringStack, MonitoringStackArgs
    from .settings.monitoring import MonitoringSettings
else:
    __getattr__ = on_demand(__name__)

__all__ = ["METRICS_NAMESPACE", "MonitoringSettings", "MonitoringStack", "MonitoringStackArgs", "notification_secrets"]
