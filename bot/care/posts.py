"""What is said to a peer group, and where it stands: posts, the copies in each member's chat, and marks under them.

Does not know how a post looks, who may write, nor how it travels.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, delete, func, insert, or_, select, tuple_, update

from bot.store.tables import peer_copies, peer_groups, peer_marks, peer_members, peer_posts, peer_reports
from bot.store.types import new_id
from bot.store.upsert import upsert
from bot.store.vault import Vault
from flows.engine.values import dataclass

POST = "peer_posts.post"
TEXT, PHOTO, VOICE, STICKER, POLL, THEME, CHECKIN = "text", "photo", "voice", "sticker", "poll", "theme", "checkin"
HOUR = "hour"
"""A set hour to talk begins or ends: of no use to who reads later."""
DRAFT, HELD, SHOWN, WITHDRAWN, REMOVED = "draft", "held", "shown", "withdrawn", "removed"


@dataclass(frozen=True, slots=True)
class Content:
    """What a post says. `file_id`: the file as its writer sent it; `clean_id`: the same without anything that tells
    where it came from, once it was made; `options`: what can be chosen under it; `edited`: its writer changed it;
    `picture`: the kind and the data of a picture that says the same as the text; `changes`: the post that says
    this instead, once its writer wants it."""

    text: str = ""
    file_id: str | None = None
    clean_id: str | None = None
    options: tuple[str, ...] = ()
    edited: bool = False
    picture: Mapping[str, Any] | None = None
    changes: int | None = None


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


def note_clean(connection: Connection, vault: Vault, post_id: int, clean_id: str) -> None:
    """The clean file of a post can be had from now on, if the post still says something."""
    own = select(peer_posts).where(peer_posts.c.id == post_id, peer_posts.c.post_sealed.is_not(None))
    if row := connection.execute(own.with_for_update()).first():
        post = _post(vault, row)
        reword(connection, vault, post, replace(post.content, clean_id=clean_id))


def take_away(connection: Connection, ids: Collection[int], status: str) -> None:
    """Posts that were withdrawn or removed: what they said is gone. Where they stand is still known, to take them away
    there."""
    own = peer_posts.c.id.in_(ids)
    connection.execute(update(peer_posts).where(own).values(status=status, post_sealed=None))


def forget_drafts(connection: Connection, before: datetime) -> int:
    """Deletes drafts from before that moment; returns how many. Of one that a moderator was told of only stays that
    there was one."""
    old = peer_posts.c.status == DRAFT, peer_posts.c.made_at < before
    told = peer_posts.c.id.in_(select(peer_reports.c.post_id))
    emptied = update(peer_posts).where(*old, told).values(status=WITHDRAWN, post_sealed=None)
    return connection.execute(emptied).rowcount + connection.execute(delete(peer_posts).where(*old)).rowcount


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


def written(connection: Connection, vault: Vault, person_id: int, message_id: int) -> list[Post]:
    """What this person wrote in a message of theirs; for several groups while they choose."""
    own = select(peer_members.c.id).where(peer_members.c.person_id == person_id)
    query = select(peer_posts).where(peer_posts.c.message_id == message_id, peer_posts.c.member_id.in_(own))
    return [_post(vault, row) for row in connection.execute(query.order_by(peer_posts.c.id))]


def last_of(connection: Connection, vault: Vault, person_id: int) -> Post | None:
    """What this person said last that a group saw and that is still there."""
    own = select(peer_members.c.id).where(peer_members.c.person_id == person_id)
    query = select(peer_posts).where(peer_posts.c.member_id.in_(own), peer_posts.c.status == SHOWN)
    row = connection.execute(query.order_by(peer_posts.c.id.desc()).limit(1)).first()
    return _post(vault, row) if row else None


def since(connection: Connection, vault: Vault, group_id: int, number: int, most: int) -> list[Post]:
    """What the group saw after the post with this number, the oldest first; at most `most`, the newest of them."""
    shown = peer_posts.c.group_id == group_id, peer_posts.c.status == SHOWN, peer_posts.c.number > number
    query = select(peer_posts).where(*shown).order_by(peer_posts.c.number.desc()).limit(most)
    return [_post(vault, row) for row in connection.execute(query)][::-1]


def last_number(connection: Connection, group_id: int) -> int:
    """The number of the last post that the group saw; 0 when there is none."""
    number: int = connection.execute(select(peer_groups.c.posts).where(peer_groups.c.id == group_id)).scalar_one()
    return number


def last_of_kind(connection: Connection, vault: Vault, group_id: int, kind: str) -> Post | None:
    """The last post of this kind that the group saw and still sees."""
    own = peer_posts.c.group_id == group_id, peer_posts.c.kind == kind, peer_posts.c.status == SHOWN
    row = connection.execute(select(peer_posts).where(*own).order_by(peer_posts.c.number.desc()).limit(1)).first()
    return _post(vault, row) if row else None


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


def together_in(
    connection: Connection, vault: Vault, where: Collection[tuple[int, int]]
) -> dict[tuple[int, int], list[Post]]:
    """The posts of several messages, each known by its bundle and its chat, in their order."""
    own = tuple_(peer_copies.c.bundle, peer_copies.c.chat_id).in_(where)
    places = connection.execute(select(peer_copies.c.bundle, peer_copies.c.chat_id, peer_copies.c.post_id).where(own))
    carried = list(map(tuple, places)) if where else []
    query = select(peer_posts).where(peer_posts.c.id.in_({post_id for _, _, post_id in carried}))
    known = {row.id: _post(vault, row) for row in connection.execute(query)} if carried else {}
    found: dict[tuple[int, int], list[Post]] = {}
    for bundle, chat_id, post_id in carried:
        found.setdefault((bundle, chat_id), []).append(known[post_id])
    return {place: sorted(some, key=lambda one: one.number or 0) for place, some in found.items()}


def stands_alone(connection: Connection, post_id: int) -> dict[int, int]:
    """The message in which a post stands by itself, for each chat where it does."""
    own = select(peer_copies.c.bundle).where(peer_copies.c.post_id == post_id)
    rows = connection.execute(
        select(peer_copies.c.chat_id, func.min(peer_copies.c.message_id), func.min(peer_copies.c.post_id))
        .where(peer_copies.c.bundle.in_(own), peer_copies.c.message_id.is_not(None))
        .group_by(peer_copies.c.chat_id, peer_copies.c.bundle)
        .having(func.count() == 1)
    )
    return {chat_id: message_id for chat_id, message_id, only in rows if only == post_id}


def told(connection: Connection, member_ids: Collection[int], number: int) -> None:
    """These members got the posts up to this number."""
    own = peer_members.c.id.in_(member_ids), peer_members.c.read_number < number
    connection.execute(update(peer_members).where(*own).values(read_number=number))


# --- drafts -----------------------------------------------------------------------------------------------------------


def drafts_of(connection: Connection, vault: Vault, person_id: int, message_id: int) -> list[Post]:
    """What waits to be sent or dropped of one message of this person; for several groups while they choose."""
    own = select(peer_members.c.id).where(peer_members.c.person_id == person_id)
    waits = peer_posts.c.message_id == message_id, peer_posts.c.status == DRAFT, peer_posts.c.member_id.in_(own)
    return [_post(vault, row) for row in connection.execute(select(peer_posts).where(*waits))]


def begun(connection: Connection, vault: Vault, member_id: int) -> list[Post]:
    """Answers that this member is about to write: drafts that say nothing yet."""
    own = peer_posts.c.member_id == member_id, peer_posts.c.status == DRAFT, peer_posts.c.message_id.is_(None)
    query = select(peer_posts).where(*own, peer_posts.c.reply_to.is_not(None)).order_by(peer_posts.c.id)
    return [_post(vault, row) for row in connection.execute(query)]


def answer(connection: Connection, draft: Post, post_id: int) -> None:
    """A draft answers this post."""
    connection.execute(update(peer_posts).where(peer_posts.c.id == draft.id).values(reply_to=post_id))


def drop(connection: Connection, drafts: Sequence[Post]) -> None:
    """Drafts that go nowhere. Of one that a moderator was told of it stays known that it was there."""
    if drafts:
        _drop(connection, peer_posts.c.id.in_([one.id for one in drafts]))


def _drop(connection: Connection, which: ColumnElement[bool]) -> int:
    own = which, peer_posts.c.status == DRAFT
    known = peer_posts.c.id.in_(select(peer_reports.c.post_id))
    connection.execute(update(peer_posts).where(*own, known).values(status=WITHDRAWN, post_sealed=None))
    return connection.execute(delete(peer_posts).where(*own)).rowcount


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


def marks_of(connection: Connection, ids: Collection[int]) -> dict[int, Counter[str]]:
    """How often each mark was set, for each of these posts that has any."""
    query = select(peer_marks.c.post_id, peer_marks.c.mark, func.count()).where(peer_marks.c.post_id.in_(ids))
    found: dict[int, Counter[str]] = {}
    for post_id, chosen, number in connection.execute(query.group_by(peer_marks.c.post_id, peer_marks.c.mark)):
        found.setdefault(post_id, Counter())[chosen] = number
    return found


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
