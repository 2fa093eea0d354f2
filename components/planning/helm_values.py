"""What the charts of the monitoring stack are told, beyond their defaults."""

from collections.abc import Mapping
from typing import Any

from pulumi import Input

from ..settings import MonitoringSettings
from .addons import SYSTEM_NODES

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
                "storageSpec": {"volumeClaimTemplate": _claim(settings.prometheus_storage_gib)},
                "resources": _resources("250m", "1Gi", "2Gi"),
            },
            "podDisruptionBudget": {"enabled": settings.prometheus_replicas > 1},
        },
        "alertmanager": {
            "alertmanagerSpec": {
                "replicas": settings.alertmanager_replicas,
                "podAntiAffinityTopologyKey": "topology.kubernetes.io/zone",
                "storage": {"volumeClaimTemplate": _claim(ALERTMANAGER_GIB)},
                "resources": _resources("25m", "64Mi", "128Mi"),
            },
            "podDisruptionBudget": {"enabled": settings.alertmanager_replicas > 1},
        },
        "prometheusOperator": {"resources": _resources("50m", "128Mi", "256Mi")},
        "kube-state-metrics": {"resources": _resources("25m", "96Mi", "192Mi")},
        "prometheus-node-exporter": {"resources": _resources("25m", "32Mi", "64Mi")},
        "grafana": {
            "fullnameOverride": "grafana",
            "admin": {"existingSecret": grafana_login, "userKey": "admin-user", "passwordKey": "admin-password"},
            "persistence": {"enabled": True, "size": f"{GRAFANA_GIB}Gi"},
            # its disk is attached to one node at a time, so the old pod must be gone before the new one comes
            "deploymentStrategy": {"type": "Recreate"},
            # runs as root, for what fsGroup does already
            "initChownData": {"enabled": False},
            "resources": _resources("50m", "256Mi", "512Mi"),
            "sidecar": {"resources": _resources("10m", "96Mi", "192Mi")},
            "testFramework": {"enabled": False},
            "additionalDataSources": [{"name": "Loki", "type": "loki", "access": "proxy", "url": loki_url}],
        },
    }


def blackbox_values() -> dict[str, Any]:
    """Give the values of the exporter that asks other people's sites."""
    return {
        "fullnameOverride": "blackbox",
        "resources": _resources("10m", "32Mi", "64Mi"),
        "config": {
            "modules": {
                "answers": {
                    "prober": "http",
                    "timeout": "5s",
                    # an answer that asks for the token is an answer; the token itself stays with Flowise
                    "http": {"valid_status_codes": [200, 401, 403], "fail_if_not_ssl": True},
                }
            }
        },
    }


def secret_operator_values(*, service_account: str, webhook_port: int) -> dict[str, Any]:
    """Give the values of external-secrets: of its kinds only those of a namespace, and two of each of its processes."""
    replicated = {
        "replicaCount": 2,
        "nodeSelector": dict(SYSTEM_NODES),
        "podDisruptionBudget": {"enabled": True, "minAvailable": 1},
    }
    return {
        **replicated,
        "leaderElect": True,
        "serviceAccount": {"create": True, "name": service_account},
        "resources": _resources("25m", "96Mi", "192Mi"),
        # whatever reads or writes beyond one namespace stays off
        "processClusterStore": False,
        "processClusterExternalSecret": False,
        "processClusterPushSecret": False,
        "processClusterGenerator": False,
        "processPushSecret": False,
        "webhook": {**replicated, "port": webhook_port, "resources": _resources("10m", "48Mi", "96Mi")},
        # makes the webhook's certificate, and may be away for hours
        "certController": {"nodeSelector": dict(SYSTEM_NODES), "resources": _resources("10m", "64Mi", "192Mi")},
    }


def event_autoscaler_values(*, watched_namespace: str) -> dict[str, Any]:
    """Give the values of keda."""
    budget = {"maxUnavailable": 1}
    return {
        "watchNamespace": watched_namespace,
        "operator": {"replicaCount": 2},
        # the aggregated API of external metrics has one endpoint; its loss leaves the last number of replicas
        "metricsServer": {"replicaCount": 2},
        "webhooks": {"replicaCount": 2},
        "nodeSelector": dict(SYSTEM_NODES),
        "podDisruptionBudget": {"operator": budget, "metricServer": budget, "webhooks": budget},
        "resources": {
            "operator": _resources("50m", "128Mi", "256Mi"),
            "metricServer": _resources("25m", "96Mi", "192Mi"),
            "webhooks": _resources("10m", "32Mi", "64Mi"),
        },
        # its role for Secrets is bound in the watched namespace alone
        "permissions": {"operator": {"restrict": {"secret": True}}},
    }


def _claim(gib: int) -> Mapping[str, Any]:
    return {"spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": f"{gib}Gi"}}}}


def _resources(cpu: str, memory: str, most_memory: str) -> Mapping[str, Any]:
    return {"requests": {"cpu": cpu, "memory": memory}, "limits": {"memory": most_memory}}
