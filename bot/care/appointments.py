"""Appointments of a family with its mentor: proposed, agreed, moved, cancelled, held (method B5).

Each act looks again at whether it is allowed (`appointment_rules`) at that moment, with the row held, and gives nothing
when it is not any more. Sets the timers of reminders (`appointment_timers`), and tells nobody: that is `conversation`.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, and_, func, insert, or_, select, update

from bot.care import appointment_timers, follow_ups, preparation
from bot.care.appointment_rules import (
    AGREED,
    CANCELLED,
    HAPPENED,
    KINDS,
    MISSED,
    OPEN,
    PROPOSED,
    Act,
    Appointment,
    Details,
    Side,
    clashes,
    may,
    side_of,
)
from bot.care.people import Person
from bot.store.tables import appointments
from bot.store.types import MAX_ID, new_id
from bot.store.vault import Vault

DETAILS = "appointments.details"

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


def last_of_family(connection: Connection, vault: Vault, family_id: int) -> Appointment | None:
    """The appointment of this family that starts last, whatever became of it."""
    table = appointments.c
    latest = select(appointments).where(table.family_id == family_id).order_by(table.starts_at.desc(), table.id.desc())
    row = connection.execute(latest.limit(1)).first()
    return _appointment(row, vault) if row else None


def at_same_moment(connection: Connection, vault: Vault, family_id: int, starts_at: datetime) -> Appointment | None:
    """What this family has at that very time, if it was not cancelled: proposed already, as it seems."""
    table = appointments.c
    same = (table.family_id == family_id, table.starts_at == starts_at, table.status != CANCELLED)
    found = _read(connection, vault, *same)
    return found[-1] if found else None


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
    return _changed(connection, vault, one.id, now)


def _changed(connection: Connection, vault: Vault, appointment_id: int, now: datetime) -> Appointment | None:
    """The appointment as it is now; what rings for it is set to that."""
    one = find(connection, vault, appointment_id)
    if one:
        appointment_timers.set_for(connection, one, now)
        preparation.set_for(connection, vault, one, now)
    return one


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
