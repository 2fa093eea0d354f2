import subprocess
import sys
import threading
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from sandbox.nodejs import NODE
from tests.waiting import PATIENCE_SECONDS

SCRIPT = Path(__file__).parents[2] / "image" / "healthcheck.cjs"
# what the modules answer is told by the environment
IOREDIS = """
const { EventEmitter } = require('events');
module.exports = class extends EventEmitter {
  constructor() {
    super();
    if (process.env.CACHE_IS_GONE) setImmediate(() => this.emit('error', new Error('connect ECONNREFUSED')));
  }
  client() { return process.env.CACHE_IS_GONE ? new Promise(() => {}) : Promise.resolve(process.env.CLIENTS); }
  disconnect() {}
};
"""
PG = """
exports.Client = class {
  async connect() { if (process.env.DATABASE_IS_GONE) throw new Error('connect ECONNREFUSED'); }
  async query(text) { if (text !== 'SELECT 1') throw new Error(text); }
  async end() {}
};
"""

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="containers have /proc, and so has Linux alone")


@pytest.fixture
def flowise(tmp_path: Path) -> Path:
    """Give a Flowise that only waits, and what its health check finds beside it."""
    modules = tmp_path / "node_modules"
    run = modules / "flowise" / "bin" / "run"
    for path, text in {
        run: "setInterval(() => {}, 1000)",
        modules / "ioredis" / "index.js": IOREDIS,
        modules / "pg" / "index.js": PG,
    }.items():
        path.parent.mkdir(parents=True)
        path.write_text(text)
    return run


def checked(run: Path, command: str, **environment: str) -> tuple[int, str]:
    with subprocess.Popen([NODE, run, command], env={}) as process:
        try:
            done = subprocess.run(
                [NODE, SCRIPT, str(process.pid)],
                env=environment,
                capture_output=True,
                text=True,
                check=False,
                timeout=PATIENCE_SECONDS,
            )
        finally:
            process.kill()
    return done.returncode, done.stderr.strip()


@contextmanager
def listening(status: int) -> Iterator[tuple[str, list[str]]]:
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(status)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield str(server.server_port), asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize(("status", "code"), [(404, 0), (500, 1), (200, 1)])
def test_a_server_is_well_when_it_looked_the_flow_up_and_found_none(flowise: Path, status: int, code: int) -> None:
    # 500 is Flowise's answer without a database, 200 the page that it gives for any path it does not know
    with listening(status) as (port, asked):
        assert checked(flowise, "start", PORT=port)[0] == code
    assert asked == ["/api/v1/public-chatflows/00000000-0000-0000-0000-000000000000"]


def test_a_server_that_does_not_listen_is_not_well(flowise: Path) -> None:
    with listening(404) as (port, _):
        pass
    assert checked(flowise, "start", PORT=port)[0] == 1


def clients(*queues: str, address: str = "127.0.0.1:4711", idle: int = 3) -> str:
    names = [f"bull:{b64encode(f'flowise-queue-{queue}'.encode()).decode()}" for queue in queues]
    return "".join(f"id=1 addr={address} laddr=x name={name} age=9 idle={idle} flags=b\n" for name in names)


ALL = ("prediction", "upsertion", "schedule")


@pytest.mark.parametrize(
    ("environment", "says"),
    [
        ({"CLIENTS": clients(*ALL)}, None),
        ({"CLIENTS": clients("prediction", "schedule")}, "takes no jobs from upsertion"),
        ({"CLIENTS": clients(*ALL, address="192.0.2.1:4711")}, "takes no jobs from prediction, upsertion, schedule"),
        ({"CLIENTS": clients(*ALL, idle=301)}, "takes no jobs from prediction, upsertion, schedule"),
        ({"CLIENTS": clients(*ALL), "QUEUE_NAME": "other"}, "takes no jobs from prediction, upsertion, schedule"),
        ({"CLIENTS": clients(*ALL), "DATABASE_IS_GONE": "1"}, "connect ECONNREFUSED"),
        ({"CLIENTS": clients(*ALL), "CACHE_IS_GONE": "1"}, "connect ECONNREFUSED"),
    ],
    ids=["well", "one-queue-left", "another-worker", "hangs", "another-queue", "no-database", "no-cache"],
)
def test_a_worker_is_well_when_its_cache_and_its_database_say_so(
    flowise: Path, environment: dict[str, str], says: str | None
) -> None:
    code, error = checked(flowise, "worker", DATABASE_TYPE="postgres", **environment)
    assert (code, error) == ((0, "") if says is None else (1, says))


def test_what_is_not_flowise_is_not_well(tmp_path: Path) -> None:
    other = tmp_path / "other.js"
    other.write_text("setInterval(() => {}, 1000)")
    code, error = checked(other, "start")
    assert code == 1
    assert error.startswith("not Flowise: ")
