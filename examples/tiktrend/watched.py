"""What watches TikTrend; its database, cache, search engine, nodes, balancer and CDN have watches of their own."""

from pathlib import Path

from components.shared.watch import Alert, Group, LogStage, Objective, Scrape, Watch, either
from examples.tiktrend.application import HEALTH, METRICS, METRICS_PORT, NAME, PORT, QUEUE, Promises

API_JOB, WORKER_JOB = "tiktrend-api", "tiktrend-worker"
SECONDS = "http_request_duration_seconds"
OWN = f'namespace="{NAME}"'
API = f'{OWN},job="{API_JOB}"'
# the probe of the site, whose job waf_cdn names
SITE = 'probe_success{job="site"}'
CANARY_SECONDS, WAITING_JOBS = 300, 500


def watch(promised: Promises) -> Watch:
    """Return what watches the application."""
    return Watch(
        groups=[Group(name="service", alerts=[*_api_alerts(promised), *_worker_alerts()])],
        objectives=_objectives(promised),
        scrapes=[_scrape(API_JOB, "api", "http", PORT), _scrape(WORKER_JOB, "worker", "metrics", METRICS_PORT)],
        log_stages=[
            LogStage(namespace=NAME, app=NAME, fields=("request_id", "trace_id"), probe_paths=(HEALTH, METRICS))
        ],
        dashboards={NAME: Path(__file__).parent / "dashboards" / f"{NAME}.json"},
        namespaces=[NAME],
    )


def _scrape(job: str, component: str, port_name: str, port: int) -> Scrape:
    return Scrape(
        job=job,
        by="pods",
        namespace=NAME,
        labels={"app.kubernetes.io/component": [component]},
        port_name=port_name,
        port=port,
        path=METRICS,
        alerted=True,
    )


def _api_alerts(promised: Promises) -> list[Alert]:
    answers = f"sum(rate({SECONDS}_count{{{API}}}[5m]))"
    failed = f'sum(rate({SECONDS}_count{{{API},code=~"5.."}}[5m]))'
    agreed = promised.agreed_response_seconds
    owed = round(1 - promised.agreed_availability_percent / 100, 6)
    return [
        Alert(
            name="ApiSlow",
            expression=f"histogram_quantile(0.95, sum by (le) (rate({SECONDS}_bucket{{{API}}}[5m]))) > {agreed:g}",
            lasting="5m",
            severity="warning",
            summary="The API is slow",
            description="5 % of the answers take {{ $value | humanizeDuration }} or longer; customers were promised "
            f"{agreed:g} s.",
        ),
        Alert(
            name="ApiErrors",
            expression=f"{failed} / ({answers} > 0) > 0.05",
            lasting="5m",
            severity="critical",
            summary="The API fails",
            description="{{ $value | humanizePercentage }} of the answers are 5xx.",
        ),
        Alert(
            name="ApiInstanceDown",
            expression=either(f'up{{job="{API_JOB}"}} == 0', f'absent(up{{job="{API_JOB}"}})'),
            lasting="2m",
            severity="critical",
            summary="An instance of the API does not answer: {{ $labels.pod }}",
            description="Pod {{ $labels.pod }} has not answered for two minutes, or no pod is known at all.",
            falls_with_cluster=True,
        ),
        Alert(
            name="OutsideCallsRefused",
            expression=f"max by (breaker) (circuit_breaker_open{{{OWN}}}) > 0",
            lasting="5m",
            severity="warning",
            summary="A circuit breaker is open: {{ $labels.breaker }}",
            description="What {{ $labels.breaker }} is asked for fails so often that nobody asks; what there is "
            "without it is answered.",
        ),
        Alert(
            name="AgreementBroken",
            expression=either(
                f'slo:error_ratio:rate30d{{slo="availability"}} > {owed:g}',
                'slo:error_ratio:rate7d{slo="agreed-response-time"} > 0.05',
            ),
            lasting="1h",
            severity="critical",
            summary="What was agreed with customers is broken: {{ $labels.slo }}",
            description="{{ $value | humanizePercentage }} failed; an objective is missed long before.",
        ),
    ]


def _worker_alerts() -> list[Alert]:
    return [
        Alert(
            name="WorkersSilent",
            # the API tells how long ago a worker has done what beat hands out each half minute
            expression=f"max(canary_age_seconds{{{API}}}) > {CANARY_SECONDS}",
            lasting="2m",
            severity="critical",
            summary="No job is done",
            description="The last canary was done {{ $value | humanizeDuration }} ago: beat, broker or all workers.",
        ),
        Alert(
            name="JobsWait",
            expression=f'max(queue_length{{{API},queue="{QUEUE}"}}) > {WAITING_JOBS}',
            lasting="15m",
            severity="warning",
            summary="Jobs wait",
            description="{{ $value }} jobs wait, and workers do not catch up.",
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
    answers = f"sum(rate({SECONDS}_count{{{API}}}[5m]))"

    def within(slo: str, seconds: float) -> Objective:
        # both spellings of a whole number: Prometheus 3 writes 1.0 where an exporter wrote 1
        bounds = f"{seconds:g}|{float(seconds)}".replace(".", "[.]")
        late = f'{answers} - sum(rate({SECONDS}_bucket{{{API},le=~"{bounds}"}}[5m]))'
        return Objective(slo=slo, share=0.95, days=7, bad=late, events=answers)

    return [
        Objective(
            slo="availability",
            share=promised.availability_percent / 100,
            days=30,
            bad=f"1 - min(avg_over_time({SITE}[5m]))",
            events='slo:bad_events:rate5m{slo="availability"} >= bool 0',
            steady=True,
        ),
        within("response-time", promised.response_seconds),
        within("agreed-response-time", promised.agreed_response_seconds),
    ]
