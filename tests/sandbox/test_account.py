"""After a crash nothing more is done, and what stands can still be read."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from sandbox.account import Account
from sandbox.laws.law import Law, Refusal, ResourceOperation
from sandbox.run_options import RunOptions
from sandbox.world import Record, World
from tests.waiting import PATIENCE_SECONDS, wait_until

TOKEN = "aws:sns/topic:Topic"
# how long it is watched that something does not end
PAUSE_SECONDS = 0.2


def urn(name: str) -> str:
    return f"urn:pulumi:dev::p::{TOKEN}::{name}"


def standing(account: Account) -> set[str]:
    return {record.urn for record in account.world}


def ends(work: Callable[[], object], seconds: float) -> bool:
    """Return whether it comes back, in a thread of its own."""
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(seconds)
    return not thread.is_alive()


def create(account: Account, name: str) -> None:
    with account.authorized(ResourceOperation("create", TOKEN, name, urn(name), {}, region="eu-west-1", provider={})):
        account.create(Record(TOKEN, f"arn:{name}", urn(name), 0, {}, {}), unique=True)


def test_after_a_crash_nothing_reports_back_and_what_stands_can_be_read(tmp_path: Path) -> None:
    account = Account(World(tmp_path / "world.db"), RunOptions(crash_after=2))

    assert ends(lambda: create(account, "first"), PATIENCE_SECONDS)
    assert not ends(lambda: create(account, "last"), PAUSE_SECONDS)
    wait_until(lambda: standing(account) == {urn("first"), urn("last")})
    assert not ends(lambda: create(account, "too late"), PAUSE_SECONDS)

    assert standing(account) == {urn("first"), urn("last")}
    assert ends(lambda: account.standing(TOKEN), PATIENCE_SECONDS)


def test_a_change_to_crash_before_is_not_made(tmp_path: Path) -> None:
    account = Account(World(tmp_path / "world.db"), RunOptions(crash_before=2))

    assert ends(lambda: create(account, "first"), PATIENCE_SECONDS)
    assert not ends(lambda: create(account, "never made"), PAUSE_SECONDS)
    assert not ends(lambda: create(account, "too late"), PAUSE_SECONDS)

    assert standing(account) == {urn("first")}


def test_what_waited_for_another_operation_is_not_made_after_a_crash(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = Account(World(tmp_path / "world.db"), RunOptions(crash_after=1))
    law = Law("topic-waits", "a topic waits for the last one", "this test", TOKEN, lambda op: iter(()))
    missing = [(law, Refusal("NotFound", "not yet", "wait", may_appear=True))]

    def refusals(op: ResourceOperation) -> list[tuple[Law, Refusal]]:
        return missing if op.name == "waits" and not account.standing(TOKEN) else []

    monkeypatch.setattr(account, "_refusals", refusals)
    waits = threading.Thread(target=create, args=(account, "waits"), daemon=True)
    waits.start()
    assert not ends(lambda: create(account, "last"), PAUSE_SECONDS)
    wait_until(lambda: standing(account) == {urn("last")})

    waits.join(PAUSE_SECONDS)
    assert waits.is_alive()
    assert standing(account) == {urn("last")}
