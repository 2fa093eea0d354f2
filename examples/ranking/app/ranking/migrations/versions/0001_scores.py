"""Scores."""

import sqlalchemy as sql
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "score",
        sql.Column("name", sql.Text, primary_key=True),
        sql.Column("points", sql.Double, nullable=False),
        sql.Column("at", sql.DateTime(timezone=True), nullable=False),
    )


def downgrade() -> None:
    """Take it away, with what is in it."""
    op.drop_table("score")
