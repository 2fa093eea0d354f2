"""How a site is said to answer, of one on this machine."""

import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tools.load import Answered, Result, main


class Site(BaseHTTPRequestHandler):
    """Answers /, is slow at /slow, fails at /fails, and hangs up at /gone."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        if self.path == "/gone":
            self.close_connection = True
            return
        if self.path == "/slow":
            time.sleep(0.2)
        self.send_response(500 if self.path == "/fails" else 404 if self.path == "/missing" else 200)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Site) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


@pytest.mark.parametrize(
    ("arguments", "ended"),
    [
        ([], 0),
        # what is not there is whoever's who asked
        (["--path", "/missing"], 0),
        (["--path", "/slow", "--seconds", "0.1"], 1),
        (["--path", "/", "--path", "/fails"], 1),
        (["--path", "/", "--path", "/fails", "--errors", "60"], 0),
        (["--path", "/gone"], 1),
    ],
)
def test_what_is_promised_is_held(
    site: str, arguments: list[str], ended: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([site, "--people", "4", "--for", "0.5", *arguments]) == ended
    said = capsys.readouterr().out.splitlines()
    assert said[-1].startswith("as promised" if ended == 0 else "NOT as promised")
    assert len(said) == 2 + (2 if arguments.count("--path") == 2 else 0)


def test_figures_are_of_all_answers() -> None:
    answers = [Answered("/", number / 100, 200 if number else None) for number in range(101)]
    result = Result([*answers, Answered("/other", 9, 503)], 2)
    assert result.of("/").slowest(50) == pytest.approx(0.5)
    assert result.of("/").slowest(95) == pytest.approx(0.95)
    assert result.of("/").errors_percent == pytest.approx(100 / 101)
    assert str(result.of("/other")) == (
        "1 answers, 0 a second, half within 9000 ms, 95 % within 9000 ms, 99 % within 9000 ms, 100.00 % errors"
    )


def test_nobody_there_is_told(site: str, capsys: pytest.CaptureFixture[str]) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), Site) as server:
        port = server.server_address[1]
    assert main([f"http://127.0.0.1:{port}"]) == 1
    assert "does not answer" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["localhost:8080"])


def test_what_was_never_asked_for_is_told(site: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([site, "--people", "1", "--for", "0.05", "--path", "/slow", "--path", "/"]) == 1
    assert capsys.readouterr().out == "NOT asked: /; let it last longer than 0.05 s\n"


@pytest.mark.parametrize("arguments", [["--people", "0"], ["--for", "0"]])
def test_nobody_or_no_time_is_refused(site: str, arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main([site, *arguments])
    assert "must be more than 0" in capsys.readouterr().err
