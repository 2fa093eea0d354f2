"""What watches TikTrend; its database, cache, search engine, nodes, balancer and CDN have watches of their own."""

from pathlib import Path

from components.shared.watch import Alert, Group, LogStage, Watch, either
from examples.tiktrend.application import HEALTH, METRICS, METRICS_PORT, NAME, PORT, QUEUE, Promises
from examples.web_watch import available, failing, instance_down, prompt, replicas_missing, scrape, slow

API_JOB, WORKER_JOB = "tiktrend-api", "tiktrend-worker"
OWN = f'namespace="{NAME}"'
API = f'{OWN},job="{API_JOB}"'
CANARY_SECONDS, WAITING_JOBS = 300, 500


def watch(promised: Promises) -> Watch:
    """Return what watches the application."""
    return Watch(
        groups=[Group(name="service", alerts=[*_api_alerts(promised), *_worker_alerts(), replicas_missing(NAME)])],
        objectives=[
            available(promised.availability_percent),
            prompt(API, seconds=promised.response_seconds, days=7),
            prompt(API, seconds=promised.agreed_response_seconds, days=7, slo="agreed-response-time"),
        ],
        scrapes=[
            scrape(API_JOB, namespace=NAME, process="api", port=PORT, path=METRICS),
            scrape(WORKER_JOB, namespace=NAME, process="worker", port_name="metrics", port=METRICS_PORT, path=METRICS),
        ],
        log_stages=[
            LogStage(namespace=NAME, app=NAME, fields=("request_id", "trace_id"), probe_paths=(HEALTH, METRICS))
        ],
        dashboards={NAME: Path(__file__).parent / "dashboards" / f"{NAME}.json"},
        namespaces=[NAME],
    )


def _api_alerts(promised: Promises) -> list[Alert]:
    owed = round(1 - promised.agreed_availability_percent / 100, 6)
    return [
        slow("ApiSlow", API, seconds=promised.agreed_response_seconds),
        failing("ApiErrors", API, share=0.05),
        instance_down("ApiInstanceDown", API_JOB, minutes=2),
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
    ]
