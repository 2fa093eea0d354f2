"""The engine is killed in the midst of `up`: the next run finishes, and everything exists once."""

import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import closing, suppress

import psutil
import pytest

from sandbox.workspace import FOLDER

from .conftest import REPOSITORY, Sandbox

pytestmark = pytest.mark.engine

PROGRAM = """
import pulumi_aws as aws
import pulumi_random as random

for index in range(20):
    topic = aws.sns.Topic(f"topic-{index}")
    aws.ssm.Parameter(f"parameter-{index}", type="String", value=topic.arn)
    random.RandomPassword(f"password-{index}", length=12)
"""
RESOURCES = 60


def kill_when(sandbox: Sandbox, *options: str, made: int, all_of_it: bool = False) -> None:
    """Start `up`, and kill the engine, or all that runs, as soon as that many resources exist."""
    command = subprocess.Popen(
        [sys.executable, "-m", "sandbox", "up", "--stack", "dev", "--cwd", str(sandbox.program), *options],
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    pause = threading.Event()
    world = sandbox.program / FOLDER / "stacks" / "dev" / "world.db"
    while command.poll() is None:
        if count(world) >= made:
            for child in psutil.Process(command.pid).children(recursive=True):
                with suppress(psutil.NoSuchProcess):
                    if all_of_it or "up" in child.cmdline():
                        child.kill()
            if all_of_it:
                command.kill()
            break
        pause.wait(0.002)
    command.communicate()


def count(world: object) -> int:
    try:
        with closing(sqlite3.connect(f"file:{world}?mode=ro", uri=True)) as database:
            row = database.execute("SELECT count(*) FROM resource").fetchone()
            return int(row[0])
    except sqlite3.OperationalError:
        return 0


def test_an_engine_killed_again_and_again_loses_nothing_and_makes_nothing_twice(
    program: Callable[..., Sandbox],
) -> None:
    sandbox = program(PROGRAM)
    for made, all_of_it in ((1, False), (18, True), (33, False), (57, True)):
        kill_when(sandbox, "--recover", made=made, all_of_it=all_of_it)
        assert len(sandbox.world()) >= made

    sandbox("up", "--recover")

    world = sandbox.world()
    assert len(world) == len(set(world)) == RESOURCES
    assert sandbox.changes() == {"same": RESOURCES + 1}


def test_pending_operations_stop_the_next_run_and_it_says_how_to_go_on(program: Callable[..., Sandbox]) -> None:
    sandbox = program(PROGRAM)
    for _ in range(10):  # an engine that was killed between two operations leaves none pending: rare, but possible
        kill_when(sandbox, made=len(sandbox.world()) + 5)
        if sandbox.state().get("pending_operations"):
            break

    refused = sandbox("up", status=1)

    assert "did not report back" in refused.stderr
    assert "--recover" in refused.stderr
    assert sandbox("recover").returncode == 0
    assert not sandbox.state().get("pending_operations")


UNREAD = """
import pulumi_aws as aws
import pulumi_random as random

password = random.RandomPassword("password", length=12)
aws.secretsmanager.SecretVersion("version", secret_id="arn:aws:secretsmanager:us-east-1:111122223333:secret:a-AbCdEf",
                                 secret_string=password.result)
"""


def test_what_a_failed_refresh_left_unread_is_read_before_anything_needs_it(program: Callable[..., Sandbox]) -> None:
    sandbox = program(UNREAD)
    sandbox("up", "--crash-after", "1", status=128 + 9)
    refused = sandbox("up", "--recover", "--fault", "*@read=ServiceUnavailable", status=1)
    assert "1 adopted of 1 pending operations" in refused.stderr

    sandbox("up")

    assert sandbox.changes() == {"same": 3}
