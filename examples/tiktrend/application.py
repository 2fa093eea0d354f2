"""TikTrend as its stack sees it: its processes, environment and paths; what watches it is in `watched.py`."""

import json
from collections.abc import Sequence
from typing import Annotated

from pulumi import Output
from pydantic import Field, StringConstraints

from components.config.section import Section
from components.search_engine import SearchRef
from components.shared.edge_profile import EdgeProfile, PathRule
from components.shared.references import CacheRef, DatabaseRef, NetworkRef
from components.shared.telemetry import COLLECTOR_URL
from components.web_service import (
    CpuTarget,
    EnvVar,
    Migration,
    Probe,
    Probes,
    Process,
    QueueList,
    Release,
    Resources,
    Timeouts,
    timeouts_of,
)
from examples.web_stack import Image

NAME = DATABASE = "tiktrend"
PORT, METRICS_PORT = 8000, 9100
CONFIG_DIR = "/etc/app"
INDEX = "products"
# the one queue; KEDA reads the length of the list of this name
QUEUE = "tasks"
# what holds jobs and never expires must stay: what is cached has seconds to live and goes first, sessions have days
KEEPS_QUEUE = ("noeviction", "volatile-ttl", "volatile-lru", "volatile-lfu")
# keys that KEDA and the queue's exporter look at: what waits, and what is taken and not done
OBSERVED = (QUEUE, "unacked")
# SQLAlchemy's pool of a process; a worker's four threads share it
POOL_SIZE, OVERFLOW = 4, 2
CONNECTIONS_OF_A_POD = POOL_SIZE + OVERFLOW
WORKER_THREADS = 4
LONGEST_ANSWER_SECONDS = 15
# measured: a scrape asks ten pages of 5 s at most; a worker that is told to end finishes what it has begun
LONGEST_TASK_SECONDS = 60
HEALTH, LIVE, METRICS = "/health", "/health/live", "/metrics"
API_RESOURCES = Resources(cpu_request_millicores=250, memory_request_mib=256, memory_limit_mib=512)
WORKER_RESOURCES = Resources(cpu_request_millicores=250, memory_request_mib=256, memory_limit_mib=512)
BEAT_RESOURCES = Resources(cpu_request_millicores=20, memory_request_mib=128, memory_limit_mib=256)
WRITABLE = {"tmp": "/tmp"}
# a broker that fails over is back within minutes: only what hangs longer is begun anew
ALIVE = ("python", "-m", "tiktrend.alive", "300")

PROFILE = EdgeProfile(
    health_path=HEALTH,
    health_answer="ok",
    closed_paths=(PathRule("closes-metrics", 30, (METRICS,)),),
    login_paths=("/api/session",),
    costly_paths=("/api/scrapes", "/api/products"),
    api_paths=("/api/",),
    # all else is the front end's, from S3
    service_paths=("/api/", "/health", "/metrics"),
    reserved_paths=("/api", "/health", "/metrics"),
)
Url = Annotated[str, StringConstraints(pattern=r"^https://([a-z0-9-]+\.)+[a-z]{2,}(/[A-Za-z0-9/_.-]*)?$")]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,30}$")]


class ServiceSettings(Section):
    """How much runs of it, and whom it asks."""

    image: Image = Field(
        description="image, a version and best its digest",
        examples=["111122223333.dkr.ecr.eu-west-1.amazonaws.com/tiktrend:1.0.0"],
    )
    schema_revision: Annotated[str, StringConstraints(pattern=r"^(head|\d{4})$")] = Field(
        default="head", description="Alembic's revision that the database is brought to, forth or back"
    )
    schema_image: Image | None = Field(
        default=None,
        description="image whose migrations bring it there: on the way back the newer one; image by default",
        examples=["111122223333.dkr.ecr.eu-west-1.amazonaws.com/tiktrend:1.1.0"],
    )
    api_replicas_min: int = Field(default=2, ge=1, le=50, description="pods of the API at least")
    api_replicas_max: int = Field(default=4, ge=1, le=50, description="pods of the API at most, by their CPU")
    worker_replicas_min: int = Field(default=1, ge=1, le=50, description="workers at least")
    worker_replicas_max: int = Field(default=4, ge=1, le=50, description="workers at most, by what waits")
    waiting_per_worker: int = Field(default=20, ge=1, le=1000, description="jobs that wait, for each worker")
    stores: dict[Name, Url] = Field(
        default_factory=dict,
        description="catalogues that are scraped, by name of the store",
        examples=["acme"],
    )
    requests_per_minute: int = Field(
        default=120, ge=1, le=100_000, description="requests of one address to the API; more are answered by 429"
    )


class Promises(Section):
    """What users are promised (S4.4); alerts go by these figures."""

    availability_percent: float = Field(
        default=99.9, ge=94, le=99.99, description="objective: percent of 30 days in which the site answers"
    )
    response_seconds: float = Field(
        default=0.2, description="objective: 95 % of answers of 7 days take no longer; a bound of the histogram"
    )
    agreed_availability_percent: float = Field(
        default=99.5, ge=90, le=99.99, description="agreement: percent of 30 days, below which customers are owed"
    )
    agreed_response_seconds: float = Field(
        default=0.5, description="agreement: 95 % of answers of 7 days take no longer; a bound of the histogram"
    )


def waits() -> Timeouts:
    """Return how long each party on an answer's way waits."""
    return timeouts_of(LONGEST_ANSWER_SECONDS, shutdown_seconds=LONGEST_ANSWER_SECONDS)


def api(settings: ServiceSettings) -> Process:
    """Return what answers."""
    wait = waits()
    return Process(
        name="api",
        command=["python"],
        args=["-m", "tiktrend.serve"],
        port=PORT,
        replicas_min=settings.api_replicas_min,
        replicas_max=settings.api_replicas_max,
        scaled_by=CpuTarget(60),
        resources=API_RESOURCES,
        probes=Probes(
            # with the database away a restart mends nothing
            liveness=Probe(path=LIVE, period_seconds=10, failure_threshold=6),
            readiness=Probe(path=HEALTH, period_seconds=5, failure_threshold=3),
            startup=Probe(path=LIVE, period_seconds=2, failure_threshold=30),
        ),
        pre_stop_seconds=wait.pre_stop,
        termination_grace_seconds=wait.termination_grace,
        environment={"PROCESS": "api"},
        writable=WRITABLE,
    )


def worker(settings: ServiceSettings) -> Process:
    """Return what scrapes and fills the index: threads, for it waits for others most of the time."""
    return Process(
        name="worker",
        command=["celery"],
        args=[
            "--app", "tiktrend.worker", "--quiet", "worker", "--pool", "threads", "--concurrency", str(WORKER_THREADS),
            "--queues", QUEUE, "--without-gossip", "--without-mingle",
        ],
        metrics_port=METRICS_PORT,
        replicas_min=settings.worker_replicas_min,
        replicas_max=settings.worker_replicas_max,
        scaled_by=QueueList(list_name=QUEUE, waiting_per_pod=settings.waiting_per_worker),
        resources=WORKER_RESOURCES,
        probes=_by_file(),
        # warm: what has begun ends, what is taken and not begun goes back
        termination_grace_seconds=LONGEST_TASK_SECONDS + 15,
        environment={"PROCESS": "worker"},
        writable=WRITABLE,
    )  # fmt: skip


def beat() -> Process:
    """Return what says when; two would say all of it twice."""
    return Process(
        name="beat",
        single=True,
        command=["celery"],
        args=["--app", "tiktrend.worker", "--quiet", "beat", "--schedule", "/tmp/beat", "--pidfile="],
        resources=BEAT_RESOURCES,
        probes=_by_file(),
        environment={"PROCESS": "beat"},
        writable=WRITABLE,
    )


def _by_file() -> Probes:
    # the file is written at each heartbeat, or at each job that is handed out; asking a worker over its broker says
    # nothing of its threads, and fails with the broker
    return Probes(
        liveness=Probe(command=ALIVE, period_seconds=60, failure_threshold=3, timeout_seconds=10),
        readiness=Probe(command=ALIVE, period_seconds=10, failure_threshold=3, timeout_seconds=10),
        startup=Probe(command=ALIVE, period_seconds=5, failure_threshold=24, timeout_seconds=10),
    )


def processes(settings: ServiceSettings) -> list[Process]:
    """Return what runs of the image."""
    return [api(settings), worker(settings), beat()]


def release(settings: ServiceSettings) -> Release:
    """Return the one release."""
    return Release(image=settings.image, processes=processes(settings))


def migration(settings: ServiceSettings) -> Migration:
    """Return what brings the database to its revision; README.md, "A migration's way back"."""
    return Migration(
        image=settings.schema_image,
        command=["python", "-m", "tiktrend.migrate", settings.schema_revision],
        environment={"PROCESS": "migration"},
        resources=BEAT_RESOURCES,
        writable=WRITABLE,
        longest_seconds=600,
    )


def environment(
    settings: ServiceSettings,
    *,
    database: DatabaseRef,
    cache: CacheRef,
    search: SearchRef,
    network: NetworkRef,
    traced: bool,
) -> Sequence[EnvVar]:
    """Return the variables: passwords and the search key by a Secret, all others by a ConfigMap."""
    return [
        EnvVar("DATABASE_HOST", database.address, "from the database"),
        EnvVar("DATABASE_PORT", Output.format("{0}", database.port), "from the database"),
        EnvVar("DATABASE_NAME", database.name, NAME),
        EnvVar("DATABASE_USER", database.username, "from the database"),
        EnvVar("DATABASE_PASSWORD", database.password, "a Secret"),
        EnvVar("DATABASE_CERTIFICATES", f"{CONFIG_DIR}/rds-ca.pem", "RDS's authorities; verify-full against them"),
        EnvVar("DATABASE_POOL_SIZE", str(POOL_SIZE), "connections of a process"),
        EnvVar("DATABASE_POOL_OVERFLOW", str(OVERFLOW), "more of them for a moment"),
        EnvVar("REDIS_HOST", cache.address, "from the cache"),
        EnvVar("REDIS_PORT", Output.format("{0}", cache.port), "from the cache"),
        EnvVar("REDIS_USERNAME", cache.username, "a user who may not administer it"),
        EnvVar("REDIS_PASSWORD", cache.password, "a Secret"),
        EnvVar("REDIS_TLS", "true", "verified; ElastiCache's certificates are public"),
        EnvVar("SEARCH_URL", search.url, "from the search engine"),
        EnvVar("SEARCH_KEY", search.key, "a Secret; for its own index alone"),
        EnvVar("SEARCH_INDEX", INDEX, "the one that the key is for"),
        EnvVar("QUEUE", QUEUE, "the one that KEDA looks at"),
        EnvVar("LONGEST_TASK_SECONDS", str(LONGEST_TASK_SECONDS), "a pod's end waits so long"),
        EnvVar("STORES", json.dumps(settings.stores, sort_keys=True), "catalogues by store"),
        EnvVar("REQUESTS_PER_MINUTE", str(settings.requests_per_minute), "of one address; the firewall has its own"),
        EnvVar("PORT", str(PORT), "where the API answers"),
        EnvVar("METRICS_PORT", str(METRICS_PORT), "where a worker is scraped"),
        EnvVar("KEEP_ALIVE_SECONDS", str(waits().keep_alive), "longer than the balancer's"),
        EnvVar("SHUTDOWN_SECONDS", str(LONGEST_ANSWER_SECONDS), "what is under way ends"),
        EnvVar("TRUSTED_PROXIES", ",".join(network.ranges.vpc), "an address before these is the client's own word"),
        EnvVar("TRACES_URL", COLLECTOR_URL if traced else "", "none without a collector"),
    ]


def files(database: DatabaseRef) -> dict[str, str]:
    """Return the files at CONFIG_DIR."""
    return {"rds-ca.pem": database.certificates}
