"""The database: visits, citizens, and who read whose data."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from datetime import date
from typing import Any, Protocol

from psycopg import Connection
from psycopg_pool import ConnectionPool

from .settings import Settings


class Store(Protocol):
    """What the application asks of its database."""

    def answers(self) -> bool:
        """Tell whether the database answers."""

    def indicators(self, month: date) -> list[dict[str, Any]]:
        """Return visits and people visited in a month, by team."""

    def add_citizen(self, citizen: Mapping[str, str], by: str) -> int:
        """Keep a citizen; return the id."""

    def citizen(self, citizen_id: int, by: str) -> dict[str, Any] | None:
        """Return a citizen's data, and note who read it; None where there is none, or no more."""

    def erase(self, citizen_id: int, by: str) -> bool:
        """Take a citizen's personal data away, and note who did; visits stay, of nobody."""

    def add_visit(self, visit: Mapping[str, Any]) -> None:
        """Keep a visit. Raises LookupError where there is no such citizen."""


class PostgresStore:
    """PostgreSQL through a pool: a connection for each of a worker's threads, opened when it is first asked for."""

    def __init__(self, settings: Settings) -> None:
        self._pool: ConnectionPool[Connection[Any]] = ConnectionPool(
            kwargs=dict(settings.database),
            min_size=0,
            max_size=settings.pool_size,
            # whoever waits longer for a connection is told that the database is away
            timeout=2,
            check=ConnectionPool.check_connection,
            open=True,
        )

    def _connection(self) -> AbstractContextManager[Connection[Any]]:
        return self._pool.connection()

    def answers(self) -> bool:
        """Tell whether the database answers."""
        try:
            with self._connection() as connection:
                return connection.execute("SELECT 1").fetchone() is not None
        except Exception:  # whatever it is: the database is of no use
            return False

    def indicators(self, month: date) -> list[dict[str, Any]]:
        """Return visits and people visited in a month, by team."""
        asked = """
            SELECT team, count(*), count(DISTINCT citizen_id) FROM visit
            WHERE day >= %(month)s AND day < %(month)s + interval '1 month' GROUP BY team ORDER BY team
        """
        with self._connection() as connection:
            rows = connection.execute(asked, {"month": month}).fetchall()
        return [{"team": team, "visits": visits, "citizens": citizens} for team, visits, citizens in rows]

    def add_citizen(self, citizen: Mapping[str, str], by: str) -> int:
        """Keep a citizen; return the id."""
        with self._connection() as connection:
            ((citizen_id,),) = connection.execute(
                "INSERT INTO citizen (name, health_card, born) "
                "VALUES (%(name)s, %(health_card)s, %(born)s) RETURNING id",
                citizen,
            ).fetchall()
            _note(connection, citizen_id, by, "created")
            return int(citizen_id)

    def citizen(self, citizen_id: int, by: str) -> dict[str, Any] | None:
        """Return a citizen's data, and note who read it."""
        with self._connection() as connection:
            row = connection.execute(
                "SELECT name, health_card, born FROM citizen WHERE id = %s AND erased_at IS NULL", (citizen_id,)
            ).fetchone()
            if row is None:
                return None
            # in the same transaction: nobody reads what is not noted
            _note(connection, citizen_id, by, "read")
        return {"id": citizen_id, "name": row[0], "health_card": row[1], "born": row[2].isoformat()}

    def erase(self, citizen_id: int, by: str) -> bool:
        """Take a citizen's personal data away, and note who did."""
        with self._connection() as connection:
            done = connection.execute(
                "UPDATE citizen SET name = NULL, health_card = NULL, born = NULL, erased_at = now() "
                "WHERE id = %s AND erased_at IS NULL",
                (citizen_id,),
            )
            if not done.rowcount:
                return False
            _note(connection, citizen_id, by, "erased")
        return True

    def add_visit(self, visit: Mapping[str, Any]) -> None:
        """Keep a visit."""
        with self._connection() as connection:
            done = connection.execute(
                "INSERT INTO visit (citizen_id, team, day) SELECT id, %(team)s, %(day)s FROM citizen "
                "WHERE id = %(citizen_id)s AND erased_at IS NULL",
                visit,
            )
            if not done.rowcount:
                raise LookupError(visit["citizen_id"])


def _note(connection: Connection[Any], citizen_id: int, by: str, what: str) -> None:
    connection.execute("INSERT INTO access_log (citizen_id, by, what) VALUES (%s, %s, %s)", (citizen_id, by, what))
