"""What watches Ranking; its database, nodes, balancer and CDN have watches of their own."""

from pathlib import Path

from pydantic import Field

from components.config.section import Section
from components.shared.watch import Alert, Group, LogStage, Objective, Scrape, Watch, either
from examples.ranking.application import HEALTH, METRICS, NAME, PORT

SECONDS, COMPUTATION = "http_request_duration_seconds", "ranking_computation_seconds"
OWN = f'namespace="{NAME}"'
# the probe of the site, whose job waf_cdn names
SITE = 'probe_success{job="site"}'


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
        objectives=_objectives(promised),
        scrapes=[
            Scrape(
                job=NAME,
                by="pods",
                namespace=NAME,
                labels={"app.kubernetes.io/component": ["web"]},
                port_name="http",
                port=PORT,
                path=METRICS,
                # AppInstanceDown
                alerted=True,
            )
        ],
        log_stages=[LogStage(namespace=NAME, app=NAME, fields=("request_id",), probe_paths=(HEALTH, METRICS))],
        dashboards={NAME: Path(__file__).parent / "dashboards" / f"{NAME}.json"},
        namespaces=[NAME],
    )


def alerts(promised: Promises) -> list[Alert]:
    """Return the application's own alerts."""
    computed = f"histogram_quantile(0.95, sum by (le) (rate({COMPUTATION}_bucket{{{OWN}}}[5m])))"
    answered = f"histogram_quantile(0.95, sum by (le) (rate({SECONDS}_bucket{{{OWN}}}[5m])))"
    all_answers = f"sum(rate({SECONDS}_count{{{OWN}}}[5m]))"
    failed = f'sum(rate({SECONDS}_count{{{OWN},code=~"5.."}}[5m]))'
    return [
        Alert(
            name="HighResponseTime",
            expression=f"{answered} > {2 * promised.response_seconds:g}",
            lasting="5m",
            severity="warning",
            summary="Response time p95 is high",
            description="5 % of the answers take {{ $value | humanizeDuration }} or longer.",
        ),
        Alert(
            name="HighErrorRate",
            expression=f"{failed} / {all_answers} > {10 * promised.errors_percent / 100:g}",
            lasting="5m",
            severity="critical",
            summary="Answers fail",
            description="{{ $value | humanizePercentage }} of the answers are 5xx.",
        ),
        Alert(
            name="SlowRankingComputation",
            expression=f"{computed} > {2 * promised.computation_seconds:g}",
            lasting="10m",
            severity="warning",
            summary="Rankings are computed slowly",
            description="5 % of the rankings take {{ $value | humanizeDuration }} or longer to compute.",
        ),
        Alert(
            name="AppInstanceDown",
            expression=either(f'up{{job="{NAME}"}} == 0', f'absent(up{{job="{NAME}"}})'),
            lasting="1m",
            severity="critical",
            summary="An instance does not answer: {{ $labels.pod }}",
            description="Pod {{ $labels.pod }} has not answered for a minute, or no pod is known at all.",
            falls_with_cluster=True,
        ),
        Alert(
            name="ReplicasMissing",
            expression=f"kube_deployment_spec_replicas{{{OWN}}} - on (namespace, deployment) "
            f"kube_deployment_status_replicas_available{{{OWN}}} > 0",
            lasting="15m",
            severity="warning",
            summary="Pods are missing: {{ $labels.deployment }}",
            description="{{ $value }} pods of {{ $labels.deployment }} have been missing for a quarter of an hour.",
        ),
    ]


def _objectives(promised: Promises) -> list[Objective]:
    answers = f"sum(rate({SECONDS}_count{{{OWN}}}[5m]))"
    failed = f'sum(rate({SECONDS}_count{{{OWN},code=~"5.."}}[5m]))'
    # both spellings of a whole number: Prometheus 3 writes 1.0 where an exporter wrote 1
    bounds = f"{promised.response_seconds:g}|{float(promised.response_seconds)}".replace(".", "[.]")
    return [
        Objective(
            slo="availability",
            share=promised.availability_percent / 100,
            days=30,
            bad=f"1 - min(avg_over_time({SITE}[5m]))",
            events='slo:bad_events:rate5m{slo="availability"} >= bool 0',
            steady=True,
        ),
        Objective(
            slo="errors",
            share=1 - promised.errors_percent / 100,
            days=30,
            # none has been seen until one fails
            bad=f"({failed} or 0 * {answers})",
            events=answers,
        ),
        Objective(
            slo="response-time",
            share=0.95,
            days=30,
            bad=f'{answers} - sum(rate({SECONDS}_bucket{{{OWN},le=~"{bounds}"}}[5m]))',
            events=answers,
        ),
    ]
