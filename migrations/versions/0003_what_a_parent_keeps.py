"""The workbook, what comes unasked and how often, what is used most, gated flows; where the looks at somebody end, files
in letters."""

import sqlalchemy as sa
from alembic import op

from bot.store.types import UtcDateTime

revision = "0003"
down_revision = "0002"

_FALSE = sa.text("false")


def upgrade() -> None:
    op.add_column("people", sa.Column("reminders_a_day", sa.SmallInteger(), server_default="3", nullable=False))
    op.add_column("people", sa.Column("looks_end_sealed", sa.LargeBinary()))
    op.add_column("letters", sa.Column("file_sealed", sa.LargeBinary()))
    op.add_column("records", sa.Column("in_workbook", sa.Boolean(), server_default=_FALSE, nullable=False))
    op.create_table(
        "flow_uses",
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("flow", sa.String(length=40), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("last_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_flow_uses_person_id"),
        sa.PrimaryKeyConstraint("person_id", "flow", name="pk_flow_uses"),
    )
    op.create_table(
        "reminder_log",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("outcome", sa.String(length=8), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_reminder_log_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_reminder_log"),
    )
    op.create_index("ix_reminder_log_person_at", "reminder_log", ["person_id", "at"])
    op.create_table(
        "switches",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("family_id", sa.BigInteger(), nullable=False),
        sa.Column("flow", sa.String(length=40), nullable=False),
        sa.Column("by_person", sa.BigInteger()),
        sa.Column("on_at", UtcDateTime(), nullable=False),
        sa.Column("off_at", UtcDateTime()),
        sa.Column("why_sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["family_id"], ["families.id"], name="fk_switches_family_id"),
        sa.ForeignKeyConstraint(["by_person"], ["people.id"], name="fk_switches_by_person"),
        sa.PrimaryKeyConstraint("id", name="pk_switches"),
    )
    op.create_index("ix_switches_family_id", "switches", ["family_id"])
