"""Guiding a family: appointments, follow-up messages, reports with proposals, additions to the workbook, what a
professional notes; phases, and a mentor's leave."""

import sqlalchemy as sa
from alembic import op

from bot.store.types import UtcDateTime

revision = "0004"
down_revision = "0003"

_FALSE = sa.text("false")


def upgrade() -> None:
    op.add_column("families", sa.Column("phase", sa.SmallInteger(), server_default="1", nullable=False))
    op.add_column("families", sa.Column("phase_since", sa.Date()))
    op.add_column("people", sa.Column("away_from", sa.Date()))
    op.add_column("people", sa.Column("away_until", sa.Date()))
    op.create_table(
        "appointments",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("family_id", sa.BigInteger(), nullable=False),
        sa.Column("mentor_id", sa.BigInteger()),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("starts_at", UtcDateTime(), nullable=False),
        sa.Column("minutes", sa.SmallInteger(), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("asked_by", sa.BigInteger()),
        sa.Column("move_to", UtcDateTime()),
        sa.Column("version", sa.Integer(), server_default="0", nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.Column("details_sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["family_id"], ["families.id"], name="fk_appointments_family_id"),
        sa.ForeignKeyConstraint(["mentor_id"], ["people.id"], name="fk_appointments_mentor_id"),
        sa.ForeignKeyConstraint(["asked_by"], ["people.id"], name="fk_appointments_asked_by"),
        sa.PrimaryKeyConstraint("id", name="pk_appointments"),
    )
    op.create_index("ix_appointments_family_starts", "appointments", ["family_id", "starts_at"])
    op.create_index("ix_appointments_mentor_starts", "appointments", ["mentor_id", "starts_at"])
    op.create_table(
        "follow_ups",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("mentor_id", sa.BigInteger(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("rhythm", sa.String(length=40), nullable=False),
        sa.Column("next_at", UtcDateTime()),
        sa.Column("local_time", sa.String(length=5), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("appointment_id", sa.BigInteger()),
        sa.Column("times", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("content_sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["mentor_id"], ["people.id"], name="fk_follow_ups_mentor_id"),
        sa.ForeignKeyConstraint(["appointment_id"], ["appointments.id"], name="fk_follow_ups_appointment_id"),
        sa.PrimaryKeyConstraint("id", name="pk_follow_ups"),
    )
    op.create_index("ix_follow_ups_appointment_id", "follow_ups", ["appointment_id"])
    op.create_index("ix_follow_ups_mentor_id", "follow_ups", ["mentor_id"])
    op.create_table(
        "follow_up_people",
        sa.Column("follow_up_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["follow_up_id"], ["follow_ups.id"], name="fk_follow_up_people_follow_up_id"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_follow_up_people_person_id"),
        sa.PrimaryKeyConstraint("follow_up_id", "person_id", name="pk_follow_up_people"),
    )
    op.create_table(
        "reports",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("family_id", sa.BigInteger(), nullable=False),
        sa.Column("mentor_id", sa.BigInteger()),
        sa.Column("appointment_id", sa.BigInteger()),
        sa.Column("held_on", sa.Date()),
        sa.Column("status", sa.String(length=8), nullable=False),
        sa.Column("version", sa.Integer(), server_default="0", nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.Column("given_at", UtcDateTime()),
        sa.Column("parts_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("professional_sealed", sa.LargeBinary()),
        sa.ForeignKeyConstraint(["family_id"], ["families.id"], name="fk_reports_family_id"),
        sa.ForeignKeyConstraint(["mentor_id"], ["people.id"], name="fk_reports_mentor_id"),
        sa.ForeignKeyConstraint(["appointment_id"], ["appointments.id"], name="fk_reports_appointment_id"),
        sa.PrimaryKeyConstraint("id", name="pk_reports"),
    )
    op.create_index("ix_reports_family_id", "reports", ["family_id"])
    op.create_table(
        "proposals",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("report_id", sa.BigInteger(), nullable=False),
        sa.Column("family_id", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.String(length=8), nullable=False),
        sa.Column("person_id", sa.BigInteger()),
        sa.Column("record_id", sa.BigInteger()),
        sa.Column("decided_at", UtcDateTime()),
        sa.Column("words_sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["report_id"], ["reports.id"], name="fk_proposals_report_id"),
        sa.ForeignKeyConstraint(["family_id"], ["families.id"], name="fk_proposals_family_id"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_proposals_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_proposals"),
    )
    op.create_index("ix_proposals_family_id", "proposals", ["family_id"])
    op.create_index("ix_proposals_report_id", "proposals", ["report_id"])
    op.create_table(
        "additions",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("family_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("page", sa.String(length=40), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("addition_sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["family_id"], ["families.id"], name="fk_additions_family_id"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_additions_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_additions"),
    )
    op.create_index("ix_additions_family_id", "additions", ["family_id"])
    op.create_index("ix_additions_person_id", "additions", ["person_id"])
    op.create_table(
        "guidance",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("family_id", sa.BigInteger(), nullable=False),
        sa.Column("author_id", sa.BigInteger()),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("topic", sa.String(length=40), nullable=False),
        sa.Column("round", sa.SmallInteger(), server_default="1", nullable=False),
        sa.Column("child_id", sa.BigInteger()),
        sa.Column("about_id", sa.BigInteger()),
        sa.Column("local_day", sa.Date(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("for_parents", sa.Boolean(), server_default=_FALSE, nullable=False),
        sa.Column("amends_id", sa.BigInteger()),
        sa.Column("entry_sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["family_id"], ["families.id"], name="fk_guidance_family_id"),
        sa.ForeignKeyConstraint(["author_id"], ["people.id"], name="fk_guidance_author_id"),
        sa.ForeignKeyConstraint(["child_id"], ["children.id"], name="fk_guidance_child_id"),
        sa.ForeignKeyConstraint(["about_id"], ["people.id"], name="fk_guidance_about_id"),
        sa.ForeignKeyConstraint(["amends_id"], ["guidance.id"], name="fk_guidance_amends_id"),
        sa.PrimaryKeyConstraint("id", name="pk_guidance"),
    )
    op.create_index("ix_guidance_family_kind", "guidance", ["family_id", "kind", "id"])
    with op.batch_alter_table("letters") as letters:
        letters.add_column(sa.Column("follow_up_id", sa.BigInteger()))
        letters.add_column(sa.Column("answers_id", sa.BigInteger()))
        letters.create_foreign_key("fk_letters_follow_up_id", "follow_ups", ["follow_up_id"], ["id"])
        letters.create_foreign_key("fk_letters_answers_id", "letters", ["answers_id"], ["id"])
    op.create_index("ix_letters_follow_up_id", "letters", ["follow_up_id"])
    op.create_index(
        "ix_records_shared",
        "records",
        ["person_id", "kind", "shared_with", "shared_at"],
        sqlite_where=sa.text("shared_with != 0"),
        postgresql_where=sa.text("shared_with != 0"),
    )
