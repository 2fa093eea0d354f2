"""Brings the schema ready: `python -m ranking.migrate`, and back: `python -m ranking.migrate --down 0001`.

What is there already is left alone, and several at once wait for each other. Blue and green share the schema: a column
comes with a release that does not need it, and goes with one after the last that did.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext

from .database import engine
from .settings import Settings, read


def config(settings: Settings) -> Config:
    """Return Alembic's configuration; it has no file of its own."""
    made = Config()
    made.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    made.attributes["engine"] = engine(settings, pool_size=1)
    return made


def revision(settings: Settings) -> str:
    """Return where the schema is; "" before the first migration."""
    with engine(settings, pool_size=1).connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() or ""


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m ranking.migrate", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--down", metavar="REVISION", help="go back to this one, or to base")
    given, settings = parser.parse_args(arguments), read()
    before = revision(settings)
    if given.down:
        command.downgrade(config(settings), given.down)
    else:
        command.upgrade(config(settings), "head")
    sys.stdout.write(f"{before or 'nothing'} -> {revision(settings) or 'nothing'}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
