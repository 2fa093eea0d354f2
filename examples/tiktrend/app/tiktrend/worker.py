"""Jobs: scraping, indexing, and a canary. Each may be done twice, for a broker may hand it out twice."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import structlog
from celery import Celery, signals
from celery.schedules import crontab
from opentelemetry import propagate, trace
from prometheus_client import start_http_server

from . import cache, database, scraping, search
from .alive import FILE
from .observed import JOBS, SCRAPED, configure, tracer
from .settings import settings

PAGE = 500
CANARY_SECONDS = 30
log = structlog.get_logger()
given = settings()
app = Celery("tiktrend", broker=given.broker)
app.conf.update(
    task_default_queue=given.queue,
    task_ignore_result=True,
    # what a lost worker has begun is begun again; none is kept by a busy one, where KEDA would not see it
    task_acks_late=True,
    worker_prefetch_multiplier=1,
    # longer than a task and its end, or a second worker begins what the first is still doing
    broker_transport_options={"visibility_timeout": 10 * given.longest_task_seconds, "socket_timeout": 10},
    broker_connection_retry_on_startup=True,
    worker_hijack_root_logger=False,
    worker_redirect_stdouts=False,
    timezone="UTC",
    beat_schedule={
        "canary": {"task": "canary", "schedule": CANARY_SECONDS, "options": {"expires": 10 * CANARY_SECONDS}},
        "scrape": {"task": "scrape_all", "schedule": crontab(minute="17"), "options": {"expires": 3000}},
    },
)


if given.process in ("worker", "beat"):
    configure(given.process, given.traces_url)


@signals.setup_logging.connect
def _logs(**_: Any) -> None:
    """Leave it at that: Celery sets up its own where nobody answers."""


@signals.worker_ready.connect
def _ready(**_: Any) -> None:
    start_http_server(given.metrics_port)


@signals.heartbeat_sent.connect
@signals.worker_ready.connect
def _beats(**_: Any) -> None:
    Path(FILE).touch()


@signals.before_task_publish.connect
def _hands_out(headers: dict[str, Any], **_: Any) -> None:
    propagate.inject(headers)
    if given.process == "beat":
        Path(FILE).touch()


@signals.beat_init.connect
def _begins(**_: Any) -> None:
    Path(FILE).touch()


def job(name: str) -> Callable[[Callable[..., Any]], Any]:
    """Make a task that is counted, logged and traced."""

    def make(work: Callable[..., Any]) -> Any:
        @app.task(name=name, bind=True)
        def run(self: Any, *args: Any) -> None:
            began = time.monotonic()
            context = propagate.extract({k: v for k, v in (self.request.headers or {}).items() if isinstance(v, str)})
            with tracer().start_as_current_span(name, context, trace.SpanKind.CONSUMER):
                try:
                    told = work(*args)
                except Exception as error:
                    JOBS.labels(name, "failed").inc()
                    log.warning("a job failed", task=name, arguments=args, error=type(error).__name__)
                    raise
                JOBS.labels(name, "done").inc()
                log.info("a job is done", task=name, seconds=round(time.monotonic() - began, 3), **(told or {}))

        return run

    return make


@job("canary")
def canary() -> None:
    """Say that jobs are done."""
    cache.sing()


@job("scrape")
def scrape(store: str) -> dict[str, Any]:
    """Keep what a store has, and have it found."""
    found = scraping.catalogue(store, given.stores[store])
    products = database.keep(store, found)
    SCRAPED.labels(store).inc(len(products))
    search.add(products)
    return {"store": store, "products": len(products)}


@job("scrape_all")
def scrape_all() -> None:
    """Have every store scraped, each by a job of its own."""
    for store in given.stores:
        scrape.delay(store)


@job("reindex")
def reindex() -> dict[str, Any]:
    """Have all products found again, such as after a search engine lost its volume."""
    count = 0
    for products in database.pages(PAGE):
        search.add(products)
        count += len(products)
    return {"products": count}
