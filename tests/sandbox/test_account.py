"""After a crash nothing more is done, and what stands can still be read."""

import threading
from collections.abc import Callable
from pathlib import Path

from sandbox.account import Account
from sandbox.laws.law import Act
from sandbox.rules import Rules
from sandbox.world import Record, World

TOKEN = "aws:sns/topic:Topic"
# far above what any of it takes
PATIENCE_SECONDS = 10
# how long it is watched that something does not end
PAUSE_SECONDS = 0.2


def urn(name: str) -> str:
    return f"urn:pulumi:dev::p::{TOKEN}::{name}"


def ends(work: Callable[[], object], seconds: float) -> bool:
    """Whether it comes back, in a thread of its own."""
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(seconds)
    return not thread.is_alive()


def test_after_a_crash_nothing_reports_back_and_what_stands_can_be_read(tmp_path: Path) -> None:
    account = Account(World(tmp_path / "world.db"), Rules(crash_after=2))

    def create(name: str) -> None:
        with account.judged(Act("create", TOKEN, name, urn(name), {}, region="eu-west-1", provider={})):
            account.create(Record(TOKEN, f"arn:{name}", urn(name), 0, {}, {}), unique=True)

    assert ends(lambda: create("first"), PATIENCE_SECONDS)
    assert not ends(lambda: create("last"), PAUSE_SECONDS)
    assert not ends(lambda: create("too late"), PAUSE_SECONDS)

    assert {record.urn for record in account.world} == {urn("first"), urn("last")}
    assert ends(lambda: account.standing(TOKEN), PATIENCE_SECONDS)
