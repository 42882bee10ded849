"""Peer groups: members under names of their own, what is said and where it stands, moderation, weeks with a theme."""

import sqlalchemy as sa
from alembic import op

from bot.store.types import UtcDateTime

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "peer_groups",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=6), nullable=False),
        sa.Column("status", sa.String(length=7), nullable=False),
        sa.Column("made_by", sa.BigInteger()),
        sa.Column("telegram_id", sa.BigInteger()),
        sa.Column("size", sa.SmallInteger(), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("closes_at", UtcDateTime()),
        sa.Column("posts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("settings_sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["made_by"], ["people.id"], name="fk_peer_groups_made_by"),
        sa.PrimaryKeyConstraint("id", name="pk_peer_groups"),
        sa.UniqueConstraint("telegram_id", name="uq_peer_groups_telegram_id"),
    )
    op.create_index("ix_peer_groups_made_by", "peer_groups", ["made_by"])
    op.create_table(
        "peer_members",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("group_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger()),
        sa.Column("role", sa.String(length=9), nullable=False),
        sa.Column("status", sa.String(length=7), nullable=False),
        sa.Column("invited_at", UtcDateTime(), nullable=False),
        sa.Column("joined_at", UtcDateTime()),
        sa.Column("left_at", UtcDateTime()),
        sa.Column("muted_until", UtcDateTime()),
        sa.Column("warnings", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("shown", sa.Integer(), server_default="0", nullable=False),
        sa.Column("posted_at", UtcDateTime()),
        sa.Column("wants", sa.String(length=6), server_default="each", nullable=False),
        sa.Column("digest_time", sa.String(length=5), server_default="20:00", nullable=False),
        sa.Column("read_number", sa.Integer(), server_default="0", nullable=False),
        sa.Column("name_sealed", sa.LargeBinary()),
        sa.ForeignKeyConstraint(["group_id"], ["peer_groups.id"], name="fk_peer_members_group_id"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_peer_members_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_peer_members"),
        sa.UniqueConstraint("group_id", "person_id", name="uq_peer_members_group_id"),
    )
    op.create_index("ix_peer_members_person_id", "peer_members", ["person_id"])
    op.create_table(
        "peer_weeks",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("group_id", sa.BigInteger(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("theme", sa.String(length=40), nullable=False),
        sa.Column("parts", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("theme_sealed", sa.LargeBinary()),
        sa.ForeignKeyConstraint(["group_id"], ["peer_groups.id"], name="fk_peer_weeks_group_id"),
        sa.PrimaryKeyConstraint("id", name="pk_peer_weeks"),
        sa.UniqueConstraint("group_id", "starts_on", name="uq_peer_weeks_group_id"),
    )
    op.create_table(
        "peer_log",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("group_id", sa.BigInteger(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("by_person", sa.BigInteger()),
        sa.Column("member_id", sa.BigInteger()),
        sa.Column("action", sa.String(length=12), nullable=False),
        sa.Column("entry_sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["by_person"], ["people.id"], name="fk_peer_log_by_person"),
        sa.ForeignKeyConstraint(["group_id"], ["peer_groups.id"], name="fk_peer_log_group_id"),
        sa.ForeignKeyConstraint(["member_id"], ["peer_members.id"], name="fk_peer_log_member_id"),
        sa.PrimaryKeyConstraint("id", name="pk_peer_log"),
    )
    op.create_index("ix_peer_log_group_id", "peer_log", ["group_id"])
    op.create_table(
        "peer_posts",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("group_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer()),
        sa.Column("member_id", sa.BigInteger()),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("status", sa.String(length=9), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("reply_to", sa.BigInteger()),
        sa.Column("message_id", sa.BigInteger()),
        sa.Column("post_sealed", sa.LargeBinary()),
        sa.ForeignKeyConstraint(["group_id"], ["peer_groups.id"], name="fk_peer_posts_group_id"),
        sa.ForeignKeyConstraint(["member_id"], ["peer_members.id"], name="fk_peer_posts_member_id"),
        sa.ForeignKeyConstraint(["reply_to"], ["peer_posts.id"], name="fk_peer_posts_reply_to"),
        sa.PrimaryKeyConstraint("id", name="pk_peer_posts"),
        sa.UniqueConstraint("group_id", "number", name="uq_peer_posts_group_id"),
    )
    op.create_index("ix_peer_posts_member_id", "peer_posts", ["member_id"])
    op.create_table(
        "peer_copies",
        sa.Column("post_id", sa.BigInteger(), nullable=False),
        sa.Column("chat_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("bundle", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.BigInteger()),
        sa.ForeignKeyConstraint(["post_id"], ["peer_posts.id"], name="fk_peer_copies_post_id"),
        sa.PrimaryKeyConstraint("post_id", "chat_id", name="pk_peer_copies"),
    )
    op.create_index("ix_peer_copies_bundle", "peer_copies", ["bundle", "chat_id"])
    op.create_index("ix_peer_copies_message", "peer_copies", ["chat_id", "message_id"])
    op.create_table(
        "peer_marks",
        sa.Column("post_id", sa.BigInteger(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("mark", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["peer_members.id"], name="fk_peer_marks_member_id"),
        sa.ForeignKeyConstraint(["post_id"], ["peer_posts.id"], name="fk_peer_marks_post_id"),
        sa.PrimaryKeyConstraint("post_id", "member_id", name="pk_peer_marks"),
    )
    op.create_table(
        "peer_reports",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("post_id", sa.BigInteger(), nullable=False),
        sa.Column("by_member", sa.BigInteger()),
        sa.Column("why", sa.String(length=8), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("status", sa.String(length=4), nullable=False),
        sa.Column("stage", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("outcome", sa.String(length=8)),
        sa.Column("done_by", sa.BigInteger()),
        sa.Column("done_at", UtcDateTime()),
        sa.ForeignKeyConstraint(["by_member"], ["peer_members.id"], name="fk_peer_reports_by_member"),
        sa.ForeignKeyConstraint(["done_by"], ["people.id"], name="fk_peer_reports_done_by"),
        sa.ForeignKeyConstraint(["post_id"], ["peer_posts.id"], name="fk_peer_reports_post_id"),
        sa.PrimaryKeyConstraint("id", name="pk_peer_reports"),
        sa.UniqueConstraint("post_id", "by_member", name="uq_peer_reports_post_id"),
    )
    op.create_index("ix_peer_reports_by_member", "peer_reports", ["by_member"])
    op.create_index("ix_peer_reports_post_id", "peer_reports", ["post_id"])
    op.add_column("outbox", sa.Column("post_id", sa.BigInteger()))
    op.create_index(
        "ix_outbox_post",
        "outbox",
        ["post_id", "chat_id"],
        sqlite_where=sa.text("post_id IS NOT NULL"),
        postgresql_where=sa.text("post_id IS NOT NULL"),
    )
    op.add_column("people", sa.Column("speaks_in", sa.BigInteger()))
    op.add_column("people", sa.Column("speaks_until", UtcDateTime()))
