"""Runs the migrations, in one transaction and one process at a time."""

from alembic import context
from sqlalchemy import text

# any number: whoever migrates this database takes it
LOCK = 4_715_082


def run() -> None:
    """Run them."""
    with context.config.attributes["engine"].connect() as connection:
        context.configure(connection=connection)
        with context.begin_transaction():
            # three at once on an empty database: two fail in the catalogue
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
            context.run_migrations()
        connection.commit()


run()
