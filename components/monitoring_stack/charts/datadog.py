"""Datadog: an agent on every node and one for the cluster."""

import json
from collections.abc import Mapping
from typing import Any

from pulumi import Input

from ...shared.chart_values import resources
from ...shared.network_policies import OTLP
from ...shared.telemetry import TOKENS_FOLDER
from ..log_pipeline import REDACTED, SECRETS
from ..settings.datadog import DatadogSettings

# the key of the Secret that the chart reads (its values.yaml: apiKeyExistingSecret)
API_KEY = "api-key"
OFF: Mapping[str, bool] = {"enabled": False}


def datadog_values(
    settings: DatadogSettings,
    *,
    cluster_name: Input[str],
    environment: str,
    api_key_secret: Input[str],
    scrape_secret: Input[str] | None,
    takes_traces: bool,
) -> dict[str, Any]:
    """Return the values of datadog: metrics of nodes, objects and annotated pods, logs of all, traces if asked.

    `scrape_secret` is the Secret of the tokens that pods want, if any.

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
            **_tokens(scrape_secret),
        },
    }


def _tokens(secret: Input[str] | None) -> dict[str, Any]:
    if secret is None:
        return {}
    name = "scrape-tokens"
    return {
        "volumes": [{"name": name, "secret": {"secretName": secret}}],
        "volumeMounts": [{"name": name, "mountPath": TOKENS_FOLDER, "readOnly": True}],
    }


def _redaction() -> str:
    rules = [
        {"type": "mask_sequences", "name": f"secret-{number}", "replace_placeholder": REDACTED, "pattern": pattern}
        for number, pattern in enumerate(SECRETS, 1)
    ]
    return json.dumps(rules)
