"""Logs of all pods and Kubernetes' events; a line's trace opens from its details."""

from grafana_foundation_sdk.models import dashboard as model

from .panels import Panel, Query, alerts, counted_lines, lines, page

FLOWISE = '{namespace="flowise",app="flowise"}'
BAD = 'level=~"error|fatal|critical|panic"'


def logs() -> model.Dashboard:
    """Return the page."""
    return page(
        "flowise-logs",
        "Flowise: logs and traces",
        "Lines by level, Flowise's errors, and what Kubernetes warns of. A line of Flowise's that has a trace_id leads "
        "to its trace; more is asked in Explore.",
        ("How many", _counted()),
        ("Lines", _lines()),
        since="now-1h",
    )


def _counted() -> list[Panel]:
    return [
        counted_lines(
            "Flowise's lines by level",
            Query(f"sum by (level) (count_over_time({FLOWISE} [$__interval]))", "{{level}}"),
            description="Of servers and workers.",
            width=8,
        ),
        counted_lines(
            "Errors by application",
            Query(f'sum by (app) (count_over_time({{app=~".+",{BAD}}} [$__interval]))', "{{app}}"),
            description="Of every pod in the cluster.",
            width=8,
        ),
        alerts(
            "Alerts of logs",
            description="What fires or is about to, with runbooks.",
            names=("Log.*", "Trace.*", "TargetMissing", "TargetDown"),
        ),
    ]


def _lines() -> list[Panel]:
    return [
        lines(
            "Flowise's errors",
            f'{{namespace="flowise",app="flowise",{BAD}}}',
            description="Open a line for its request and its trace.",
        ),
        lines(
            "Kubernetes warns",
            '{app="kubernetes-events",level="warning"}',
            description="Pods that find no place, probes that fail, images that cannot be pulled.",
        ),
        lines(
            "Flowise's warnings",
            '{namespace="flowise",app="flowise",level=~"warn|warning"}',
            description="What Flowise got over by itself, this time.",
        ),
    ]
