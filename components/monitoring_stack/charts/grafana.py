"""Grafana, as kube-prometheus-stack brings it."""

from collections.abc import Mapping, Sequence
from typing import Any

from pulumi import Input

from ...shared.chart_values import resources
from ..settings.monitoring import MonitoringSettings
from .data_sources import telemetry_sources

GRAFANA_GIB = 10
GRAFANA_ACCOUNT = "grafana"
# By these dashboards, and links between data sources, know each.
PROMETHEUS, ALERTMANAGER, CLOUDWATCH = "prometheus", "alertmanager", "cloudwatch"


# What its sidecars do, in its own namespace: they bring dashboards and data sources, which are ConfigMaps.
SIDECAR_RULE: Mapping[str, Any] = {"api_groups": [""], "resources": ["configmaps"], "verbs": ["get", "list", "watch"]}


def grafana_values(
    settings: MonitoringSettings,
    *,
    namespace: str,
    login: Input[str],
    region: str,
    loki_url: str,
    traced_namespaces: Sequence[str] = (),
) -> dict[str, Any]:
    """Return its values; `login` names a Secret that holds its first user, and `namespace` is where all it reads lies.

    Whoever installs it gives its account SIDECAR_RULE there. The chart's own roles read Secrets too, by default of
    every namespace (grafana-community/helm-charts, grafana 12.11.1, templates/clusterrole.yaml and role.yaml).
    """
    own: Mapping[str, Any] = {"resource": "configmap", "searchNamespace": namespace}
    return {
        "fullnameOverride": "grafana",
        "admin": {"existingSecret": login, "userKey": "admin-user", "passwordKey": "admin-password"},
        "serviceAccount": {"name": GRAFANA_ACCOUNT},
        "rbac": {"create": False},
        "persistence": {"enabled": True, "size": f"{GRAFANA_GIB}Gi"},
        # its disk is attached to one node at a time, so the old pod must be gone before the new one comes
        "deploymentStrategy": {"type": "Recreate"},
        # runs as root, for what fsGroup does already
        "initChownData": {"enabled": False},
        "resources": resources("50m", "256Mi", "512Mi"),
        "sidecar": {
            "resources": resources("10m", "96Mi", "192Mi"),
            "dashboards": {**own, "enabled": True, "label": "grafana_dashboard", "labelValue": "1"},
            "datasources": {
                **own,
                "uid": PROMETHEUS,
                "isDefaultDatasource": True,
                "alertmanager": {"enabled": True, "uid": ALERTMANAGER},
            },
        },
        "testFramework": {"enabled": False},
        "grafana.ini": {"analytics": {"reporting_enabled": False, "check_for_updates": False}},
        "additionalDataSources": [
            *telemetry_sources(settings, loki_url=loki_url, traced_namespaces=traced_namespaces),
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
