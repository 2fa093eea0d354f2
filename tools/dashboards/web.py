"""A web service in a namespace of its own, by the histogram that its application keeps of its answers.

`http_request_duration_seconds` has the labels `route` and `code`; database and nodes have pages of their own.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from grafana_foundation_sdk.models import dashboard as model
from grafana_foundation_sdk.models import units

from .panels import Panel, Query, alerts, falling, graph, number, page, rising

SECONDS = "http_request_duration_seconds"
SITE = 'max(probe_success{job="site"})'


@dataclass(frozen=True, kw_only=True)
class Answers:
    """What a service's answers are looked at by: the selector of their series, what is promised, and its two alerts."""

    where: str
    promised_seconds: float
    slow_seconds: float
    slow_alert: str = "HighResponseTime"
    most_errors: float = 0.001
    failing_share: float = 0.01
    failing_alert: str = ""

    def now(self) -> list[Panel]:
        """Return the three numbers that a page of a service begins with."""
        requests = f"sum(rate({SECONDS}_count{{{self.where}}}[$__rate_interval]))"
        failed = f'sum(rate({SECONDS}_count{{{self.where},code=~"5.."}}[$__rate_interval])) or 0 * {requests}'
        return [
            number("Request rate", requests, unit=units.RequestsPerSecond, description="Requests that pods answer."),
            number(
                "Response time p95",
                self._p95("le"),
                unit=units.Seconds,
                description=f"95 % of answers take no longer. Runbook: {self.slow_alert}.",
                steps=rising(self.promised_seconds, self.slow_seconds),
            ),
            number(
                "Error rate",
                f"({failed}) / ({requests} > 0)",
                unit=units.PercentUnit,
                description="Share of answers that are 5xx."
                + (f" Runbook: {self.failing_alert}." if self.failing_alert else ""),
                steps=rising(self.most_errors, self.failing_share),
                decimals=2,
            ),
        ]

    def over_time(self) -> list[Panel]:
        """Return how the same went."""
        return [
            graph(
                "Requests by code",
                Query(f"sum by (code) (rate({SECONDS}_count{{{self.where}}}[$__rate_interval]))", "{{code}}"),
                unit=units.RequestsPerSecond,
                description="Requests per second, by the status of the answer.",
                stacked=True,
                width=8,
            ),
            graph(
                "Response time p95 by route",
                Query(self._p95("le, route"), "{{route}}"),
                unit=units.Seconds,
                description=f"Of each route. Runbook: {self.slow_alert}.",
                limit=self.slow_seconds,
                width=8,
            ),
        ]

    def _p95(self, by: str) -> str:
        return f"histogram_quantile(0.95, sum by ({by}) (rate({SECONDS}_bucket{{{self.where}}}[$__rate_interval])))"


def aps() -> model.Dashboard:
    """Return the page of Sistema APS; the thresholds are those of its alerts and of what its users are promised."""
    return _page("aps", "Sistema APS", slow_seconds=2.0, promised_seconds=1.0)


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
    return _page("ranking", "Ranking", slow_seconds=1.0, promised_seconds=0.5, alerted=names, more=more)


def _page(
    name: str,
    title: str,
    *,
    slow_seconds: float,
    promised_seconds: float,
    alerted: Sequence[str] = ("HighResponseTime", "AppInstanceDown", "ReplicasMissing", "DatabaseConnectionsHigh"),
    more: Sequence[Panel] = (),
) -> model.Dashboard:
    own = f'namespace="{name}"'
    answers = Answers(where=own, promised_seconds=promised_seconds, slow_seconds=slow_seconds)
    memory = (
        f'max by (pod) (container_memory_working_set_bytes{{{own},container!=""}}) '
        f'/ on (pod) max by (pod) (kube_pod_container_resource_limits{{{own},resource="memory"}})'
    )
    now = [
        number("Site up", SITE, unit="none", description="Asked through the CDN: 1 answers.", steps=falling(1, 1)),
        *answers.now(),
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
        *answers.over_time(),
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
