"""The inbox: everything that happens to a person, kept before anything is done with it, and taken in order.

A lane is a chat. Its oldest waiting row is its head; only heads are taken, and a head stays locked for the transaction
that handles it, so a chat is dealt with one at a time while many chats go on at once. Does not know what rows mean.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, or_, select, text, update

from bot.store.tables import inbox
from bot.store.types import ROW_BY_ROW, fixed
from bot.store.upsert import insert_into
from bot.store.vault import Vault
from bot.store.wakeups import Channel
from flows.engine.values import dataclass

PLACE = "inbox.payload"
MAX_ATTEMPTS = 3
NO_CHAT = 0
KEPT = timedelta(days=7)
"""How long a handled row stays: so long may an update come a second time."""
_WAIT_AFTER_FAILURE = timedelta(seconds=2)
_LOCK = 7_241_947
"""An arbitrary number that PostgreSQL knows arriving by."""
_IN_TURN = text("SELECT pg_advisory_xact_lock(:number), pg_notify(:channel, '')")


@dataclass(frozen=True, slots=True)
class Arrival:
    """Something to put in the inbox. `update_id` makes a repeat harmless; a timer has none. `message_id` is that of a
    message which somebody sent."""

    chat_id: int
    kind: str
    payload: bytes
    update_id: int | None = None
    message_id: int | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """A row being handled. It opens only when asked, so that one that does not open can fail as any other."""

    id: int
    chat_id: int
    kind: str
    attempts: int
    came_at: datetime
    open: Callable[[], bytes] = field(repr=False)

    @property
    def payload(self) -> bytes:
        """What came in. Raises vault.Unreadable."""
        return self.open()


def accept(connection: Connection, vault: Vault, arrivals: Sequence[Arrival], now: datetime) -> int:
    """Keeps arrivals, leaving out those whose update is known; returns how many were new. Workers are told."""
    if not arrivals:
        return 0
    in_turn(connection)
    rows = [_row(vault, arrival, now) for arrival in arrivals]
    if all(arrival.update_id is None for arrival in arrivals):
        connection.execute(insert(inbox), rows)
        return len(rows)
    new = insert_into(connection.dialect.name, inbox)
    statement = new.on_conflict_do_nothing(index_elements=["update_id"]).returning(inbox.c.id)
    return sum(connection.execute(statement, [row]).first() is not None for row in rows)


def in_turn(connection: Connection) -> None:
    """Before rows are put in: one process at a time, until it commits. Else a row could become visible after one with a
    higher number, and its lane be open at two ends. Workers are told."""
    if connection.dialect.name == "postgresql":
        connection.execute(_IN_TURN, {"number": _LOCK, "channel": Channel.CAME})


def _row(vault: Vault, arrival: Arrival, now: datetime) -> dict[str, object]:
    seal = secrets.token_hex(8)
    return {
        "chat_id": arrival.chat_id,
        "update_id": arrival.update_id,
        "message_id": arrival.message_id,
        "received_at": now,
        "kind": arrival.kind,
        "seal": seal,
        "payload_sealed": vault.seal(PLACE, seal, arrival.payload),
        "status": "waiting",
    }


_WAITING = fixed("waiting")
_earlier = inbox.alias("earlier")
HEAD = (
    select(
        inbox.c.id.label("input_id"),
        inbox.c.chat_id.label("lane"),
        inbox.c.kind.label("input_kind"),
        inbox.c.seal.label("input_seal"),
        inbox.c.payload_sealed,
        inbox.c.attempts,
        inbox.c.received_at.label("input_at"),
    )
    .where(
        inbox.c.status == _WAITING,
        or_(inbox.c.not_before.is_(None), inbox.c.not_before <= bindparam("now", type_=inbox.c.not_before.type)),
        ~select(_earlier.c.id)
        .where(_earlier.c.chat_id == inbox.c.chat_id, _earlier.c.status == _WAITING, _earlier.c.id < inbox.c.id)
        .offset(ROW_BY_ROW)
        .exists(),
    )
    .order_by(inbox.c.id)
    .limit(1)
    .with_for_update(skip_locked=True, of=inbox)
    .cte("head")
)
"""The oldest head that nobody handles at the moment `now`, for a query of one's own: it is locked, and what is read
beside it is as its lane left it."""
_TAKE = select(HEAD)
_DONE = (
    update(inbox)
    .where(inbox.c.id == bindparam("row"))
    .values(status="done", payload_sealed=None, problem=bindparam("note"))
)


def take(connection: Connection, vault: Vault, now: datetime) -> Item | None:
    """The oldest head that nobody handles now, locked until the transaction ends."""
    row = connection.execute(_TAKE, {"now": now}).first()
    return None if row is None else of_row(row, vault)


def of_row(row: Any, vault: Vault) -> Item:
    """The item in a row that holds the columns of HEAD."""
    opened = partial(vault.open, PLACE, row.input_seal, row.payload_sealed)
    return Item(row.input_id, row.lane, row.input_kind, row.attempts, row.input_at, opened)


def finish(connection: Connection, item: Item, note: str | None = None) -> None:
    """Handled: what was in it is let go. `note` says what became of it, without content."""
    connection.execute(_DONE, {"row": item.id, "note": note})


def fail(connection: Connection, row: int, problem: str, now: datetime) -> bool:
    """Counts a failed attempt; True when it was the last and the row is put with the dead letters, its payload kept.

    A row that another process has dealt with since is left alone.
    """
    waits = select(inbox.c.attempts).where(inbox.c.id == row, inbox.c.status == "waiting").with_for_update()
    before: int | None = connection.execute(waits).scalar()
    if before is None:
        return False
    attempts = before + 1
    dead = attempts >= MAX_ATTEMPTS
    connection.execute(
        update(inbox)
        .where(inbox.c.id == row)
        .values(
            attempts=attempts,
            problem=problem[:200],
            status="dead" if dead else "waiting",
            not_before=None if dead else now + attempts * _WAIT_AFTER_FAILURE,
        )
    )
    return dead


def leave(connection: Connection, row: int, until: datetime) -> None:
    """Nobody takes this up before then, nor what comes after it in its lane. It counts as no attempt."""
    own = inbox.c.id == row, inbox.c.status == _WAITING
    connection.execute(update(inbox).where(*own).values(not_before=until))


def messages_since(connection: Connection, chat_id: int, since: datetime) -> list[int]:
    """The messages that came from a chat since then."""
    came = select(inbox.c.message_id).where(
        inbox.c.chat_id == chat_id, inbox.c.message_id.is_not(None), inbox.c.received_at > since
    )
    return list(connection.execute(came).scalars())


def noted_since(connection: Connection, note: str, since: datetime, chat_id: int | None = None) -> int:
    """How many inputs that came since then got this note; of one chat, or of all."""
    query = select(func.count()).select_from(inbox).where(inbox.c.problem == note, inbox.c.received_at > since)
    return connection.execute(query if chat_id is None else query.where(inbox.c.chat_id == chat_id)).scalar_one()


def waiting(connection: Connection) -> int:
    """How many rows are not handled yet."""
    return connection.execute(select(func.count()).where(inbox.c.status == _WAITING)).scalar_one()


def sweep(connection: Connection, now: datetime, most: int = 500) -> int:
    """Deletes up to `most` rows handled more than a week ago, when no update can come again; returns how many."""
    over = select(inbox.c.id).where(inbox.c.status == "done", inbox.c.received_at < now - KEPT).limit(most)
    return connection.execute(inbox.delete().where(inbox.c.id.in_(over))).rowcount
