"""What Prometheus asks of Flowise and its neighbourhood: specs of the operator's kinds (monitoring.coreos.com/v1)."""

from typing import Any

from pulumi import Input, Output

from ..flowise_service.edge import PING
from ..flowise_service.environment import NAMESPACE
from .alerts.model import DATABRICKS_JOB, PODS_JOB, SERVERS_JOB, SITE_JOB

Spec = dict[str, Any]

BLACKBOX = "blackbox"
BLACKBOX_PORT = 9115
# modules of the exporter that asks (charts.blackbox)
ANSWERS, SERVES = "answers", "serves"


def servers(*, interval_seconds: int, key: Input[str], field: str) -> Spec:
    """Give the ServiceMonitor of servers' own metrics, which want an API key: a field of a Secret."""
    return {
        "namespaceSelector": {"matchNames": [NAMESPACE]},
        "selector": {"matchLabels": {"app.kubernetes.io/component": "server"}},
        "endpoints": [
            {
                "port": "http",
                "path": "/api/v1/metrics",
                "interval": f"{interval_seconds}s",
                "authorization": {"credentials": {"name": key, "key": field}},
                "relabelings": [_job(SERVERS_JOB)],
            }
        ],
    }


def pods(*, interval_seconds: int) -> Spec:
    """Give the PodMonitor of what every process of Flowise tells on the port of its probes."""
    return {
        "namespaceSelector": {"matchNames": [NAMESPACE]},
        "selector": {
            "matchExpressions": [
                {"key": "app.kubernetes.io/component", "operator": "In", "values": ["server", "worker"]}
            ],
        },
        "podMetricsEndpoints": [
            {
                "port": "probe",
                "path": "/metrics",
                "interval": f"{interval_seconds}s",
                "relabelings": [_job(PODS_JOB)],
            }
        ],
    }


def databricks(*, interval_seconds: int, url: str) -> Spec:
    """Give the Probe of a Databricks workspace: whether it answers, and how fast."""
    return _probe(DATABRICKS_JOB, ANSWERS, f"{url}/api/2.0/serving-endpoints", interval_seconds)


def site(*, interval_seconds: int, url: Input[str]) -> Spec:
    """Give the Probe of the site as people reach it: names, certificate, CDN, firewall, load balancer, a server."""
    return _probe(SITE_JOB, SERVES, Output.concat(url, PING), interval_seconds)


def _probe(job: str, module: str, target: Input[str], interval_seconds: int) -> Spec:
    return {
        "jobName": job,
        "interval": f"{interval_seconds}s",
        "module": module,
        "prober": {"url": f"{BLACKBOX}:{BLACKBOX_PORT}"},
        "targets": {"staticConfig": {"static": [target]}},
    }


def _job(name: str) -> Spec:
    # the name of the Service or of the PodMonitor stands there otherwise
    return {"targetLabel": "job", "replacement": name}
