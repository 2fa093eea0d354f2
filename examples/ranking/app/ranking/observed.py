"""Logs of one line of JSON each, and metrics."""

import json
import logging
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import sqlalchemy as sql
from prometheus_client import CollectorRegistry, Gauge, Histogram, PlatformCollector, ProcessCollector
from sqlalchemy.pool import QueuePool

# 0.25, 0.5 and 1 s are promised or alerted on (examples/ranking/watched.py)
BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
REGISTRY = CollectorRegistry()
PROCESS = (ProcessCollector(registry=REGISTRY), PlatformCollector(registry=REGISTRY))
REQUESTS = Histogram(
    "http_request_duration_seconds", "Time to answer", ("method", "route", "code"), buckets=BUCKETS, registry=REGISTRY
)
UNDER_WAY = Gauge("http_requests_in_progress", "Requests that are being answered", registry=REGISTRY)
PHASES = Histogram(
    "http_request_phase_seconds", "What an answer's time goes into", ("phase",), buckets=BUCKETS, registry=REGISTRY
)
COMPUTATION = Histogram("ranking_computation_seconds", "Time to compute a ranking", buckets=BUCKETS, registry=REGISTRY)
RANKED = Gauge("ranking_entries", "How many are ranked", registry=REGISTRY)
CONNECTIONS = Gauge("ranking_database_connections", "Connections of the pool", ("state",), registry=REGISTRY)


class JsonLines(logging.Formatter):
    """A record as a line of JSON, with its level and, of a request, its id. It writes nothing of bodies."""

    def format(self, record: logging.LogRecord) -> str:
        """Render the line."""
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "message": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line)


def log_as_json() -> None:
    """Send all records to standard output."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)


@contextmanager
def phase(name: str) -> Iterator[None]:
    """Measure a part of an answer."""
    begun = time.perf_counter()
    try:
        yield
    finally:
        PHASES.labels(name).observe(time.perf_counter() - begun)


def watch_pool(engine: sql.Engine) -> None:
    """Have the gauge tell what the pool holds whenever it is read."""
    pool = engine.pool
    if isinstance(pool, QueuePool):
        CONNECTIONS.labels("in use").set_function(pool.checkedout)
        CONNECTIONS.labels("idle").set_function(pool.checkedin)
