"""When a person may be spoken to unasked: only within hours of choice, if there are any. Pure.

Hours are written as "18:00-21:00", local times of the person; they may run over midnight. Does not know what is said.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time
from zoneinfo import ZoneInfo

from bot.care.people import Person
from bot.schedule.local_time import instant_on, is_within, local, next_instant

_AFTER_A_PAUSE = time(9)
_BY_DAY = "08:00-21:00"
"""When something may come that is not urgent, to who has no hours of choice."""


def written(start: time, end: time) -> str:
    """Hours as they are kept."""
    return f"{start:%H:%M}-{end:%H:%M}"


def read(hours: str) -> tuple[time, time]:
    """Start and end of hours as they are kept."""
    start, _, end = hours.partition("-")
    return time.fromisoformat(start), time.fromisoformat(end)


def waits_until(person: Person | None, now: datetime) -> datetime | None:
    """The instant (UTC) at which this person may be spoken to unasked; None when that is now."""
    return None if person is None else start_of(person.reminder_hours, person.zone, now)


def rests_until(person: Person, now: datetime) -> datetime | None:
    """The instant (UTC) at which something that was planned may reach this person: not in a pause, and only within
    hours of choice; None when that is now, and after a pause not in the night."""
    if person.paused_until is None or not person.is_paused(now):
        return waits_until(person, now)
    back = instant_on(person.paused_until, _AFTER_A_PAUSE, person.zone)
    return start_of(person.reminder_hours, person.zone, back) or back


def by_day(person: Person, now: datetime) -> datetime | None:
    """As `rests_until`, for what wakes nobody, also who has no hours of choice; None when it may be now."""
    return rests_until(person if person.reminder_hours else replace(person, reminder_hours=_BY_DAY), now)


def start_of(hours: str | None, zone: ZoneInfo, now: datetime) -> datetime | None:
    """The next instant (UTC) at which `hours` begin in `zone`; None when there are none, or `now` lies within."""
    if not hours:
        return None
    start, end = read(hours)
    if is_within(local(now, zone).time().replace(tzinfo=None), start, end):
        return None
    return next_instant(now, start, zone)
