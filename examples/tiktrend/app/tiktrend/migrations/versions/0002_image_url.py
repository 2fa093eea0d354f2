"""A picture of a product: a column that may be empty, so that the version before goes on."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0002", "0001"


def upgrade() -> None:
    """Add it."""
    op.add_column("products", sa.Column("image_url", sa.String, nullable=True))


def downgrade() -> None:
    """Drop it; the next scrape would find it again."""
    op.drop_column("products", "image_url")
