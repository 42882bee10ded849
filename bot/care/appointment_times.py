"""When an appointment is spoken of unasked: before it, and after it. Pure; instants are UTC.

Reminders of what was agreed are no surprise: they come however much comes that day. They come within the hours of whom
they are for, earlier rather than in the night, and never once it began. Does not know what is said.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.care import quiet
from bot.schedule.local_time import instant_on, is_within, local, next_instant

DECENT = "07:00-22:00"
"""When somebody who set no hours may be reminded."""
_DAY = timedelta(days=1)
_SOON = timedelta(hours=2)
_MORNING = time(7, 30)
_BEFORE_FIRST = timedelta(hours=1)
_AFTER = timedelta(minutes=15)
_MARGIN = timedelta(minutes=30)
"""Before the end of somebody's hours."""


def reminders(starts_at: datetime, zone: ZoneInfo, hours: str | None) -> list[datetime]:
    """When a parent is reminded: the day before at that time, and two hours before. `zone` and `hours` are the
    parent's. When two hours before is no hour for it, once on the day before is enough."""
    here = local(starts_at, zone)
    before = _not_later(instant_on(here.date() - _DAY, here.time().replace(tzinfo=None), zone), zone, hours)
    soon = _not_later(starts_at - _SOON, zone, hours)
    return [soon] if local(soon, zone).date() < here.date() or before >= soon else [before, soon]


def asked_after(ends_at: datetime, zone: ZoneInfo, hours: str | None) -> datetime:
    """When it is asked whether it took place: soon after the end, or when the hours of who is asked begin."""
    moment = ends_at + _AFTER
    return quiet.start_of(hours or DECENT, zone, moment) or moment


def next_moment(
    starts_at: datetime, ends_at: datetime, zone: ZoneInfo, hours: str | None, now: datetime
) -> datetime | None:
    """When a parent is spoken to next about it, before or after; None when that is over."""
    moments = [*reminders(starts_at, zone, hours), asked_after(ends_at, zone, hours)]
    return next((one for one in moments if one > now), None)


def mornings(starts: Iterable[datetime], zone: ZoneInfo, now: datetime) -> datetime | None:
    """When a mentor with appointments at these instants hears of those of one day next."""
    first: dict[date, datetime] = {}
    for one in sorted(starts):
        first.setdefault(local(one, zone).date(), one)
    return next((at for one in first.values() if (at := morning_of(one, zone)) > now), None)


def morning_of(first: datetime, zone: ZoneInfo) -> datetime:
    """When a mentor hears of a day of which this is the first appointment: in the morning, an hour before it if that
    is earlier."""
    return min(instant_on(local(first, zone).date(), _MORNING, zone), first - _BEFORE_FIRST)


def _not_later(moment: datetime, zone: ZoneInfo, hours: str | None) -> datetime:
    """This moment, or the last one before it within the hours, with some time to spare."""
    start, end = quiet.read(hours or DECENT)
    here = local(moment, zone)
    if is_within(here.time().replace(tzinfo=None), start, end):
        return moment
    ended = next(at for days in range(3) if (at := instant_on(here.date() - days * _DAY, end, zone)) <= moment)
    return max(ended - _MARGIN, next_instant(ended - _DAY, start, zone))
