"""Peer groups: who is in one, under which name, by which rules (method: Peer group).

Does not know what is said in a group, nor how it gets to anybody.
"""

from __future__ import annotations

import base64
import hashlib
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import asdict, field
from datetime import datetime, time
from typing import Any, Literal
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Select, delete, insert, select, update

from bot.care.people import Person
from bot.schedule.local_time import next_instant
from bot.store import tables, timers
from bot.store.tables import outbox, peer_copies, peer_groups, peer_members, peer_posts
from bot.store.tables import people as people_table
from bot.store.timers import Timer
from bot.store.types import new_id
from bot.store.vault import Vault
from flows.engine.values import dataclass

SETTINGS, NAME = "peer_groups.settings", "peer_members.name"
SMALLEST, LARGEST = 5, 15
"""How many parents a group is for."""
RELAY, LINKED = "relay", "linked"
OPEN, CLOSING, CLOSED = "open", "closing", "closed"
INVITED, IN, LEFT, REMOVED = "invited", "in", "left", "removed"
EVERYBODY = (INVITED, IN, LEFT, REMOVED)
PARENT, MODERATOR = "parent", "moderator"

Wants = Literal["each", "digest", "quiet"]
Why = Literal["closed", "taken", "full"]


@dataclass(frozen=True, slots=True)
class Settings:
    """What a group is like. `days`: on which days of the week it is open (1 is Monday); `hours`: set hours to talk,
    such as "2 20:00", in the zone of the group; `words`: what a moderator wants to see first; `seen_first`: how many
    first posts of a new member a moderator looks at before the others; `slow_seconds`: how long a member waits between
    two posts; `link`: the code of a link by which parents come in, up to `link_until`, an instant as ISO text; `away`:
    the bot was put out of the Telegram group."""

    name: str
    theme: str = ""
    days: str = "1234567"
    hours: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    seen_first: int = 0
    slow_seconds: int = 0
    link: str = ""
    link_until: str = ""
    away: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """A group. `closes_at`: when the goodbye round ends or, once closed, when its content is deleted."""

    id: int
    kind: str
    status: str
    made_by: int | None
    telegram_id: int | None
    size: int
    zone: ZoneInfo
    created_at: datetime
    closes_at: datetime | None
    settings: Settings

    @property
    def name(self) -> str:
        return self.settings.name


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody in a group, under `name`, which is empty until it is chosen. `digest_time` is of their own zone."""

    id: int
    group_id: int
    person_id: int | None
    role: str
    status: str
    name: str
    invited_at: datetime
    joined_at: datetime | None = None
    muted_until: datetime | None = None
    warnings: int = 0
    shown: int = 0
    posted_at: datetime | None = None
    wants: Wants = "each"
    digest_time: str = "20:00"
    read_number: int = 0

    @property
    def is_in(self) -> bool:
        return self.status == IN

    @property
    def moderates(self) -> bool:
        return self.role == MODERATOR

    def tag(self, now: datetime) -> str:
        """What moderators see beside the name: the same for a week of the calendar, then another."""
        week = "-".join(map(str, now.isocalendar()[:2]))
        return base64.b32encode(hashlib.sha256(f"{self.id}/{week}".encode()).digest())[:4].decode()


@dataclass(frozen=True, slots=True)
class Place:
    """Somebody's place in a group."""

    group: Group
    member: Member


# --- groups -----------------------------------------------------------------------------------------------------------


def found(
    connection: Connection,
    vault: Vault,
    by: Person,
    size: int,
    settings: Settings,
    now: datetime,
    *,
    telegram_id: int | None = None,
) -> Group:
    """A new group, with who makes it as its first moderator, under their own name."""
    group_id = new_id(now)
    connection.execute(
        insert(peer_groups).values(
            id=group_id,
            kind=LINKED if telegram_id else RELAY,
            status=OPEN,
            made_by=by.id,
            telegram_id=telegram_id,
            size=size,
            zone=by.zone.key,
            created_at=now,
            settings_sealed=_sealed(vault, group_id, settings),
        )
    )
    moderate(connection, vault, group_id, by, now)
    kind = LINKED if telegram_id else RELAY
    return Group(group_id, kind, OPEN, by.id, telegram_id, size, by.zone, now, None, settings)


def by_id(connection: Connection, vault: Vault, group_id: int, *, lock: bool = False) -> Group | None:
    """The group; with `lock` nobody else numbers a post of it, joins or leaves until the transaction ends."""
    query = select(peer_groups).where(peer_groups.c.id == group_id)
    row = connection.execute(query.with_for_update() if lock else query).first()
    return _group(vault, row) if row else None


def change(connection: Connection, vault: Vault, group: Group, settings: Settings) -> None:
    """Gives a group other settings."""
    sealed = _sealed(vault, group.id, settings)
    connection.execute(update(peer_groups).where(peer_groups.c.id == group.id).values(settings_sealed=sealed))


def set_size(connection: Connection, group_id: int, size: int) -> None:
    """How many parents there is room for; who is in stays in."""
    connection.execute(update(peer_groups).where(peer_groups.c.id == group_id).values(size=size))


def set_status(connection: Connection, group_id: int, status: str, closes_at: datetime | None) -> None:
    """Opens, closes or ends a group."""
    values = {"status": status, "closes_at": closes_at}
    connection.execute(update(peer_groups).where(peer_groups.c.id == group_id).values(values))


def _sealed(vault: Vault, group_id: int, settings: Settings) -> bytes:
    return vault.seal_json(SETTINGS, group_id, asdict(settings))


def _group(vault: Vault, row: Any) -> Group:
    told = vault.open_json(SETTINGS, row.id, row.settings_sealed)
    settings = Settings(**{**told, "hours": tuple(told["hours"]), "words": tuple(told["words"])})
    return Group(
        row.id,
        row.kind,
        row.status,
        row.made_by,
        row.telegram_id,
        row.size,
        ZoneInfo(row.zone),
        row.created_at,
        row.closes_at,
        settings,
    )


# --- members ----------------------------------------------------------------------------------------------------------


def moderate(connection: Connection, vault: Vault, group_id: int, person: Person, now: datetime) -> int:
    """Somebody guides the group, under their own name. Returns the membership."""
    member_id = new_id(now)
    sealed = vault.seal_text(NAME, member_id, person.name)
    row = {"id": member_id, "group_id": group_id, "person_id": person.id, "role": MODERATOR, "status": IN}
    connection.execute(insert(peer_members).values(**row, invited_at=now, joined_at=now, name_sealed=sealed))
    return member_id


def invite(connection: Connection, group_id: int, person_id: int, now: datetime) -> int:
    """Somebody may come in; whoever was in before and left may again. Returns the membership."""
    own = peer_members.c.group_id == group_id, peer_members.c.person_id == person_id
    row = connection.execute(select(peer_members.c.id, peer_members.c.status).where(*own)).first()
    if row is None:
        member_id = new_id(now)
        given = {"group_id": group_id, "person_id": person_id, "role": PARENT, "status": INVITED, "invited_at": now}
        connection.execute(insert(peer_members).values(id=member_id, **given))
        return member_id
    if row.status in (LEFT, REMOVED):
        change_member(connection, row.id, status=INVITED, invited_at=now, left_at=None)
    return int(row.id)


def may_join(connection: Connection, vault: Vault, group: Group, member: Member, name: str) -> Why | None:
    """Why somebody cannot come in under this name; None when they can. Locks the group until the transaction ends."""
    locked = by_id(connection, vault, group.id, lock=True)
    if locked is None or locked.status != OPEN:
        return "closed"
    if not is_free(connection, vault, group.id, name, besides=member.id):
        return "taken"
    return None if has_room(connection, vault, locked) else "full"


def join(connection: Connection, vault: Vault, group: Group, member: Member, name: str, now: datetime) -> bool:
    """Somebody comes in under this name; False when somebody in the group has it, or the group is full or not open."""
    if may_join(connection, vault, group, member, name):
        return False
    sealed = vault.seal_text(NAME, member.id, name)
    told = select(peer_groups.c.posts).where(peer_groups.c.id == group.id).scalar_subquery()
    change_member(connection, member.id, status=IN, joined_at=now, name_sealed=sealed, shown=0, read_number=told)
    return True


def name_member(connection: Connection, vault: Vault, member_id: int, name: str, now: datetime) -> None:
    """Somebody is in a linked group, under the name that everybody there knows."""
    sealed = vault.seal_text(NAME, member_id, name)
    change_member(connection, member_id, status=IN, joined_at=now, name_sealed=sealed)


def has_room(connection: Connection, vault: Vault, group: Group) -> bool:
    """Whether another parent can come in."""
    return len(parents(members(connection, vault, group.id))) < group.size


def is_free(connection: Connection, vault: Vault, group_id: int, name: str, *, besides: int = 0) -> bool:
    """Whether nobody in the group but `besides` has this name, nor had it, however it is spelt."""
    query = _members(group_id).where(peer_members.c.name_sealed.is_not(None), peer_members.c.id != besides)
    return folded(name) not in {folded(_member(vault, row).name) for row in connection.execute(query)}


def free_names(connection: Connection, vault: Vault, group_id: int, names: Iterable[str]) -> set[str]:
    """Those of these names that nobody in the group has or had."""
    query = _members(group_id).where(peer_members.c.name_sealed.is_not(None))
    known = {folded(_member(vault, row).name) for row in connection.execute(query)}
    return {name for name in names if folded(name) not in known}


def folded(name: str) -> str:
    """A name without case, accents and signs, to compare."""
    plain = unicodedata.normalize("NFKD", name).casefold()
    return "".join(sign for sign in plain if sign.isalnum())


def leave(connection: Connection, member_id: int, now: datetime, *, removed: bool = False) -> None:
    """Somebody is not in the group any more: nothing of it comes to them, and what they type does not go there."""
    change_member(connection, member_id, status=REMOVED if removed else LEFT, left_at=now)
    _nothing_comes(connection, member_id)


def _nothing_comes(connection: Connection, member_id: int) -> None:
    own = select(peer_members.c.person_id).where(peer_members.c.id == member_id).scalar_subquery()
    silent = {"speaks_in": None, "speaks_until": None}
    group = select(peer_members.c.group_id).where(peer_members.c.id == member_id).scalar_subquery()
    speaks = people_table.c.id == own, people_table.c.speaks_in == group
    connection.execute(update(people_table).where(*speaks).values(silent))
    chat = select(people_table.c.chat_id).where(people_table.c.id == own).scalar_subquery()
    timed = tables.timers
    connection.execute(delete(timed).where(timed.c.chat_id == chat, timed.c.key == f"{DIGEST}{member_id}"))
    said = select(peer_posts.c.id).where(peer_posts.c.group_id == group)
    to_come = outbox.c.chat_id == chat, outbox.c.status == "waiting", outbox.c.post_id.in_(said)
    connection.execute(delete(outbox).where(*to_come, outbox.c.purpose == "group"))
    never_there = peer_copies.c.chat_id == chat, peer_copies.c.post_id.in_(said), peer_copies.c.message_id.is_(None)
    connection.execute(delete(peer_copies).where(*never_there))


def uninvite(connection: Connection, member: Member, now: datetime) -> None:
    """Somebody who was asked may not come in any more. Of who was in before it stays known that they left."""
    if member.name:
        change_member(connection, member.id, status=LEFT, left_at=now)
    else:
        connection.execute(delete(peer_members).where(peer_members.c.id == member.id))


def wrote(connection: Connection, member_id: int) -> bool:
    """Whether something that this member wrote still stands in the group."""
    own = peer_posts.c.member_id == member_id, peer_posts.c.post_sealed.is_not(None)
    return connection.execute(select(peer_posts.c.id).where(*own).limit(1)).first() is not None


def come_back(connection: Connection, vault: Vault, member: Member, now: datetime) -> bool:
    """Somebody who left by mistake is in again, under their own name; False when the group is full or not open."""
    group = by_id(connection, vault, member.group_id, lock=True)
    if group is None or group.status != OPEN or member.status != LEFT or not has_room(connection, vault, group):
        return False
    change_member(connection, member.id, status=IN, left_at=None)
    return True


DIGEST = "peer_digest:"
"""How the timer of somebody's digest begins, before the id of their membership."""
_DIGEST_USEFUL = 4 * 3600


def set_wants(connection: Connection, person: Person, member: Member, wants: Wants, at: str, now: datetime) -> None:
    """How this person wants to hear what is said: each post, once a day at local time `at`, or only when they look."""
    change_member(connection, member.id, wants=wants, digest_time=at)
    key = f"{DIGEST}{member.id}"
    if wants != "digest":
        timers.drop(connection, person.chat_id, key)
        return
    zone = person.zone.key
    due_at = next_instant(now, time.fromisoformat(at), person.zone)
    timers.put(connection, Timer(person.chat_id, key, due_at, _DIGEST_USEFUL, None, at, "1234567", zone))


def change_member(connection: Connection, member_id: int, **values: Any) -> None:
    """Other values for the columns of a membership."""
    connection.execute(update(peer_members).where(peer_members.c.id == member_id).values(**values))


def members(connection: Connection, vault: Vault, group_id: int, *statuses: str) -> list[Member]:
    """Who is in the group (or has one of these statuses), in order of being invited."""
    query = _members(group_id).where(peer_members.c.status.in_(statuses or (IN,)))
    return [_member(vault, row) for row in connection.execute(query)]


def member(connection: Connection, vault: Vault, member_id: int) -> Member | None:
    """The membership with this id, whatever its status."""
    row = connection.execute(select(peer_members).where(peer_members.c.id == member_id)).first()
    return _member(vault, row) if row else None


def place_of(connection: Connection, vault: Vault, person_id: int, group_id: int) -> Place | None:
    """Somebody's place in this group, if they are in it now."""
    return next((one for one in places(connection, vault, person_id) if one.group.id == group_id), None)


def places(connection: Connection, vault: Vault, person_id: int, *statuses: str) -> list[Place]:
    """The groups in which somebody is (or has one of these statuses), in order of being invited."""
    own = peer_members.c.person_id == person_id, peer_members.c.status.in_(statuses or (IN,))
    query = select(peer_members, *(column.label(f"g_{column.name}") for column in peer_groups.c))
    rows = connection.execute(
        query.join(peer_groups, peer_groups.c.id == peer_members.c.group_id).where(*own).order_by(peer_members.c.id)
    )
    return [Place(_group(vault, _Group(row)), _member(vault, row)) for row in rows]


def moderators(everybody: Sequence[Member]) -> list[Member]:
    """Those of these members who guide the group."""
    return [one for one in everybody if one.moderates]


def parents(everybody: Sequence[Member]) -> list[Member]:
    """Those of these members who are in it for themselves."""
    return [one for one in everybody if not one.moderates]


def _members(group_id: int) -> Select[Any]:
    return select(peer_members).where(peer_members.c.group_id == group_id).order_by(peer_members.c.id)


@dataclass(frozen=True, slots=True)
class _Group:
    """The columns of the group in a row that has those of a member too."""

    row: Any = field(repr=False)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.row, f"g_{name}")


def _member(vault: Vault, row: Any) -> Member:
    return Member(
        id=row.id,
        group_id=row.group_id,
        person_id=row.person_id,
        role=row.role,
        status=row.status,
        name=vault.open_text(NAME, row.id, row.name_sealed) if row.name_sealed else "",
        invited_at=row.invited_at,
        joined_at=row.joined_at,
        muted_until=row.muted_until,
        warnings=row.warnings,
        shown=row.shown,
        posted_at=row.posted_at,
        wants=row.wants,
        digest_time=row.digest_time,
        read_number=row.read_number,
    )
