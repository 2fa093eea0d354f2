"""What pods need to know of the monitoring: where traces go, and how Datadog's agents are told what to read of them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .network_policies import OTLP, TRACING

COLLECTOR_URL = f"http://otel-collector.{TRACING}.svc.cluster.local:{OTLP}"
# where the agents have the tokens that pods want (Watch.secrets), a file each
TOKENS_FOLDER = "/etc/scrape-tokens"
# what OpenMetrics calls all
EVERY_METRIC = [".+"]


@dataclass(frozen=True)
class AgentEndpoint:
    """A port and a path of metrics; `token` is the field of Watch.secrets that it wants, if any."""

    port: int
    path: str = "/metrics"
    token: str | None = None


def agent_annotations(endpoints: Sequence[AgentEndpoint], *, container: str, prefix: str) -> dict[str, str]:
    """Return what tells Datadog's agent on a pod's node which metrics to read there; their names begin with `prefix`.

    https://docs.datadoghq.com/containers/kubernetes/integrations/ (annotations v2), and the integration OpenMetrics
    (auth_token), which reads the token from a file of the agent's own.
    """
    instances = [
        {
            "openmetrics_endpoint": f"http://%%host%%:{each.port}{each.path}",
            "namespace": prefix,
            "metrics": EVERY_METRIC,
            **(_authorization(each.token) if each.token else {}),
        }
        for each in endpoints
    ]
    return {f"ad.datadoghq.com/{container}.checks": json.dumps({"openmetrics": {"instances": instances}})}


def _authorization(token: str) -> dict[str, Any]:
    return {
        "auth_token": {
            "reader": {"type": "file", "path": f"{TOKENS_FOLDER}/{token}"},
            "writer": {"type": "header", "name": "Authorization", "value": "Bearer <TOKEN>"},
        }
    }
