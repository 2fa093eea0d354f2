"""The script of the check from outside, in a real Node, against servers that answer well, badly, late or never."""

import json
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from sandbox.nodejs import NODE
from tests.ports import free_port
from tests.waiting import PATIENCE_SECONDS

SCRIPT = Path(__file__).parents[3] / "components" / "synthetic_check" / "assets" / "synthetic_check.cjs"
BODY = '{"question": "Say pong."}'
KEY_ARN = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:orders/check-AbCdEf"
RUN = """
const { check } = require(process.argv[1]);
const secret = async (arn) => `value of ${arn.split(':')[6]}`;
check(JSON.parse(process.argv[2]), secret).then(
  (told) => console.log(JSON.stringify({ told })),
  (error) => console.log(JSON.stringify({ failed: error.message })),
);
"""


@dataclass
class Site:
    url: str
    status: int = 200
    body: str = '{"text": "Pong!", "chatId": "1"}'
    delay_seconds: float = 0
    asked: list[tuple[str, dict[str, str], str]] = field(default_factory=list)


@pytest.fixture
def site() -> Iterator[Site]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0))).decode()
            known.asked.append(
                (f"{self.command} {self.path}", {name.lower(): value for name, value in self.headers.items()}, body)
            )
            time.sleep(known.delay_seconds)
            self.send_response(known.status)
            if known.status == 302:
                self.send_header("location", "/signin")
            self.send_header("content-length", str(len(known.body)))
            self.end_headers()
            self.wfile.write(known.body.encode())

        do_POST = do_GET

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    known = Site(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield known
    server.shutdown()
    thread.join()
    server.server_close()


def ask(url: str, **changes: str) -> dict[str, str]:
    environment = {"SITE_URL": url, "ASKED_PATH": "/ask", "EXPECTED": "pong", "MAX_SECONDS": str(PATIENCE_SECONDS)}
    question = {"BODY": BODY, "ANSWER_FIELD": "text"}
    done = subprocess.run(
        [NODE, "-e", RUN, SCRIPT, json.dumps({**environment, **question, **changes})],
        capture_output=True,
        text=True,
        check=True,
        timeout=2 * PATIENCE_SECONDS,
    )
    told: dict[str, str] = json.loads(done.stdout)
    return told


def test_a_right_answer_is_a_success(site: Site) -> None:
    assert ask(site.url)["told"].startswith("answered in ")
    ((path, headers, body),) = site.asked
    assert (path, body, headers["content-type"]) == ("POST /ask", BODY, "application/json")
    # AWS's rules block who names no program
    assert headers["user-agent"] == "synthetic-check"
    assert {"authorization", "x-api-key"} & set(headers) == set()


def test_a_page_is_asked_by_get_and_read_whole(site: Site) -> None:
    site.body = "<html>Pong</html>"
    assert ask(site.url, BODY="", ANSWER_FIELD="")["told"].startswith("answered in ")
    ((path, headers, body),) = site.asked
    assert (path, body) == ("GET /ask", "")
    assert "content-type" not in headers
    site.body = "<html>Away</html>"
    assert ask(site.url, BODY="", ANSWER_FIELD="") == {"failed": "the text is not what is expected"}


def test_keys_are_read_where_they_are_kept_and_are_not_told(site: Site) -> None:
    told = ask(site.url, API_KEY_ARN=KEY_ARN, EDGE_KEY_ARN=KEY_ARN.replace("check-", "edge-"))
    ((_, headers, _),) = site.asked
    assert headers["authorization"] == "Bearer value of orders/check-AbCdEf"
    assert headers["x-api-key"] == "value of orders/edge-AbCdEf"
    assert "value" not in json.dumps(told)


@pytest.mark.parametrize(
    ("status", "body", "failure"),
    [
        (500, '{"message": "pong"}', "the answer's status is 500"),
        (403, "<html>pong</html>", "the answer's status is 403"),
        (200, "<html>pong</html>", "the answer is no JSON"),
        (200, '{"json": {"pong": 1}}', "the answer has no text"),
        (200, '{"text": "  "}', "the answer has no text"),
        (200, '{"text": "I cannot answer that."}', "the text is not what is expected"),
        # to a login, say
        (302, "pong", "no answer: unexpected redirect"),
    ],
)
def test_a_wrong_answer_is_a_failure(site: Site, status: int, body: str, failure: str) -> None:
    site.status, site.body = status, body
    assert ask(site.url) == {"failed": failure}


def test_a_late_answer_is_a_failure(site: Site) -> None:
    site.delay_seconds = 2
    assert ask(site.url, MAX_SECONDS="1") == {"failed": "no answer within 1 s"}


def test_no_answer_is_a_failure() -> None:
    assert ask(f"http://127.0.0.1:{free_port()}") == {"failed": "no answer: ECONNREFUSED"}


def test_the_canary_finds_its_handler() -> None:
    script = f"console.log(typeof require({json.dumps(str(SCRIPT))}).handler)"
    done = subprocess.run(
        [NODE, "-e", script], capture_output=True, text=True, check=True, timeout=2 * PATIENCE_SECONDS
    )
    assert done.stdout == "function\n"
