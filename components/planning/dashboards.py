"""Flowise's dashboard; upstream's own query metrics that are gone."""

from typing import Any

from .flowise_env import NAMESPACE

PANELS = (
    ("Requests per second by status", "sum by (code) (rate(http_request_duration_ms_count{%s}[5m]))", "reqps"),
    (
        "Average answer",
        "sum(rate(http_request_duration_ms_sum{%s}[5m])) / sum(rate(http_request_duration_ms_count{%s}[5m]))",
        "ms",
    ),
    ("Resident memory by pod", "sum by (pod) (flowise_process_resident_memory_bytes{%s})", "bytes"),
    ("Event loop lag, p99, by pod", "max by (pod) (flowise_nodejs_eventloop_lag_p99_seconds{%s})", "s"),
)
WIDTH, HEIGHT = 12, 8


def flowise_dashboard() -> dict[str, Any]:
    """Give the dashboard as Grafana reads it."""
    return {
        "uid": "flowise",
        "title": "Flowise",
        "schemaVersion": 39,
        "time": {"from": "now-6h", "to": "now"},
        "panels": [_panel(index, *panel) for index, panel in enumerate(PANELS)],
    }


def _panel(index: int, title: str, expression: str, unit: str) -> dict[str, Any]:
    query = expression.replace("%s", f'namespace="{NAMESPACE}"')
    return {
        "id": index + 1,
        "type": "timeseries",
        "title": title,
        "datasource": {"type": "prometheus", "uid": "prometheus"},
        "gridPos": {"x": index % 2 * WIDTH, "y": index // 2 * HEIGHT, "w": WIDTH, "h": HEIGHT},
        "fieldConfig": {"defaults": {"unit": unit}, "overrides": []},
        "targets": [{"refId": "A", "expr": query}],
    }
