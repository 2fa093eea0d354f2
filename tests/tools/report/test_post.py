import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests import broken_site
from tools.report.build import not_judged
from tools.report.comment import MARKER
from tools.report.model import Report
from tools.report.post import AUTHOR, GitHub, PostError, main, merged, put

HEAD = "9d41e07" + "0" * 33


class Server(ThreadingHTTPServer):
    """GitHub's comments, and what was asked of it."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.kept: dict[int, dict[str, Any]] = {}
        self.head, self.asked = HEAD, list[str]()

    def add(self, body: str, author: str = AUTHOR) -> int:
        number = len(self.kept) + 1
        self.kept[number] = {"id": number, "user": {"login": author}, "body": body}
        return number


class Handler(BaseHTTPRequestHandler):
    server: Server

    def answer(self) -> None:
        path, _, query = self.path.removeprefix("/repos/acme/flowise/").partition("?")
        length = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(length)) if length else {}
        said: Any = {}
        if self.command != "GET":
            self.server.asked.append(f"{self.command} {path}")
        if path == "pulls/7":
            said = {"head": {"sha": self.server.head}}
        elif self.command == "GET":
            page = int(query.rpartition("page=")[2])
            said = [*self.server.kept.values()][(page - 1) * 100 : page * 100]
        elif self.command == "POST":
            self.server.add(body["body"])
        elif self.command == "PATCH":
            self.server.kept[int(path.rpartition("/")[2])]["body"] = body["body"]
        else:
            del self.server.kept[int(path.rpartition("/")[2])]
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(said).encode())

    do_GET = do_POST = do_PATCH = do_DELETE = answer

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[Server]:
    serving = Server()
    threading.Thread(target=serving.serve_forever, daemon=True).start()
    yield serving
    serving.shutdown()
    serving.server_close()


@pytest.fixture
def github(server: Server) -> GitHub:
    return GitHub(f"http://127.0.0.1:{server.server_address[1]}", "acme/flowise", "t")


def text(said: str = "one") -> str:
    return f"{MARKER}\n<!-- head:{HEAD} made:2026 -->\n{said}"


def test_the_first_report_is_a_comment_and_the_next_takes_its_place(server: Server, github: GitHub) -> None:
    server.add("a person says something")
    assert put(github, 7, HEAD, text()) == "the comment was written"
    assert put(github, 7, HEAD, text("two")) == "the comment was updated"
    assert [each["body"] for each in server.kept.values()] == ["a person says something", text("two")]


def test_what_says_the_same_is_not_written_again(server: Server, github: GitHub) -> None:
    server.add(text().replace("\n", "\r\n").replace("made:2026", "made:2025"))
    assert put(github, 7, HEAD, text()) == "nothing written: the comment says so already"
    assert server.asked == []


def test_a_comment_with_the_marker_by_somebody_else_is_left_alone(server: Server, github: GitHub) -> None:
    server.add(text("evil"), "somebody")
    server.add(f"I like {MARKER}")
    put(github, 7, HEAD, text())
    assert server.asked == ["POST issues/7/comments"]
    assert server.kept[1]["body"] == text("evil")


def test_it_is_found_on_a_later_page_and_duplicates_go(server: Server, github: GitHub) -> None:
    for number in range(230):
        server.add(f"comment {number}", "somebody")
    first, second = server.add(text("a")), server.add(text("b"))
    put(github, 7, HEAD, text("c"))
    assert server.asked == [f"DELETE issues/comments/{second}", f"PATCH issues/comments/{first}"]


def test_an_older_commit_never_overwrites_a_newer_one(server: Server, github: GitHub) -> None:
    server.head = "b" * 40
    server.add(text("newer"))
    assert put(github, 7, HEAD, text("older")) == "nothing written: bbbbbbb came after 9d41e07"
    assert server.asked == []


def legs(folder: Path, *stacks: str) -> None:
    for stack in stacks:
        whole = Report(base="3f2c1ab", head="merge", stacks=[not_judged(stack, ["no plan"])])
        (folder / f"{stack}.json").write_text(whole.model_dump_json())


def test_the_legs_become_one_report_and_a_missing_one_was_not_judged(tmp_path: Path) -> None:
    legs(tmp_path, "dev")
    whole = merged(tmp_path, HEAD, "https://example.com/run", ["dev", "prod"])
    assert [(each.stack, each.verdict) for each in whole.stacks] == [("dev", "not judged"), ("prod", "not judged")]
    assert whole.stacks[1].diagnostics == ["its job ended before it had a report"]
    assert (whole.head, whole.base) == (HEAD, "3f2c1ab")


@pytest.mark.parametrize(
    "content", ["{}", "no JSON", '{"version": 1, "base": "a", "head": "b", "stacks": [], "more": 1}']
)
def test_what_is_no_report_is_refused(content: str, tmp_path: Path) -> None:
    (tmp_path / "dev.json").write_text(content)
    with pytest.raises(PostError, match=r"dev.json is no report|holds no report"):
        merged(tmp_path, HEAD, "")


def test_the_command_writes_one_comment_for_all_stacks(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    legs(tmp_path, "dev", "prod")
    monkeypatch.setenv("GITHUB_API_URL", f"http://127.0.0.1:{server.server_address[1]}")
    monkeypatch.setenv("GITHUB_REPOSITORY", "acme/flowise")
    monkeypatch.setenv("GH_TOKEN", "t")
    assert main([str(tmp_path), "--pull", "7", "--head", HEAD]) == 0
    (only,) = server.kept.values()
    assert only["body"].count("NOT JUDGED") >= 2
    monkeypatch.setenv("GITHUB_API_URL", "http://127.0.0.1:9")
    assert main([str(tmp_path), "--pull", "7", "--head", HEAD]) == 1


@pytest.mark.parametrize("answer", broken_site.ANSWERS)
def test_what_is_no_answer_of_http_is_told(answer: bytes) -> None:
    with broken_site.answering(answer) as address, pytest.raises(PostError, match="GET pulls/7: "):
        GitHub(address, "acme/flowise", "token").ask("GET", "pulls/7")
