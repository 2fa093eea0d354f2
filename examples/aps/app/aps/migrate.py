"""Brings the tables up to date: `python -m aps.migrate`. It does nothing where there is nothing to do."""

from pathlib import Path
from typing import Any

import psycopg

from .settings import Settings, read

MIGRATIONS = Path(__file__).parent / "migrations"
# one at a time, whoever else begins meanwhile
LOCK = 0x617073


def migrate(settings: Settings) -> list[str]:
    """Run what has not been run yet, all of it or nothing; return its names."""
    connection: psycopg.Connection[Any]
    with psycopg.connect(**settings.database) as connection:  # type: ignore[arg-type] # all of them are texts
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (LOCK,))
        connection.execute("CREATE TABLE IF NOT EXISTS migration (name text PRIMARY KEY, at timestamptz DEFAULT now())")
        known = {row[0] for row in connection.execute("SELECT name FROM migration")}
        wanted = [path for path in sorted(MIGRATIONS.glob("*.sql")) if path.stem not in known]
        for path in wanted:
            connection.execute(path.read_bytes())
            connection.execute("INSERT INTO migration (name) VALUES (%s)", (path.stem,))
    return [path.stem for path in wanted]


if __name__ == "__main__":
    print(", ".join(migrate(read())) or "nothing to do")
