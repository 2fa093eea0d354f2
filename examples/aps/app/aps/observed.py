"""Logs of one line of JSON each, and metrics of all of gunicorn's workers together."""

import json
import logging
import os
import sys
from datetime import UTC, datetime

from prometheus_client import REGISTRY, CollectorRegistry, Histogram, generate_latest, multiprocess

REQUESTS = Histogram(
    "http_request_duration_seconds",
    "Time to answer",
    ("method", "route", "code"),
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30),
)


class JsonLines(logging.Formatter):
    """A record as a line of JSON, with its level and, of a request, its id. It writes nothing of bodies or people."""

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


def metrics() -> bytes:
    """Return all metrics in Prometheus's text, of every worker."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return generate_latest(REGISTRY)
    registry = CollectorRegistry()
    multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call] # it ships none
    return generate_latest(registry)
