"""Sistema APS as its stack sees it: its process, environment, paths, and what watches it."""

from collections.abc import Sequence
from pathlib import Path

from pulumi import Output
from pydantic import Field

from components.config.section import Section
from components.shared.edge_profile import EdgeProfile, PathRule
from components.shared.external_secrets import Source
from components.shared.references import CacheRef, DatabaseRef
from components.shared.watch import Group, LogStage, Watch
from components.web_service import (
    EnvVar,
    Migration,
    Probe,
    Probes,
    Process,
    Release,
    Resources,
    Timeouts,
    timeouts_of,
)
from examples.web_stack import Image
from examples.web_watch import available, instance_down, prompt, replicas_missing, scrape, slow, without_errors

NAME = "aps"
DATABASE = "esus"
PORT = 3030
CONFIG_DIR = "/etc/app"
SECRET_KEY = "SECRET_KEY"
# gunicorn's own variable is WEB_CONCURRENCY; threads share a pool of as many connections
WORKERS, THREADS = 3, 4
CONNECTIONS_OF_A_POD = WORKERS * THREADS
# measured: gunicorn ends what is under way within its graceful timeout of 30 s
SHUTDOWN_SECONDS = 30
LONGEST_ANSWER_SECONDS = 30
HEALTH, METRICS, STATIC = "/health", "/metrics", "/static/"
JOB = "aps"
OWN = f'namespace="{NAME}"'
RESOURCES = Resources(
    cpu_request_millicores=100, cpu_limit_millicores=500, memory_request_mib=256, memory_limit_mib=512
)
# metrics are written to files there (prometheus_client's multiprocess mode), and /health measures what space is left
WRITABLE = {"tmp": "/tmp"}

PROFILE = EdgeProfile(
    health_path=HEALTH,
    health_answer="ok",
    closed_paths=(PathRule("closes-metrics", 30, (METRICS,)),),
    costly_paths=("/api/",),
    api_paths=("/api/",),
    open_paths=(PathRule("static", 10, (f"{STATIC}*", HEALTH)),),
    cached_paths=(STATIC,),
    cached_days=30,
    reserved_paths=("/api", "/health", "/metrics", "/static"),
)


class ServiceSettings(Section):
    """How much runs of it."""

    image: Image = Field(
        description="image, a version and best its digest",
        examples=["111122223333.dkr.ecr.sa-east-1.amazonaws.com/aps:1.0.0"],
    )
    replicas_min: int = Field(default=3, ge=1, le=50, description="pods at least")
    replicas_max: int = Field(default=3, ge=1, le=50, description="pods at most; as many as at least: none is added")


class Promises(Section):
    """What users are promised (S3.7); alerts go by these figures."""

    availability_percent: float = Field(
        default=99.9, ge=94, le=99.99, description="percent of 30 days in which the site answers"
    )
    response_seconds: float = Field(
        default=1.0, description="95 % of answers take no longer, seconds; a bound of the histogram's buckets"
    )
    errors_percent: float = Field(default=0.1, gt=0, le=5, description="percent of answers that may be 5xx")
    restored_minutes: int = Field(
        default=15, ge=1, le=240, description="minutes in which the service is restored; docs/operations/disasters.md"
    )


def waits() -> Timeouts:
    """Return how long each party on an answer's way waits."""
    return timeouts_of(LONGEST_ANSWER_SECONDS, shutdown_seconds=SHUTDOWN_SECONDS)


def process(settings: ServiceSettings) -> Process:
    """Return the web process, as its Deployment is described (S3.1)."""
    wait = waits()
    return Process(
        name="web",
        command=["gunicorn"],
        args=["--config", "/app/gunicorn_conf.py", "aps.web:create_app()"],
        port=PORT,
        replicas_min=settings.replicas_min,
        replicas_max=settings.replicas_max,
        resources=RESOURCES,
        probes=Probes(
            # with the database away a restart mends nothing, and three pods at once would make an outage of a failover
            liveness=Probe(path=f"{HEALTH}?probe=live", initial_delay_seconds=30, period_seconds=10, timeout_seconds=3),
            readiness=Probe(path=HEALTH, initial_delay_seconds=5, period_seconds=5, timeout_seconds=3),
        ),
        pre_stop_seconds=wait.pre_stop,
        termination_grace_seconds=wait.termination_grace,
        writable=WRITABLE,
    )


def release(settings: ServiceSettings) -> Release:
    """Return the one release."""
    return Release(image=settings.image, processes=[process(settings)])


MIGRATION = Migration(
    command=["python", "-m", "aps.migrate"], resources=RESOURCES, writable=WRITABLE, longest_seconds=300
)


def environment(*, database: DatabaseRef, cache: CacheRef, secret_key: Source, signs_in: bool) -> Sequence[EnvVar]:
    """Return the variables: DB_PASSWORD, REDIS_PASSWORD and SECRET_KEY by a Secret, all others by a ConfigMap."""
    return [
        EnvVar("DB_HOST", database.address, "from the database"),
        EnvVar("DB_PORT", Output.format("{0}", database.port), "from the database"),
        EnvVar("DB_NAME", database.name, "esus"),
        EnvVar("DB_USER", database.username, "from the database"),
        EnvVar("DB_PASSWORD", database.password, "a Secret"),
        EnvVar("DB_CERTIFICATES", f"{CONFIG_DIR}/rds-ca.pem", "RDS's authorities; verify-full against them"),
        EnvVar("DB_POOL_SIZE", str(THREADS), "a connection for each thread of a worker"),
        EnvVar("REDIS_HOST", cache.address, "from the cache"),
        EnvVar("REDIS_PORT", Output.format("{0}", cache.port), "from the cache"),
        EnvVar("REDIS_USERNAME", cache.username, "a user who may not administer the cache"),
        EnvVar("REDIS_PASSWORD", cache.password, "a Secret"),
        EnvVar("REDIS_TLS", "true", "verified; ElastiCache's certificates are public"),
        EnvVar(SECRET_KEY, secret_key, "a Secret; signs sessions, the same on all pods"),
        EnvVar(
            "FLASK_ENV", "production", "asked for; Flask 3 reads it nowhere, and the application says it in /health"
        ),
        EnvVar("WEB_CONCURRENCY", str(WORKERS), "gunicorn's workers"),
        EnvVar("GUNICORN_THREADS", str(THREADS), "of a worker, so that slow answers do not starve probes"),
        EnvVar("KEEP_ALIVE_SECONDS", str(waits().keep_alive), "longer than the balancer's"),
        EnvVar("PROMETHEUS_MULTIPROC_DIR", "/tmp/metrics", "without it each scrape meets one worker of three"),
        EnvVar("PROXY_HOPS", "2", "CloudFront and the balancer; an address before them is the client's own word"),
        # the balancer writes who signed in, and takes away what a client wrote; without sign-in nothing does
        EnvVar("SIGN_IN", "true" if signs_in else "false", "whether the balancer says who asks"),
        EnvVar("TZ", "America/Sao_Paulo", "days begin where its users are"),
    ]


def files(database: DatabaseRef) -> dict[str, str]:
    """Return the files at CONFIG_DIR."""
    return {"rds-ca.pem": database.certificates}


def watch(promised: Promises) -> Watch:
    """Return what watches the application; its database, cache, nodes, balancer and CDN have watches of their own."""
    alerts = [
        slow("HighResponseTime", OWN, seconds=2, window="2m"),
        instance_down("AppInstanceDown", JOB),
        replicas_missing(NAME),
    ]
    return Watch(
        groups=[Group(name="service", alerts=alerts)],
        objectives=[
            available(promised.availability_percent),
            without_errors(OWN, percent=promised.errors_percent),
            prompt(OWN, seconds=promised.response_seconds),
        ],
        scrapes=[scrape(JOB, namespace=NAME, process="web", port=PORT, path=METRICS)],
        log_stages=[LogStage(namespace=NAME, app=NAME, fields=("request_id",), probe_paths=(HEALTH, METRICS))],
        dashboards={NAME: Path(__file__).parent / "dashboards" / f"{NAME}.json"},
        namespaces=[NAME],
    )
