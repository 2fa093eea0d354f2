"""The gate before a feature's deployment; tests/live/test_tiktrend.py asks a real Prometheus."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from tests import broken_site
from tools import error_budget


@pytest.fixture
def prometheus() -> Iterator[tuple[str, list[Any]]]:
    """One that gives an answer of the form of its HTTP API, and what it is to give."""
    answer: list[Any] = [{}]

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            assert self.path == "/api/v1/query?query=slo%3Aerror_budget_left%3Aratio"
            result = [{"metric": {"slo": slo}, "value": [0, share]} for slo, share in answer[0].items()]
            body = json.dumps({"status": "success", "data": {"resultType": "vector", "result": result}}).encode()
            self.send_response(200)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", answer
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize(
    ("left", "options", "status", "said"),
    [
        ({"availability": "0.4"}, [], 0, "availability: 40.0% of the budget is left\n"),
        ({"availability": "0"}, [], 1, "availability: 0.0% of the budget is left, and no feature is deployed\n"),
        ({"availability": "0.4", "errors": "-1.5"}, [], 1, "errors: -150.0% of the budget is left, and no feature"),
        ({"availability": "0.4", "errors": "-1.5"}, ["--slo", "availability"], 0, "availability: 40.0%"),
        ({"availability": "0.05"}, ["--least", "0.1"], 1, "5.0% of the budget is left, and no feature"),
        ({}, [], 2, "nothing is known of any objective"),
        ({"availability": "NaN"}, [], 2, "nothing is known of any objective"),
        ({"availability": "0.4"}, ["--slo", "errors"], 2, "nothing is known of errors: see to SloUnknown"),
    ],
)
def test_a_feature_waits_where_a_budget_is_spent_or_not_known(
    prometheus: tuple[str, list[Any]],
    capsys: pytest.CaptureFixture[str],
    left: dict[str, str],
    options: list[str],
    status: int,
    said: str,
) -> None:
    address, answer = prometheus
    answer[0] = left
    assert error_budget.main(["--prometheus", address, *options]) == status
    told = capsys.readouterr()
    assert said in told.out + told.err


def test_who_does_not_answer_gives_no_leave(capsys: pytest.CaptureFixture[str]) -> None:
    assert error_budget.main(["--prometheus", "http://127.0.0.1:1"]) == 2
    assert error_budget.main(["--prometheus", "file:///etc/hostname"]) == 2
    assert "must be an address" in capsys.readouterr().err


@pytest.mark.parametrize("answer", broken_site.ANSWERS)
def test_what_is_no_answer_of_http_is_none(answer: bytes, capsys: pytest.CaptureFixture[str]) -> None:
    with broken_site.answering(answer) as address:
        assert error_budget.main(["--prometheus", address]) == 2
    assert f"{address} gives no answer" in capsys.readouterr().err
