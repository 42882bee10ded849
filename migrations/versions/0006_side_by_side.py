"""Beside the revision stands which older program may still work with the tables."""

from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.execute("ALTER TABLE alembic_version ADD COLUMN oldest VARCHAR(32)")
