"""The timers of appointments: one a parent and one for the mentor with each, and one for a mentor's mornings.

A timer says only that something is to be looked at: what is said is decided from the appointment as it then is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row, select

from bot.care import appointment_times
from bot.care.appointment_rules import AGREED, PROPOSED, Appointment, Side
from bot.care.people import Role, has
from bot.store import timers
from bot.store.tables import appointments, people
from bot.store.timers import Timer

TODAY = "appointments_today"
"""The timer of a mentor at which the appointments of that day are told."""
_ONE = re.compile(r"appointment:([0-9]{1,19})")
_AT_ONCE = datetime(2000, 1, 1, tzinfo=UTC)
_ALWAYS_USEFUL = int(timedelta(days=3650).total_seconds())
_AHEAD = timedelta(days=400)


def key_of(appointment_id: int) -> str:
    """The key of the timers of an appointment."""
    return f"appointment:{appointment_id}"


def read_key(key: str) -> int | None:
    """The appointment that a timer is about; None for another timer."""
    found = _ONE.fullmatch(key)
    return int(found[1]) if found else None


def set_for(connection: Connection, one: Appointment, now: datetime) -> None:
    """Sets or takes away all timers of an appointment, as it is now."""
    key = key_of(one.id)
    for row in _parents(connection, one.family_id):
        _set(connection, row.chat_id, key, for_parent(one, ZoneInfo(row.zone), row.reminder_hours, now))
    mentor = _person(connection, one.mentor_id)
    if mentor:
        _set(connection, mentor.chat_id, key, for_mentor(one, ZoneInfo(mentor.zone), mentor.reminder_hours, now))
        set_morning(connection, mentor.id, now)


def for_parent(one: Appointment, zone: ZoneInfo, hours: str | None, now: datetime) -> datetime | None:
    """When a parent hears of it next: of one that is agreed, before and after; of one that waits for an answer,
    before."""
    if one.status == AGREED:
        return appointment_times.next_moment(one.starts_at, one.ends_at, zone, hours, now)
    if one.status == PROPOSED and one.waits_for is Side.PARENT:
        return next((at for at in appointment_times.reminders(one.starts_at, zone, hours)[:1] if at > now), None)
    return None


def for_mentor(one: Appointment, zone: ZoneInfo, hours: str | None, now: datetime) -> datetime | None:
    """When a mentor is asked whether it took place."""
    after = appointment_times.asked_after(one.ends_at, zone, hours)
    return after if one.status == AGREED and after > now else None


def set_again(connection: Connection, one: Appointment, chat_id: int, at: datetime | None) -> None:
    """Sets when this chat hears of it next."""
    _set(connection, chat_id, key_of(one.id), at)


def set_morning(connection: Connection, mentor_id: int, now: datetime) -> None:
    """Sets when this mentor hears of a day's appointments next."""
    row = _person(connection, mentor_id)
    if row is None:
        return
    table = appointments.c
    starts = connection.execute(
        select(table.starts_at)
        .where(table.mentor_id == mentor_id, table.status == AGREED)
        .where(table.starts_at > now, table.starts_at < now + _AHEAD)
    ).scalars()
    _set(connection, row.chat_id, TODAY, appointment_times.mornings(starts, ZoneInfo(row.zone), now))


def hand_over(connection: Connection, before: Mapping[int, int | None], mentor_id: int | None) -> None:
    """The timers of these appointments, each with the mentor before, ring for the new one. Both mornings are looked at
    anew at once."""
    new = _person(connection, mentor_id)
    for old_id in {one for one in before.values() if one and one != mentor_id}:
        old = _person(connection, old_id)
        if old is None:
            continue
        known = timers.of_chat(connection, old.chat_id)
        for appointment_id, owner in before.items():
            timer = known.get(key_of(appointment_id)) if owner == old_id else None
            if timer and new:
                _set(connection, new.chat_id, timer.key, timer.due_at)
        own = [key_of(appointment_id) for appointment_id, owner in before.items() if owner == old_id]
        timers.drop(connection, old.chat_id, *own)
        if TODAY in known:
            _set(connection, old.chat_id, TODAY, _AT_ONCE)
    if new and before:
        _set(connection, new.chat_id, TODAY, _AT_ONCE)


def _set(connection: Connection, chat_id: int, key: str, at: datetime | None) -> None:
    if at is None:
        timers.drop(connection, chat_id, key)
    else:
        timers.put(connection, Timer(chat_id, key, at, _ALWAYS_USEFUL))


def _parents(connection: Connection, family_id: int) -> Sequence[Row[Any, Any, Any, Any]]:
    table = people.c
    query = select(table.id, table.chat_id, table.zone, table.reminder_hours)
    of_family = query.where(table.family_id == family_id, has(Role.PARENT))
    return connection.execute(of_family.order_by(table.id)).all()


def _person(connection: Connection, person_id: int | None) -> Row[Any, Any, Any, Any] | None:
    table = people.c
    query = select(table.id, table.chat_id, table.zone, table.reminder_hours)
    return connection.execute(query.where(table.id == person_id)).first() if person_id else None
