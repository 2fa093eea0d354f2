"""What is seen of a process: lines of JSON, figures, traces."""

import logging
import sys
from typing import Any

import structlog
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from prometheus_client import Counter, Gauge, Histogram

# 0.2 and 0.5 are what is promised: a share below a bound that is none cannot be told
BUCKETS = (0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10)
REQUEST_SECONDS = Histogram(
    "http_request_duration_seconds",
    "Seconds from a request to the end of its answer",
    ["method", "route", "code"],
    buckets=BUCKETS,
)
IN_PROGRESS = Gauge("http_requests_in_progress", "Requests that are being answered")
SCRAPED = Counter("products_scraped_total", "Products that a store's catalogue had", ["store"])
FAVORITES = Counter("favorites_created_total", "Products that somebody made a favourite")
JOBS = Counter("jobs_total", "Jobs that ended", ["task", "outcome"])
REFUSED = Counter("requests_refused_total", "Requests beyond what an address may ask in a minute")
BREAKER_OPEN = Gauge("circuit_breaker_open", "1 where nobody asks, for asking failed too often", ["breaker"])
DEGRADED = Counter("searches_degraded_total", "Searches that the database answered, for the engine did not")


def configure(process: str, traces_url: str) -> None:
    """Write lines of JSON, of this process's own and of its libraries', and send traces where there is a collector."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
        _of_trace,
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*shared, structlog.processors.EventRenamer("message"), structlog.processors.JSONRenderer()],
        logger_factory=structlog.PrintLoggerFactory(sys.stdout),
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.EventRenamer("message"),
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers, root.level = [handler], logging.INFO
    # a library's warning would be a line of text
    logging.captureWarnings(True)
    # it says each request's URL, which the API's own line does
    logging.getLogger("httpx").setLevel(logging.WARNING)
    if traces_url:
        provider = TracerProvider(resource=Resource.create({"service.name": f"tiktrend-{process}"}))
        provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(f"{traces_url.rstrip('/')}/v1/traces")))
        trace.set_tracer_provider(provider)


def _of_trace(_: Any, __: str, event: Any) -> Any:
    context = trace.get_current_span().get_span_context()
    if context.is_valid:
        event["trace_id"] = f"{context.trace_id:032x}"
    return event


def tracer() -> trace.Tracer:
    """Return what makes spans; without a collector they are never recorded."""
    return trace.get_tracer("tiktrend")
