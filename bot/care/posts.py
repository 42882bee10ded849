"""What is said to a peer group, and where it stands: posts, the copies in each member's chat, and marks under them.

Does not know how a post looks, who may write, nor how it travels.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, delete, func, insert, or_, select, update

from bot.store.tables import peer_copies, peer_groups, peer_marks, peer_members, peer_posts
from bot.store.types import new_id
from bot.store.upsert import upsert
from bot.store.vault import Vault

POST = "peer_posts.post"
TEXT, PHOTO, VOICE, STICKER, POLL, THEME, CHECKIN = "text", "photo", "voice", "sticker", "poll", "theme", "checkin"
DRAFT, HELD, SHOWN, WITHDRAWN, REMOVED = "draft", "held", "shown", "withdrawn", "removed"


@dataclass(frozen=True, slots=True)
class Content:
    """What a post says. `file_id`: the file as its writer sent it; `clean_id`: the same without anything that tells
    where it came from, once it was made; `options`: what can be chosen under it."""

    text: str = ""
    file_id: str | None = None
    clean_id: str | None = None
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Post:
    """A post. `number` is its place in the group, once it is shown; `message_id` the writer's own message, in the
    writer's chat. A post that was withdrawn or removed says nothing any more."""

    id: int
    group_id: int
    number: int | None
    member_id: int | None
    kind: str
    status: str
    made_at: datetime
    reply_to: int | None
    message_id: int | None
    content: Content


def add(
    connection: Connection,
    vault: Vault,
    group_id: int,
    member_id: int | None,
    kind: str,
    content: Content,
    now: datetime,
    *,
    reply_to: int | None = None,
    message_id: int | None = None,
    status: str = DRAFT,
) -> Post:
    """Keeps a post that nobody else sees yet: see `show`."""
    post = Post(new_id(now), group_id, None, member_id, kind, status, now, reply_to, message_id, content)
    row = {name: getattr(post, name) for name in post.__slots__ if name != "content"}
    connection.execute(insert(peer_posts).values(**row, post_sealed=_sealed(vault, post.id, content)))
    return post


def show(connection: Connection, post: Post, now: datetime) -> Post:
    """From now on the group sees the post: it gets its place. Locks the group until the transaction ends, so that
    every member gets all posts in the order of these numbers."""
    count = (
        update(peer_groups)
        .where(peer_groups.c.id == post.group_id)
        .values(posts=peer_groups.c.posts + 1)
        .returning(peer_groups.c.posts)
    )
    number = connection.execute(count).scalar_one()
    own = peer_posts.c.id == post.id
    connection.execute(update(peer_posts).where(own).values(number=number, status=SHOWN))
    if post.member_id:
        counted = {"shown": peer_members.c.shown + 1, "posted_at": now}
        connection.execute(update(peer_members).where(peer_members.c.id == post.member_id).values(counted))
    return replace(post, number=number, status=SHOWN)


def hold(connection: Connection, post: Post) -> Post:
    """A moderator looks at the post first."""
    connection.execute(update(peer_posts).where(peer_posts.c.id == post.id).values(status=HELD))
    return replace(post, status=HELD)


def reword(connection: Connection, vault: Vault, post: Post, content: Content) -> Post:
    """The post says something else from now on."""
    sealed = _sealed(vault, post.id, content)
    connection.execute(update(peer_posts).where(peer_posts.c.id == post.id).values(post_sealed=sealed))
    return replace(post, content=content)


def take_away(connection: Connection, ids: Collection[int], status: str) -> None:
    """Posts that were withdrawn or removed: what they said is gone. Where they stand is still known, to take them away
    there."""
    own = peer_posts.c.id.in_(ids)
    connection.execute(update(peer_posts).where(own).values(status=status, post_sealed=None))


def forget_drafts(connection: Connection, before: datetime) -> int:
    """Deletes drafts from before that moment; returns how many."""
    old = peer_posts.c.status == DRAFT, peer_posts.c.made_at < before
    return connection.execute(delete(peer_posts).where(*old)).rowcount


# --- finding ----------------------------------------------------------------------------------------------------------


def find(connection: Connection, vault: Vault, post_id: int) -> Post | None:
    """The post with this id."""
    row = connection.execute(select(peer_posts).where(peer_posts.c.id == post_id)).first()
    return _post(vault, row) if row else None


def in_message(connection: Connection, vault: Vault, chat_id: int, person_id: int, message_id: int) -> list[Post]:
    """The posts in a message of this person's chat, in their order: one that they wrote, or those that it carries."""
    own = select(peer_members.c.id).where(peer_members.c.person_id == person_id)
    written = and_(peer_posts.c.message_id == message_id, peer_posts.c.member_id.in_(own))
    carried = select(peer_copies.c.post_id).where(
        peer_copies.c.chat_id == chat_id, peer_copies.c.message_id == message_id
    )
    query = select(peer_posts).where(or_(written, peer_posts.c.id.in_(carried))).order_by(peer_posts.c.number)
    return [_post(vault, row) for row in connection.execute(query)]


def since(connection: Connection, vault: Vault, group_id: int, number: int, most: int) -> list[Post]:
    """What the group saw after the post with this number, the oldest first; at most `most`, the newest of them."""
    shown = peer_posts.c.group_id == group_id, peer_posts.c.status == SHOWN, peer_posts.c.number > number
    query = select(peer_posts).where(*shown).order_by(peer_posts.c.number.desc()).limit(most)
    return [_post(vault, row) for row in connection.execute(query)][::-1]


def last_number(connection: Connection, group_id: int) -> int:
    """The number of the last post that the group saw; 0 when there is none."""
    number: int = connection.execute(select(peer_groups.c.posts).where(peer_groups.c.id == group_id)).scalar_one()
    return number


def of_member(connection: Connection, vault: Vault, member_id: int) -> list[Post]:
    """What somebody wrote and did not withdraw, in order."""
    query = select(peer_posts).where(peer_posts.c.member_id == member_id, peer_posts.c.post_sealed.is_not(None))
    return [_post(vault, row) for row in connection.execute(query.order_by(peer_posts.c.id))]


# --- copies -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Copy:
    """Where a post stands in somebody's chat: in a message that carries `bundle` and what came with it. `message_id` is
    empty until the message is there."""

    post_id: int
    chat_id: int
    bundle: int
    message_id: int | None


def carry(connection: Connection, post_id: int, chats: Sequence[tuple[int, int]]) -> None:
    """The post goes to these chats, each with the bundle in which it stands there."""
    rows = [{"post_id": post_id, "chat_id": chat_id, "bundle": bundle} for chat_id, bundle in chats]
    if rows:
        connection.execute(insert(peer_copies), rows)


def copies(connection: Connection, post_id: int) -> list[Copy]:
    """Where a post stands, or will."""
    rows = connection.execute(select(peer_copies).where(peer_copies.c.post_id == post_id))
    return [Copy(row.post_id, row.chat_id, row.bundle, row.message_id) for row in rows]


def together(connection: Connection, vault: Vault, chat_id: int, bundle: int) -> list[Post]:
    """The posts of one message, in their order."""
    carried = select(peer_copies.c.post_id).where(peer_copies.c.chat_id == chat_id, peer_copies.c.bundle == bundle)
    query = select(peer_posts).where(peer_posts.c.id.in_(carried)).order_by(peer_posts.c.number)
    return [_post(vault, row) for row in connection.execute(query)]


# --- marks ------------------------------------------------------------------------------------------------------------


def mark(connection: Connection, post_id: int, member_id: int, chosen: str | None) -> None:
    """Sets a member's one mark under a post, or takes it off."""
    if chosen is None:
        own = peer_marks.c.post_id == post_id, peer_marks.c.member_id == member_id
        connection.execute(delete(peer_marks).where(*own))
    else:
        row = {"post_id": post_id, "member_id": member_id, "mark": chosen}
        connection.execute(upsert(connection, peer_marks, ("post_id", "member_id"), ("mark",)), row)


def mark_of(connection: Connection, post_id: int, member_id: int) -> str | None:
    """What this member set."""
    own = peer_marks.c.post_id == post_id, peer_marks.c.member_id == member_id
    return connection.execute(select(peer_marks.c.mark).where(*own)).scalar()


def marks(connection: Connection, post_id: int) -> Counter[str]:
    """How often each mark was set under a post."""
    query = select(peer_marks.c.mark, func.count()).where(peer_marks.c.post_id == post_id)
    return Counter(dict(map(tuple, connection.execute(query.group_by(peer_marks.c.mark)))))


def _sealed(vault: Vault, post_id: int, content: Content) -> bytes:
    return vault.seal_json(POST, post_id, asdict(content))


def _post(vault: Vault, row: Any) -> Post:
    told = vault.open_json(POST, row.id, row.post_sealed) if row.post_sealed else {}
    content = Content(**{**told, "options": tuple(told.get("options", ()))})
    return Post(
        row.id,
        row.group_id,
        row.number,
        row.member_id,
        row.kind,
        row.status,
        row.made_at,
        row.reply_to,
        row.message_id,
        content,
    )
