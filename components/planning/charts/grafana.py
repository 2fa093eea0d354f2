"""Grafana, as kube-prometheus-stack brings it."""

from typing import Any

from pulumi import Input

from ...settings import MonitoringSettings
from .common import resources
from .data_sources import telemetry_sources

GRAFANA_GIB = 10
GRAFANA_ACCOUNT = "grafana"
# By these dashboards, and links between data sources, know each.
PROMETHEUS, ALERTMANAGER, CLOUDWATCH = "prometheus", "alertmanager", "cloudwatch"


def grafana_values(settings: MonitoringSettings, *, login: Input[str], region: str, loki_url: str) -> dict[str, Any]:
    """Give its values; `login` names a Secret that holds its first user."""
    return {
        "fullnameOverride": "grafana",
        "admin": {"existingSecret": login, "userKey": "admin-user", "passwordKey": "admin-password"},
        "serviceAccount": {"name": GRAFANA_ACCOUNT},
        "persistence": {"enabled": True, "size": f"{GRAFANA_GIB}Gi"},
        # its disk is attached to one node at a time, so the old pod must be gone before the new one comes
        "deploymentStrategy": {"type": "Recreate"},
        # runs as root, for what fsGroup does already
        "initChownData": {"enabled": False},
        "resources": resources("50m", "256Mi", "512Mi"),
        "sidecar": {
            "resources": resources("10m", "96Mi", "192Mi"),
            "dashboards": {"enabled": True, "label": "grafana_dashboard", "labelValue": "1"},
            "datasources": {
                "uid": PROMETHEUS,
                "isDefaultDatasource": True,
                "alertmanager": {"enabled": True, "uid": ALERTMANAGER},
            },
        },
        "testFramework": {"enabled": False},
        "grafana.ini": {"analytics": {"reporting_enabled": False, "check_for_updates": False}},
        "additionalDataSources": [
            *telemetry_sources(settings, loki_url=loki_url),
            {
                "name": "CloudWatch",
                "uid": CLOUDWATCH,
                "type": "cloudwatch",
                "access": "proxy",
                # the AWS SDK's own way to credentials, which ends at Pod Identity
                "jsonData": {"authType": "default", "defaultRegion": region},
            },
        ],
    }
