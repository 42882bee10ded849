"""Appointments of a family with its mentor: proposed, agreed, moved, cancelled, held (method B5).

What a status allows, to whom, is decided by `may`, which is pure; each act looks again at that moment, with the row
held, and gives nothing when it is not allowed any more. Instants are UTC; `zone` is where the appointment is local
time. Sets the timers of reminders (`appointment_timers`), and tells nobody: that is `conversation`.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, and_, func, insert, or_, select, update

from bot.care import appointment_timers, follow_ups, preparation
from bot.care.people import Person
from bot.store.tables import appointments
from bot.store.types import new_id
from bot.store.vault import Vault

DETAILS = "appointments.details"
KINDS = ("talk", "video", "situations", "network", "gym", "music", "own")
"""What a meeting is for: a parent talk, video guidance, parenting situations, the network map, parent-child gym, music,
or something in own words."""
PROPOSED, AGREED, CANCELLED, HAPPENED, MISSED = "proposed", "agreed", "cancelled", "happened", "missed"
OPEN = (PROPOSED, AGREED)
HELD_PLACES = ("home", "office", "call", "video")
MAX_ID = 2**63 - 1


class Side(StrEnum):
    """Whose part somebody takes in an appointment."""

    PARENT = "parent"
    MENTOR = "mentor"

    @property
    def other(self) -> Side:
        return Side.MENTOR if self is Side.PARENT else Side.PARENT


class Act(StrEnum):
    """What can be done with an appointment. KEEP leaves the agreed time as it was, although another was asked for;
    AGAIN proposes a new one like it; SAY tells whether it took place, for the mentor to decide."""

    AGREE = "agree"
    KEEP = "keep"
    MOVE = "move"
    CANCEL = "cancel"
    HAPPENED = "happened"
    MISSED = "missed"
    SAY = "say"
    AGAIN = "again"


@dataclass(frozen=True, slots=True)
class Details:
    """What both sides may read. `where` is one of HELD_PLACES or empty; `place` is an address, link or number; `kind`
    own words for what it is; `parents_say`: "yes" or "no" once a parent told whether it took place."""

    where: str = ""
    place: str = ""
    kind: str = ""
    note: str = ""
    parents_say: str = ""


@dataclass(frozen=True, slots=True)
class Appointment:
    """`asked_by`: who asked for what waits. `move_to`: another time that is asked for. `version`: how often calendars
    heard of it."""

    id: int
    family_id: int
    mentor_id: int | None
    kind: str
    starts_at: datetime
    minutes: int
    zone: ZoneInfo
    status: str
    asked_by: int | None
    move_to: datetime | None
    version: int
    details: Details

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + timedelta(minutes=self.minutes)

    @property
    def wanted_at(self) -> datetime:
        """The time that is asked for, or else the time it has."""
        return self.move_to or self.starts_at

    @property
    def waits(self) -> bool:
        """Whether a time is asked for that one side did not say yes to."""
        return self.status == PROPOSED or (self.status == AGREED and self.move_to is not None)

    @property
    def waits_for(self) -> Side | None:
        """Whose answer it waits for. When whoever asked is gone, the mentor looks at it anew."""
        if not self.waits:
            return None
        asked_by_mentor = self.asked_by is not None and self.asked_by == self.mentor_id
        return Side.PARENT if asked_by_mentor else Side.MENTOR


# --- what is allowed --------------------------------------------------------------------------------------------------


def may(one: Appointment, side: Side, now: datetime) -> frozenset[Act]:
    """What this side may do with it now. Without a mentor nothing can be agreed on, until there is one again."""
    found: set[Act] = set()
    begun = one.starts_at <= now
    if one.waits:
        if one.waits_for is side and one.wanted_at > now:
            found.add(Act.AGREE)
        if one.status == AGREED:
            found.add(Act.KEEP)
    if one.status == PROPOSED:
        found |= {Act.MOVE, Act.CANCEL}
    if one.status == AGREED and not begun:
        found |= {Act.MOVE, Act.CANCEL}
    if one.status == AGREED and begun and side is Side.PARENT:
        found |= {Act.SAY, Act.MOVE}
    if side is Side.MENTOR and begun and one.status in (PROPOSED, AGREED, MISSED):
        found.add(Act.HAPPENED)
    if side is Side.MENTOR and begun and one.status in (AGREED, HAPPENED):
        found.add(Act.MISSED)
    if one.status in (CANCELLED, HAPPENED, MISSED):
        found.add(Act.AGAIN)
    return frozenset(found) if one.mentor_id else frozenset(found & {Act.CANCEL, Act.KEEP, Act.SAY})


def side_of(one: Appointment, person: Person) -> Side | None:
    """Whose part this person takes in it; None for who has nothing to do with it."""
    if one.mentor_id == person.id:
        return Side.MENTOR
    return Side.PARENT if person.family_id == one.family_id else None


def clashes(starts_at: datetime, minutes: int, others: Collection[Appointment]) -> list[Appointment]:
    """Those of the others that overlap with this time, or with whose asked-for time it overlaps."""
    ends_at = starts_at + timedelta(minutes=minutes)

    def overlaps(other: Appointment, begins: datetime) -> bool:
        return begins < ends_at and starts_at < begins + timedelta(minutes=other.minutes)

    return [one for one in others if any(overlaps(one, begins) for begins in {one.starts_at, one.wanted_at})]


# --- reading ----------------------------------------------------------------------------------------------------------


def find(connection: Connection, vault: Vault, appointment_id: int) -> Appointment | None:
    """The appointment with this id, whoever's it is."""
    if not 0 < appointment_id <= MAX_ID:
        return None
    found = _read(connection, vault, appointments.c.id == appointment_id)
    return found[0] if found else None


def find_for(connection: Connection, vault: Vault, person: Person, appointment_id: int) -> Appointment | None:
    """The appointment with this id, if this person is a parent of its family or its mentor now."""
    one = find(connection, vault, appointment_id)
    return one if one and side_of(one, person) else None


def of_family(
    connection: Connection, vault: Vault, family_id: int, since: datetime | None = None, until: datetime | None = None
) -> list[Appointment]:
    """All appointments of a family, whatever their status, that start from `since` up to, not with, `until`; the first
    to start first. Those whose `status` is HAPPENED took place, OPEN ones are planned."""
    return _read(connection, vault, appointments.c.family_id == family_id, *_between(since, until))


def of_mentor(
    connection: Connection,
    vault: Vault,
    mentor_id: int,
    since: datetime | None = None,
    until: datetime | None = None,
    statuses: Collection[str] = (PROPOSED, AGREED, CANCELLED, HAPPENED, MISSED),
) -> list[Appointment]:
    """The appointments of the families that this mentor guides now, in the same way."""
    wanted = appointments.c.status.in_(statuses)
    return _read(connection, vault, appointments.c.mentor_id == mentor_id, wanted, *_between(since, until))


def at_same_moment(connection: Connection, vault: Vault, family_id: int, starts_at: datetime) -> Appointment | None:
    """What this family has at that very time, if it was not cancelled: proposed already, as it seems."""
    table = appointments.c
    same = (table.family_id == family_id, table.starts_at == starts_at, table.status != CANCELLED)
    found = _read(connection, vault, *same)
    return found[-1] if found else None


@dataclass(frozen=True, slots=True)
class Next:
    """The next appointment of a family, without its details; `agreed`, or else only proposed."""

    id: int
    kind: str
    starts_at: datetime
    zone: ZoneInfo
    agreed: bool


def next_of_families(connection: Connection, mentor_id: int, now: datetime) -> dict[int, Next]:
    """What is next for each family that this mentor guides, by the family's id, in one query."""
    table = appointments.c
    rows = connection.execute(
        select(table.id, table.family_id, table.kind, table.starts_at, table.zone, table.status)
        .where(table.mentor_id == mentor_id, table.starts_at > now, table.status.in_(OPEN))
        .order_by(table.starts_at.desc(), table.id.desc())
    )
    return {
        row.family_id: Next(row.id, row.kind, row.starts_at, ZoneInfo(row.zone), row.status == AGREED) for row in rows
    }


def last_of_families(connection: Connection, vault: Vault, mentor_id: int) -> dict[int, Appointment]:
    """The last appointment of each family that this mentor guides, whatever became of it; by the family's id."""
    table = appointments.c
    latest = (
        select(table.family_id, func.max(table.starts_at).label("last"))
        .where(table.mentor_id == mentor_id)
        .group_by(table.family_id)
        .subquery()
    )
    same = and_(latest.c.family_id == table.family_id, latest.c.last == table.starts_at)
    query = select(appointments).join(latest, same).where(table.mentor_id == mentor_id).order_by(table.id)
    return {row.family_id: _appointment(row, vault) for row in connection.execute(query)}


def clashing(
    connection: Connection,
    vault: Vault,
    mentor_id: int,
    starts_at: datetime,
    minutes: int,
    but: int | None = None,
) -> list[Appointment]:
    """What this mentor has planned at the same time, apart from the appointment `but`."""
    day = timedelta(days=1)
    table, late = appointments.c, starts_at + day
    near = or_(
        and_(table.starts_at > starts_at - day, table.starts_at < late),
        and_(table.move_to > starts_at - day, table.move_to < late),
    )
    found = _read(connection, vault, table.mentor_id == mentor_id, table.status.in_(OPEN), near)
    return clashes(starts_at, minutes, [one for one in found if one.id != but])


def _between(since: datetime | None, until: datetime | None) -> Sequence[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if since:
        found.append(appointments.c.starts_at >= since)
    if until:
        found.append(appointments.c.starts_at < until)
    return found


def _read(connection: Connection, vault: Vault, *wanted: ColumnElement[bool], hold: bool = False) -> list[Appointment]:
    query = select(appointments).where(*wanted).order_by(appointments.c.starts_at, appointments.c.id)
    rows = connection.execute(query.with_for_update() if hold else query)
    return [_appointment(row, vault) for row in rows]


def _appointment(row: Any, vault: Vault) -> Appointment:
    return Appointment(
        id=row.id,
        family_id=row.family_id,
        mentor_id=row.mentor_id,
        kind=row.kind,
        starts_at=row.starts_at,
        minutes=row.minutes,
        zone=ZoneInfo(row.zone),
        status=row.status,
        asked_by=row.asked_by,
        move_to=row.move_to,
        version=row.version,
        details=Details(**json.loads(vault.open(DETAILS, row.id, row.details_sealed))),
    )


# --- acting -----------------------------------------------------------------------------------------------------------


def propose(
    connection: Connection,
    vault: Vault,
    *,
    family_id: int,
    mentor_id: int | None,
    by: int | None,
    kind: str,
    starts_at: datetime,
    minutes: int,
    zone: ZoneInfo,
    details: Details,
    now: datetime,
    status: str = PROPOSED,
) -> int:
    """A new appointment, asked for by the person `by`; returns its id. The other side is still to be told. With the
    status HAPPENED it is one that took place already."""
    appointment_id = new_id(now)
    connection.execute(
        insert(appointments).values(
            id=appointment_id,
            family_id=family_id,
            mentor_id=mentor_id,
            kind=kind if kind in KINDS else "own",
            starts_at=starts_at,
            minutes=minutes,
            zone=zone.key,
            status=status,
            asked_by=by if status == PROPOSED else None,
            created_at=now,
            changed_at=now,
            details_sealed=_sealed(vault, appointment_id, details),
        )
    )
    _changed(connection, vault, appointment_id, now)
    return appointment_id


def agree(
    connection: Connection, vault: Vault, appointment_id: int, side: Side, at: datetime, now: datetime
) -> Appointment | None:
    """This side says yes to the time `at` that the other asked for; None when that is not what waits any more."""
    one = _held(connection, vault, appointment_id, side, Act.AGREE, now)
    if one is None or one.wanted_at != at:
        return None
    return _change(connection, vault, one, now, starts_at=at, status=AGREED, heard=True)


def ask_to_move(
    connection: Connection, vault: Vault, appointment_id: int, side: Side, by: int, to: datetime, now: datetime
) -> Appointment | None:
    """The person `by` asks for another time; an agreed appointment keeps its own time until the other side says yes."""
    one = _held(connection, vault, appointment_id, side, Act.MOVE, now)
    if one is None or to <= now:
        return None
    if one.status == PROPOSED:
        return _change(connection, vault, one, now, starts_at=to, asked_by=by)
    return _change(connection, vault, one, now, move_to=to, asked_by=by)


def agree_to_move(
    connection: Connection, vault: Vault, appointment_id: int, side: Side, at: datetime, now: datetime
) -> Appointment | None:
    """The same as `agree`: what waits is the time that was asked for last."""
    return agree(connection, vault, appointment_id, side, at, now)


def keep_time(
    connection: Connection, vault: Vault, appointment_id: int, side: Side, now: datetime
) -> Appointment | None:
    """The agreed time stays, although another was asked for."""
    one = _held(connection, vault, appointment_id, side, Act.KEEP, now)
    return _change(connection, vault, one, now) if one else None


def cancel(connection: Connection, vault: Vault, appointment_id: int, side: Side, now: datetime) -> Appointment | None:
    """It does not take place."""
    one = _held(connection, vault, appointment_id, side, Act.CANCEL, now)
    if one is None:
        return None
    follow_ups.appointment_gone(connection, one.id, now)
    return _change(connection, vault, one, now, status=CANCELLED, heard=one.version > 0)


def happened(
    connection: Connection, vault: Vault, appointment_id: int, side: Side, now: datetime
) -> Appointment | None:
    """The mentor says that it took place."""
    one = _held(connection, vault, appointment_id, side, Act.HAPPENED, now)
    return _change(connection, vault, one, now, status=HAPPENED) if one else None


def missed(connection: Connection, vault: Vault, appointment_id: int, side: Side, now: datetime) -> Appointment | None:
    """The mentor says that it did not take place."""
    one = _held(connection, vault, appointment_id, side, Act.MISSED, now)
    if one is None:
        return None
    follow_ups.appointment_gone(connection, one.id, now)
    return _change(connection, vault, one, now, status=MISSED)


def parents_say(
    connection: Connection, vault: Vault, appointment_id: int, side: Side, took_place: bool, now: datetime
) -> Appointment | None:
    """A parent tells whether it took place; the mentor decides."""
    one = _held(connection, vault, appointment_id, side, Act.SAY, now)
    if one is None:
        return None
    details = replace(one.details, parents_say="yes" if took_place else "no")
    sealed = _sealed(vault, one.id, details)
    connection.execute(update(appointments).where(appointments.c.id == one.id).values(details_sealed=sealed))
    return find(connection, vault, one.id)


def _held(
    connection: Connection, vault: Vault, appointment_id: int, side: Side, act: Act, now: datetime
) -> Appointment | None:
    """The appointment, which nobody else changes until the transaction ends, if this may be done with it now."""
    found = _read(connection, vault, appointments.c.id == appointment_id, hold=True)
    return found[0] if found and act in may(found[0], side, now) else None


def _change(
    connection: Connection,
    vault: Vault,
    one: Appointment,
    now: datetime,
    *,
    starts_at: datetime | None = None,
    status: str | None = None,
    asked_by: int | None = None,
    move_to: datetime | None = None,
    heard: bool = False,
) -> Appointment | None:
    """What is not given about the asking is over. `heard`: calendars hear of this change."""
    moved = starts_at is not None and starts_at != one.starts_at
    connection.execute(
        update(appointments)
        .where(appointments.c.id == one.id)
        .values(
            starts_at=starts_at or one.starts_at,
            status=status or one.status,
            asked_by=asked_by,
            move_to=move_to,
            version=one.version + heard,
            changed_at=now,
        )
    )
    if moved and starts_at:
        follow_ups.appointment_moved(connection, one.id, starts_at, now)
    _changed(connection, vault, one.id, now)
    return find(connection, vault, one.id)


def _changed(connection: Connection, vault: Vault, appointment_id: int, now: datetime) -> None:
    one = find(connection, vault, appointment_id)
    if one:
        appointment_timers.set_for(connection, one, now)
        preparation.set_for(connection, vault, one, now)


def _sealed(vault: Vault, appointment_id: int, details: Details) -> bytes:
    return vault.seal(DETAILS, appointment_id, json.dumps(asdict(details), ensure_ascii=False).encode())


# --- around them ------------------------------------------------------------------------------------------------------


def hand_over(connection: Connection, family_id: int, mentor_id: int | None) -> None:
    """The family has another mentor, or none: its appointments are with that one from now on. What the mentor before
    asked for is asked by the new one, whose parents still have to say yes."""
    table = appointments.c
    before = connection.execute(select(table.mentor_id, table.id).where(table.family_id == family_id)).all()
    asked = or_(table.asked_by == table.mentor_id, and_(table.asked_by.is_(None), _is_asked()))
    connection.execute(update(appointments).where(table.family_id == family_id, asked).values(asked_by=mentor_id))
    connection.execute(update(appointments).where(table.family_id == family_id).values(mentor_id=mentor_id))
    appointment_timers.hand_over(connection, {row.id: row.mentor_id for row in before}, mentor_id)
    preparation.hand_over(connection, {row.id: row.mentor_id for row in before}, mentor_id)


def _is_asked() -> ColumnElement[bool]:
    return or_(appointments.c.status == PROPOSED, appointments.c.move_to.is_not(None))
