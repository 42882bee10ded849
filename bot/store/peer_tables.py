"""The tables of peer groups: members, what is said and where it stands, moderation, weeks with a theme.

As in `tables`: columns named `*_sealed` hold ciphertext, everything else no free text. Does not know who may read what.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Table,
    UniqueConstraint,
)

from bot.store.metadata import metadata
from bot.store.types import UtcDateTime

peer_groups = Table(
    "peer_groups",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", String(6), nullable=False),
    Column("status", String(7), nullable=False),
    Column("made_by", BigInteger, ForeignKey("people.id"), index=True),
    Column("telegram_id", BigInteger, unique=True),
    Column("size", SmallInteger, nullable=False),
    Column("zone", String(64), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("closes_at", UtcDateTime),
    Column("posts", Integer, nullable=False, server_default="0"),
    Column("settings_sealed", LargeBinary, nullable=False),
)
"""`kind`: relay (inside the bot) or linked (a Telegram group, `telegram_id`). `status`: open, closing (the goodbye
round), closed. `closes_at`: when closing ends and, once closed, when its content is deleted.
`posts`: how many posts were numbered; its row is locked while one is, so that every member gets them in that order.
`settings_sealed`: name, theme, opening days, word list and the rest of care.groups.Settings."""

peer_members = Table(
    "peer_members",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("group_id", BigInteger, ForeignKey("peer_groups.id"), nullable=False),
    Column("person_id", BigInteger, ForeignKey("people.id"), index=True),
    Column("role", String(9), nullable=False),
    Column("status", String(7), nullable=False),
    Column("invited_at", UtcDateTime, nullable=False),
    Column("joined_at", UtcDateTime),
    Column("left_at", UtcDateTime),
    Column("muted_until", UtcDateTime),
    Column("warnings", SmallInteger, nullable=False, server_default="0"),
    Column("shown", Integer, nullable=False, server_default="0"),
    Column("posted_at", UtcDateTime),
    Column("wants", String(6), nullable=False, server_default="each"),
    Column("digest_time", String(5), nullable=False, server_default="20:00"),
    Column("read_number", Integer, nullable=False, server_default="0"),
    Column("name_sealed", LargeBinary),
    UniqueConstraint("group_id", "person_id"),
)
"""Somebody in a group. `role`: parent or moderator. `status`: invited, in, left, removed. `name_sealed`: the name
chosen for this group, empty until then. `shown`: how many of their posts the others saw. `posted_at`: their last post,
for slow mode. `wants`: each (every post), digest (once a day at `digest_time`, their own zone), or quiet (only when
they open the group); `read_number`: up to which post they were told."""

peer_posts = Table(
    "peer_posts",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("group_id", BigInteger, ForeignKey("peer_groups.id"), nullable=False),
    Column("number", Integer),
    Column("member_id", BigInteger, ForeignKey("peer_members.id"), index=True),
    Column("kind", String(8), nullable=False),
    Column("status", String(9), nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("reply_to", BigInteger, ForeignKey("peer_posts.id")),
    Column("message_id", BigInteger),
    Column("post_sealed", LargeBinary),
    UniqueConstraint("group_id", "number"),
)
"""What somebody says to a group; without `member_id` the bot says it. `number`: its place in the group, once shown.
`kind`: text, photo, voice, sticker, poll, theme, checkin, hour. `status`: draft (to be confirmed by its writer), held
(a moderator looks first), shown, withdrawn (by its writer), removed (by a moderator). `message_id`: the writer's own
message, in the writer's chat. `post_sealed`: words, file, options; empty once withdrawn or deleted."""

peer_copies = Table(
    "peer_copies",
    metadata,
    Column("post_id", BigInteger, ForeignKey("peer_posts.id"), primary_key=True),
    Column("chat_id", BigInteger, primary_key=True, autoincrement=False),
    Column("bundle", BigInteger, nullable=False),
    Column("message_id", BigInteger),
    Index("ix_peer_copies_message", "chat_id", "message_id"),
    Index("ix_peer_copies_bundle", "bundle", "chat_id"),
)
"""Where a post stands in each member's chat: the message that carries it, once it is there. Several posts share one
message when many come at once: `bundle` is the first of them, which the outbox knows as `post_id`."""

peer_marks = Table(
    "peer_marks",
    metadata,
    Column("post_id", BigInteger, ForeignKey("peer_posts.id"), primary_key=True),
    Column("member_id", BigInteger, ForeignKey("peer_members.id"), primary_key=True),
    Column("mark", String(16), nullable=False),
)
"""What a member set under a post: a reaction, the number of an option of a poll, or a point of a check-in round."""

peer_reports = Table(
    "peer_reports",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("post_id", BigInteger, ForeignKey("peer_posts.id"), nullable=False, index=True),
    Column("by_member", BigInteger, ForeignKey("peer_members.id"), index=True),
    Column("why", String(8), nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("status", String(4), nullable=False),
    Column("stage", SmallInteger, nullable=False, server_default="0"),
    Column("outcome", String(8)),
    Column("done_by", BigInteger, ForeignKey("people.id")),
    Column("done_at", UtcDateTime),
    UniqueConstraint("post_id", "by_member"),
)
"""A post that a moderator must look at: a member reported it (`why`: member), it is one of the first of a new
member (first), has a word of the group's list (word), or points at danger (danger). `due_at`: until when; then the
next in turn hear of it, and `stage` counts up. `status`: open, done, or kept: nobody was told yet."""

peer_log = Table(
    "peer_log",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("group_id", BigInteger, ForeignKey("peer_groups.id"), nullable=False, index=True),
    Column("at", UtcDateTime, nullable=False),
    Column("by_person", BigInteger, ForeignKey("people.id")),
    Column("member_id", BigInteger, ForeignKey("peer_members.id")),
    Column("action", String(12), nullable=False),
    Column("entry_sealed", LargeBinary, nullable=False),
)
"""What moderators did, about which member, and why. Rows are only added."""

peer_weeks = Table(
    "peer_weeks",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("group_id", BigInteger, ForeignKey("peer_groups.id"), nullable=False),
    Column("starts_on", Date, nullable=False),
    Column("theme", String(40), nullable=False),
    Column("parts", SmallInteger, nullable=False, server_default="0"),
    Column("theme_sealed", LargeBinary),
    UniqueConstraint("group_id", "starts_on"),
)
"""The theme of a week, which begins on the local day `starts_on`: an entry of the deck `group_themes`, or `own` with
its four parts in `theme_sealed`. `parts`: how many steps were taken, the four parts and what follows on them."""
