"""What a process of Flowise tells of itself, in a real Node with a stand-in for prom-client."""

import http.client
import json
import signal
from pathlib import Path

import pytest

from tests.node import ask, run, running
from tests.ports import free_port
from tests.waiting import PATIENCE_SECONDS, wait_until

STAND_IN = str(Path(__file__).parent / "prom_client.cjs")
PROMETHEUS = "require(process.env.STAND_IN)"

SERVER = """
process.argv[2] = 'start';
class Pool { on() {} query() { return Promise.resolve(); } }
const flowise = (name) => ({ pg: { Pool }, bullmq: {}, 'prom-client': require(process.env.STAND_IN) })[name];
require('./probes.cjs')(flowise, { '/metrics': require('./process_metrics.cjs')(flowise) });
let streamed;
process.on('SIGUSR2', () => streamed.end('data: last'));
const own = require('http').createServer((request, response) => {
  if (request.url.endsWith('?stream')) {
    response.write('data: first');
    streamed = response;
  } else {
    response.writeHead(request.url.includes('broken') ? 500 : 200).end('pong');
  }
});
own.listen(Number(process.env.PORT), '127.0.0.1', () => console.log('ready'));
"""


def series(text: str) -> dict[str, float]:
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in text.splitlines())}


def told(probe: str, name: str) -> dict[str, float]:
    """Return the series of one name, by their labels."""
    status, text = ask(probe, "/metrics")
    assert status == 200, text
    return {key.removeprefix(name): value for key, value in series(text).items() if key.startswith(name)}


DURATION, IN_FLIGHT = "flowise_http_request_duration_seconds", "flowise_http_requests_in_flight"


def test_requests_are_counted_by_method_class_of_path_and_code() -> None:
    port, probe = str(free_port()), str(free_port())
    with running(SERVER, PORT=port, PROBE_PORT=probe, MODE="main", STAND_IN=STAND_IN):
        for method, path in (
            ("POST", "/api/v1/prediction/7b0c"),
            ("POST", "/api/v1/internal-prediction/7b0c?x=/api/v1/ping"),
            ("POST", "/api/v1/vector/upsert/7b0c"),
            ("POST", "/api/v1/auth/login"),
            ("GET", "/api/v1/chatflows"),
            ("GET", "/api/v1/mcp-server"),
            ("GET", "/api/v1/broken"),
            ("GET", "/assets/index-3b1f.js"),
            ("GET", "/favicon.ico"),
            ("GET", "/"),
            ("GET", "/canvas/7b0c"),
            ("PROPFIND", "/canvas/7b0c"),
        ):
            ask(port, path, method)
        wait_until(lambda: sum(told(probe, DURATION).values()) == 12)
        assert told(probe, DURATION) == {
            '{method="POST",path="prediction",code="200"}': 3,
            '{method="POST",path="auth",code="200"}': 1,
            '{method="GET",path="api",code="200"}': 2,
            '{method="GET",path="api",code="500"}': 1,
            '{method="GET",path="assets",code="200"}': 2,
            '{method="GET",path="page",code="200"}': 2,
            '{method="OTHER",path="page",code="200"}': 1,
        }


def test_probes_and_scrapes_are_not_counted() -> None:
    port, probe = str(free_port()), str(free_port())
    with running(SERVER, PORT=port, PROBE_PORT=probe, MODE="main", STAND_IN=STAND_IN):
        # which asks for /api/v1/ping itself, and gives up soon
        wait_until(lambda: ask(probe, "/readyz") == (200, "ok\n"))
        for path in ("/api/v1/ping", "/api/v1/ping?x=1", "/api/v1/metrics", "/api/v1/webhook-listener/1/stream"):
            ask(port, path)
        ask(port, "/api/v1/chatflows")
        wait_until(lambda: bool(told(probe, DURATION)))
        assert told(probe, DURATION) == {'{method="GET",path="api",code="200"}': 1}


def test_an_answer_counts_until_its_stream_ends() -> None:
    port, probe = str(free_port()), str(free_port())
    with running(SERVER, PORT=port, PROBE_PORT=probe, MODE="main", STAND_IN=STAND_IN) as process:
        asking = http.client.HTTPConnection("127.0.0.1", int(port), timeout=PATIENCE_SECONDS)
        asking.request("POST", "/api/v1/prediction/7b0c?stream")
        answer = asking.getresponse()
        assert told(probe, IN_FLIGHT)['{path="prediction"}'] == 1
        assert told(probe, DURATION) == {}
        process.send_signal(signal.SIGUSR2)
        assert answer.read() == b"data: firstdata: last"
        # the connection is kept, the request is over
        wait_until(lambda: told(probe, DURATION) == {'{method="POST",path="prediction",code="200"}': 1})
        assert told(probe, IN_FLIGHT) == {
            f'{{path="{each}"}}': 0 for each in ("prediction", "auth", "api", "assets", "page")
        }
        asking.close()


def test_who_leaves_before_the_end_is_counted_as_such() -> None:
    port, probe = str(free_port()), str(free_port())
    with running(SERVER, PORT=port, PROBE_PORT=probe, MODE="main", STAND_IN=STAND_IN):
        asking = http.client.HTTPConnection("127.0.0.1", int(port), timeout=PATIENCE_SECONDS)
        asking.request("POST", "/api/v1/prediction/7b0c?stream")
        asking.getresponse().close()
        asking.close()
        wait_until(lambda: told(probe, DURATION) == {'{method="POST",path="prediction",code="499"}': 1})
        assert told(probe, IN_FLIGHT)['{path="prediction"}'] == 0


@pytest.mark.parametrize(
    "broken",
    [
        "get Histogram() { throw new Error('gone'); }",
        "Histogram: class { observe() { throw new Error('gone'); } }",
        "Gauge: class { set() {} inc() { throw new Error('gone'); } }",
    ],
    ids=["at-the-start", "at-each-answer", "at-each-request"],
)
def test_what_cannot_be_measured_is_answered_all_the_same(broken: str) -> None:
    port, probe = str(free_port()), str(free_port())
    script = SERVER.replace(
        PROMETHEUS, f"Object.defineProperties({{ ...{PROMETHEUS} }}, Object.getOwnPropertyDescriptors({{ {broken} }}))"
    )
    assert script != SERVER
    with running(script, PORT=port, PROBE_PORT=probe, MODE="main", STAND_IN=STAND_IN) as process:
        for _ in range(3):
            assert ask(port, "/api/v1/chatflows") == (200, "pong")
        assert ask(probe, "/livez") == (200, "ok\n")
        assert process.poll() is None


WORKER = """
process.argv[2] = 'worker';
class Worker {
  constructor(name, processor) { this.name = name; this.processor = processor; }
  run() { return Promise.resolve('runs'); }
  callProcessJob(job, token) { return this.processor(job, token); }
}
const flowise = (name) => ({ bullmq: { Worker }, 'prom-client': require(process.env.STAND_IN) })[name];
const metrics = require('./process_metrics.cjs')(flowise);
const worker = new Worker('flowise-queue-prediction', (job) => job());
const print = async (what) => console.log(JSON.stringify([what, (await metrics()).text]));
(async () => {
  console.log(JSON.stringify(['run', await worker.run()]));
  await print('idle');
  let end;
  const long = worker.callProcessJob(() => new Promise((resolve) => { end = resolve; }));
  await print('busy');
  end('answer');
  console.log(JSON.stringify(['answer', await long]));
  for (const fails of [() => Promise.reject(new Error('no model')), () => { throw new Error('no model'); }]) {
    await worker.callProcessJob(fails).catch((error) => console.log(JSON.stringify(['error', error.message])));
  }
  await print('after');
})();
"""


def test_a_worker_tells_what_it_does_and_hands_on_what_comes_of_it() -> None:
    said = [json.loads(line) for line in run(WORKER, STAND_IN=STAND_IN).splitlines()]
    assert [what for what, _ in said] == ["run", "idle", "busy", "answer", "error", "error", "after"]
    assert said[0][1] == "runs"
    queue = 'queue="flowise-queue-prediction"'
    in_flight = f"flowise_worker_jobs_in_flight{{{queue}}}"
    assert [series(said[at][1])[in_flight] for at in (1, 2, 6)] == [0, 1, 0]
    assert (said[3][1], said[4][1], said[5][1]) == ("answer", "no model", "no model")
    durations = {key: n for key, n in series(said[6][1]).items() if key.startswith("flowise_worker_job_duration")}
    assert durations == {
        f'flowise_worker_job_duration_seconds{{{queue},status="completed"}}': 1,
        f'flowise_worker_job_duration_seconds{{{queue},status="failed"}}': 2,
    }


def test_another_bullmq_costs_the_measurement_and_no_job() -> None:
    script = WORKER.replace("callProcessJob(job, token) {", "work(job, token) {").split("(async () =>")[0]
    script += "metrics().catch((error) => console.log(error.message));"
    assert run(script, STAND_IN=STAND_IN) == "this BullMQ has no Worker.prototype.callProcessJob\n"
