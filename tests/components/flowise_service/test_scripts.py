"""The scripts that are loaded into Flowise's process, in a real Node with stand-ins for its modules."""

import json
import os
import signal
import subprocess
from pathlib import Path

import pytest

from sandbox.nodejs import NODE
from tests.node import ASSETS, SCRIPTS, ask, run, running
from tests.ports import free_port
from tests.waiting import PATIENCE_SECONDS


@pytest.mark.parametrize("script", ASSETS, ids=lambda path: path.name)
def test_every_script_is_sound(script: Path) -> None:
    subprocess.run([NODE, "--check", script], check=True, timeout=PATIENCE_SECONDS)


def test_a_line_becomes_an_object_and_a_stack_trace_one_object() -> None:
    printed = run(
        "require('./json_logs.cjs');"
        "process.stdout.write('2026-11-21 10:00:00 [INFO]: up\\n');"
        "process.stdout.write('2026-11-21 10:00:01 [ERROR]: no way\\n    at here\\n    at there\\n');"
        "console.log('\\u001b[32mplain\\u001b[0m');"
    )
    entries = [json.loads(line) for line in printed.splitlines()]
    assert [(each["level"], each["message"]) for each in entries] == [
        ("info", "up"),
        ("error", "no way\n    at here\n    at there"),
        ("info", "plain"),
    ]
    assert all(each["time"].endswith("Z") for each in entries)


# what Flowise's own client does: an agent whose lookup answers with one address, whatever it is asked
PINNED = """
const http = require('http');
const server = http.createServer((request, response) => response.end('hello'));
server.listen(0, '127.0.0.1', () => {
  const agent = new http.Agent({ lookup: (host, options, answer) => answer(null, '127.0.0.1', 4) });
  const asked = http.get({ host: 'pinned.example', port: server.address().port, agent }, (response) => {
    response.on('data', (text) => console.log(String(text))).on('end', () => server.close());
  });
  asked.on('error', (error) => { console.log(error.code); server.close(); });
});
"""


@pytest.mark.parametrize(
    ("script", "said"), [("", "ERR_INVALID_IP_ADDRESS\n"), ("require('./address_family.cjs');", "hello\n")]
)
def test_a_client_that_pins_an_address_is_answered(script: str, said: str) -> None:
    assert run(script + PINNED) == said


ASKED = """
require('./json_logs.cjs');
require('./request_ids.cjs');
const http = require('http');
const server = http.createServer((request, response) => setTimeout(() => { console.log('asked'); response.end(); }, 5));
server.listen(0, '127.0.0.1', () => {
  const headers = process.env.ID ? { 'x-request-id': process.env.ID } : {};
  http.get({ port: server.address().port, headers }, (response) => {
    response.resume();
    server.close(() => console.log('after'));
  });
});
"""


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ("EhFQh8uXcr1-_Y3kVbfsD0s6UhZ2vLuFJ2v6Y1kz8N0b8w==", "EhFQh8uXcr1-_Y3kVbfsD0s6UhZ2vLuFJ2v6Y1kz8N0b8w=="),
        # whoever comes past the edge may write what he likes, but not into our lines
        ('x", "level": "error', None),
        ("x" * 129, None),
        ("", None),
    ],
)
def test_a_line_bears_the_edges_id_of_its_request(header: str, found: str | None) -> None:
    entries = {entry["message"]: entry for entry in map(json.loads, run(ASKED, ID=header).splitlines())}
    assert entries["asked"].get("request_id") == found
    assert "request_id" not in entries["after"]


TRACED = """
require('./json_logs.cjs');
const asked = [];
require('./tracing.cjs')((name) => { asked.push(name); throw new Error(`no ${name}`); });
console.log(asked.join());
"""


def test_nothing_of_tracing_is_loaded_where_no_collector_is_named() -> None:
    # what would have been asked for is an empty line, and so none
    assert run(TRACED, OTEL_EXPORTER_OTLP_ENDPOINT="") == ""


def test_flowise_goes_on_where_its_tree_has_no_tracing() -> None:
    done = subprocess.run(
        [NODE, "-e", TRACED],
        cwd=SCRIPTS,
        env={**os.environ, "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318"},
        check=True,
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
    )
    told = json.loads(done.stderr)
    assert (told["level"], told["message"]) == ("error", "traces are off: no @opentelemetry/sdk-node")
    assert json.loads(done.stdout)["message"] == "@opentelemetry/sdk-node"


def test_connections_are_kept_longer_than_the_balancer_keeps_them() -> None:
    printed = run(
        "require('./keep_alive.cjs');"
        "const s = require('http').createServer(); console.log(s.keepAliveTimeout, s.headersTimeout)",
        KEEP_ALIVE_SECONDS="130",
    )
    assert printed == "130000 135000\n"


WORKER = """
class Worker {
  run() { return Promise.resolve(); }
  close() {
    console.log('closing');
    return new Promise((done) => setTimeout(() => { console.log('done'); done(); }, %d));
  }
}
require('./drain.cjs')(() => ({ Worker }));
new Worker().run();
process.on('SIGTERM', () => { console.log('told'); process.exit(0); });
process.stdin.resume();
console.log('ready');
"""


@pytest.mark.parametrize(
    ("job_ms", "patience", "said"),
    [(300, "60", ["closing", "done", "told"]), (60_000, "0.3", ["closing", "told"])],
    ids=["waits", "not-for-ever"],
)
def test_a_worker_ends_its_jobs_before_flowise_hears_of_its_end(job_ms: int, patience: str, said: list[str]) -> None:
    with running(WORKER % job_ms, DRAIN_SECONDS=patience) as worker:
        # on a busy machine the signal comes late: an idle worker must still be there
        with pytest.raises(subprocess.TimeoutExpired):
            worker.wait(timeout=0.3)
        worker.send_signal(signal.SIGTERM)
        assert worker.stdout is not None
        assert worker.stdout.read().split() == said
        assert worker.wait(timeout=PATIENCE_SECONDS) == 0


PROBED = """
let broken = '';
const fail = (what) => broken === what ? Promise.reject(new Error('gone')) : Promise.resolve();
class Pool { on() {} query() { return fail('database'); } }
// a demoted node answers PING and takes no write
class Redis { on() {} ping() { return Promise.resolve('PONG'); } del() { return fail('cache'); } }
process.argv[2] = process.env.COMMAND;
require('./probes.cjs')((name) => ({ pg: { Pool }, ioredis: Redis })[name]);
const own = require('http').createServer((request, response) => {
  if (request.url.startsWith('/break/')) broken = request.url.slice(7);
  response.end('pong');
});
own.listen(Number(process.env.PORT), '127.0.0.1', () => console.log('ready'));
"""


@pytest.mark.parametrize("command", ["start", "worker"])
def test_probes_tell_the_truth_and_restart_nobody_for_another_fault(command: str) -> None:
    port, probe = str(free_port()), str(free_port())
    with running(PROBED, PORT=port, PROBE_PORT=probe, MODE="queue", COMMAND=command):
        assert ask(probe, "/readyz") == (200, "ok\n")
        assert ask(probe, "/other")[0] == 404
        for part in ("database", "cache"):
            ask(port, f"/break/{part}")
            assert ask(probe, "/readyz") == (503, f"{part}: gone\n")
            assert ask(probe, "/livez") == (200, "ok\n")


FAILED_OVER = """
const fs = require('fs');
const { createRequire } = require('module');
const ticks = [];
global.setInterval = (tick) => { ticks.push(tick); return { unref() {} }; };
const flowise = createRequire(`${process.env.TREE}/bin/run`);
const bullmq = createRequire(flowise.resolve('bullmq'));
require('./cache_failover.cjs')(flowise);
const done = [];
const client = {
  isReady: true,
  del: async () => { done.push('del'); throw new Error(process.env.ERROR); },
  disconnect: async () => done.push('disconnect'),
  connect: async () => done.push('connect'),
};
globalThis.client = client;
const made = (host) => flowise('redis').createClient({ socket: { host } }) === client;
const [ours, others] = [made('cache'), made('elsewhere')];
const asked = [flowise('ioredis'), bullmq('ioredis')].map(({ defaultOptions }) => {
  const options = { ...defaultOptions };
  return [1, 2].map(() => options.reconnectOnError(new Error(process.env.ERROR)));
});
const tell = () => console.log(JSON.stringify({ asked, done, ticks: ticks.length, ours, others }));
Promise.all(ticks.map((tick) => tick())).then(tell);
"""
COPY = "module.exports = class Redis {}; module.exports.defaultOptions = { reconnectOnError: null };"


@pytest.mark.parametrize(
    ("error", "again", "done"),
    [
        ("READONLY You can't write against a read only replica.", 2, ["del", "disconnect", "connect"]),
        ("ERR Error running script: -READONLY You can't write against a read only replica.", 2, None),
        ("UNBLOCKED force unblock from blocking operation, instance state changed (master -> replica?)", 2, None),
        ("OOM command not allowed when used memory > 'maxmemory'.", False, ["del"]),
    ],
)
def test_whoever_meets_a_demoted_node_connects_again_and_not_in_a_loop(
    error: str, again: int | bool, done: list[str] | None, tmp_path: Path
) -> None:
    # BullMQ may bring an ioredis of its own
    for path, text in {
        "ioredis": COPY,
        "bullmq": "",
        "bullmq/node_modules/ioredis": COPY,
        "redis": "exports.createClient = () => globalThis.client;",
    }.items():
        (tmp_path / "node_modules" / path).mkdir(parents=True, exist_ok=True)
        (tmp_path / "node_modules" / path / "index.js").write_text(text)
    told = json.loads(run(FAILED_OVER, TREE=str(tmp_path), REDIS_HOST="cache", ERROR=error))
    assert told["asked"] == [[again, False], [again, False]]
    assert told["done"] == (done or ["del", "disconnect", "connect"])
    # a flow's own client of another server is left alone
    assert (told["ticks"], told["ours"], told["others"]) == (1, True, True)


def test_a_server_that_does_not_listen_is_not_ready() -> None:
    probe = str(free_port())
    script = PROBED.replace("own.listen(Number(process.env.PORT), '127.0.0.1', () =>", "setTimeout(() =>")
    script = script.replace("console.log('ready'));", "console.log('ready'), 200); setInterval(() => {}, 1000);")
    with running(script, PORT=str(free_port()), PROBE_PORT=probe, MODE="main", COMMAND="start"):
        status, said = ask(probe, "/readyz")
        assert (status, said.partition(":")[0]) == (503, "own port")


def test_only_flowises_own_process_is_changed(tmp_path: Path) -> None:
    (tmp_path / "other.js").write_text("console.log('plain');")
    environment = {**os.environ, "NODE_OPTIONS": f"--require {SCRIPTS}/preload.cjs"}
    done = subprocess.run(
        [NODE, "other.js"],
        cwd=tmp_path,
        env=environment,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        timeout=PATIENCE_SECONDS,
    )
    assert done.stdout == "plain\n"


# OpenTelemetry's hook on require, in short (require-in-the-middle): who asks again gets what was seen first
TRACING = """
const Module = require('module');
const seen = new Map();
const plain = Module.prototype.require;
Module.prototype.require = function (name) {
  const file = Module._resolveFilename(name, this);
  if (!seen.has(file)) seen.set(file, plain.call(this, name));
  return seen.get(file);
};
module.exports = () => {};
"""


def test_what_flowise_requires_is_narrowed_though_tracing_hooks_require(tmp_path: Path) -> None:
    scripts, flowise = tmp_path / "scripts", tmp_path / "flowise"
    written = {
        **{scripts / path.name: "module.exports = () => {};" for path in SCRIPTS.glob("*.cjs")},
        **{scripts / name: (SCRIPTS / name).read_text() for name in ("preload.cjs", "cors.cjs")},
        scripts / "tracing.cjs": TRACING,
        flowise / "node_modules" / "cors" / "index.js": "module.exports = (given) => given;",
        flowise
        / "bin"
        / "run": "const all = () => {}; console.log(require('cors')(all) === all ? 'all' : 'narrowed');",
    }
    for path, text in written.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    environment = {**os.environ, "NODE_OPTIONS": f"--require {scripts}/preload.cjs"}

    done = subprocess.run(
        [NODE, flowise / "bin" / "run"],
        env=environment,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        timeout=PATIENCE_SECONDS,
    )

    assert done.stdout == "narrowed\n"
