"""What watches Ranking; its database, nodes, balancer and CDN have watches of their own."""

from pathlib import Path

from pydantic import Field

from components.config.section import Section
from components.shared.watch import Alert, Group, LogStage, Watch
from examples.ranking.application import HEALTH, METRICS, NAME, PORT
from examples.web_watch import (
    available,
    failing,
    instance_down,
    p95,
    prompt,
    replicas_missing,
    scrape,
    slow,
    without_errors,
)

COMPUTATION = "ranking_computation_seconds"
OWN = f'namespace="{NAME}"'


class Promises(Section):
    """What users are promised; alerts go by these figures."""

    availability_percent: float = Field(
        default=99.9, ge=94, le=99.99, description="percent of 30 days in which the site answers"
    )
    response_seconds: float = Field(
        default=0.5, description="95 % of answers take no longer, seconds; a bound of the histogram's buckets"
    )
    errors_percent: float = Field(default=0.1, gt=0, le=5, description="percent of answers that may be 5xx")
    computation_seconds: float = Field(
        default=0.25, gt=0, le=10, description="95 % of rankings are computed within this, seconds"
    )
    restored_hours: int = Field(default=4, ge=1, le=24, description="hours in which a lost database is back (RTO)")
    lost_hours: int = Field(default=24, ge=1, le=24, description="hours of data that may be lost at most (RPO)")


def watch(promised: Promises) -> Watch:
    """Return what watches the application."""
    return Watch(
        groups=[Group(name="service", alerts=alerts(promised))],
        objectives=[
            available(promised.availability_percent),
            without_errors(OWN, percent=promised.errors_percent),
            prompt(OWN, seconds=promised.response_seconds),
        ],
        scrapes=[scrape(NAME, namespace=NAME, process="web", port=PORT, path=METRICS)],
        log_stages=[LogStage(namespace=NAME, app=NAME, fields=("request_id",), probe_paths=(HEALTH, METRICS))],
        dashboards={NAME: Path(__file__).parent / "dashboards" / f"{NAME}.json"},
        namespaces=[NAME],
    )


def alerts(promised: Promises) -> list[Alert]:
    """Return the application's own alerts."""
    return [
        slow("HighResponseTime", OWN, seconds=2 * promised.response_seconds),
        failing("HighErrorRate", OWN, share=10 * promised.errors_percent / 100),
        Alert(
            name="SlowRankingComputation",
            expression=f"{p95(COMPUTATION, OWN)} > {2 * promised.computation_seconds:g}",
            lasting="10m",
            severity="warning",
            summary="Rankings are computed slowly",
            description="5 % of the rankings take {{ $value | humanizeDuration }} or longer to compute.",
        ),
        instance_down("AppInstanceDown", NAME),
        replicas_missing(NAME),
    ]
