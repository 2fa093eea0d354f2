"""BullMQ's queues, and the workers that empty them."""

from grafana_foundation_sdk.models import dashboard as model
from grafana_foundation_sdk.models import units

from . import thresholds
from .panels import GREEN, RED, Panel, Query, alerts, graph, number, page, rising, variable

QUEUE = 'queue=~"$queue"'
JOBS = f"max by (queue, state) (flowise_queue_jobs{{{QUEUE}}})"
SECONDS = "flowise_worker_job_duration_seconds"
FINISHED = "flowise_queue_jobs_finished_total"


def queue() -> model.Dashboard:
    """Return the page."""
    return page(
        "queue",
        "Queue and workers",
        "Predictions wait here for a worker. Whoever asked is given up on by the load balancer when the longest answer "
        "that the stack allows is over.",
        ("Now", _now()),
        ("Jobs", _jobs()),
        ("Workers", _workers()),
        variables=[
            variable(
                "queue",
                "Queue",
                "label_values(flowise_queue_workers, queue)",
                description="BullMQ's name: prediction, upsertion, schedule; with a colour in blue-green releases.",
            )
        ],
    )


def _now() -> list[Panel]:
    def state(*names: str) -> str:
        return f'sum(max by (queue, state) (flowise_queue_jobs{{{QUEUE},state=~"{"|".join(names)}"}}))'

    return [
        number(
            "Age of the oldest waiting job",
            f"max(flowise_queue_oldest_waiting_job_age_seconds{{{QUEUE}}})",
            unit=units.Seconds,
            description="0 where none waits. Runbook: QueueStuck.",
            steps=rising(thresholds.LONGEST_ANSWER_SECONDS / 4, thresholds.LONGEST_ANSWER_SECONDS),
        ),
        number(
            "Workers",
            f"min(max by (queue) (flowise_queue_workers{{{QUEUE}}}))",
            unit=units.Short,
            description="Live connections to the queue that has the fewest. Runbook: WorkersMissing.",
            steps=((None, RED), (1, GREEN)),
        ),
        number(
            "Waiting jobs",
            state("waiting", "prioritized"),
            unit=units.Short,
            description="Jobs that no worker has taken. Runbook: QueueBacklog.",
        ),
        number("Active jobs", state("active"), unit=units.Short, description="Jobs that a worker is busy with."),
        number(
            "Failed jobs",
            f'sum(rate({FINISHED}{{{QUEUE},status="failed"}}[10m])) '
            f"/ (sum(rate({FINISHED}{{{QUEUE}}}[10m])) > 0) or vector(0)",
            unit=units.PercentUnit,
            description="Of those that ended in ten minutes. Runbook: QueueJobsFail.",
            steps=rising(thresholds.FAILED_JOB_SHARE / 5, thresholds.FAILED_JOB_SHARE),
            decimals=1,
        ),
        number(
            "Age of these figures",
            "time() - max(flowise_queue_last_read_timestamp_seconds)",
            unit=units.Seconds,
            description="Since the queues were read. Runbook: QueueUnreadable.",
            steps=rising(thresholds.UNREAD_SECONDS / 5, thresholds.UNREAD_SECONDS),
        ),
    ]


def _jobs() -> list[Panel]:
    return [
        alerts(
            "Alerts of queues and workers",
            description="What fires or is about to, with runbooks.",
            names=("Queue.*", "Worker.*"),
        ),
        graph(
            "Jobs by state",
            Query(f"sum by (state) ({JOBS})", "{{state}}"),
            unit=units.Short,
            description="completed and failed are those that BullMQ still keeps.",
            width=8,
        ),
        graph(
            "Age of the oldest waiting job",
            Query(f"max by (queue) (flowise_queue_oldest_waiting_job_age_seconds{{{QUEUE}}})", "{{queue}}"),
            unit=units.Seconds,
            description="A line that climbs steadily: nobody takes jobs. Runbook: QueueStuck.",
            width=8,
        ),
        graph(
            "Finished jobs",
            Query(f"sum by (queue, status) (rate({FINISHED}{{{QUEUE}}}[$__rate_interval]))", "{{queue}} {{status}}"),
            unit=units.OpsPerSecond,
            description="By queue, well or not. Runbook: QueueJobsFail.",
            stacked=True,
        ),
        graph(
            "Job duration, p50 and p95",
            Query(
                f"histogram_quantile(0.5, sum by (le, queue) (rate({SECONDS}_bucket{{{QUEUE}}}[$__rate_interval])))",
                "{{queue}} p50",
            ),
            Query(
                f"histogram_quantile(0.95, sum by (le, queue) (rate({SECONDS}_bucket{{{QUEUE}}}[$__rate_interval])))",
                "{{queue}} p95",
            ),
            unit=units.Seconds,
            description="From the moment that a worker takes it to its end.",
        ),
    ]


def _workers() -> list[Panel]:
    return [
        graph(
            "Workers by queue",
            Query(f"max by (queue) (flowise_queue_workers{{{QUEUE}}})", "{{queue}}"),
            unit=units.Short,
            description="As BullMQ sees them. Runbooks: WorkersMissing, WorkersTooFew.",
            width=8,
        ),
        graph(
            "Jobs in flight by worker",
            Query(f"sum by (pod) (flowise_worker_jobs_in_flight{{{QUEUE}}})", "{{pod}}"),
            unit=units.Short,
            description="A worker that stays busy and ends nothing hangs. Runbook: WorkerHangs.",
            width=8,
        ),
        graph(
            "Memory by worker",
            Query(
                "process_resident_memory_bytes and on (namespace, pod) flowise_worker_jobs_in_flight",
                "{{pod}}",
            ),
            unit=units.BytesIEC,
            description="Workers' memory grows with use: a restart frees it.",
            width=8,
        ),
    ]
