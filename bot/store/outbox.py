"""The outbox: calls to make, kept in the transaction that decided them, made after it, in order within a chat.

Pace and order are decided here, from the database, so that any number of senders keep to Telegram's limits together.
Does not know what the calls say.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Any, Literal

import structlog
from sqlalchemy import ColumnElement, Connection, and_, bindparam, func, insert, or_, select, update

from bot.store.tables import letters, outbox, paces, peer_copies
from bot.store.types import ROW_BY_ROW, fixed
from bot.store.upsert import upsert
from bot.store.vault import Unreadable, Vault
from flows.engine.values import dataclass

log = structlog.get_logger()

PLACE = "outbox.call"
WHOLE_BOT = 0
LEASE = timedelta(seconds=60)
KEPT = timedelta(days=7)
"""How long a call stays that was made."""
_AHEAD = timedelta(seconds=2)
"""How long before their moment calls are taken at most: much shorter than the lease."""


class Priority(IntEnum):
    """Lower goes first."""

    SAFETY = 0
    ANSWER = 1
    REMINDER = 2
    BULK = 3


Purpose = Literal["answer", "edit", "ritual", "safety", "letter", "notice", "group"]
"""What a call is for. An `edit` does not count against a chat's pace. A `ritual` is never sent twice. `group` is what
the members of a group say, and what stands around it."""

Result = Literal["sent", "unknown", "refused", "expired", "waiting"]


@dataclass(frozen=True, slots=True)
class Pace:
    """Telegram's limits: for the whole bot, for one chat, and for one group.

    Thirty a second may be sent in all. As calls do not all take as long to get there, a few less are begun.
    """

    bot_per_second: float = 28
    chat_seconds: float = 1
    group_seconds: float = 3

    def after(self, chat_id: int) -> timedelta:
        """How long a chat rests after a message. Groups have negative ids."""
        return timedelta(seconds=self.group_seconds if chat_id < 0 else self.chat_seconds)

    @property
    def interval(self) -> timedelta:
        """The time between two calls of the bot."""
        return timedelta(seconds=1 / self.bot_per_second)


@dataclass(frozen=True, slots=True)
class Call:
    """A call to keep. `call` is what `telegram.outbound` understands, as JSON values."""

    chat_id: int
    call: Any
    priority: Priority = Priority.ANSWER
    purpose: Purpose = "answer"
    not_before: datetime | None = None
    expires_at: datetime | None = None
    letter_id: int | None = None
    turn: int | None = None
    post_id: int | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """A call to make now, at `send_at` at the earliest. `problem` is that of the attempt before this one."""

    id: int
    chat_id: int
    call: Any
    purpose: Purpose
    attempts: int
    send_at: datetime
    expires_at: datetime | None
    letter_id: int | None
    problem: str | None


_PUT = insert(outbox).inline()


def put(connection: Connection, vault: Vault, calls: Sequence[Call], now: datetime) -> None:
    """Keeps calls, in this order."""
    if calls:
        connection.execute(_PUT, [_row(vault, call, now) for call in calls])


def _row(vault: Vault, call: Call, now: datetime) -> dict[str, object]:
    seal = secrets.token_hex(8)
    return {
        "chat_id": call.chat_id,
        "priority": int(call.priority),
        "purpose": call.purpose,
        "created_at": now,
        "not_before": call.not_before,
        "expires_at": call.expires_at,
        "seal": seal,
        "call_sealed": vault.seal_json(PLACE, seal, call.call),
        "status": "waiting",
        "letter_id": call.letter_id,
        "post_id": call.post_id,
        "turn": call.turn,
    }


_WAITING, _SENDING = fixed("waiting"), fixed("sending")
_OPEN = (_WAITING, _SENDING)
_ahead = outbox.alias("ahead")
_IS_HEAD = and_(
    outbox.c.status == _WAITING,
    ~select(_ahead.c.id)
    .where(
        _ahead.c.chat_id == outbox.c.chat_id,
        _ahead.c.status.in_(_OPEN),
        or_(
            _ahead.c.status == _SENDING,
            _ahead.c.priority < outbox.c.priority,
            and_(_ahead.c.priority == outbox.c.priority, _ahead.c.id < outbox.c.id),
        ),
    )
    .offset(ROW_BY_ROW)
    .exists(),
)
_NOW = bindparam("now", type_=outbox.c.created_at.type)
_SOON = bindparam("soon", type_=outbox.c.created_at.type)
_READY = (
    select(outbox, paces.c.free_at)
    .outerjoin(paces, paces.c.chat_id == outbox.c.chat_id)
    .where(
        _IS_HEAD,
        or_(outbox.c.not_before.is_(None), outbox.c.not_before <= _NOW),
        or_(outbox.c.purpose == "edit", paces.c.free_at.is_(None), paces.c.free_at <= _SOON),
    )
    .order_by(outbox.c.priority, outbox.c.id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True, of=outbox)
)
_TAKE = (
    update(outbox)
    .where(outbox.c.id == bindparam("row"))
    .values(status="sending", sender=bindparam("by"), taken_at=_NOW, attempts=outbox.c.attempts + 1)
)


def take(connection: Connection, vault: Vault, sender: str, pace: Pace, now: datetime, most: int = 10) -> list[Taken]:
    """Up to `most` calls whose turn it is, each with its moment, which is soon; their pace is booked.

    Locks the bot's own pace, so that senders book one after another. Calls that are of no use any more, or do not open,
    end here.
    """
    bot_free = _bot_free_at(connection, now)
    if bot_free > now + _AHEAD:
        return []
    soon = bot_free + min(pace.interval * most, _AHEAD)
    while rows := connection.execute(_READY, {"now": now, "soon": soon, "most": most}).all():
        taken: list[Taken] = []
        booked: list[tuple[int, datetime]] = []
        for row in rows:
            call = _opened(connection, vault, row, now)
            if call is None:
                continue
            if bot_free > soon:
                break
            send_at = bot_free if row.purpose == "edit" else max(bot_free, row.free_at or bot_free)
            bot_free = send_at + pace.interval
            if row.purpose != "edit":
                booked.append((row.chat_id, send_at + pace.after(row.chat_id)))
            taken.append(
                Taken(
                    id=row.id,
                    chat_id=row.chat_id,
                    call=call,
                    purpose=row.purpose,
                    attempts=row.attempts,
                    send_at=send_at,
                    expires_at=row.expires_at,
                    letter_id=row.letter_id,
                    problem=row.problem,
                )
            )
        if taken:
            connection.execute(_TAKE, [{"row": one.id, "by": sender, "now": now} for one in taken])
            hold(connection, [*booked, (WHOLE_BOT, bot_free)])
            return taken
    return []


def _opened(connection: Connection, vault: Vault, row: Any, now: datetime) -> Any | None:
    """What to call; None when there is nothing to be done with it any more."""
    if row.expires_at and row.expires_at < now:
        result, problem = "expired", row.problem
    else:
        try:
            call = vault.open_json(PLACE, row.seal, row.call_sealed)
            if row.post_id is None or row.purpose != "edit" or _aim(connection, row, call):
                return call
            result, problem = "expired", "not there"
        except Unreadable:
            result, problem = "refused", "Unreadable"
            log.error("call does not open", outbox=row.id)
    connection.execute(
        update(outbox)
        .where(outbox.c.id == row.id)
        .values(status=result, problem=problem, call_sealed=None, settled_at=now)
    )
    return None


def _aim(connection: Connection, row: Any, call: dict[str, Any]) -> bool:
    """Puts into a call that changes posts of a group which message they stand in; False when they are in none."""
    own = peer_copies.c.bundle == row.post_id, peer_copies.c.chat_id == row.chat_id
    message_id = connection.execute(select(peer_copies.c.message_id).where(*own).limit(1)).scalar()
    call |= {"message_ids": [message_id]} if call["do"] == "take_away" else {"message_id": message_id}
    return message_id is not None


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message with posts of a group that still waits, locked, so that more can be said in it."""

    id: int
    chat_id: int
    post_id: int
    call: dict[str, Any]
    seal: str
    priority: Priority
    not_before: datetime | None


def waiting_posts(connection: Connection, vault: Vault, chat_ids: Collection[int]) -> dict[int, Waiting]:
    """The last message with posts of others that waits for each of these chats, unless it is being sent just now. What
    a writer reads of an own post goes ahead of it, and is no place for others."""
    of_others = outbox.c.post_id.is_not(None), outbox.c.priority > int(Priority.ANSWER)
    return _waiting(connection, vault, outbox.c.chat_id.in_(chat_ids), *of_others)


def waiting_bundle(connection: Connection, vault: Vault, bundle: int) -> dict[int, Waiting]:
    """The message that begins with this post, for each chat where it waits, unless it is being sent just now."""
    return _waiting(connection, vault, outbox.c.post_id == bundle)


def _waiting(connection: Connection, vault: Vault, *which: ColumnElement[bool]) -> dict[int, Waiting]:
    rows = connection.execute(
        select(outbox)
        .where(*which, outbox.c.status.in_(_OPEN), outbox.c.status == _WAITING, outbox.c.purpose == "group")
        .order_by(outbox.c.id)
        .with_for_update(skip_locked=True)
    )
    return {
        row.chat_id: Waiting(
            row.id,
            row.chat_id,
            row.post_id,
            vault.open_json(PLACE, row.seal, row.call_sealed),
            row.seal,
            Priority(row.priority),
            row.not_before,
        )
        for row in rows
    }


def say_instead(connection: Connection, vault: Vault, waiting: Waiting, call: dict[str, Any]) -> None:
    """A message that waits says this."""
    sealed = vault.seal_json(PLACE, waiting.seal, call)
    connection.execute(update(outbox).where(outbox.c.id == waiting.id).values(call_sealed=sealed))


def drop_waiting(connection: Connection, rows: Collection[int]) -> None:
    """Gives up messages that wait, by their row."""
    own = outbox.c.id.in_(rows), outbox.c.status.in_(_OPEN), outbox.c.status == _WAITING
    connection.execute(outbox.delete().where(*own))


def drop_changes(connection: Connection, bundles: Collection[int]) -> dict[tuple[int, int], datetime | None]:
    """Gives up changes of these messages with posts that wait: newer ones take their place. Returns from when each
    could go, by bundle and chat."""
    own = outbox.c.post_id.in_(bundles), outbox.c.purpose == "edit", outbox.c.status == _WAITING
    gone = outbox.delete().where(*own, outbox.c.status.in_(_OPEN))
    rows = connection.execute(gone.returning(outbox.c.post_id, outbox.c.chat_id, outbox.c.not_before))
    return {(row.post_id, row.chat_id): row.not_before for row in rows}


@dataclass(frozen=True, slots=True)
class Above:
    """What stands above a message in a chat, of what we sent. `posts`: the posts of a group with which it begins, and
    those of what is just being sent and may stand there too."""

    purpose: str
    posts: tuple[int, ...]


def above(connection: Connection, chat_id: int, message_id: int) -> Above | None:
    """What we sent last before this message of somebody; None when there is nothing, or it is not known, since
    something else than posts may just have arrived."""
    own = outbox.c.chat_id == chat_id, outbox.c.status.in_(_OPEN), outbox.c.status == _SENDING
    flying = connection.execute(select(outbox.c.purpose, outbox.c.post_id).where(*own, outbox.c.purpose != "edit"))
    carried = [row.post_id if row.purpose == "group" else None for row in flying]
    before = outbox.c.chat_id == chat_id, outbox.c.message_id < message_id
    last = select(outbox.c.purpose, outbox.c.post_id).where(*before).order_by(outbox.c.message_id.desc()).limit(1)
    row = connection.execute(last).first()
    if row is None or None in carried:
        return None
    return Above(row.purpose, tuple(one for one in (row.post_id, *carried) if one))


def sent_as(connection: Connection, chat_id: int, message_id: int) -> Above | None:
    """What a message of ours is, as long as we know."""
    own = outbox.c.chat_id == chat_id, outbox.c.message_id == message_id
    row = connection.execute(select(outbox.c.purpose, outbox.c.post_id).where(*own).limit(1)).first()
    return Above(row.purpose, (row.post_id,) if row.post_id else ()) if row else None


def _bot_free_at(connection: Connection, now: datetime) -> datetime:
    own = select(paces.c.free_at).where(paces.c.chat_id == WHOLE_BOT).with_for_update()
    free_at: datetime | None = connection.execute(own).scalar()
    if free_at is None:
        first = upsert(connection, paces, ("chat_id",), ())
        connection.execute(first, [{"chat_id": WHOLE_BOT, "free_at": now}])
        free_at = connection.execute(own).scalar_one()
    return max(free_at, now)


def hold(connection: Connection, until: Sequence[tuple[int, datetime]]) -> None:
    """No message to these chats before that moment, nor before another hold ends; chat WHOLE_BOT is the bot itself."""
    latest: dict[int, datetime] = {}
    for chat_id, free_at in until:
        latest[chat_id] = max(free_at, latest.get(chat_id, free_at))
    rows = [{"chat_id": chat_id, "free_at": latest[chat_id]} for chat_id in sorted(latest)]
    connection.execute(upsert(connection, paces, ("chat_id",), ("free_at",), rising="free_at"), rows)


@dataclass(frozen=True, slots=True)
class Settled:
    """How a call went. `again_at` puts it back for another try, which does not count as one if `counts` is false;
    `problem` names the error, without content."""

    id: int
    result: Result
    message_id: int | None = None
    again_at: datetime | None = None
    problem: str | None = None
    counts: bool = True


_SETTLE = (
    update(outbox)
    .where(outbox.c.id == bindparam("row"), outbox.c.sender == bindparam("by"), outbox.c.status == "sending")
    .values(
        status=bindparam("result"),
        settled_at=_NOW,
        message_id=bindparam("message"),
        problem=bindparam("why"),
        call_sealed=None,
    )
)


def settle(connection: Connection, sender: str, settled: Sequence[Settled], now: datetime) -> None:
    """Writes down how calls went; one that another sender took over in the meantime is left alone."""
    ended = [one for one in settled if one.result != "waiting"]
    if ended:
        connection.execute(
            _SETTLE,
            [
                {
                    "row": one.id,
                    "by": sender,
                    "result": one.result,
                    "now": now,
                    "message": one.message_id,
                    "why": one.problem,
                }
                for one in ended
            ],
        )
    for one in settled:
        if one.result == "waiting":
            connection.execute(
                update(outbox)
                .where(outbox.c.id == one.id, outbox.c.sender == sender, outbox.c.status == "sending")
                .values(
                    status="waiting",
                    not_before=one.again_at,
                    problem=one.problem,
                    attempts=outbox.c.attempts - (0 if one.counts else 1),
                )
            )
        elif one.message_id is not None:
            _note_message(connection, one.id, one.message_id)


def _note_message(connection: Connection, row: int, message_id: int) -> None:
    """A letter, or the posts of a group, now stand in this message."""
    carried = select(outbox.c.chat_id, outbox.c.letter_id, outbox.c.post_id).where(outbox.c.id == row)
    call = connection.execute(carried).one()
    if call.letter_id:
        connection.execute(update(letters).where(letters.c.id == call.letter_id).values(message_id=message_id))
    if call.post_id:
        own = peer_copies.c.bundle == call.post_id, peer_copies.c.chat_id == call.chat_id
        connection.execute(update(peer_copies).where(*own).values(message_id=message_id))


def senders(connection: Connection) -> set[str]:
    """The names of those that have calls in hand."""
    is_sending = outbox.c.status.in_(_OPEN), outbox.c.status == _SENDING
    return set(connection.execute(select(outbox.c.sender).where(*is_sending).distinct()).scalars())


def recover(
    connection: Connection,
    now: datetime,
    *,
    mine: Collection[int] = (),
    all_senders: bool = False,
    dead: Collection[str] = (),
) -> int:
    """Puts back calls whose sender died: those of senders known to be dead, those taken longer than the lease ago, or
    all at the start of a sole process.

    `mine` are calls this process is making. Whether such a call arrived is not known; it is made again, since a lost
    message is worse than a doubled one.
    """
    is_sending = and_(outbox.c.status.in_(_OPEN), outbox.c.status == _SENDING)
    statement = update(outbox).where(is_sending, outbox.c.id.not_in(mine))
    if not all_senders:
        statement = statement.where(or_(outbox.c.taken_at < now - LEASE, outbox.c.sender.in_(dead)))
    return connection.execute(statement.values(status="waiting", sender=None)).rowcount


def refuse_all(connection: Connection, chat_id: int, problem: str, now: datetime) -> None:
    """Gives up every waiting call to a chat that cannot be reached."""
    connection.execute(
        update(outbox)
        .where(outbox.c.chat_id == chat_id, outbox.c.status.in_(_OPEN), outbox.c.status == _WAITING)
        .values(status="refused", problem=problem, call_sealed=None, settled_at=now)
    )


def note_sent(connection: Connection, chat_id: int, message_id: int, now: datetime) -> None:
    """Writes down a message that went by another way than the outbox, so that it can be found again."""
    connection.execute(
        insert(outbox).values(
            chat_id=chat_id,
            priority=int(Priority.SAFETY),
            purpose="safety",
            created_at=now,
            seal=secrets.token_hex(8),
            status="sent",
            settled_at=now,
            message_id=message_id,
        )
    )


def take_back(connection: Connection, chat_id: int) -> None:
    """Gives up what was to be said unasked to a chat and still waits."""
    connection.execute(
        outbox.delete().where(
            outbox.c.chat_id == chat_id,
            outbox.c.status.in_(_OPEN),
            outbox.c.status == _WAITING,
            outbox.c.purpose.in_(("ritual", "notice")),
        )
    )


def hold_letters(connection: Connection, chat_id: int, until: datetime | None) -> None:
    """Lets letters to a chat wait, behind all else; without `until` they go as soon as they can."""
    connection.execute(
        update(outbox)
        .where(
            outbox.c.chat_id == chat_id,
            outbox.c.status.in_(_OPEN),
            outbox.c.status == _WAITING,
            outbox.c.purpose == "letter",
        )
        .values(not_before=until, priority=int(Priority.BULK))
    )


def take_back_letters(connection: Connection, ids: Sequence[int]) -> None:
    """Gives up letters that still wait."""
    connection.execute(
        outbox.delete().where(outbox.c.letter_id.in_(ids), outbox.c.status.in_(_OPEN), outbox.c.status == _WAITING)
    )


@dataclass(frozen=True, slots=True)
class Last:
    """The message that stands lowest in a chat, of those we sent. `letter_id`: the letter that it carried."""

    message_id: int
    letter_id: int | None
    created_at: datetime
    settled_at: datetime


def last_in(connection: Connection, chat_id: int, now: datetime) -> Last | None:
    """What this chat got last; None when that is not known, since something is on its way."""
    under_way = select(outbox.c.id).where(
        outbox.c.chat_id == chat_id,
        outbox.c.status.in_(_OPEN),
        or_(outbox.c.status == _SENDING, outbox.c.not_before.is_(None), outbox.c.not_before <= now),
    )
    if connection.execute(under_way.limit(1)).first():
        return None
    own = select(outbox.c.message_id, outbox.c.letter_id, outbox.c.created_at, outbox.c.settled_at).where(
        outbox.c.chat_id == chat_id, outbox.c.message_id.is_not(None)
    )
    row = connection.execute(own.order_by(outbox.c.message_id.desc(), outbox.c.id).limit(1)).first()
    return Last(*row) if row else None


def messages_since(connection: Connection, chat_id: int, since: datetime) -> list[int]:
    """The messages that went to a chat since then."""
    went = select(outbox.c.message_id).where(
        outbox.c.chat_id == chat_id, outbox.c.message_id.is_not(None), outbox.c.settled_at > since
    )
    return list(connection.execute(went).scalars())


_MESSAGE_OF_TURN = (
    select(outbox.c.message_id)
    .where(
        outbox.c.chat_id == bindparam("chat"),
        outbox.c.turn == bindparam("asked"),
        outbox.c.turn.is_not(None),
        outbox.c.message_id.is_not(None),
    )
    .order_by(outbox.c.id.desc())
    .limit(1)
)


def message_of_turn(connection: Connection, chat_id: int, turn: int) -> int | None:
    """The message that asked the question of a turn; None while it is not known to have arrived."""
    return connection.execute(_MESSAGE_OF_TURN, {"chat": chat_id, "asked": turn}).scalar()


def next_moment(connection: Connection) -> datetime | None:
    """When the first call that waits may go; None when there is none, or nothing holds it back."""
    bot_free = connection.execute(select(paces.c.free_at).where(paces.c.chat_id == WHOLE_BOT)).scalar()
    heads = connection.execute(
        select(outbox.c.not_before, outbox.c.purpose, paces.c.free_at)
        .outerjoin(paces, paces.c.chat_id == outbox.c.chat_id)
        .where(_IS_HEAD)
    )
    moments = (
        [one for one in (row.not_before, bot_free, None if row.purpose == "edit" else row.free_at) if one]
        for row in heads
    )
    return min((max(each) for each in moments if each), default=None)


_SOONEST = select(func.min(func.coalesce(outbox.c.not_before, outbox.c.created_at))).where(outbox.c.status == _WAITING)


def soonest(connection: Connection) -> datetime | None:
    """Before when no call can go, as far as it says itself; pace may hold it back for longer. None when none waits."""
    moment: datetime | None = connection.execute(_SOONEST).scalar()
    return moment


def waiting(connection: Connection) -> int:
    """How many calls are not settled."""
    return connection.execute(select(func.count()).where(outbox.c.status.in_(_OPEN))).scalar_one()


def sweep(connection: Connection, now: datetime, most: int = 500) -> int:
    """Deletes up to `most` calls settled more than a week ago, and paces that hold nothing back since then; returns how
    many calls."""
    over = select(outbox.c.id).where(outbox.c.settled_at < now - KEPT).limit(most)
    connection.execute(paces.delete().where(paces.c.free_at < now - KEPT))
    return connection.execute(outbox.delete().where(outbox.c.id.in_(over))).rowcount
