"""A web service in a namespace of its own, by the histogram that its application keeps of its answers.

`http_request_duration_seconds` has the labels `route` and `code`; database and nodes have pages of their own.
"""

from collections.abc import Sequence

from grafana_foundation_sdk.models import dashboard as model
from grafana_foundation_sdk.models import units

from .panels import Panel, Query, alerts, falling, graph, number, page, rising

SECONDS = "http_request_duration_seconds"
SITE = 'max(probe_success{job="site"})'


def aps() -> model.Dashboard:
    """Return the page of Sistema APS; the thresholds are those of its alerts and of what its users are promised."""
    return _page("aps", "Sistema APS", slow_seconds=2.0, promised_seconds=1.0, most_errors=0.001)


def ranking() -> model.Dashboard:
    """Return the page of Ranking; the thresholds are those of its alerts and of what its users are promised."""
    own = 'namespace="ranking"'
    computed = (
        f"histogram_quantile(0.95, sum by (le) (rate(ranking_computation_seconds_bucket{{{own}}}[$__rate_interval])))"
    )
    phases = f"rate(http_request_phase_seconds_sum{{{own}}}[$__rate_interval])"
    answered = f"sum(rate({SECONDS}_count{{{own}}}[$__rate_interval]))"
    more = [
        graph(
            "Computation p95",
            Query(computed, "seconds"),
            unit=units.Seconds,
            description="95 % of the rankings are computed within this. Runbook: SlowRankingComputation.",
            limit=0.5,
            width=8,
        ),
        graph(
            "What an answer's time goes into",
            Query(f"sum by (phase) ({phases}) / on () group_left () {answered}", "{{phase}}"),
            unit=units.Seconds,
            description="Seconds of an average answer, by phase.",
            stacked=True,
            width=8,
        ),
        graph(
            "Connections of the pools",
            Query(f"sum by (state) (ranking_database_connections{{{own}}})", "{{state}}"),
            unit=units.Short,
            description="Of all pods; where none is idle, requests wait for one.",
            stacked=True,
            width=8,
        ),
        graph(
            "Requests under way",
            Query(f"sum by (pod) (http_requests_in_progress{{{own}}})", "{{pod}}"),
            unit=units.Short,
            description="Being answered, by pod: the colour that waits has none.",
            width=8,
        ),
        graph(
            "Ranked",
            Query(f"max(ranking_entries{{{own}}})", "entries"),
            unit=units.Short,
            description="How many there are; the computation grows with them.",
            width=8,
        ),
    ]
    names = ("HighResponseTime", "HighErrorRate", "SlowRankingComputation", "AppInstanceDown", "ReplicasMissing")
    return _page(
        "ranking", "Ranking", slow_seconds=1.0, promised_seconds=0.5, most_errors=0.001, alerted=names, more=more
    )


def _page(
    name: str,
    title: str,
    *,
    slow_seconds: float,
    promised_seconds: float,
    most_errors: float,
    alerted: Sequence[str] = ("HighResponseTime", "AppInstanceDown", "ReplicasMissing", "DatabaseConnectionsHigh"),
    more: Sequence[Panel] = (),
) -> model.Dashboard:
    own = f'namespace="{name}"'
    requests = f"sum(rate({SECONDS}_count{{{own}}}[$__rate_interval]))"
    failed = f'sum(rate({SECONDS}_count{{{own},code=~"5.."}}[$__rate_interval])) or 0 * {requests}'
    p95 = f"histogram_quantile(0.95, sum by (le) (rate({SECONDS}_bucket{{{own}}}[$__rate_interval])))"
    by_route = f"histogram_quantile(0.95, sum by (le, route) (rate({SECONDS}_bucket{{{own}}}[$__rate_interval])))"
    memory = (
        f'max by (pod) (container_memory_working_set_bytes{{{own},container!=""}}) '
        f'/ on (pod) max by (pod) (kube_pod_container_resource_limits{{{own},resource="memory"}})'
    )
    now = [
        number("Site up", SITE, unit="none", description="Asked through the CDN: 1 answers.", steps=falling(1, 1)),
        number("Request rate", requests, unit=units.RequestsPerSecond, description="Requests that pods answer."),
        number(
            "Response time p95",
            p95,
            unit=units.Seconds,
            description="95 % of answers take no longer. Runbook: HighResponseTime.",
            steps=rising(promised_seconds, slow_seconds),
        ),
        number(
            "Error rate",
            f"({failed}) / ({requests} > 0)",
            unit=units.PercentUnit,
            description="Share of answers that are 5xx.",
            steps=rising(most_errors, 10 * most_errors),
            decimals=2,
        ),
        number(
            "Database connections",
            "max(aws_rds_database_connections_maximum)",
            unit=units.Short,
            description="Open at once; CloudWatch's figure. Runbook: DatabaseConnectionsHigh.",
            decimals=0,
            goes_to="database",
        ),
        number(
            "Pods ready",
            f"sum(kube_deployment_status_replicas_available{{{own}}})",
            unit=units.Short,
            description="Pods that the load balancer asks. Runbook: ReplicasMissing.",
            decimals=0,
        ),
    ]
    over_time = [
        alerts(
            f"Alerts of {title}",
            description="What fires or is about to, with runbooks.",
            names=alerted,
        ),
        graph(
            "Requests by code",
            Query(f"sum by (code) (rate({SECONDS}_count{{{own}}}[$__rate_interval]))", "{{code}}"),
            unit=units.RequestsPerSecond,
            description="Requests per second, by the status of the answer.",
            stacked=True,
            width=8,
        ),
        graph(
            "Response time p95 by route",
            Query(by_route, "{{route}}"),
            unit=units.Seconds,
            description="Of each route. Runbook: HighResponseTime.",
            limit=slow_seconds,
            width=8,
        ),
        graph(
            "Database connections over time",
            Query("max(aws_rds_database_connections_maximum)", "connections"),
            unit=units.Short,
            description="Open at once, the most of each five minutes. Runbook: DatabaseConnectionsHigh.",
            width=8,
        ),
        graph(
            "Memory of pods",
            Query(memory, "{{pod}}"),
            unit=units.PercentUnit,
            description="Share of the limit; past it the kernel ends the pod.",
            limit=0.9,
            width=8,
        ),
        graph(
            "CPU of pods",
            Query(
                f'sum by (pod) (rate(container_cpu_usage_seconds_total{{{own},container!=""}}[$__rate_interval]))',
                "{{pod}}",
            ),
            unit=units.Short,
            description="Cores in use.",
            width=8,
        ),
    ]
    return page(name, title, f"{title}: what its users wait for.", ("Now", now), ("Over time", [*over_time, *more]))
