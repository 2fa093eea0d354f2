"""Brings the database to a revision, forth or back: `python -m tiktrend.migrate head`, or `... migrate 0001`.

A database that is ahead of this image is left alone by `head`: the image went back and the tables did not, as
expanding before contracting allows.
"""

import sys
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from .database import engine

FOLDER = Path(__file__).parent / "migrations"


def config() -> Config:
    """Return Alembic's configuration."""
    made = Config()
    made.set_main_option("script_location", str(FOLDER))
    return made


def current() -> str | None:
    """Return the database's revision."""
    with engine().connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def migrate(target: str) -> str:
    """Go there; say what was done. Raises ValueError for a revision that this image does not know."""
    script, now = ScriptDirectory.from_config(config()), current()
    known = [each.revision for each in script.walk_revisions()][::-1]
    wanted = known[-1] if target == "head" else target
    if wanted not in known:
        raise ValueError(f"there is no revision {target}: there are {', '.join(known)}")
    if now is not None and now not in known:
        if target == "head":
            return f"nothing to do: the database is at {now}, ahead of this image"
        raise ValueError(f"the database is at {now}, which this image does not know: use the image that went there")
    if now == wanted:
        return f"nothing to do: the database is at {now}"
    if now is not None and known.index(wanted) < known.index(now):
        command.downgrade(config(), wanted)
        return f"went back from {now} to {wanted}"
    command.upgrade(config(), wanted)
    return f"went from {now} to {wanted}"


def main(arguments: list[str]) -> int:
    """Read the command line."""
    try:
        sys.stdout.write(migrate(arguments[0]) + "\n")
    except ValueError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
