"""The resources that exist, on disk: what a cloud would answer if it were asked.

Every change is one SQLite transaction, so a process that dies between two operations leaves a whole world behind.
"""

import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any

_TABLES = """
CREATE TABLE IF NOT EXISTS resource (
    token TEXT NOT NULL, id TEXT NOT NULL, urn TEXT NOT NULL, serial INTEGER NOT NULL,
    inputs TEXT NOT NULL, outputs TEXT NOT NULL, PRIMARY KEY (urn, id)
);
CREATE INDEX IF NOT EXISTS resource_token ON resource (token, id);
CREATE TABLE IF NOT EXISTS made (urn TEXT PRIMARY KEY, times INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS gone (value TEXT PRIMARY KEY);
CREATE TABLE IF NOT EXISTS left_over (
    token TEXT NOT NULL, name TEXT NOT NULL, region TEXT NOT NULL, why TEXT NOT NULL, source TEXT NOT NULL,
    until TEXT NOT NULL, PRIMARY KEY (token, name, region)
);
"""


class AlreadyExistsError(Exception):
    """A resource of this type and id stands in the world already."""


@dataclass(frozen=True)
class Record:
    """One resource that exists: its type token, physical id, the URN that made it, and its camelCase properties.

    `serial` counts the resources that the same URN made before it.
    """

    token: str
    id: str
    urn: str
    serial: int
    inputs: dict[str, Any]
    outputs: dict[str, Any]


@dataclass(frozen=True)
class Left:
    """What outlived the resource that it came from: its type, its name, why (and who says so), and until when."""

    token: str
    name: str
    region: str
    why: str
    source: str
    until: str


class World:
    """The resources of one stack. Safe to use from several threads."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)  # it holds what a cloud holds, generated passwords among them
        self._lock = threading.Lock()
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None, timeout=30)
        # A killed process loses nothing under these; only a power cut might, and then --fresh is the remedy.
        self._db.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF;" + _TABLES)

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def times_made(self, urn: str) -> int:
        """How often a resource of this URN has been created so far: physical names and ids of successors differ."""
        row = self._one("SELECT times FROM made WHERE urn = ?", urn)
        return int(row[0]) if row else 0

    def create(self, record: Record, *, unique: bool = True) -> None:
        """Add a resource; raise AlreadyExistsError where `unique` and its type and id are taken in its region.

        Without `unique` it takes the place of one of the same URN and id: a password's id says nothing of it.
        """
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                same = self._db.execute(_SELECT + " WHERE token = ? AND id = ?", (record.token, record.id)).fetchall()
                regions = {_record(row).outputs.get("region") for row in same}
                if unique and record.outputs.get("region") in regions:
                    raise AlreadyExistsError(record.id)
                self._db.execute(_INSERT if unique else _REPLACE, _row(record))
                self._db.execute(
                    "INSERT INTO made VALUES (?, 1) ON CONFLICT (urn) DO UPDATE SET times = times + 1", (record.urn,)
                )
                self._db.execute("COMMIT")
            except BaseException:
                self._db.execute("ROLLBACK")
                raise

    def update(self, record: Record) -> bool:
        """Replace the properties of an existing resource; False where there is none."""
        with self._lock:
            done = self._db.execute(
                "UPDATE resource SET inputs = ?, outputs = ? WHERE urn = ? AND id = ?",
                (json.dumps(record.inputs), json.dumps(record.outputs), record.urn, record.id),
            )
        return done.rowcount == 1

    def delete(self, record: Record, gone: Iterable[str] = (), left: Iterable[Left] = ()) -> bool:
        """Remove a resource; False where there is none. `gone`: identifiers that nothing may refer to any more;
        `left`: what outlives it.
        """
        with self._lock:
            self._db.executemany("INSERT OR IGNORE INTO gone VALUES (?)", [(value,) for value in gone])
            self._db.executemany("INSERT OR REPLACE INTO left_over VALUES (?, ?, ?, ?, ?, ?)", map(astuple, left))
            done = self._db.execute("DELETE FROM resource WHERE urn = ? AND id = ?", (record.urn, record.id))
        return done.rowcount == 1

    def get(self, token: str, resource_id: str, urn: str = "") -> Record | None:
        """Return the resource of this type and id: the one that `urn` made, else (for an import) whoever made it."""
        rows = self._all(_SELECT + " WHERE token = ? AND id = ? ORDER BY urn = ? DESC LIMIT 1", token, resource_id, urn)
        return _record(rows[0]) if rows else None

    def of_urn(self, urn: str) -> list[Record]:
        """Return the resources that this URN made and that still stand (two during a replacement)."""
        return [_record(row) for row in self._all(_SELECT + " WHERE urn = ?", urn)]

    def gone(self) -> list[str]:
        """Identifiers of what once stood."""
        return [str(value) for (value,) in self._all("SELECT value FROM gone")]

    def left(self) -> list[Left]:
        """Return what outlived its resource."""
        return [Left(*row) for row in self._all("SELECT * FROM left_over ORDER BY token, name")]

    def forget(self, token: str, name: str) -> None:
        """Take away what outlived its resource, as when somebody deletes or adopts it."""
        with self._lock:
            self._db.execute("DELETE FROM left_over WHERE token = ? AND name = ?", (token, name))

    def __iter__(self) -> Iterator[Record]:
        return (_record(row) for row in self._all(_SELECT + " ORDER BY token, id"))

    def __len__(self) -> int:
        row = self._one("SELECT count(*) FROM resource")
        return int(row[0]) if row else 0

    def _one(self, query: str, *values: str) -> tuple[Any, ...] | None:
        with self._lock:
            row: tuple[Any, ...] | None = self._db.execute(query, values).fetchone()
        return row

    def _all(self, query: str, *values: str) -> list[tuple[Any, ...]]:
        with self._lock:
            return self._db.execute(query, values).fetchall()


_INSERT = "INSERT INTO resource VALUES (?, ?, ?, ?, ?, ?)"
_REPLACE = _INSERT.replace("INSERT", "INSERT OR REPLACE", 1)
_SELECT = "SELECT token, id, urn, serial, inputs, outputs FROM resource"


def _row(record: Record) -> tuple[Any, ...]:
    return (record.token, record.id, record.urn, record.serial, json.dumps(record.inputs), json.dumps(record.outputs))


def _record(row: tuple[Any, ...]) -> Record:
    token, resource_id, urn, serial, inputs, outputs = row
    return Record(token, resource_id, urn, serial, json.loads(inputs), json.loads(outputs))
