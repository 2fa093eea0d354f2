"""Prometheus, Alertmanager, Grafana and the exporters of nodes and objects."""

from typing import Any

from pulumi import Input

from ...settings import MonitoringSettings
from .common import claim, resources
from .data_sources import telemetry_sources

# EKS runs these where no pod can reach them: their targets would be down, and their alerts up, for ever
HIDDEN_BY_EKS = ("kubeControllerManager", "kubeScheduler", "kubeEtcd", "kubeProxy")
# What the operator picks up whoever made it, not only what its own chart made.
SELECTED = ("podMonitor", "probe", "rule", "scrapeConfig", "serviceMonitor")
# a full disk stops Prometheus; past this share of it the oldest metrics go, however young
USED_SHARE_OF_DISK = 0.85
ALERTMANAGER_GIB, GRAFANA_GIB = 5, 10


def prometheus_values(settings: MonitoringSettings, *, grafana_login: Input[str], loki_url: str) -> dict[str, Any]:
    """Give the values of kube-prometheus-stack; `grafana_login` names a Secret that holds Grafana's first user."""
    return {
        **{part: {"enabled": False} for part in HIDDEN_BY_EKS},
        # names that people and data sources may rely on, instead of the release's own with its random end
        "fullnameOverride": "prometheus",
        "prometheus": {
            "prometheusSpec": {
                **{f"{kind}SelectorNilUsesHelmValues": False for kind in SELECTED},
                "replicas": settings.prometheus_replicas,
                "podAntiAffinityTopologyKey": "topology.kubernetes.io/zone",
                "retention": f"{settings.prometheus_retention_days}d",
                "retentionSize": f"{int(settings.prometheus_storage_gib * 1024 * USED_SHARE_OF_DISK)}MiB",
                "scrapeInterval": f"{settings.scrape_interval_seconds}s",
                "storageSpec": {"volumeClaimTemplate": claim(settings.prometheus_storage_gib)},
                "resources": resources("250m", "1Gi", "2Gi"),
            },
            "podDisruptionBudget": {"enabled": settings.prometheus_replicas > 1},
        },
        "alertmanager": {
            "alertmanagerSpec": {
                "replicas": settings.alertmanager_replicas,
                "podAntiAffinityTopologyKey": "topology.kubernetes.io/zone",
                "storage": {"volumeClaimTemplate": claim(ALERTMANAGER_GIB)},
                "resources": resources("25m", "64Mi", "128Mi"),
            },
            "podDisruptionBudget": {"enabled": settings.alertmanager_replicas > 1},
        },
        "prometheusOperator": {"resources": resources("50m", "128Mi", "256Mi")},
        "kube-state-metrics": {"resources": resources("25m", "96Mi", "192Mi")},
        "prometheus-node-exporter": {"resources": resources("25m", "32Mi", "64Mi")},
        "grafana": {
            "fullnameOverride": "grafana",
            "admin": {"existingSecret": grafana_login, "userKey": "admin-user", "passwordKey": "admin-password"},
            "persistence": {"enabled": True, "size": f"{GRAFANA_GIB}Gi"},
            # its disk is attached to one node at a time, so the old pod must be gone before the new one comes
            "deploymentStrategy": {"type": "Recreate"},
            # runs as root, for what fsGroup does already
            "initChownData": {"enabled": False},
            "resources": resources("50m", "256Mi", "512Mi"),
            "sidecar": {"resources": resources("10m", "96Mi", "192Mi")},
            "testFramework": {"enabled": False},
            "additionalDataSources": telemetry_sources(settings, loki_url=loki_url),
        },
    }
