"""Queues and workers."""

from tests.components.monitoring_stack.cases.case import calm, counter, story

Q = "flowise-queue-prediction"
OLDEST, WORKERS, READ = (
    f'flowise_queue_{part}{{job="flowise-queue",queue="{Q}"}}'
    for part in ("oldest_waiting_job_age_seconds", "workers", "last_read_timestamp_seconds")
)
JOBS = 'flowise_queue_jobs{{job="flowise-queue",queue="flowise-queue-prediction",state="{}"}}'
DONE = 'flowise_queue_jobs_finished_total{{job="flowise-queue",queue="flowise-queue-prediction",status="{}"}}'
BUSY = f'flowise_worker_jobs_in_flight{{job="flowise-pods",namespace="flowise",pod="worker-a",queue="{Q}"}}'
ENDED = f'flowise_worker_job_duration_seconds_count{{job="flowise-pods",namespace="flowise",pod="worker-a",queue="{Q}",status="completed"}}'
QUEUE = {"queue": Q}

CASES = (
    story(
        "QueueStuck",
        "critical",
        "the oldest job has waited 150 s and is taken at last",
        {OLDEST: "0x5 150x10 0x10"},
        "6m",
        "12m",
        "22m",
        QUEUE,
    ),
    story(
        "QueueStuck",
        "critical",
        "of two colours one is stuck",
        {OLDEST: "0x40", OLDEST.replace("queue-pre", "queue-blue-pre"): "0x5 500x10 0x20"},
        "5m",
        "10m",
        "25m",
        {"queue": "flowise-queue-blue-prediction"},
    ),
    calm("QueueStuck", "jobs wait, and not for long", {OLDEST: "100x30"}, "20m"),
    calm("QueueStuck", "nothing waits", {OLDEST: "0x30"}, "20m"),
    story(
        "QueueBacklog",
        "warning",
        "more than all workers can take",
        {JOBS.format("waiting"): "0x5 15x20 0x20", JOBS.format("prioritized"): "10x50"},
        "10m",
        "20m",
        "35m",
        QUEUE,
    ),
    calm("QueueBacklog", "as many as workers can take", {JOBS.format("waiting"): "20x30"}, "25m"),
    calm(
        "QueueBacklog",
        "finished and planned ones do not wait",
        {JOBS.format("completed"): "9000x30", JOBS.format("delayed"): "500x30", JOBS.format("waiting"): "1x30"},
        "25m",
    ),
    story(
        "QueueJobsFail",
        "warning",
        "one of seven fails",
        {DONE.format("completed"): counter((90, 60)), DONE.format("failed"): counter((10, 0), (30, 10), (50, 0))},
        "10m",
        "38m",
        "60m",
        QUEUE,
    ),
    calm(
        "QueueJobsFail",
        "one of thirteen",
        {DONE.format("completed"): counter((60, 12)), DONE.format("failed"): counter((60, 1))},
        "50m",
    ),
    calm("QueueJobsFail", "no job has failed yet", {DONE.format("completed"): counter((60, 19))}, "50m"),
    story(
        "QueueUnreadable",
        "warning",
        "the exporter no longer reaches Redis",
        {READ: "0+60x5 300x20 1560+60x30", WORKERS: "4x60"},
        "5m",
        "20m",
        "40m",
    ),
    story(
        "QueueUnreadable",
        "warning",
        "the exporter is gone",
        {READ: "0+60x5 stale _x14 1200+60x20", WORKERS: "4x60"},
        "8m",
        "14m",
        "25m",
        {"job": "flowise-queue"},
    ),
    story(
        "QueueUnreadable",
        "warning",
        "workers cannot be counted",
        {READ: "0+60x40", WORKERS: "4x5 stale _x15 4x20"},
        "8m",
        "15m",
        "25m",
        {"job": "flowise-queue"},
    ),
    calm("QueueUnreadable", "read three minutes ago", {READ: "-200+60x40", WORKERS: "4x40"}, "30m"),
    calm("QueueUnreadable", "read every minute", {READ: "0+60x40", WORKERS: "4x40"}, "30m"),
    story(
        "WorkersMissing", "critical", "the last worker leaves", {WORKERS: "4x5 0x10 4x10"}, "6m", "10m", "20m", QUEUE
    ),
    calm("WorkersMissing", "one is left", {WORKERS: "1x30"}, "20m"),
    story("WorkersTooFew", "warning", "two of four are gone", {WORKERS: "4x5 2x30 4x10"}, "10m", "30m", "42m", QUEUE),
    calm("WorkersTooFew", "as many as asked for", {WORKERS: "4x40"}, "30m"),
    calm("WorkersTooFew", "none at all is another alert's business", {WORKERS: "0x40"}, "30m"),
    story(
        "WorkerHangs",
        "warning",
        "busy for an hour, and nothing ends",
        {BUSY: "0x5 2x60 0x60", ENDED: counter((5, 1), (60, 0), (60, 1))},
        "20m",
        "50m",
        "80m",
        {"job": "flowise-pods", "namespace": "flowise", "pod": "worker-a", "queue": Q},
    ),
    calm("WorkerHangs", "busy, and jobs end", {BUSY: "2x80", ENDED: counter((80, 1))}, "60m"),
    calm("WorkerHangs", "nothing to do", {BUSY: "0x80", ENDED: counter((80, 0))}, "60m"),
)
