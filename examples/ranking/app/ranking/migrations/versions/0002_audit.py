"""Who changed what."""

import sqlalchemy as sql
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "audit",
        sql.Column("id", sql.BigInteger, sql.Identity(always=True), primary_key=True),
        sql.Column("at", sql.DateTime(timezone=True), nullable=False),
        sql.Column("by", sql.Text, nullable=False),
        sql.Column("action", sql.Text, nullable=False),
        sql.Column("name", sql.Text, nullable=False),
        sql.Column("request_id", sql.Text, nullable=False),
    )


def downgrade() -> None:
    """Take it away, with what is in it."""
    op.drop_table("audit")
