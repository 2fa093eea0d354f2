"""TikTrend: what its users wait for, what its jobs do, and what is left of what was promised."""

from grafana_foundation_sdk.models import dashboard as model
from grafana_foundation_sdk.models import units

from .panels import Query, alerts, falling, graph, number, page, rising

SECONDS = "http_request_duration_seconds"
API = 'namespace="tiktrend",job="tiktrend-api"'
ALERTS = (
    "ApiSlow",
    "ApiErrors",
    "ApiInstanceDown",
    "WorkersSilent",
    "JobsWait",
    "OutsideCallsRefused",
    "AgreementBroken",
)


def tiktrend() -> model.Dashboard:
    """Return the page; the thresholds are those of its alerts and of what was promised."""
    requests = f"sum(rate({SECONDS}_count{{{API}}}[$__rate_interval]))"
    failed = f'sum(rate({SECONDS}_count{{{API},code=~"5.."}}[$__rate_interval])) or 0 * {requests}'
    quantile = "histogram_quantile(0.95, sum by ({}) (rate({}_bucket{{{}}}[$__rate_interval])))"
    now = [
        number("Request rate", requests, unit=units.RequestsPerSecond, description="Requests that the API answers."),
        number(
            "Response time p95",
            quantile.format("le", SECONDS, API),
            unit=units.Seconds,
            description="95 % of answers take no longer. Runbook: ApiSlow.",
            steps=rising(0.2, 0.5),
        ),
        number(
            "Error rate",
            f"({failed}) / ({requests} > 0)",
            unit=units.PercentUnit,
            description="Share of answers that are 5xx. Runbook: ApiErrors.",
            steps=rising(0.001, 0.05),
            decimals=2,
        ),
        number(
            "Budget left",
            "min(slo:error_budget_left:ratio)",
            unit=units.PercentUnit,
            description="Of the objective that has least; at none no feature is deployed. Runbook: ErrorBudgetSpent.",
            steps=falling(0, 0.25),
        ),
        number(
            "Jobs that wait",
            f"max(queue_length{{{API}}})",
            unit=units.Short,
            description="No worker has taken them. Runbook: JobsWait.",
            steps=rising(100, 500),
            decimals=0,
        ),
        number(
            "Last canary",
            f"max(canary_age_seconds{{{API}}})",
            unit=units.Seconds,
            description="Seconds since a job was done. Runbook: WorkersSilent.",
            steps=rising(90, 300),
        ),
    ]
    over_time = [
        alerts("Alerts of TikTrend", description="What fires or is about to, with runbooks.", names=ALERTS),
        graph(
            "Requests by code",
            Query(f"sum by (code) (rate({SECONDS}_count{{{API}}}[$__rate_interval]))", "{{code}}"),
            unit=units.RequestsPerSecond,
            description="Requests per second, by the status of the answer.",
            stacked=True,
            width=8,
        ),
        graph(
            "Response time p95 by route",
            Query(quantile.format("le, route", SECONDS, API), "{{route}}"),
            unit=units.Seconds,
            description="Of each route. Runbook: ApiSlow.",
            limit=0.5,
            width=8,
        ),
        graph(
            "Requests in progress",
            Query(f"sum by (pod) (http_requests_in_progress{{{API}}})", "{{pod}}"),
            unit=units.Short,
            description="What each pod is answering.",
            width=8,
        ),
        graph(
            "Products scraped by store",
            Query('sum by (store) (increase(products_scraped_total{namespace="tiktrend"}[1h]))', "{{store}}"),
            unit=units.Short,
            description="In an hour, as each store's catalogue had them.",
            width=8,
        ),
        graph(
            "Favourites created",
            Query(f"sum(increase(favorites_created_total{{{API}}}[1h]))", "favourites"),
            unit=units.Short,
            description="In an hour.",
            width=8,
        ),
        graph(
            "Jobs by outcome",
            Query(
                'sum by (task, outcome) (rate(jobs_total{namespace="tiktrend"}[$__rate_interval]))',
                "{{task}} {{outcome}}",
            ),
            unit=units.Short,
            description="Jobs per second that ended.",
            width=8,
        ),
    ]
    return page("tiktrend", "TikTrend", "TikTrend: answers, jobs, promises.", ("Now", now), ("Over time", over_time))
