"""Alerts, who looked, sharing of each record, quiet reminders, office hours."""

import sqlalchemy as sa
from alembic import op

from bot.store.types import UtcDateTime

revision = "0002"
down_revision = "0001"

_FALSE = sa.text("false")


def upgrade() -> None:
    op.add_column("people", sa.Column("silent_reminders", sa.Boolean(), server_default=_FALSE, nullable=False))
    op.add_column("people", sa.Column("reminder_hours", sa.String(length=11)))
    op.add_column("people", sa.Column("office_hours", sa.String(length=19)))
    op.add_column("people", sa.Column("stand_in_id", sa.BigInteger()))
    op.add_column("families", sa.Column("mentor_looked_at", UtcDateTime()))
    op.add_column("records", sa.Column("shared_with", sa.SmallInteger(), server_default="0", nullable=False))
    op.add_column("records", sa.Column("shared_at", UtcDateTime()))
    op.add_column("records", sa.Column("for_appointment", sa.Boolean(), server_default=_FALSE, nullable=False))
    op.add_column("inbox", sa.Column("message_id", sa.BigInteger()))
    op.create_index(
        "ix_inbox_problem",
        "inbox",
        ["problem", "received_at"],
        sqlite_where=sa.text("problem IS NOT NULL"),
        postgresql_where=sa.text("problem IS NOT NULL"),
    )
    op.create_table(
        "alerts",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("seen_by", sa.BigInteger()),
        sa.Column("seen_at", UtcDateTime()),
        sa.Column("ended_at", UtcDateTime()),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_alerts_person_id"),
        sa.ForeignKeyConstraint(["seen_by"], ["people.id"], name="fk_alerts_seen_by"),
        sa.PrimaryKeyConstraint("id", name="pk_alerts"),
    )
    op.create_index("ix_alerts_person_id", "alerts", ["person_id"])
    op.create_table(
        "alert_calls",
        sa.Column("alert_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("called_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], name="fk_alert_calls_alert_id"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_alert_calls_person_id"),
        sa.PrimaryKeyConstraint("alert_id", "person_id", name="pk_alert_calls"),
    )
    op.create_table(
        "looks",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.Column("looked_at", UtcDateTime(), nullable=False),
        sa.Column("look_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("chain", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["people.id"], name="fk_looks_owner_id"),
        sa.PrimaryKeyConstraint("id", name="pk_looks"),
    )
    op.create_index("ix_looks_owner_id", "looks", ["owner_id"])
    op.create_table(
        "dossiers",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kept_until", sa.Date(), nullable=False),
        sa.Column("dossier_sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_dossiers"),
    )
    op.create_index("ix_dossiers_kept_until", "dossiers", ["kept_until"])
