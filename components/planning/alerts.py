"""Alerts on Flowise, in terms of the metrics that flowise 3.1.4 exports."""

from typing import Any

from .flowise_env import NAMESPACE

DURATION = "http_request_duration_ms"
# the histogram's buckets end at 500 ms, so that a percentile of answers by a model is meaningless: averages are true
WINDOW = "5m"
ERROR_RATIO = 0.05
DATABRICKS_JOB = "databricks"


def alerts(
    *, latency_threshold_seconds: float, latency_for_minutes: int, databricks: bool = False
) -> list[dict[str, Any]]:
    """Give the rules; names are a contract with whoever routes them."""
    where = f'namespace="{NAMESPACE}"'
    spent, answered = (f"sum(rate({DURATION}_{part}{{{where}}}[{WINDOW}]))" for part in ("sum", "count"))
    failed = f'sum(rate({DURATION}_count{{{where},code=~"5.."}}[{WINDOW}]))'
    return [
        _alert(
            "HighLatency",
            f"{spent} / {answered} > {latency_threshold_seconds * 1000:g}",
            f"{latency_for_minutes}m",
            "critical",
            f"Flowise takes more than {latency_threshold_seconds:g} s to answer on average",
        ),
        _alert("HighErrorRate", f"{failed} / {answered} > {ERROR_RATIO}", "5m", "critical", "Flowise answers 5xx"),
        _alert(
            "FlowiseNotReady",
            f'sum(kube_pod_status_ready{{{where},condition="true"}}) < 1 or absent(kube_pod_status_ready{{{where}}})',
            "5m",
            "critical",
            "No pod of Flowise is ready",
        ),
        _alert(
            "FlowiseRestarts",
            f"sum by (pod) (increase(kube_pod_container_status_restarts_total{{{where}}}[30m])) > 2",
            "1m",
            "warning",
            "A pod of Flowise keeps restarting",
        ),
        *(_databricks() if databricks else []),
    ]


def _databricks() -> list[dict[str, Any]]:
    return [
        _alert(
            "DatabricksUnreachable",
            f'min(probe_success{{job="{DATABRICKS_JOB}"}}) == 0',
            "5m",
            "warning",
            "Databricks does not answer the cluster",
        )
    ]


def _alert(name: str, expression: str, duration: str, severity: str, summary: str) -> dict[str, Any]:
    return {
        "alert": name,
        "expr": expression,
        "for": duration,
        "labels": {"severity": severity},
        "annotations": {"summary": summary},
    }
