"""What runs of Flowise: servers, workers, and the setup before both. Facts are of flowise 3.1.4."""

from collections.abc import Mapping

from pulumi import Input

from ..shared.telemetry import AgentEndpoint, agent_annotations
from ..web_service.process import (
    CpuTarget,
    Migration,
    Probe,
    Probes,
    Process,
    QueueList,
    Release,
    Resources,
)
from . import environment as env
from .metrics import METRICS_KEY, METRICS_PATH
from .queues import QUEUE_NAME, waiting_predictions
from .settings import PACKAGE, ServiceSettings

# the container's name, by which metrics and Datadog know it
CONTAINER = "flowise"
SERVER, WORKER, SETUP = "server", "worker", "setup"
WRITABLE = {"home": f"{env.HOME}/.flowise", "tmp": "/tmp"}
SETUP_CPU_MILLICORES = 250
# From within the process, workers too (probes.cjs). A start took up to 55 s on a quarter of a core; one that cannot
# reach its cache hangs for ever.
PROBES = Probes(
    port=env.PROBE_PORT,
    startup=Probe(path="/readyz", period_seconds=5, failure_threshold=36),
    # a dead database is not mended by a restart
    liveness=Probe(path="/livez", period_seconds=10, failure_threshold=6),
    readiness=Probe(path="/readyz", period_seconds=5, failure_threshold=3),
)


def releases(settings: ServiceSettings, *, datadog: bool) -> dict[str, Release]:
    """Return each release by its colour: two have workers of their own. With `datadog` agents read their metrics."""
    return {
        colour: Release(
            image=image,
            processes=[
                _server(settings, datadog=datadog),
                *([_worker(settings, colour, datadog=datadog)] if settings.mode == "queue" else []),
            ],
            environment={"QUEUE_NAME": queue_name(colour)},
            served=colour == settings.active_colour(),
        )
        for colour, image in settings.images().items()
    }


def queue_name(colour: str) -> str:
    """Return Flowise's QUEUE_NAME of a release."""
    return f"{QUEUE_NAME}-{colour}" if colour else QUEUE_NAME


def setup(settings: ServiceSettings, environment: Mapping[str, Input[str]]) -> Migration:
    """Return what makes ready what Flowise's pods start on; `environment` is what it alone is told.

    It brings the tables up to date under a lock, registers the first owner on a server that nobody else reaches, and
    puts the metrics' API key and Databricks' credential in their places.
    """
    return Migration(
        name=SETUP,
        command=["node", f"{env.CONFIG_DIR}/setup.cjs"],
        environment={"FLOWISE_PACKAGE": PACKAGE, **environment},
        # it starts a server, too
        secrets=[SETUP, SERVER],
        resources=Resources(
            cpu_request_millicores=SETUP_CPU_MILLICORES,
            memory_request_mib=settings.memory_request_mib,
            memory_limit_mib=settings.memory_limit_mib,
        ),
        writable=WRITABLE,
    )


def _server(settings: ServiceSettings, *, datadog: bool) -> Process:
    timeouts = settings.timeouts()
    return Process(
        name=SERVER,
        container=CONTAINER,
        secrets=[SERVER],
        command=["flowise", "start"],
        port=env.PORT,
        metrics_port=env.PROBE_PORT,
        replicas_min=settings.replicas_min,
        replicas_max=settings.replicas_max,
        resources=_resources(settings),
        probes=PROBES,
        pre_stop_seconds=timeouts.pre_stop,
        termination_grace_seconds=timeouts.termination_grace,
        annotations=_annotations(env.PORT) if datadog else {},
        writable=WRITABLE,
    )


def _worker(settings: ServiceSettings, colour: str, *, datadog: bool) -> Process:
    waiting = QueueList(
        list_name=waiting_predictions(queue_name(colour)),
        # as many as one worker runs at once: another comes as soon as somebody would wait for a turn
        waiting_per_pod=settings.worker_concurrency,
    )
    return Process(
        name=WORKER,
        container=CONTAINER,
        # the worker image's shell does not pass SIGTERM on, so that jobs would be cut
        command=["flowise", "worker"],
        metrics_port=env.PROBE_PORT,
        replicas_min=settings.worker_replicas_min,
        replicas_max=settings.worker_replicas_max,
        scaled_by=waiting if settings.worker_scaling == "queue_length" else CpuTarget(),
        resources=_resources(settings),
        probes=PROBES,
        termination_grace_seconds=settings.timeouts().worker_termination_grace,
        annotations=_annotations(None) if datadog else {},
        writable=WRITABLE,
    )


def _resources(settings: ServiceSettings) -> Resources:
    return Resources(
        cpu_request_millicores=settings.cpu_request_millicores,
        cpu_limit_millicores=settings.cpu_limit_millicores,
        memory_request_mib=settings.memory_request_mib,
        memory_limit_mib=settings.memory_limit_mib,
    )


def _annotations(http_port: int | None) -> dict[str, str]:
    endpoints = [AgentEndpoint(env.PROBE_PORT)]
    if http_port is not None:
        endpoints.append(AgentEndpoint(http_port, METRICS_PATH, METRICS_KEY))
    return agent_annotations(endpoints, container=CONTAINER, prefix=env.NAMESPACE)
