"""Logs of all pods and Kubernetes' events; a line's trace opens from its details."""

from grafana_foundation_sdk.models import dashboard as model

from .panels import Panel, Query, alerts, counted_lines, lines, page, variable

CHOSEN = 'app=~".+",namespace=~"$namespace"'
BAD = 'level=~"error|fatal|critical|panic"'


def logs() -> model.Dashboard:
    """Return the page."""
    return page(
        "logs",
        "Logs and traces",
        "Lines by level, errors, and what Kubernetes warns of. A line that has a trace_id leads to its trace; more is "
        "asked in Explore.",
        ("How many", _counted()),
        ("Lines", _lines()),
        variables=[
            variable(
                "namespace", "Namespace", "label_values(kube_pod_info, namespace)", description="Whose lines are shown."
            )
        ],
        since="now-1h",
    )


def _counted() -> list[Panel]:
    return [
        counted_lines(
            "Lines by level",
            Query(f"sum by (level) (count_over_time({{{CHOSEN}}} [$__interval]))", "{{level}}"),
            description="Of the pods of the namespaces that are chosen above.",
            width=8,
        ),
        counted_lines(
            "Errors by application",
            Query(f"sum by (app) (count_over_time({{{CHOSEN},{BAD}}} [$__interval]))", "{{app}}"),
            description="Likewise.",
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
            "Errors",
            f"{{{CHOSEN},{BAD}}}",
            description="Open a line for its request and its trace.",
        ),
        lines(
            "Kubernetes warnings",
            '{app="kubernetes-events",level="warning"}',
            description="Pods that find no place, probes that fail, images that cannot be pulled.",
        ),
        lines(
            "Warnings",
            f'{{{CHOSEN},level=~"warn|warning"}}',
            description="What an application got over by itself, this time.",
        ),
    ]
