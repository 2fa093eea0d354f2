"""The exporter that brings CloudWatch's metrics to Prometheus (YACE)."""

import json
from typing import Any

from ...shared.chart_values import UNPRIVILEGED, resources
from ..alerts.monitoring import CLOUDWATCH_JOB
from ..cloudwatch_metrics import SCRAPE_SECONDS, Config

# the user `nobody` of its image
USER = 65_534


def cloudwatch_exporter_values(config: Config, *, service_account: str) -> dict[str, Any]:
    """Return the values of prometheus-yet-another-cloudwatch-exporter; its settings hold no secret."""
    return {
        # the chart takes the job's label from a label of its Service that nobody sets, and so from the Service's name
        "fullnameOverride": CLOUDWATCH_JOB,
        # it asks AWS alone
        "serviceAccount": {"create": True, "name": service_account, "automountServiceAccountToken": False},
        "podSecurityContext": {
            "runAsNonRoot": True,
            "runAsUser": USER,
            "runAsGroup": USER,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "securityContext": UNPRIVILEGED,
        "resources": resources("10m", "64Mi", "256Mi"),
        "extraArgs": {"scraping-interval": SCRAPE_SECONDS},
        # a pod that asks itself, made by `helm test` alone
        "testConnection": False,
        # what it knows is minutes old: asking oftener tells nothing
        "serviceMonitor": {"enabled": True, "interval": "60s", "timeout": "30s"},
        "config": json.dumps(config, sort_keys=True),
    }
