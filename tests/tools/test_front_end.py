from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tools.checks import NoAnswer
from tools.front_end import File, main

NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)
OUTPUTS = '{"static_bucket": "files", "distribution_id": "E1"}'
HASHED, PAGE = "assets/index-3f2a9c1d.js", "index.html"
YEAR = "public, max-age=31536000, immutable"


class Stand:
    """What stands in for S3 and CloudFront: it keeps what it is given, and the order of all that it was asked."""

    def __init__(self, there: Mapping[str, tuple[bytes, int]] = {}) -> None:
        self.objects: dict[str, dict[str, Any]] = {
            key: {"ETag": File(key, content).tag, "LastModified": NOW - timedelta(days=days)}
            for key, (content, days) in there.items()
        }
        self.puts: dict[str, Mapping[str, Any]] = {}
        self.asked: list[tuple[str, Any]] = []

    def __call__(self, service: str, operation: str, *, region: str, **given: Any) -> Mapping[str, Any]:
        if operation == "list_objects_v2":
            # one at a time, as though there were thousands
            keys = sorted(self.objects)
            at = keys.index(given["ContinuationToken"]) if "ContinuationToken" in given else 0
            more = {"IsTruncated": True, "NextContinuationToken": keys[at + 1]} if at + 1 < len(keys) else {}
            return {"Contents": [{"Key": key, **self.objects[key]} for key in keys[at : at + 1]], **more}
        self.asked.append((operation, given.get("Key") or given["InvalidationBatch"]["Paths"]["Items"]))
        if operation == "put_object":
            self.puts[given["Key"]] = given
        return {}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "Pulumi.yaml").write_text("name: shop\n")
    (tmp_path / "Pulumi.dev.yaml").write_text("config:\n  aws:region: eu-west-1\n")
    for key, content in {PAGE: "<html>", HASHED: "1", f"{HASHED}.map": "source", "robots.txt": "none"}.items():
        file = tmp_path / "dist" / key
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)
    return tmp_path


def publish(folder: Path, stand: Stand, *more: str, outputs: str = OUTPUTS) -> int:
    arguments = ["--stack", "dev", *more, str(folder / "dist")]
    return main(folder, arguments, ask=stand, run=lambda *_: outputs, at=NOW)


def test_what_pages_ask_for_is_there_before_the_page_and_the_page_is_forgotten_last(folder: Path) -> None:
    stand = Stand()
    assert publish(folder, stand) == 0
    assert stand.asked == [
        ("put_object", HASHED),
        ("put_object", "robots.txt"),
        ("put_object", PAGE),
        ("create_invalidation", ["/", "/index.html", "/robots.txt"]),
    ]


def test_a_hashed_file_is_kept_a_year_and_a_page_asked_for_each_time(folder: Path) -> None:
    stand = Stand()
    publish(folder, stand)
    assert {key: put["CacheControl"] for key, put in stand.puts.items()} == {
        HASHED: YEAR,
        "robots.txt": "no-cache",
        PAGE: "no-cache",
    }
    assert stand.puts[HASHED]["ContentType"] == "text/javascript; charset=utf-8"


def test_the_second_time_nothing_is_done(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    stand = Stand({PAGE: (b"<html>", 1), HASHED: (b"1", 90), "robots.txt": (b"none", 1)})
    assert publish(folder, stand) == 0
    assert stand.asked == []
    assert capsys.readouterr().out == "3 of 3 files were there already\n"


def test_an_earlier_builds_files_go_when_no_page_can_want_them(folder: Path) -> None:
    old, young, other = "assets/index-00000000.js", "assets/index-11111111.js", "portal/app.js"
    mine = {PAGE: (b"<html>", 1), HASHED: (b"1", 90), "robots.txt": (b"none", 1)}
    stand = Stand({**mine, old: (b"", 31), young: (b"", 29), other: (b"", 90), "maintenance.html": (b"", 90)})
    publish(folder, stand)
    assert stand.asked == [("delete_object", old)]


def test_a_dry_run_says_it_and_does_nothing(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    stand = Stand()
    assert publish(folder, stand, "--dry-run") == 0
    assert stand.asked == []
    assert f"upload     {HASHED}  ({YEAR})\n" in capsys.readouterr().out


def test_what_is_no_build_is_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "dist" / "maintenance.html").write_text("mine")
    assert publish(folder, Stand()) == 2
    assert "maintenance.html: the stack has a file of that name" in capsys.readouterr().err
    (folder / "dist" / PAGE).unlink()
    assert publish(folder, Stand()) == 2
    assert "has no index.html: build the front end" in capsys.readouterr().err


def test_a_stack_that_is_not_up_is_told_in_a_line(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert publish(folder, Stand(), outputs="{}") == 2
    assert capsys.readouterr().err == "stack dev has no output static_bucket: bring it up, or export it\n"


def test_a_refusal_of_aws_is_told_in_a_line(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def refuse(*_: str, **__: Any) -> Mapping[str, Any]:
        raise NoAnswer("s3:list_objects_v2 answered AccessDenied")

    assert main(folder, ["--stack", "dev", str(folder / "dist")], ask=refuse, run=lambda *_: OUTPUTS) == 2
    assert "AccessDenied" in capsys.readouterr().err
