"""What the cache's observer may, on a real Redis with the access lists that the program renders for prod."""

import subprocess
from collections.abc import Callable, Iterator

import pytest

from testing.program import run

from .servers import Authority, CacheLogin, make_authority, program, redis

pytestmark = pytest.mark.live
PASSWORD = "not-a-secret-here"
OWNER, OBSERVER = "flowise", "flowise-observer"
WAITING, EVENTS, JOB = (f"bull:flowise-queue-prediction:{each}" for each in ("wait", "events", "1"))
# By KEDA 2.19 a list's length is asked like this (redis_scaler.go): for its type, and then by a name made of that.
LENGTH = "local is = redis.call('type', KEYS[1]).ok; return redis.call(({list='llen', none='llen'})[is], KEYS[1])"
Ask = Callable[..., str]


@pytest.fixture(scope="module")
def ask(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ask]:
    """Give what asks as a user; the queue holds two jobs, and something else lies beside it."""
    folder = tmp_path_factory.mktemp("cache")
    authority = make_authority(folder)
    users = [each.inputs for each in run("prod").cloud.of("aws:elasticache/user:User")]
    assert {each["userName"] for each in users} == {OWNER, OBSERVER}
    logins = [CacheLogin(each["userName"], each["accessString"], PASSWORD) for each in users]
    with redis(authority, folder, logins) as port:

        def asking(user: str, *command: str) -> str:
            return _cli(authority, port, user, *command)

        asking(OWNER, "LPUSH", WAITING, "1", "2")
        asking(OWNER, "HSET", JOB, "timestamp", "5")
        asking(OWNER, "XADD", EVENTS, "*", "event", "completed")
        asking(OWNER, "XGROUP", "CREATE", EVENTS, "workers", "0")
        asking(OWNER, "SET", "session:1", "secret")
        yield asking


def _cli(authority: Authority, port: int, user: str, *command: str) -> str:
    login = ["--user", user, "--pass", PASSWORD, "--no-auth-warning"]
    where = ["-h", "localhost", "-p", str(port), "--tls", "--cacert", str(authority.bundle)]
    asked = [program("redis-cli", "valkey-cli"), *where, *login, *command]
    told = subprocess.run(asked, capture_output=True, text=True, check=False)
    return (told.stdout + told.stderr).strip()


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        (("HELLO", "3"), "proto"),
        (("PING",), "PONG"),
        (("EVAL", LENGTH, "1", WAITING), "2"),
        (("EVAL", LENGTH, "1", "bull:flowise-queue-blue-prediction:wait"), "0"),
        (("INFO", "server"), "redis_version"),
        (("XLEN", EVENTS), "1"),
        (("XINFO", "GROUPS", EVENTS), "workers"),
        (("XPENDING", EVENTS, "workers"), "0"),
        (("HGET", JOB, "timestamp"), "5"),
        (("CLIENT", "LIST"), OBSERVER),
    ],
    ids=lambda each: " ".join(each[:2]) if isinstance(each, tuple) else "",
)
def test_it_is_told_what_a_scaler_and_an_exporter_ask(ask: Ask, command: tuple[str, ...], answer: str) -> None:
    told = ask(OBSERVER, *command)
    assert answer in told
    assert "NOPERM" not in told


@pytest.mark.parametrize(
    "command",
    [
        ("LPUSH", WAITING, "3"),
        ("RPOP", WAITING),
        ("DEL", WAITING),
        ("HSET", JOB, "data", "{}"),
        ("EVAL", "return redis.call('del', KEYS[1])", "1", WAITING),
        ("EVAL", "return redis.call('get', 'session:1')", "0"),
        ("EVAL", LENGTH, "1", "session:1"),
        ("GET", "session:1"),
        ("LLEN", "celery"),
        ("KEYS", "*"),
        ("SCAN", "0"),
        ("FLUSHALL",),
        ("CONFIG", "GET", "*"),
        ("ACL", "LIST"),
        ("CLIENT", "KILL", "ID", "1"),
        ("PUBLISH", "bull:flowise-queue-prediction", "x"),
    ],
    ids=" ".join,
)
def test_all_else_is_refused(ask: Ask, command: tuple[str, ...]) -> None:
    told = ask(OBSERVER, *command)
    assert "NOPERM" in told or "can't run this command" in told or "can't access" in told, told
    assert ask(OWNER, "LLEN", WAITING) == "2"
