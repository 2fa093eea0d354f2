"""The database: scores, and who changed them."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Protocol

import sqlalchemy as sql
from sqlalchemy.dialects import postgresql

from . import observed
from .places import Score
from .settings import Settings

TABLES = sql.MetaData()
SCORES = sql.Table(
    "score",
    TABLES,
    sql.Column("name", sql.Text, primary_key=True),
    sql.Column("points", sql.Double, nullable=False),
    sql.Column("at", sql.DateTime(timezone=True), nullable=False),
)
AUDIT = sql.Table(
    "audit",
    TABLES,
    sql.Column("id", sql.BigInteger, sql.Identity(always=True), primary_key=True),
    sql.Column("at", sql.DateTime(timezone=True), nullable=False),
    sql.Column("by", sql.Text, nullable=False),
    sql.Column("action", sql.Text, nullable=False),
    sql.Column("name", sql.Text, nullable=False),
    sql.Column("request_id", sql.Text, nullable=False),
)
# of the audit log, newest first
MOST_SHOWN = 200


class Store(Protocol):
    """What the application asks of its database."""

    def answers(self) -> bool:
        """Tell whether the database answers."""

    def scores(self) -> list[Score]:
        """Return all scores."""

    def give(self, name: str, points: float, by: str, request_id: str) -> None:
        """Keep somebody's points, and note who gave them."""

    def take_out(self, name: str, by: str, request_id: str) -> bool:
        """Take somebody out, and note who did; False where there is nobody of that name."""

    def audit(self, by: str, request_id: str) -> list[dict[str, Any]]:
        """Return what administrators did, and note who reads it."""


class PostgresStore:
    """PostgreSQL through SQLAlchemy's pool: so many connections and none beyond, each tried before it is used."""

    def __init__(self, settings: Settings) -> None:
        self._engine = engine(settings, pool_size=settings.pool_size)
        observed.watch_pool(self._engine)

    def answers(self) -> bool:
        """Tell whether the database answers."""
        try:
            with self._engine.connect() as connection:
                return connection.execute(sql.select(sql.literal(1))).scalar() == 1
        except sql.exc.SQLAlchemyError:
            return False

    def scores(self) -> list[Score]:
        """Return all scores."""
        with observed.phase("database"), self._engine.connect() as connection:
            rows = connection.execute(sql.select(SCORES.c.name, SCORES.c.points, SCORES.c.at)).all()
        return [Score(*row) for row in rows]

    def give(self, name: str, points: float, by: str, request_id: str) -> None:
        """Keep somebody's points, and note who gave them, in one transaction."""
        now = datetime.now(UTC)
        kept = postgresql.insert(SCORES).values(name=name, points=points, at=now)
        kept = kept.on_conflict_do_update(index_elements=["name"], set_={"points": points, "at": now})
        with observed.phase("database"), self._engine.begin() as connection:
            connection.execute(kept)
            _note(connection, by=by, action="gave points", name=name, request_id=request_id)

    def take_out(self, name: str, by: str, request_id: str) -> bool:
        """Take somebody out, and note who did, in one transaction."""
        with observed.phase("database"), self._engine.begin() as connection:
            if not connection.execute(sql.delete(SCORES).where(SCORES.c.name == name)).rowcount:
                return False
            _note(connection, by=by, action="took out", name=name, request_id=request_id)
        return True

    def audit(self, by: str, request_id: str) -> list[dict[str, Any]]:
        """Return what administrators did, and note who reads it, in one transaction."""
        asked = (
            sql.select(AUDIT.c["at"], AUDIT.c["by"], AUDIT.c["action"], AUDIT.c["name"])
            .order_by(AUDIT.c.id.desc())
            .limit(MOST_SHOWN)
        )
        with observed.phase("database"), self._engine.begin() as connection:
            rows = connection.execute(asked).mappings().all()
            _note(connection, by=by, action="read the audit log", name="", request_id=request_id)
        return [dict(row) for row in rows]


def engine(settings: Settings, *, pool_size: int) -> sql.Engine:
    """Return SQLAlchemy's engine."""
    return sql.create_engine(
        "postgresql+psycopg://",
        connect_args={
            **settings.database,
            # a pooler in transaction mode between here and there knows no prepared statements
            "prepare_threshold": None,
        },
        pool_size=pool_size,
        max_overflow=0,
        # whoever waits longer for a connection is told that the database is away
        pool_timeout=2,
        pool_pre_ping=True,
        # after a failover or a new password, connections are made anew before long
        pool_recycle=900,
    )


def _note(connection: sql.Connection, **what: str) -> Mapping[str, Any]:
    values = {"at": datetime.now(UTC), **what}
    connection.execute(sql.insert(AUDIT).values(**values))
    return values
