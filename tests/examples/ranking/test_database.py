"""What Ranking asks of its database, on one in memory that knows enough of PostgreSQL's words."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sql
from ranking import database, migrate
from ranking.database import PostgresStore
from ranking.settings import Settings
from sqlalchemy.pool import StaticPool

SETTINGS = Settings(
    database={}, pool_size=5, flags_application="", flags_environment="", region="", signs_in=True, origins=()
)


@pytest.fixture
def memory(monkeypatch: pytest.MonkeyPatch) -> Iterator[sql.Engine]:
    made = sql.create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})

    @sql.event.listens_for(made, "connect")
    def knows(connection: object, _: object) -> None:
        connection.create_function("pg_advisory_xact_lock", 1, lambda _: None)  # type: ignore[attr-defined] # SQLite's

    for module in (database, migrate):
        monkeypatch.setattr(module, "engine", lambda *_, **__: made)
    monkeypatch.setattr(migrate, "read", lambda: SETTINGS)
    yield made
    made.dispose()


def test_the_schema_goes_forth_and_back(memory: sql.Engine, capsys: pytest.CaptureFixture[str]) -> None:
    tables = []
    for arguments in ([], [], ["--down", "0001"], ["--down", "base"]):
        assert migrate.main(arguments) == 0
        tables.append(sorted(set(sql.inspect(memory).get_table_names()) - {"alembic_version"}))
    assert tables == [["audit", "score"], ["audit", "score"], ["score"], []]
    assert capsys.readouterr().out.splitlines() == [
        *("nothing -> 0002", "0002 -> 0002"),
        *("0002 -> 0001", "0001 -> nothing"),
    ]


def test_what_is_changed_and_that_it_was_are_one_transaction(memory: sql.Engine) -> None:
    database.SCORES.create(memory)
    store = PostgresStore(SETTINGS)
    assert store.answers()
    # there is no audit log: nothing is given
    with pytest.raises(sql.exc.OperationalError):
        store.give("ann", 3, "bob", "id-1")
    assert store.scores() == []
    with memory.begin() as connection:
        columns = "id INTEGER PRIMARY KEY, at TEXT, by TEXT, action TEXT, name TEXT, request_id TEXT"
        connection.execute(sql.text(f"CREATE TABLE audit ({columns})"))
    store.give("ann", 3, "bob", "id-1")
    store.give("ann", 4, "bob", "id-2")
    assert [(each.name, each.points) for each in store.scores()] == [("ann", 4.0)]
    assert store.take_out("ann", "bob", "id-3")
    assert not store.take_out("ann", "bob", "id-4")
    with memory.connect() as connection:
        noted = connection.execute(sql.text("SELECT action, request_id FROM audit ORDER BY id")).all()
    assert [tuple(each) for each in noted] == [("gave points", "id-1"), ("gave points", "id-2"), ("took out", "id-3")]


def test_a_pool_has_its_connections_and_none_beyond() -> None:
    made = database.engine(SETTINGS, pool_size=5)
    assert (made.pool.size(), made.pool._max_overflow) == (5, 0)  # type: ignore[attr-defined] # QueuePool's


def test_a_database_that_is_away_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    made = sql.create_engine("sqlite:////no/such/folder/file")
    monkeypatch.setattr(database, "engine", lambda *_, **__: made)
    assert not PostgresStore(SETTINGS).answers()
