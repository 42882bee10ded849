"""Messages of a mentor to parents: planned, sent, gone out again, changed, stopped, and how they arrived.

A timer in the mentor's lane rings for each that is still to go out. Does not know what anything looks like in a chat,
nor which words stand around it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, and_, delete, insert, or_, select, update

from bot.care import appointment_rules, follow_up_rhythm, people
from bot.care.consents import Purpose
from bot.care.follow_up_rhythm import Rhythm
from bot.care.people import Person, Role
from bot.schedule.local_time import instant_on, local_date
from bot.store import tables, timers
from bot.store.tables import appointments, follow_up_people, follow_ups, letters
from bot.store.timers import Timer
from bot.store.types import new_id
from bot.store.vault import Vault
from flows.engine.values import dataclass

CONTENT = "follow_ups.content"
OPEN, ENDED, CANCELLED, OFFERED = "open", "ended", "cancelled", "offered"
TIMER = "follow_up:"
"""How the timer of a message that is to go out begins; its id follows."""
MOST = 40
"""How many are looked at together."""
_STILL_SENT = int(timedelta(days=30).total_seconds())
"""A message goes out late rather than not."""


@dataclass(frozen=True, slots=True)
class Content:
    """What is sent. `words` may hold the marks for names; `file_id` is Telegram's id of a file of this `kind`; `flow`
    is one that a button under it starts; `asked`: for how many people it was made, whoever left since included."""

    words: str
    kind: str = "text"
    file_id: str | None = None
    flow: str = ""
    asked: int = 0


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A message of a mentor. `next_at` is the moment that was planned next; `at` and `zone` those of its mentor;
    `times`: how often it went out. `offered` is one that another mentor had planned, to take over or let go."""

    id: int
    mentor_id: int
    made_at: datetime
    status: str
    rhythm: Rhythm
    next_at: datetime | None
    at: time
    zone: ZoneInfo
    appointment_id: int | None
    times: int
    content: Content


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be planned. `first` is the first moment it goes out, `at` the local time for those after it."""

    content: Content
    to: Sequence[int]
    rhythm: Rhythm
    first: datetime
    at: time
    appointment_id: int | None = None


# --- planning ---------------------------------------------------------------------------------------------------------


def plan(connection: Connection, vault: Vault, mentor: Person, wish: Plan, now: datetime) -> int:
    """Plans a message; returns its id."""
    content = replace(wish.content, asked=len(wish.to))
    kept = FollowUp(
        id=new_id(now),
        mentor_id=mentor.id,
        made_at=now,
        status=OPEN,
        rhythm=wish.rhythm,
        next_at=wish.first,
        at=wish.at,
        zone=mentor.zone,
        appointment_id=wish.appointment_id,
        times=0,
        content=content,
    )
    _insert(connection, vault, kept, wish.to)
    _ring(connection, mentor.chat_id, kept.id, wish.first)
    return kept.id


def went_out(connection: Connection, mentor: Person, sent: FollowUp, now: datetime) -> datetime | None:
    """It went out; returns when it does so again, if it does."""
    times = sent.times + 1
    following = follow_up_rhythm.following(sent.rhythm, sent.next_at or now, times, sent.at, sent.zone, now)
    values = {"times": times, "next_at": following, "status": OPEN if following else ENDED}
    connection.execute(update(follow_ups).where(follow_ups.c.id == sent.id).values(**values))
    if following:
        _ring(connection, mentor.chat_id, sent.id, following)
    else:
        timers.drop(connection, mentor.chat_id, key_of(sent.id))
    return following


def change_content(connection: Connection, vault: Vault, one: FollowUp, content: Content) -> None:
    """From now on this is what goes out."""
    sealed = vault.seal_json(CONTENT, one.id, asdict(content))
    connection.execute(update(follow_ups).where(follow_ups.c.id == one.id).values(content_sealed=sealed))


def move(connection: Connection, mentor: Person, one: FollowUp, moment: datetime, at: time) -> None:
    """It goes out at another moment next, and from then on at that local time. What went by an appointment goes by it
    no more."""
    once = {"rhythm": follow_up_rhythm.ONCE, "appointment_id": None} if one.rhythm.is_anchored else {}
    connection.execute(
        update(follow_ups)
        .where(follow_ups.c.id == one.id)
        .values(next_at=moment, local_time=f"{at:%H:%M}", zone=mentor.zone.key, **once)
    )
    _ring(connection, mentor.chat_id, one.id, moment)


def stop(connection: Connection, mentor: Person, one: FollowUp) -> None:
    """It does not go out any more."""
    _end(connection, one.id, CANCELLED)
    timers.drop(connection, mentor.chat_id, key_of(one.id))


def key_of(follow_up_id: int) -> str:
    """The key of the timer of a message."""
    return f"{TIMER}{follow_up_id}"


def _ring(connection: Connection, chat_id: int, follow_up_id: int, moment: datetime) -> None:
    timers.put(connection, Timer(chat_id, key_of(follow_up_id), moment, _STILL_SENT))


def _end(connection: Connection, follow_up_id: int, status: str) -> None:
    connection.execute(update(follow_ups).where(follow_ups.c.id == follow_up_id).values(status=status, next_at=None))


def _insert(connection: Connection, vault: Vault, kept: FollowUp, to: Sequence[int]) -> None:
    kind, numbers = kept.rhythm.kind, ",".join(map(str, kept.rhythm.numbers))
    connection.execute(
        insert(follow_ups).values(
            id=kept.id,
            mentor_id=kept.mentor_id,
            made_at=kept.made_at,
            status=kept.status,
            rhythm=f"{kind}:{numbers}" if numbers else kind,
            next_at=kept.next_at,
            local_time=f"{kept.at:%H:%M}",
            zone=kept.zone.key,
            appointment_id=kept.appointment_id,
            times=kept.times,
            content_sealed=vault.seal_json(CONTENT, kept.id, asdict(kept.content)),
        )
    )
    rows = [{"follow_up_id": kept.id, "person_id": one} for one in dict.fromkeys(to)]
    if rows:
        connection.execute(insert(follow_up_people), rows)


# --- looking ----------------------------------------------------------------------------------------------------------


def find(connection: Connection, vault: Vault, follow_up_id: int, mentor_id: int) -> FollowUp | None:
    """The message with this id, if it is this mentor's."""
    query = select(follow_ups).where(follow_ups.c.id == follow_up_id, follow_ups.c.mentor_id == mentor_id)
    row = connection.execute(query).first()
    return _read(vault, row) if row else None


def of_mentor(
    connection: Connection, vault: Vault, mentor_id: int, since: datetime, most: int = MOST
) -> list[FollowUp]:
    """What is still to go out, the soonest first, then what went out or was stopped and was made after `since`, the
    newest first."""
    own = select(follow_ups).where(follow_ups.c.mentor_id == mentor_id)
    ahead = own.where(follow_ups.c.status == OPEN).order_by(follow_ups.c.next_at, follow_ups.c.id).limit(most)
    past = own.where(follow_ups.c.status.in_((ENDED, CANCELLED)), follow_ups.c.made_at > since)
    rows = list(connection.execute(ahead)) + list(connection.execute(past.order_by(follow_ups.c.id.desc()).limit(most)))
    return [_read(vault, row) for row in rows[:most]]


def concerning(connection: Connection, vault: Vault, person_id: int) -> list[FollowUp]:
    """What this person planned, and what is still to go out to them, in order of making."""
    own = select(follow_up_people.c.follow_up_id).where(follow_up_people.c.person_id == person_id)
    to_them = and_(follow_ups.c.id.in_(own), follow_ups.c.status == OPEN)
    query = select(follow_ups).where(or_(follow_ups.c.mentor_id == person_id, to_them))
    return [_read(vault, row) for row in connection.execute(query.order_by(follow_ups.c.id))]


def offered_to(connection: Connection, vault: Vault, mentor_id: int) -> list[FollowUp]:
    """What another mentor had planned for families that are this mentor's now."""
    query = select(follow_ups).where(follow_ups.c.mentor_id == mentor_id, follow_ups.c.status == OFFERED)
    return [_read(vault, row) for row in connection.execute(query.order_by(follow_ups.c.id).limit(MOST))]


def _read(vault: Vault, row: Any) -> FollowUp:
    return FollowUp(
        id=row.id,
        mentor_id=row.mentor_id,
        made_at=row.made_at,
        status=row.status,
        rhythm=follow_up_rhythm.read(row.rhythm) or Rhythm("once"),
        next_at=row.next_at,
        at=time.fromisoformat(row.local_time),
        zone=ZoneInfo(row.zone),
        appointment_id=row.appointment_id,
        times=row.times,
        content=Content(**vault.open_json(CONTENT, row.id, row.content_sealed)),
    )


def to_whom(connection: Connection, vault: Vault, ids: Sequence[int]) -> dict[int, list[Person]]:
    """The receivers of each of these messages who are still there, in order of coming in."""
    found: dict[int, list[Person]] = {one: [] for one in ids}
    if not ids:
        return found
    rows = connection.execute(
        select(follow_up_people).where(follow_up_people.c.follow_up_id.in_(ids)).order_by(follow_up_people.c.person_id)
    ).all()
    known = {one.id: one for one in people.by_ids(connection, vault, {row.person_id for row in rows})}
    for row in rows:
        found[row.follow_up_id].append(known[row.person_id])
    return found


def may_get(connection: Connection, mentor_id: int, everybody: Sequence[Person]) -> list[Person]:
    """Those of them to whom this mentor may write: parents of a family that the mentor guides now, who said yes to
    using the bot and did not stop."""
    ids = [one.id for one in everybody]
    agreed = set(
        connection.execute(
            select(tables.consents.c.person_id).where(
                tables.consents.c.person_id.in_(ids),
                tables.consents.c.purpose == Purpose.USE,
                tables.consents.c.withdrawn_at.is_(None),
            )
        ).scalars()
    )
    return [
        one
        for one in everybody
        if one.mentor_id == mentor_id and Role.PARENT in one.roles and one.id in agreed and not one.has_stopped
    ]


def parents_of(connection: Connection, vault: Vault, mentor_id: int, family_id: int) -> list[Person]:
    """The parents of a family to whom this mentor may write."""
    return may_get(connection, mentor_id, people.parents_of(connection, vault, family_id))


@dataclass(frozen=True, slots=True)
class Delivery:
    """How the last message of a plan to somebody went: when it was sent, whether it is in the chat, and when the first
    answer to it came."""

    sent_at: datetime
    arrived: bool
    answered_at: datetime | None


def deliveries(connection: Connection, ids: Sequence[int]) -> dict[tuple[int, int], Delivery]:
    """By message and receiver: how the last one went."""
    if not ids:
        return {}
    answer = letters.alias("answer")
    rows = connection.execute(
        select(letters.c.follow_up_id, letters.c.to_person, letters.c.sent_at, letters.c.message_id, answer.c.sent_at)
        .outerjoin(answer, answer.c.answers_id == letters.c.id)
        .where(letters.c.follow_up_id.in_(ids))
        .order_by(letters.c.sent_at, letters.c.id)
    )
    found: dict[tuple[int, int], Delivery] = {}
    for follow_up_id, person_id, sent_at, message_id, answered_at in rows:
        before = found.get((follow_up_id, person_id))
        if before is None or before.sent_at != sent_at:
            found[follow_up_id, person_id] = Delivery(sent_at, message_id is not None, answered_at)
            continue
        answers = [one for one in (before.answered_at, answered_at) if one]
        arrived = before.arrived or message_id is not None
        found[follow_up_id, person_id] = Delivery(sent_at, arrived, min(answers, default=None))
    return found


# --- appointments -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Anchor:
    """An appointment ahead that a message can go by."""

    id: int
    family_id: int
    starts_at: datetime


def anchors(connection: Connection, mentor_id: int, now: datetime) -> list[Anchor]:
    """The appointments of this mentor that lie ahead, the soonest first."""
    rows = connection.execute(
        select(appointments.c.id, appointments.c.family_id, appointments.c.starts_at)
        .where(
            appointments.c.mentor_id == mentor_id,
            appointments.c.starts_at > now,
            appointments.c.status.in_(appointment_rules.OPEN),
        )
        .order_by(appointments.c.starts_at)
        .limit(MOST)
    )
    return [Anchor(*row) for row in rows]


def appointment_moved(connection: Connection, appointment_id: int, starts_at: datetime, now: datetime) -> None:
    """What goes by this appointment moves along. What does not fit before or after it any more stops, and its mentor
    hears of it."""
    for row in connection.execute(_anchored(appointment_id)).all():
        rhythm, at, zone = follow_up_rhythm.read(row.rhythm), time.fromisoformat(row.local_time), ZoneInfo(row.zone)
        if rhythm is None or not rhythm.is_anchored:
            continue
        moment = follow_up_rhythm.around(rhythm, starts_at, at, zone)
        if follow_up_rhythm.still_fits(rhythm, starts_at, moment, now):
            connection.execute(update(follow_ups).where(follow_ups.c.id == row.id).values(next_at=moment))
            if row.status == OPEN:
                _ring(connection, row.chat_id, row.id, moment)
        else:
            _lapse(connection, row, now)


def appointment_gone(connection: Connection, appointment_id: int, now: datetime) -> None:
    """The appointment does not take place: what goes by it stops, and its mentor hears of it."""
    for row in connection.execute(_anchored(appointment_id)).all():
        _lapse(connection, row, now)


def _anchored(appointment_id: int) -> Any:
    return (
        select(follow_ups, tables.people.c.chat_id)
        .join(tables.people, tables.people.c.id == follow_ups.c.mentor_id)
        .where(follow_ups.c.appointment_id == appointment_id, follow_ups.c.status.in_((OPEN, OFFERED)))
        .order_by(follow_ups.c.id)
    )


def _lapse(connection: Connection, row: Any, now: datetime) -> None:
    """It stops by itself; its timer rings at once, for its mentor to hear of it."""
    _end(connection, row.id, CANCELLED)
    if row.status == OPEN:
        _ring(connection, row.chat_id, row.id, now)


# --- another mentor ---------------------------------------------------------------------------------------------------


def hand_over(
    connection: Connection, vault: Vault, family_id: int, before: Person, after: Person | None, now: datetime
) -> list[FollowUp]:
    """What the mentor `before` had planned for this family stops; the mentor `after` finds it, to take over or let go.
    Returns what stopped."""
    members = [one.id for one in people.parents_of(connection, vault, family_id)]
    own = select(follow_ups).where(follow_ups.c.mentor_id == before.id, follow_ups.c.status.in_((OPEN, OFFERED)))
    concerned = own.where(
        follow_ups.c.id.in_(select(follow_up_people.c.follow_up_id).where(follow_up_people.c.person_id.in_(members)))
    )
    stopped = [_read(vault, row) for row in connection.execute(concerned.order_by(follow_ups.c.id)).all()]
    receivers = to_whom(connection, vault, [one.id for one in stopped])
    for one in stopped:
        theirs = [person.id for person in receivers[one.id] if person.id in members]
        connection.execute(
            delete(follow_up_people).where(
                follow_up_people.c.follow_up_id == one.id, follow_up_people.c.person_id.in_(theirs)
            )
        )
        if len(theirs) == len(receivers[one.id]):
            stop(connection, before, one)
        else:
            asked = one.content.asked - len(theirs)
            change_content(connection, vault, one, replace(one.content, asked=asked))
        if after:
            content = replace(one.content, asked=len(theirs))
            kept = replace(one, id=new_id(now), mentor_id=after.id, made_at=now, status=OFFERED, content=content)
            _insert(connection, vault, kept, theirs)
    return stopped


def take_over(connection: Connection, mentor: Person, one: FollowUp, now: datetime) -> datetime | None:
    """A message that another mentor had planned goes out in this mentor's name; returns when, or None when its moment
    is past for good. One whose moment passed meanwhile goes out on the next day."""
    moment = one.next_at
    if moment is None or moment <= now:
        if one.rhythm.is_anchored:
            let_go(connection, one)
            return None
        moment = instant_on(local_date(now, one.zone) + timedelta(days=1), one.at, one.zone)
    connection.execute(update(follow_ups).where(follow_ups.c.id == one.id).values(status=OPEN, next_at=moment))
    _ring(connection, mentor.chat_id, one.id, moment)
    return moment


def let_go(connection: Connection, one: FollowUp) -> None:
    """A message that another mentor had planned does not go out."""
    _end(connection, one.id, CANCELLED)


# --- what is over -----------------------------------------------------------------------------------------------------


def forget(connection: Connection, before: datetime, most: int) -> int:
    """Deletes up to `most` messages that were made before then, go out no more, and of which no letter is left."""
    over = (
        select(follow_ups.c.id)
        .where(
            follow_ups.c.made_at < before,
            follow_ups.c.status != OPEN,
            ~select(letters.c.id).where(letters.c.follow_up_id == follow_ups.c.id).exists(),
        )
        .order_by(follow_ups.c.id)
        .limit(most)
    )
    ids = connection.execute(over).scalars().all()
    connection.execute(delete(follow_up_people).where(follow_up_people.c.follow_up_id.in_(ids)))
    return connection.execute(delete(follow_ups).where(follow_ups.c.id.in_(ids))).rowcount
