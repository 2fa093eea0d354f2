"""Datadog: an agent on every node and one for the cluster."""

import json
from collections.abc import Mapping
from typing import Any

from pulumi import Input

from ...shared.chart_values import resources
from ...shared.network_policies import OTLP
from ..log_pipeline import REDACTED, SECRETS
from ..settings.datadog import DatadogSettings

# the key of the Secret that the chart reads, and of the one with Flowise's own (its values.yaml: apiKeyExistingSecret)
API_KEY, METRICS_KEY = "api-key", "key"
METRICS_KEY_FOLDER = "/etc/flowise-metrics"
# what OpenMetrics calls all
EVERY_METRIC = [".+"]
OFF: Mapping[str, bool] = {"enabled": False}


def datadog_values(
    settings: DatadogSettings,
    *,
    cluster_name: Input[str],
    environment: str,
    api_key_secret: Input[str],
    metrics_key_secret: Input[str],
    takes_traces: bool,
) -> dict[str, Any]:
    """Give the values of datadog: metrics of nodes, objects and Flowise, logs of all containers, traces if asked.

    What looks into processes, changes pods, reads Secrets or takes orders from afar stays off.
    """
    return {
        "fullnameOverride": "datadog",
        # the same images as in the other registries; nodes reach this one already
        "registry": "public.ecr.aws/datadog",
        "datadog": {
            "site": settings.site,
            "apiKeyExistingSecret": api_key_secret,
            "clusterName": cluster_name,
            "tags": [f"env:{environment}"],
            "logs": {"enabled": True, "containerCollectAll": True},
            "env": [{"name": "DD_LOGS_CONFIG_PROCESSING_RULES", "value": _redaction()}],
            "kubeStateMetricsCore": {"enabled": True, "collectSecretMetrics": False, "collectConfigMaps": False},
            # by a socket, which takes no port of the node
            "apm": {"socketEnabled": takes_traces, "portEnabled": False},
            "otlp": {
                "receiver": {
                    "protocols": {
                        "http": {"enabled": takes_traces, "endpoint": f"0.0.0.0:{OTLP}", "useHostPort": False}
                    }
                }
            },
            "remoteConfiguration": OFF,
            "processAgent": {"enabled": False, "processDiscovery": False, "containerCollection": False},
            "orchestratorExplorer": OFF,
            "containerImageCollection": OFF,
            "discovery": OFF,
            "useHostPID": False,
            "operator": OFF,
        },
        "clusterAgent": {
            "admissionController": OFF,
            "rbac": {"flareAdditionalPermissions": False},
            "resources": resources("50m", "192Mi", "384Mi"),
        },
        "agents": {
            "tolerations": [{"operator": "Exists"}],
            "priorityClassName": "system-node-critical",
            "containers": {
                "agent": {"resources": resources("100m", "256Mi", "512Mi")},
                "traceAgent": {"resources": resources("25m", "96Mi", "192Mi")},
            },
            "volumes": [{"name": "flowise-metrics", "secret": {"secretName": metrics_key_secret}}],
            "volumeMounts": [{"name": "flowise-metrics", "mountPath": METRICS_KEY_FOLDER, "readOnly": True}],
        },
    }


def pod_annotations(*, container: str, probe_port: int, http_port: int | None) -> dict[str, str]:
    """Give what tells the agent on a pod's node which metrics to read there; `http_port` is a server's.

    https://docs.datadoghq.com/containers/kubernetes/integrations/ (annotations v2), and the integration OpenMetrics
    (auth_token), which reads the key from a file of the agent's own.
    """
    key = {
        "reader": {"type": "file", "path": f"{METRICS_KEY_FOLDER}/{METRICS_KEY}"},
        "writer": {"type": "header", "name": "Authorization", "value": "Bearer <TOKEN>"},
    }
    common = {"namespace": "flowise", "metrics": EVERY_METRIC}
    instances: list[dict[str, Any]] = [{"openmetrics_endpoint": f"http://%%host%%:{probe_port}/metrics", **common}]
    if http_port is not None:
        url = f"http://%%host%%:{http_port}/api/v1/metrics"
        instances.append({"openmetrics_endpoint": url, **common, "auth_token": key})
    return {f"ad.datadoghq.com/{container}.checks": json.dumps({"openmetrics": {"instances": instances}})}


def _redaction() -> str:
    rules = [
        {"type": "mask_sequences", "name": f"secret-{number}", "replace_placeholder": REDACTED, "pattern": pattern}
        for number, pattern in enumerate(SECRETS, 1)
    ]
    return json.dumps(rules)
