"""What a stack is made of, as far as its alerts care: an alert on what a stack lacks could only mislead."""

from dataclasses import dataclass, field

from stack import StackSettings

from ...rds_postgres.parameters import max_connections, memory_gib
from ..settings.objectives import Objectives, ObjectivesSettings

GIB = 2**30
TEAM = "platform"


@dataclass(frozen=True, kw_only=True)
class Watched:
    """The parts of a stack, and the figures that alerts compare with.

    `release` is the colour that is served, "" with one release. `budget_usd` is what a month may cost.
    """

    queue: bool = False
    release: str = ""
    worker_replicas_min: int = 1
    worker_slots: int = 5
    longest_answer_seconds: int = 120
    databricks: bool = False
    domain: bool = False
    cache_replicas: int = 0
    database_connections: int = 100
    database_memory_bytes: int = 2 * GIB
    backups: bool = False
    restore_tests: bool = False
    budget_usd: int | None = None
    deployments: bool = False
    logs: bool = True
    traces: bool = False
    tempo: bool = False
    latency_seconds: float = 2.0
    latency_minutes: int = 5
    objectives: Objectives = field(default_factory=lambda: ObjectivesSettings().resolved())
    team: str = TEAM
    runbook_base_url: str | None = None


def watched(settings: StackSettings) -> Watched:
    """Give what a stack's settings come to."""
    service, monitoring, backup = settings.service, settings.monitoring, settings.backup
    traces = monitoring.traces
    return Watched(
        queue=service.mode == "queue",
        release=service.active_colour(),
        worker_replicas_min=service.worker_replicas_min,
        worker_slots=service.worker_replicas_max * service.worker_concurrency,
        longest_answer_seconds=service.max_answer_seconds,
        databricks=service.databricks is not None,
        domain=settings.edge.domain is not None,
        cache_replicas=settings.cache.replicas,
        database_connections=max_connections(settings.database.instance_class),
        database_memory_bytes=int(memory_gib(settings.database.instance_class) * GIB),
        backups=backup.enabled,
        restore_tests=backup.enabled and backup.restore_tests,
        budget_usd=backup.monthly_budget_usd,
        deployments=settings.pipeline is not None,
        logs=monitoring.keeps_logs,
        # the collector is ours whoever keeps what it chooses
        traces=traces is not None,
        tempo=traces is not None and traces.backend == "tempo",
        latency_seconds=monitoring.latency_threshold_seconds,
        latency_minutes=monitoring.latency_for_minutes,
        objectives=monitoring.objectives.resolved(),
        team=monitoring.team,
        runbook_base_url=monitoring.runbook_base_url,
    )
