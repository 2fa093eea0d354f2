"""The packages of Flowise's own tree, loaded as its processes load them: what they trace, and what they do not tell."""

import json
import os
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from sandbox.nodejs import NODE
from tests.node import SCRIPTS
from tests.ports import free_port
from tests.waiting import PATIENCE_SECONDS, wait_until

from .conftest import Place
from .servers import HOST, listens, program

pytestmark = pytest.mark.live

LOADED = """
const flowise = require('module').createRequire(`${process.env.PACKAGE}/bin/run`);
require('./json_logs.cjs');
require('./request_ids.cjs');
require('./tracing.cjs')(flowise);
const http = require('http');
const connection = { host: '127.0.0.1', port: Number(process.env.REDIS) };
"""
# asks another's site, and hands a job on
SERVER = """
const { Queue } = flowise('bullmq');
const queue = new Queue('flowise-queue-prediction', { connection });
const app = flowise('express')();
app.post('/api/v1/prediction/:id', async (request, response) => {
  console.log('asked');
  await fetch(`http://127.0.0.1:${process.env.OTHER}/model?key=sk-secret`, { method: 'POST' });
  await queue.add('prediction', { question: 'a secret question' });
  response.end('done');
});
app.get('/api/v1/ping', (request, response) => response.end('pong'));
app.listen(Number(process.env.PORT), '127.0.0.1', () => console.log('ready'));
"""
WORKER = """
const { Worker } = flowise('bullmq');
const work = async (job) => {
  console.log('works');
  if (process.env.FAILS) throw new Error('no way');
  return { answer: 'a secret answer' };
};
new Worker('flowise-queue-prediction', work, { connection }).on('ready', () => console.log('ready'));
"""
REQUEST_ID = "EhFQh8uXcr1-_Y3kVbfsD0s6UhZ2vLuFJ2v6Y1kz8N0b8w=="
MODEL_ATTRIBUTES = (
    *(f"gen_ai.{part}" for part in ("operation.name", "provider.name", "request.model")),
    *(f"gen_ai.usage.{part}_tokens" for part in ("input", "output")),
    "flowise.flow.id",
)
FOREIGN_TRACE = "0af7651916cd43dd8448eb211c80319c"


class Collector:
    """Takes traces as a collector does, and answers whoever else asks."""

    def __init__(self, port: int) -> None:
        self.exports: list[dict[str, Any]] = []
        exports = self.exports

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = b"".join(self._chunks())
                if self.path == "/v1/traces":
                    exports.append(json.loads(body))
                self.send_response(200)
                self.end_headers()
                self.wfile.write(b"{}")

            def _chunks(self) -> Iterator[bytes]:
                if self.headers.get("Transfer-Encoding") != "chunked":
                    yield self.rfile.read(int(self.headers.get("Content-Length") or 0))
                    return
                while size := int(self.rfile.readline(), 16):
                    yield self.rfile.read(size)
                    self.rfile.readline()
                self.rfile.readline()

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer((HOST, port), Handler)

    @property
    def spans(self) -> list[dict[str, Any]]:
        """Give all spans so far, each with the service that made it."""
        return [
            {**span, "service": _attributes(resource["resource"])["service.name"], "attributes": _attributes(span)}
            for export in list(self.exports)
            for resource in export["resourceSpans"]
            for scope in resource["scopeSpans"]
            for span in scope["spans"]
        ]

    def span(self, name: str) -> dict[str, Any]:
        """Return the one span of this name."""
        wait_until(lambda: any(each["name"] == name for each in self.spans), f"span {name}")
        (found,) = [each for each in self.spans if each["name"] == name]
        return found


def _attributes(thing: dict[str, Any]) -> dict[str, Any]:
    return {each["key"]: next(iter(each["value"].values())) for each in thing["attributes"]}


@pytest.fixture
def collector() -> Iterator[Collector]:
    made = Collector(free_port())
    thread = threading.Thread(target=made.server.serve_forever, daemon=True)
    thread.start()
    yield made
    made.server.shutdown()
    made.server.server_close()
    thread.join()


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[int]:
    port = free_port()
    command = [program("redis-server", "valkey-server"), "--port", str(port), "--bind", HOST, "--save", ""]
    server = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.DEVNULL)
    try:
        wait_until(lambda: listens(port), "Redis listens")
        yield port
    finally:
        server.terminate()
        server.wait(timeout=PATIENCE_SECONDS)


@contextmanager
def process(script: str, role: str, log: Path, **environment: str) -> Iterator[None]:
    """Run a script as Flowise's process of a role, until it says that it is ready."""
    with log.open("wb") as out:
        started = subprocess.Popen(
            [NODE, "-e", f"process.argv[2] = '{role}';{LOADED}{script}"],
            cwd=SCRIPTS,
            env={**os.environ, **environment},
            stdout=out,
            stderr=subprocess.STDOUT,
        )
        try:
            wait_until(lambda: '"message":"ready"' in log.read_text(), f"{role} ready")
            yield
        finally:
            started.kill()
            started.wait()


def lines(log: Path) -> dict[str, dict[str, Any]]:
    entries = [json.loads(line) for line in log.read_text().splitlines()]
    return {entry["message"]: entry for entry in entries}


def test_a_trace_goes_through_the_queue_and_its_id_is_in_the_lines(
    package: Path, collector: Collector, redis: int, tmp_path: Path
) -> None:
    port, place = free_port(), f"{HOST}:{collector.server.server_address[1]}"
    common = {
        "PACKAGE": str(package),
        "REDIS": str(redis),
        "OTHER": place.rpartition(":")[2],
        "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://{place}",
        "PROBE_PORT": "3001",
        "PORT": str(port),
    }
    server, worker = tmp_path / "server.log", tmp_path / "worker.log"
    with process(SERVER, "start", server, **common), process(WORKER, "worker", worker, **common, FAILS="yes"):
        headers = f"X-Request-Id: {REQUEST_ID}"
        foreign = f"traceparent: 00-{FOREIGN_TRACE}-b7ad6b7169203331-00"
        url = f"http://{HOST}:{port}/api/v1"
        curl = ["curl", "-sS", "-X", "POST", "-H", headers, "-H", foreign, f"{url}/prediction/1?token=a-secret-token"]
        assert subprocess.run(curl, check=True, stdout=subprocess.PIPE, timeout=PATIENCE_SECONDS).stdout == b"done"
        subprocess.run(["curl", "-sS", f"{url}/ping"], check=True, stdout=subprocess.DEVNULL, timeout=PATIENCE_SECONDS)
        request = collector.span("POST /api/v1/prediction/:id")
        added = collector.span("add flowise-queue-prediction")
        processed = collector.span("process flowise-queue-prediction")
        called = next(each for each in collector.spans if each["attributes"].get("url.path") == "/model")

    trace = request["traceId"]
    assert {each["traceId"] for each in (request, added, processed, called)} == {trace}
    # whoever asks names no trace of ours, and cannot say that it is not to be traced
    assert (trace == FOREIGN_TRACE, request.get("parentSpanId")) == (False, None)
    assert processed["parentSpanId"] == added["spanId"]
    assert (request["service"], processed["service"]) == ("flowise-server", "flowise-worker")
    # a job that failed is an error, for which the collector keeps its trace
    assert (request["status"]["code"], processed["status"]["code"]) == (0, 2)

    asked, works = lines(server)["asked"], lines(worker)["works"]
    assert (asked["trace_id"], asked["request_id"]) == (trace, REQUEST_ID)
    assert (works["trace_id"], works["span_id"]) == (trace, processed["spanId"])
    assert "trace_id" not in lines(server)["ready"]

    told = json.dumps(collector.exports)
    assert [word for word in ("secret", "ping") if word in told] == []


def test_a_prediction_of_flowise_itself_is_one_trace(
    queue: Place, collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = f"http://{HOST}:{collector.server.server_address[1]}"
    monkeypatch.setitem(queue.changed, "OTEL_EXPORTER_OTLP_ENDPOINT", place)
    with queue.ready("app-server-pods") as (_server, site, _), queue.ready("app-worker-pods") as (worker, _, _):
        queue.log_in(site)
        flow = queue.make_flow(site)
        status, said = site("POST", f"/api/v1/prediction/{flow}", {"question": "a secret question"})
        assert status == 200, said
        processed = collector.span("process flowise-queue-prediction")
        model = queue.model.url.rpartition(":")[2].partition("/")[0]

        def traced(service: str, **attributes: str) -> bool:
            """Return whether the trace has a span of a service with such attributes."""
            return any(
                each["traceId"] == processed["traceId"]
                and each["service"] == service
                and attributes.items()
                <= {key.replace(".", "_"): str(value) for key, value in each["attributes"].items()}.items()
                for each in collector.spans
            )

        wait_until(lambda: traced("flowise-server", http_target=f"/api/v1/prediction/{flow}"), "the request")
        wait_until(
            lambda: traced("flowise-worker", server_port=model) or traced("flowise-worker", net_peer_port=model),
            "the call of the model",
        )
        # each node that runs, and the model's call, with what it took and nothing that was said
        wait_until(lambda: traced("flowise-worker", flowise_node_type="llmAgentflow", flowise_flow_id=flow), "the node")
        (call,) = [each for each in collector.spans if each["name"] == "chat databricks-model"]
        (node,) = [each for each in collector.spans if each["name"] == "run llmAgentflow"]
        assert (call["traceId"], call["parentSpanId"]) == (processed["traceId"], node["spanId"])
        told = queue.model.told[-1]
        assert {key: call["attributes"][key] for key in MODEL_ATTRIBUTES} == {
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": "openai",
            "gen_ai.request.model": "databricks-model",
            "gen_ai.usage.input_tokens": told["input"] + told["cached"],
            "gen_ai.usage.output_tokens": told["output"],
            "flowise.flow.id": flow,
        }
        assert processed["service"] == "flowise-worker"
        lines_of_worker = [json.loads(line) for line in worker.said.splitlines() if line.startswith("{")]
        assert "secret question" not in json.dumps(collector.exports)
        # neither the pods' probes nor what nobody asked for
        assert not [each for each in collector.spans if "readyz" in json.dumps(each)]
        assert not [entry for entry in lines_of_worker if entry["message"].startswith("traces are off")]


def test_without_a_collector_nothing_is_traced(package: Path, tmp_path: Path) -> None:
    script = f"{LOADED}console.log(require.cache[flowise.resolve('@opentelemetry/sdk-node')] === undefined);"
    environment = {**os.environ, "PACKAGE": str(package)}
    environment.pop("OTEL_EXPORTER_OTLP_ENDPOINT", None)
    said = subprocess.run(
        [NODE, "-e", script],
        cwd=SCRIPTS,
        env=environment,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        timeout=PATIENCE_SECONDS,
    ).stdout
    assert json.loads(said)["message"] == "true"
