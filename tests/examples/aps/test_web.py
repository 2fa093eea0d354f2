"""The Flask application by itself, on a store and a cache that stand in."""

import json
import logging
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from aps import cache, database, health, observed, web
from aps.settings import Settings, read
from flask.testing import FlaskClient
from redis import RedisError

ENVIRONMENT = {
    "DB_HOST": "db",
    "DB_PORT": "5432",
    "DB_NAME": "esus",
    "DB_USER": "aps",
    "DB_PASSWORD": "p",
    "REDIS_HOST": "cache",
    "REDIS_PORT": "6379",
    "SECRET_KEY": "s",
    "FLASK_ENV": "production",
    "PROXY_HOPS": "2",
    "SIGN_IN": "true",
}
SIGNED_IN = {"x-amzn-oidc-identity": "nurse-7"}
CITIZEN = {"name": "Maria", "health_card": "700", "born": "1980-02-03"}


class Memory:
    """A database's stand-in."""

    def __init__(self) -> None:
        self.away = False
        self.citizens: dict[int, dict[str, Any]] = {}
        self.noted: list[tuple[int, str, str]] = []
        self.asked: list[date] = []

    def answers(self) -> bool:
        return not self.away

    def indicators(self, month: date) -> list[dict[str, Any]]:
        self.asked.append(month)
        return [{"team": "Azul", "visits": 2, "citizens": 1}]

    def add_citizen(self, citizen: Mapping[str, str], by: str) -> int:
        self.citizens[1] = dict(citizen)
        self.noted.append((1, by, "created"))
        return 1

    def citizen(self, citizen_id: int, by: str) -> dict[str, Any] | None:
        if citizen_id in self.citizens:
            self.noted.append((citizen_id, by, "read"))
        return self.citizens.get(citizen_id)

    def erase(self, citizen_id: int, by: str) -> bool:
        return self.citizens.pop(citizen_id, None) is not None

    def add_visit(self, visit: Mapping[str, Any]) -> None:
        if int(visit["citizen_id"]) not in self.citizens:
            raise LookupError(visit["citizen_id"])


class Kept:
    """A cache's stand-in."""

    def __init__(self) -> None:
        self.table: dict[str, Any] = {}

    def kept(self, key: str, make: Callable[[], Any]) -> Any:
        if key not in self.table:
            self.table[key] = make()
        return self.table[key]


@pytest.fixture
def store() -> Memory:
    return Memory()


@pytest.fixture
def client(store: Memory, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    return made(store, monkeypatch)


def made(store: Memory, monkeypatch: pytest.MonkeyPatch, **environment: str) -> FlaskClient:
    settings: Settings = read({**ENVIRONMENT, **environment})
    monkeypatch.setattr(health, "disk_free", lambda: 0.5)
    monkeypatch.setattr(health, "memory_free", lambda: 0.5)
    return web.create_app(settings, store, Kept()).test_client()


def test_health_is_200_where_all_is_well(client: FlaskClient) -> None:
    answer = client.get("/health")
    assert answer.status_code == 200
    assert answer.get_json() == {"status": "ok", "failing": [], "environment": "production"}


def test_health_is_503_without_the_database_and_the_probe_of_life_is_not(client: FlaskClient, store: Memory) -> None:
    store.away = True
    assert client.get("/health").status_code == 503
    assert client.get("/health").get_json()["failing"] == ["database"]
    # a restart would mend nothing
    assert client.get("/health?probe=live").status_code == 200


@pytest.mark.parametrize(("free", "status"), [(0.10, 200), (0.099, 503)])
@pytest.mark.parametrize("what", ["disk", "memory"])
def test_health_is_503_where_less_than_a_tenth_is_free(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, what: str, free: float, status: int
) -> None:
    monkeypatch.setattr(health, f"{what}_free", lambda: free)
    answer = client.get("/health")
    assert answer.status_code == status
    assert answer.get_json()["failing"] == ([what] if status == 503 else [])


def cgroup(folder: Path, limit: str, current: int, inactive: int) -> Path:
    (folder / "memory.max").write_text(f"{limit}\n")
    (folder / "memory.current").write_text(f"{current}\n")
    (folder / "memory.stat").write_text(f"anon 7\ninactive_file {inactive}\n")
    return folder


def test_memory_is_the_container_s_and_what_the_kernel_gives_back_is_free(tmp_path: Path) -> None:
    assert health.memory_free(cgroup(tmp_path, "1000", 950, 150)) == pytest.approx(0.2)
    assert health.memory_free(cgroup(tmp_path, "max", 950, 150)) is None
    assert health.memory_free(tmp_path / "none") is None


def test_metrics_answer_prometheus_and_nobody_through_the_balancer(client: FlaskClient) -> None:
    client.get("/api/citizens/12", headers=SIGNED_IN)
    told = client.get("/metrics")
    assert told.status_code == 200
    # the route, not the path: a series for each citizen would be one too many, and tell who was looked at
    assert 'route="/api/citizens/<int:citizen_id>"' in told.text
    assert "/api/citizens/12" not in told.text
    assert client.get("/metrics", headers={"x-forwarded-for": "192.0.2.1"}).status_code == 404


def test_the_histogram_can_be_cut_at_what_is_promised() -> None:
    assert {1.0, 2.0} <= set(observed.REQUESTS._upper_bounds)


def test_indicators_are_asked_of_the_database_once_a_minute(client: FlaskClient, store: Memory) -> None:
    for _ in range(3):
        answer = client.get("/api/indicators?month=2026-11")
        assert answer.get_json() == [{"team": "Azul", "visits": 2, "citizens": 1}]
    assert store.asked == [date(2026, 11, 1)]


@pytest.mark.parametrize("month", ["", "2026", "2026-13", "2026-1-1"])
def test_a_month_that_is_none_is_refused_as_typed(client: FlaskClient, month: str) -> None:
    answer = client.get(f"/api/indicators?month={month}")
    assert answer.status_code == 400
    assert repr(month) in answer.get_json()["error"]


def test_the_page_shows_teams_and_nobody_s_name(client: FlaskClient, store: Memory) -> None:
    store.add_citizen(CITIZEN, "nurse-7")
    page = client.get("/").text
    assert "Azul" in page
    assert "Maria" not in page
    assert "aps.1.css" in page


def test_who_reads_a_citizen_s_data_is_noted(client: FlaskClient, store: Memory) -> None:
    assert client.post("/api/citizens", json=CITIZEN, headers=SIGNED_IN).status_code == 201
    assert client.get("/api/citizens/1", headers=SIGNED_IN).get_json()["name"] == "Maria"
    assert store.noted == [(1, "nurse-7", "created"), (1, "nurse-7", "read")]


def test_an_erased_citizen_is_there_no_more(client: FlaskClient) -> None:
    client.post("/api/citizens", json=CITIZEN, headers=SIGNED_IN)
    assert client.delete("/api/citizens/1", headers=SIGNED_IN).status_code == 200
    assert client.get("/api/citizens/1", headers=SIGNED_IN).status_code == 404
    visit = {"citizen_id": "1", "team": "Azul", "day": "2026-11-30"}
    assert client.post("/api/visits", json=visit, headers=SIGNED_IN).status_code == 404


def test_nobody_reads_personal_data_without_signing_in(client: FlaskClient) -> None:
    for path in ("/api/citizens/1", "/api/visits"):
        assert client.get(path).status_code == 401


def test_where_nobody_signs_in_the_header_is_not_believed(store: Memory, monkeypatch: pytest.MonkeyPatch) -> None:
    open_to_all = made(store, monkeypatch, SIGN_IN="false")
    assert open_to_all.get("/api/citizens/1", headers=SIGNED_IN).status_code == 403


@pytest.mark.parametrize("wrong", [{}, {**CITIZEN, "born": "yesterday"}])
def test_a_citizen_with_something_missing_or_wrong_is_refused(client: FlaskClient, wrong: dict[str, str]) -> None:
    answer = client.post("/api/citizens", json=wrong, headers=SIGNED_IN)
    assert answer.status_code == 400


def test_a_line_of_the_log_has_the_route_and_the_request_id(client: FlaskClient) -> None:
    written: list[dict[str, Any]] = []
    handler = logging.Handler()
    handler.emit = lambda record: written.append(json.loads(observed.JsonLines().format(record)))  # type: ignore[method-assign]
    logging.getLogger().addHandler(handler)
    try:
        client.get("/api/citizens/12", headers={**SIGNED_IN, "x-request-id": "id-1"})
    finally:
        logging.getLogger().removeHandler(handler)
    (line,) = written
    assert (line["level"], line["request_id"], line["status"]) == ("info", "id-1", 404)
    assert line["path"] == "/api/citizens/<int:citizen_id>"
    assert "nurse-7" not in json.dumps(line)


class Away:
    """A cache that does not answer."""

    def get(self, _key: str) -> None:
        raise RedisError("away")

    set = get


class Table:
    """A cache that keeps for as long as it is told."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}
        self.seconds: list[int] = []

    def get(self, key: str) -> bytes | None:
        return self.kept.get(key)

    def set(self, key: str, value: str, *, ex: int) -> None:
        self.kept[key] = value.encode()
        self.seconds.append(ex)


def cached(redis: object, monkeypatch: pytest.MonkeyPatch) -> cache.RedisCache:
    monkeypatch.setattr(cache, "Redis", lambda **_: redis)
    return cache.RedisCache(read(ENVIRONMENT))


def test_the_cache_keeps_an_answer_for_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    table = Table()
    kept = cached(table, monkeypatch)
    assert [kept.kept("a", lambda: [1]), kept.kept("a", lambda: [2])] == [[1], [1]]
    assert table.seconds == [60]


def test_a_cache_that_is_away_is_no_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    assert cached(Away(), monkeypatch).kept("a", lambda: [1]) == [1]


def test_an_error_is_one_line_too() -> None:
    try:
        raise ValueError("broken")
    except ValueError:
        record = logging.LogRecord("aps", logging.ERROR, __file__, 1, "failed", None, sys.exc_info())
    line = observed.JsonLines().format(record)
    assert "\n" not in line
    assert json.loads(line)["error"].endswith("ValueError: broken")


class Statements:
    """A pool of one connection that notes what it is asked, and answers with what it has."""

    def __init__(self, *answers: list[tuple[Any, ...]]) -> None:
        self.asked: list[str] = []
        self.answers = list(answers)

    def __call__(self, **_: object) -> "Statements":
        return self

    @staticmethod
    def check_connection(_connection: object) -> None:
        pass

    @contextmanager
    def connection(self) -> Iterator["Statements"]:
        self.asked.append("begin")
        yield self
        self.asked.append("commit")

    def execute(self, statement: str, _values: object = ()) -> "Statements":
        self.asked.append(" ".join(statement.split()[:3]))
        self.rows = self.answers.pop(0) if self.answers else []
        self.rowcount = len(self.rows)
        return self

    def fetchall(self) -> list[tuple[Any, ...]]:
        return self.rows

    def fetchone(self) -> tuple[Any, ...] | None:
        return self.rows[0] if self.rows else None


def stored(monkeypatch: pytest.MonkeyPatch, statements: Statements) -> database.PostgresStore:
    monkeypatch.setattr(database, "ConnectionPool", statements)
    return database.PostgresStore(read(ENVIRONMENT))


def test_what_is_read_and_that_it_was_are_one_transaction(monkeypatch: pytest.MonkeyPatch) -> None:
    statements = Statements([("Maria", "700", date(1980, 2, 3))])
    assert stored(monkeypatch, statements).citizen(1, "nurse-7") == {"id": 1, **CITIZEN}
    assert statements.asked == ["begin", "SELECT name, health_card,", "INSERT INTO access_log", "commit"]


def test_who_is_not_there_is_not_noted(monkeypatch: pytest.MonkeyPatch) -> None:
    statements = Statements()
    store = stored(monkeypatch, statements)
    assert store.citizen(1, "nurse-7") is None
    assert store.erase(1, "nurse-7") is False
    with pytest.raises(LookupError):
        store.add_visit({"citizen_id": "1", "team": "Azul", "day": "2026-11-30"})
    assert "INSERT INTO access_log" not in statements.asked


def test_an_erasure_takes_the_data_and_is_noted(monkeypatch: pytest.MonkeyPatch) -> None:
    statements = Statements([(1,)])
    assert stored(monkeypatch, statements).erase(1, "nurse-7") is True
    assert statements.asked == ["begin", "UPDATE citizen SET", "INSERT INTO access_log", "commit"]
