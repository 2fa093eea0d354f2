"""Made-up series of two hours, for previews: halfway through the last one the workers die, and a queue gets stuck.

Names and labels are those of the real exporters; figures are nobody's.
"""

import math
import random
from collections.abc import Callable, Iterator, Mapping

STEP_SECONDS = 15
SPAN_SECONDS = 7200
# seconds before the end at which the workers die
STUCK = 1500
BUCKETS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300, 900)
# class of path -> requests per second, and what half of the answers take
TRAFFIC = {"prediction": (1.6, 3.5), "api": (6.0, 0.12), "assets": (9.0, 0.04), "page": (2.5, 0.08), "auth": (0.3, 0.3)}
QUEUES = {"flowise-queue-prediction": 1.6, "flowise-queue-upsertion": 0.05, "flowise-queue-schedule": 0.02}
# promise -> share that is promised, and how fast the budget burns
OBJECTIVES = {
    "availability": (0.999, 21.0),
    "latency-prediction": (0.95, 9.0),
    "latency-page": (0.95, 0.3),
    "latency-api": (0.95, 0.6),
}
# alert -> severity, and after how many seconds it fires
ALERTS = {
    "QueueStuck": ("critical", 180),
    "ReplicasMissing": ("warning", 900),
    "SloBurnFast": ("critical", 900),
    "WorkersMissing": ("critical", 120),
}

Labels = Mapping[str, str]
# a figure by the seconds that are left until the end
Figure = Callable[[float], float]
Series = tuple[str, Labels, Figure]


def openmetrics(end: int) -> str:
    """Return all series until a time as text, as `promtool tsdb create-blocks-from openmetrics` reads it."""
    found: dict[str, list[str]] = {}
    for name, labels, figure in _series(random.Random(7), end):
        written = ",".join(f'{key}="{value}"' for key, value in labels.items())
        lines = found.setdefault(name, [f"# TYPE {name} unknown"])
        for before in range(SPAN_SECONDS, -1, -STEP_SECONDS):
            value = figure(before)
            if not math.isnan(value):
                lines.append(f"{name}{{{written}}} {value!r} {end - before}")
    return "\n".join(line for lines in found.values() for line in lines) + "\n# EOF\n"


def _dead(before: float) -> float:
    """Return how long the workers have been dead, seconds."""
    return max(0.0, STUCK - before)


def _steady(value: float) -> Figure:
    return lambda _: value


def _wave(dice: random.Random, middle: float, share: float = 0.15) -> Figure:
    phase, pace = dice.uniform(0, 6), dice.uniform(500, 1500)
    return lambda before: middle * (1 + share * math.sin(phase + before / pace) + dice.uniform(-share, share) / 3)


def _alive(figure: Figure, then: float = 0.0) -> Figure:
    """Return a figure while the workers live."""
    return lambda before: then if _dead(before) else figure(before)


def _grows(rate: float, most: float = math.inf, start: float = 0.0) -> Figure:
    """Return a figure that grows from when the workers are dead."""
    return lambda before: start + min(most, _dead(before) * rate)


def _times(figure: Figure, share: float) -> Figure:
    return lambda before: figure(before) * share


def _sum(one: Figure, other: Figure) -> Figure:
    return lambda before: one(before) + other(before)


def _counter(rate: Figure) -> Figure:
    """Add up a rate; figures are asked for in the order of time."""
    total = 1000.0

    def figure(before: float) -> float:
        nonlocal total
        total += rate(before) * STEP_SECONDS
        return total

    return figure


def _histogram(name: str, labels: Labels, rate: Figure, median: float, spread: float = 0.9) -> Iterator[Series]:
    """Yield the buckets and the count of events whose logarithms are distributed normally."""
    for bound in (*BUCKETS, math.inf):
        below = 1.0 if math.isinf(bound) else 0.5 * (1 + math.erf(math.log(bound / median) / spread))
        le = "+Inf" if math.isinf(bound) else f"{bound:g}"
        yield f"{name}_bucket", {**labels, "le": le}, _counter(_times(rate, below))
    yield f"{name}_count", labels, _counter(rate)


def _series(dice: random.Random, end: int) -> Iterator[Series]:
    yield from _requests(dice)
    yield from _queues(dice, end)
    yield from _workers(dice)
    yield from _promises()
    yield from _rest(dice)


def _requests(dice: random.Random) -> Iterator[Series]:
    name = "flowise_http_request_duration_seconds"
    pod = {"job": "flowise-pods", "namespace": "flowise", "pod": "app-server-7c9d"}
    for path, (per_second, median) in TRAFFIC.items():
        predicts = path == "prediction"
        labels = {**pod, "path": path, "method": "POST" if predicts else "GET"}
        asked, flying = _wave(dice, per_second), _wave(dice, per_second * median, 0.3)
        # whoever asks a model waits for the load balancer to give up
        yield from _histogram(name, {**labels, "code": "200"}, _alive(asked) if predicts else asked, median)
        if predicts:
            lost = _grows(per_second / 600, most=per_second)
            yield from _histogram(name, {**labels, "code": "504"}, lost, 115, 0.1)
            flying = _sum(flying, _grows(per_second, most=190))
        yield "flowise_http_requests_in_flight", {**pod, "path": path}, flying


def _queues(dice: random.Random, end: int) -> Iterator[Series]:
    for queue, per_second in QUEUES.items():
        labels = {"job": "flowise-queue", "namespace": "flowise", "queue": queue}
        asked = per_second if per_second > 1 else 0.0
        ended = _alive(_wave(dice, per_second))
        yield "flowise_queue_workers", labels, _alive(_steady(3))
        yield "flowise_queue_oldest_waiting_job_age_seconds", labels, _grows(1, most=math.inf if asked else 0)
        yield "flowise_queue_last_read_timestamp_seconds", labels, lambda before: end - before - 4
        for status, share in (("completed", 0.985), ("failed", 0.015)):
            finished = _counter(_times(ended, share))
            yield "flowise_queue_jobs_finished_total", {**labels, "status": status}, finished
        states: Mapping[str, Figure] = {
            "waiting": _grows(asked),
            "active": _alive(_wave(dice, 6 * per_second)),
            "delayed": _steady(0),
            "prioritized": _steady(0),
            "failed": _steady(round(40 * per_second)),
        }
        for state, figure in states.items():
            yield "flowise_queue_jobs", {**labels, "state": state}, figure


def _workers(dice: random.Random) -> Iterator[Series]:
    for pod in ("app-worker-0a", "app-worker-1b", "app-worker-2c"):
        labels = {"job": "flowise-pods", "namespace": "flowise", "pod": pod}
        memory = _sum(_wave(dice, 4.2e8, 0.03), lambda before: (SPAN_SECONDS - before) * 1.5e4)
        yield "process_resident_memory_bytes", labels, _alive(memory, math.nan)
        for queue, per_second in QUEUES.items():
            of_queue, jobs = {**labels, "queue": queue}, _wave(dice, 2 * per_second, 0.5)
            yield "flowise_worker_jobs_in_flight", of_queue, _alive(jobs, math.nan)
            rate, done = _alive(_wave(dice, per_second / 3)), {**of_queue, "status": "completed"}
            yield from _histogram("flowise_worker_job_duration_seconds", done, rate, 3.2)


def _promises() -> Iterator[Series]:
    for slo, (share, burn) in OBJECTIVES.items():
        spends = burn > 1
        failed = (1 - share) * burn
        yield "slo:objective:ratio", {"slo": slo}, _steady(share)
        now = _grows(failed / 1200, most=failed) if spends else _steady(failed)
        yield "slo:error_ratio:rate1h", {"slo": slo}, now
        left = _grows(-burn / 86_400, start=0.78) if spends else _steady(0.93)
        yield "slo:error_budget_left:ratio", {"slo": slo}, left
    yield "slo:error_ratio:rate30d", {"slo": "availability"}, _grows(3.5e-7, start=0.00022)
    for name, (severity, after) in ALERTS.items():
        labels = {"alertname": name, "alertstate": "firing", "severity": severity}
        yield "ALERTS", labels, _fires(after)


def _fires(after: float) -> Figure:
    return lambda before: 1.0 if _dead(before) > after else math.nan


def _rest(dice: random.Random) -> Iterator[Series]:
    of_app = {"namespace": "flowise", "deployment": "app"}
    yield "probe_success", {"job": "site"}, _steady(1)
    yield "kube_deployment_spec_replicas", of_app, _steady(5)
    yield "kube_deployment_status_replicas_available", of_app, _alive(_steady(5), 2)
    for node in "abc":
        yield "kube_node_status_condition", {"node": node, "condition": "Ready", "status": "true"}, _steady(1)
    yield "aws_rds_database_connections_average", {"dimension_DBInstanceIdentifier": "flowise"}, _wave(dice, 61)
    yield (
        "aws_elasticache_database_memory_usage_percentage_maximum",
        {"dimension_CacheClusterId": "flowise-001"},
        _grows(1 / 90, start=31),
    )
