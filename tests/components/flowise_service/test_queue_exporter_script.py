"""The queue exporter, in a real Node with stand-ins for Flowise's libraries that read a file instead of a cache."""

import json
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.components.flowise_service.test_process_metrics import STAND_IN, series
from tests.node import ask, running
from tests.ports import free_port
from tests.waiting import PATIENCE_SECONDS, wait_until

SHARED = """
const fs = require('fs');
exports.state = () => {
  const state = JSON.parse(fs.readFileSync(process.env.STATE));
  if (state.broken) throw new Error(state.broken);
  return state;
};
"""
IOREDIS = """
const { state } = require('shared');
module.exports = class {
  constructor(options) { this.options = options; }
  on() {}
  async ping() { return state() && this.options.password === 'secret' ? 'PONG' : Promise.reject(new Error('NOAUTH')); }
  async lindex(key, at) { return (state().lists[key] || []).at(at) ?? null; }
  async hget(key, field) { return state().hashes[key]?.[field] ?? null; }
  async xrevrange() { return state().events.length ? [[String(state().events.length), []]] : []; }
};
"""
BULLMQ = """
const { EventEmitter } = require('events');
const { state } = require('shared');
class Queue extends EventEmitter {
  constructor(name, { connection, skipMetasUpdate }) {
    super();
    if (!skipMetasUpdate) throw new Error('it would write');
    Object.assign(this, { name, client: Promise.resolve(connection) });
  }
  toKey(of) { return `bull:${this.name}:${of}`; }
  async getJobCounts(...states) {
    const counts = state().counts[this.name] || {};
    return Object.fromEntries(states.map((each) => [each, counts[each] || 0]));
  }
  async getWorkersCount() {
    if (state().forbidden) throw new Error('NOPERM');
    return (state().workers[this.name] || 0);
  }
}
class QueueEvents extends EventEmitter {
  constructor(name, { connection, lastEventId, autorun }) {
    super();
    if (autorun !== false || connection.maxRetriesPerRequest !== null) throw new Error('it would not follow');
    Object.assign(this, { name, at: Number(lastEventId.split('-')[0]) });
  }
  run() {
    return new Promise((_, reject) => setInterval(() => {
      try {
        const { events, torn } = state();
        if (torn) return reject(new Error(torn));
        for (; this.at < events.length; this.at += 1) {
          const [queue, event] = events[this.at];
          if (queue === this.name) this.emit(event, {});
        }
      } catch { /* the cache is away */ }
    }, 10));
  }
}
module.exports = { Queue, QueueEvents };
"""
IDLE: dict[str, Any] = {"counts": {}, "workers": {}, "lists": {}, "hashes": {}, "events": []}
PREDICTIONS = "flowise-queue-prediction"


class Exporter:
    """The exporter, its process, and what its cache holds."""

    def __init__(self, folder: Path) -> None:
        self.port = str(free_port())
        self.process: subprocess.Popen[str] | None = None
        self._state = folder / "state.json"
        self.hold()

    def hold(self, **state: Any) -> None:
        """Let the cache hold this and nothing else."""
        whole = self._state.with_suffix(".new")
        whole.write_text(json.dumps({**IDLE, **state}))
        whole.rename(self._state)

    def told(self) -> dict[str, float]:
        status, text = ask(self.port, "/metrics")
        assert status == 200, text
        return series(text)


@contextmanager
def exporting(folder: Path, **state: Any) -> Iterator[Exporter]:
    libraries = {"shared": SHARED, "ioredis": IOREDIS, "bullmq": BULLMQ}
    libraries["prom-client"] = f"module.exports = require({json.dumps(STAND_IN)});"
    for name, text in libraries.items():
        (folder / "node_modules" / name).mkdir(parents=True)
        (folder / "node_modules" / name / "index.js").write_text(text)
    exporter = Exporter(folder)
    exporter.hold(**state)
    environment = {
        "NODE_PATH": str(folder / "node_modules"),
        "METRICS_PORT": exporter.port,
        "QUEUE_NAMES": "flowise-queue",
        "REDIS_HOST": "127.0.0.1",
        "REDIS_PORT": "6379",
        "REDIS_USERNAME": "flowise",
        "REDIS_PASSWORD": "secret",
        "STATE": str(folder / "state.json"),
    }
    # its own standard output is JSON by then
    with running("require('./queue_exporter.cjs'); require('fs').writeSync(1, 'ready\\n');", **environment) as process:
        exporter.process = process
        wait_until(lambda: answers(exporter.port))
        yield exporter


def answers(port: str) -> bool:
    try:
        return ask(port, "/livez") == (200, "ok\n")
    except OSError:
        return False


def of(queue: str, **labels: str) -> str:
    return "{" + ",".join(f'{name}="{value}"' for name, value in {"queue": queue, **labels}.items()) + "}"


def test_it_tells_what_stands_in_each_queue(tmp_path: Path) -> None:
    counts = {PREDICTIONS: {"waiting": 3, "active": 2, "failed": 1}}
    with exporting(tmp_path, counts=counts, workers={PREDICTIONS: 2}) as exporter:
        told = exporter.told()
    jobs = {key: value for key, value in told.items() if key.startswith("flowise_queue_jobs{")}
    assert len(jobs) == 3 * 7
    assert {key for key, value in jobs.items() if value} == {
        "flowise_queue_jobs" + of(PREDICTIONS, state=state) for state in ("waiting", "active", "failed")
    }
    assert jobs["flowise_queue_jobs" + of(PREDICTIONS, state="waiting")] == 3
    assert told["flowise_queue_workers" + of(PREDICTIONS)] == 2
    assert told["flowise_queue_workers" + of("flowise-queue-schedule")] == 0
    assert abs(told["flowise_queue_last_read_timestamp_seconds"] - time.time()) < 30


def test_the_oldest_job_is_the_one_that_is_taken_next(tmp_path: Path) -> None:
    now = int(time.time() * 1000)
    held = {
        "lists": {f"bull:{PREDICTIONS}:wait": ["young", "old"], "bull:flowise-queue-upsertion:paused": ["held"]},
        "hashes": {
            f"bull:{PREDICTIONS}:young": {"timestamp": str(now - 1000)},
            f"bull:{PREDICTIONS}:old": {"timestamp": str(now - 60_000)},
            "bull:flowise-queue-upsertion:held": {"timestamp": str(now - 90_000)},
        },
    }
    age = "flowise_queue_oldest_waiting_job_age_seconds"
    with exporting(tmp_path, **held) as exporter:
        told = exporter.told()
        assert told[age + of(PREDICTIONS)] == pytest.approx(60, abs=20)
        assert told[age + of("flowise-queue-upsertion")] == pytest.approx(90, abs=20)
        assert told[age + of("flowise-queue-schedule")] == 0
        # taken between two questions
        exporter.hold(lists={f"bull:{PREDICTIONS}:wait": ["gone"]})
        assert exporter.told()[age + of(PREDICTIONS)] == 0


def test_it_counts_what_ends_from_its_start_on(tmp_path: Path) -> None:
    before = [[PREDICTIONS, "completed"]] * 5
    done, failed = (
        "flowise_queue_jobs_finished_total" + of(PREDICTIONS, status=status) for status in ("completed", "failed")
    )
    with exporting(tmp_path, events=before) as exporter:
        assert (exporter.told()[done], exporter.told()[failed]) == (0, 0)
        after = [
            [PREDICTIONS, "completed"],
            [PREDICTIONS, "added"],
            [PREDICTIONS, "failed"],
            [PREDICTIONS, "completed"],
        ]
        exporter.hold(events=before + after)
        wait_until(lambda: (exporter.told()[done], exporter.told()[failed]) == (2, 1))


def test_a_cache_that_is_away_leaves_nothing_that_was_true_once(tmp_path: Path) -> None:
    with exporting(tmp_path, counts={PREDICTIONS: {"waiting": 3}}) as exporter:
        read_at = exporter.told()["flowise_queue_last_read_timestamp_seconds"]
        assert ask(exporter.port, "/readyz") == (200, "ok\n")
        exporter.hold(broken="connection lost")
        assert ask(exporter.port, "/readyz") == (503, "cache: connection lost\n")
        assert ask(exporter.port, "/livez") == (200, "ok\n")
        told = exporter.told()
        assert not [
            key
            for key in told
            if key.startswith(("flowise_queue_jobs{", "flowise_queue_oldest", "flowise_queue_workers"))
        ]
        assert told["flowise_queue_last_read_timestamp_seconds"] == read_at
        assert "flowise_queue_jobs_finished_total" + of(PREDICTIONS, status="failed") in told
        exporter.hold()
        assert exporter.told()["flowise_queue_jobs" + of(PREDICTIONS, state="waiting")] == 0


def test_a_cache_that_keeps_its_clients_to_itself_tells_the_rest(tmp_path: Path) -> None:
    with exporting(tmp_path, counts={PREDICTIONS: {"waiting": 3}}, forbidden=True) as exporter:
        told = exporter.told()
    assert told["flowise_queue_jobs" + of(PREDICTIONS, state="waiting")] == 3
    assert not [key for key in told if key.startswith("flowise_queue_workers")]


def test_one_that_can_count_no_more_ends(tmp_path: Path) -> None:
    with exporting(tmp_path) as exporter:
        assert exporter.process is not None
        exporter.hold(torn="NOPERM")
        assert exporter.process.wait(timeout=PATIENCE_SECONDS) == 1
