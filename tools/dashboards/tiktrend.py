"""TikTrend: what its users wait for, what its jobs do, and what is left of what was promised."""

from grafana_foundation_sdk.models import dashboard as model
from grafana_foundation_sdk.models import units

from .panels import Query, alerts, falling, graph, number, page, rising
from .web import Answers

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
    answers = Answers(
        where=API,
        promised_seconds=0.2,
        slow_seconds=0.5,
        slow_alert="ApiSlow",
        failing_share=0.05,
        failing_alert="ApiErrors",
    )
    now = [
        *answers.now(),
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
        *answers.over_time(),
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
