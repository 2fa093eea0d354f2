"""Alerts on BullMQ's queues and the workers that empty them; of a stack in mode queue alone."""

from ..shared.watch import Alert, either, ratio
from .metrics import IN_FLOWISE, PODS_JOB, QUEUE_JOB
from .settings import ServiceSettings

JOBS = "flowise_queue_jobs"
FAILED_SHARE = 0.1
UNREAD_SECONDS = 300


def queue_alerts(settings: ServiceSettings) -> list[Alert]:
    """Return the alerts; `queue` is the label that BullMQ's name stands in."""
    oldest, workers = "flowise_queue_oldest_waiting_job_age_seconds", "flowise_queue_workers"
    finished = "flowise_queue_jobs_finished_total"
    slots = settings.worker_replicas_max * settings.worker_concurrency
    return [
        Alert(
            name="QueueStuck",
            # whoever asked has been given up on by the load balancer by then
            expression=f"max by (queue) ({oldest}) > {settings.max_answer_seconds}",
            lasting="1m",
            severity="critical",
            summary="Jobs wait too long: {{ $labels.queue }}",
            description="The oldest job of {{ $labels.queue }} has waited {{ $value | humanizeDuration }}, longer than "
            "anybody waits for an answer.",
            falls_with_cluster=True,
        ),
        Alert(
            name="QueueBacklog",
            expression=f'sum by (queue) (max by (queue, state) ({JOBS}{{state=~"waiting|prioritized"}})) > {slots}',
            lasting="10m",
            severity="warning",
            summary="Queue backlog, more jobs than workers can take: {{ $labels.queue }}",
            description=f"{{{{ $value }}}} jobs wait in {{{{ $labels.queue }}}}; all workers together run "
            f"{slots} at once.",
        ),
        Alert(
            name="QueueJobsFail",
            expression=ratio(
                f'sum by (queue) (rate({finished}{{status="failed"}}[10m]))', f"sum by (queue) (rate({finished}[10m]))"
            )
            + f" > {FAILED_SHARE}",
            lasting="10m",
            severity="warning",
            summary="Jobs fail: {{ $labels.queue }}",
            description="{{ $value | humanizePercentage }} of the jobs of {{ $labels.queue }} fail.",
        ),
        Alert(
            name="QueueUnreadable",
            expression=either(
                f"time() - max(flowise_queue_last_read_timestamp_seconds) > {UNREAD_SECONDS}",
                f'absent(flowise_queue_last_read_timestamp_seconds{{job="{QUEUE_JOB}"}})',
                # the cache may forbid to list its clients
                f'absent({workers}{{job="{QUEUE_JOB}"}})',
            ),
            lasting="5m",
            severity="warning",
            summary="Queue metrics are missing",
            description="Nothing has been read of BullMQ's keys for minutes: the alerts on queues cannot fire.",
        ),
        Alert(
            name="WorkersMissing",
            expression=f"max by (queue) ({workers}) < 1",
            lasting="2m",
            severity="critical",
            summary="No worker serves {{ $labels.queue }}",
            description="No worker is connected to {{ $labels.queue }}: predictions wait for ever.",
            falls_with_cluster=True,
        ),
        Alert(
            name="WorkersTooFew",
            expression=f"max by (queue) ({workers}) < {settings.worker_replicas_min} > 0",
            lasting="15m",
            severity="warning",
            summary="Workers are missing: {{ $labels.queue }}",
            description=f"{{{{ $value }}}} workers serve {{{{ $labels.queue }}}}; there should be "
            f"{settings.worker_replicas_min} at least.",
        ),
        Alert(
            name="WorkerHangs",
            expression=f'min_over_time(flowise_worker_jobs_in_flight{{job="{PODS_JOB}"}}[30m]) > 0 '
            "unless on (namespace, pod, queue) sum by (namespace, pod, queue) "
            f"(increase(flowise_worker_job_duration_seconds_count{{{IN_FLOWISE}}}[30m])) > 0",
            lasting="5m",
            severity="warning",
            summary="A worker finishes nothing: {{ $labels.pod }}",
            description="{{ $labels.pod }} has been busy with jobs of {{ $labels.queue }} for half an hour and ended none.",
        ),
    ]
