"""What the real Flowise's processes and queues tell Prometheus, and that the names on record are theirs."""

import os
import re
from pathlib import Path
from typing import Any

import pytest

from tests.waiting import wait_until

from .client import Browser
from .conftest import Place

pytestmark = pytest.mark.live
RECORDED = Path(__file__).parents[1] / "components" / "monitoring_stack" / "metrics"
SERIES = re.compile(r"^([a-z_0-9]+)(\{[^}]*\})? (\S+)$", re.MULTILINE)
DECLARED = re.compile(r"^# TYPE (\S+) (\w+)$", re.MULTILINE)
PREDICTIONS = '{queue="flowise-queue-prediction"'


def scraped(asking: Browser, path: str = "/metrics", **headers: Any) -> str:
    status, text = asking("GET", path, **headers)
    assert status == 200, text
    return str(text)


def series(text: str) -> dict[str, float]:
    return {name + labels: float(value) for name, labels, value in SERIES.findall(text)}


def names(text: str) -> list[str]:
    """Return what is declared, too: a counter with labels has no series until it has counted."""
    ends = {"histogram": ("_bucket", "_count", "_sum"), "summary": ("", "_count", "_sum")}
    return sorted({name + end for name, kind in DECLARED.findall(text) for end in ends.get(kind, ("",))})


def check_record(file: str, how: str, found: list[str]) -> None:
    path = RECORDED / file
    text = "".join(f"{line}\n" for line in (*(f"# {each}" for each in how.splitlines()), *found))
    if os.environ.get("RECORD_METRICS"):
        path.write_text(text)
    assert path.read_text() == text, "if this is meant: RECORD_METRICS=1 pytest -m live tests/live/test_metrics.py"


HOW = (
    "Names of series in a real scrape, one on a line: flowise 3.1.4 as image/package-lock.json installs it, started\n"
    "as a pod of the stack prod (mode queue), after a prediction that was answered and one that failed.\n"
    "Recorded by RECORD_METRICS=1 pytest -m live tests/live/test_metrics.py; the same test compares them.\n"
)


def test_processes_and_queues_tell_what_they_do(queue: Place) -> None:
    with queue.ready("app-server-pods") as (_, site, server), queue.ready("app-queue-exporter-pods") as (_, told, _):
        wait_until(lambda: series(scraped(told))[f"flowise_queue_workers{PREDICTIONS}}}"] == 0, "no worker is there")
        before = series(scraped(told))
        queue.log_in(site)
        good = queue.make_flow(site)
        with queue.ready("app-worker-pods") as (_, _site, worker):
            assert site("POST", f"/api/v1/prediction/{good}", {"question": "are you there?"})[0] == 200
            queue.model.failing.append(True)
            assert site("POST", f"/api/v1/prediction/{good}", {"question": "and now?"})[0] == 500
            check_worker(series(scraped(worker)))
            queues = scraped(told)
            check_queue(before, series(queues))
            processes = scraped(server) + scraped(worker)
        check_server(series(scraped(server)))
        wait_until(lambda: series(scraped(told))[f"flowise_queue_workers{PREDICTIONS}}}"] == 0, "no worker is left")
        key = queue.stack.pod("app-setup-job").environment["METRICS_API_KEY"]
        headers: dict[str, Any] = {"Authorization": f"Bearer {key}", "x_request_from": ""}
        own = scraped(Browser(site.url), "/api/v1/metrics", **headers)
    pods = f"{HOW}Path /metrics on the port of the probes, of a server and of a worker."
    check_record("flowise-pods.txt", pods, names(processes))
    check_record("flowise-queue.txt", f"{HOW}Path /metrics of the queue exporter.", names(queues))
    check_record("flowise.txt", f"{HOW}Path /api/v1/metrics of a server, with the key.", names(own))


def check_server(told: dict[str, float]) -> None:
    count = "flowise_http_request_duration_seconds_count"
    assert told[f'{count}{{method="POST",path="prediction",code="200"}}'] == 1
    assert told[f'{count}{{method="POST",path="prediction",code="500"}}'] == 1
    assert told[f'{count}{{method="POST",path="auth",code="200"}}'] == 1
    assert told['flowise_http_requests_in_flight{path="prediction"}'] == 0
    assert not [key for key in told if key.startswith(count) and 'path="page"' in key]
    assert told["process_resident_memory_bytes"] > 1e8


def check_worker(told: dict[str, float]) -> None:
    count = "flowise_worker_job_duration_seconds_count"
    assert told[f'{count}{PREDICTIONS},status="completed"}}'] == 1
    assert told[f'{count}{PREDICTIONS},status="failed"}}'] == 1
    in_flight = {key: value for key, value in told.items() if key.startswith("flowise_worker_jobs_in_flight")}
    assert {key.partition('"')[2].rstrip('"}') for key in in_flight} == {
        f"flowise-queue-{kind}" for kind in ("prediction", "upsertion", "schedule")
    }
    assert set(in_flight.values()) == {0}


def check_queue(before: dict[str, float], told: dict[str, float]) -> None:
    finished, jobs = "flowise_queue_jobs_finished_total", "flowise_queue_jobs"
    for status in ("completed", "failed"):
        assert told[f'{finished}{PREDICTIONS},status="{status}"}}'] == 1
        kept = f'{jobs}{PREDICTIONS},state="{status}"}}'
        assert told[kept] == before[kept] + 1
    assert told[f'{jobs}{PREDICTIONS},state="waiting"}}'] == 0
    assert told[f"flowise_queue_workers{PREDICTIONS}}}"] == 1
    assert told[f"flowise_queue_oldest_waiting_job_age_seconds{PREDICTIONS}}}"] == 0
