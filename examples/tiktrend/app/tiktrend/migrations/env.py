"""Runs migrations, one at a time however many ask."""

from alembic import context
from sqlalchemy import text
from tiktrend.database import Base, engine

LOCK = 7_421_088

with engine().connect() as connection:
    context.configure(connection=connection, target_metadata=Base.metadata)
    with context.begin_transaction():
        if connection.dialect.name == "postgresql":
            # two at once on an empty database: one fails for a type that the other makes
            connection.execute(text(f"SELECT pg_advisory_xact_lock({LOCK})"))
        context.run_migrations()
    connection.commit()
