"""Office hours: who is at work when, and how much office time has passed. Pure: moments come in, moments go out.

Hours are kept as "12345 09:00-17:00": the days of the week (1 is Monday) and local times, in the person's own zone.
They begin and end on the same local day. Instants are aware and returned in UTC. Does not know people.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.schedule.local_time import instant_on, local_date
from flows.engine.values import dataclass

DEFAULT = "12345 09:00-17:00"
_FORM = re.compile(r"([1-7]{1,7}) ([0-2]\d:[0-5]\d)-([0-2]\d:[0-5]\d)")
_SEARCHED, _FAR = timedelta(days=16), timedelta(days=60)
"""Longer than anybody is away who works each week; and long enough for an hour of a few minutes a week."""
_DAY = timedelta(days=1)

Span = tuple[datetime, datetime]
"""From an instant up to, not including, another."""


@dataclass(frozen=True, slots=True)
class OfficeHours:
    """When somebody is at work. `days` are ISO weekdays, 1 is Monday; `start` is earlier than `end`."""

    days: frozenset[int]
    start: time
    end: time
    zone: ZoneInfo

    @property
    def kept(self) -> str:
        """As it is kept, without the zone."""
        days = "".join(map(str, sorted(self.days)))
        return f"{days} {self.start:%H:%M}-{self.end:%H:%M}"

    def spans(self, since: datetime, until: datetime) -> Iterator[Span]:
        """The working times that touch `since` .. `until`, whole, in order."""
        day, last = local_date(since, self.zone) - _DAY, local_date(until, self.zone)
        while day <= last:
            if day.isoweekday() in self.days:
                begin, end = instant_on(day, self.start, self.zone), instant_on(day, self.end, self.zone)
                if begin < end and end > since and begin < until:
                    yield begin, end
            day += _DAY

    def is_at_work(self, now: datetime) -> bool:
        """Whether `now` is within working time; its first instant is, its last is not."""
        return any(begin <= now < end for begin, end in self.spans(now, now + timedelta(microseconds=1)))


def hours(kept: str | None, zone: ZoneInfo) -> OfficeHours:
    """What is kept, or the default when nothing is or it cannot be read."""
    return read(kept or DEFAULT, zone) or _default(zone)


def read(kept: str, zone: ZoneInfo) -> OfficeHours | None:
    """Hours as kept; None when they are none."""
    match = _FORM.fullmatch(kept)
    if match is None:
        return None
    try:
        start, end = time.fromisoformat(match[2]), time.fromisoformat(match[3])
    except ValueError:
        return None
    return OfficeHours(frozenset(map(int, match[1])), start, end, zone) if start < end else None


def _default(zone: ZoneInfo) -> OfficeHours:
    return OfficeHours(frozenset({1, 2, 3, 4, 5}), time(9), time(17), zone)


def anybody_at_work(everybody: Sequence[OfficeHours], now: datetime) -> bool:
    """Whether at least one of them is at work."""
    return any(one.is_at_work(now) for one in everybody)


def back_at(everybody: Sequence[OfficeHours], now: datetime) -> datetime | None:
    """When the first of them is at work: `now` if somebody is; None when nobody ever is."""
    if anybody_at_work(everybody, now):
        return now
    opening = (begin for one in everybody for begin, _ in one.spans(now, now + _SEARCHED) if begin >= now)
    return min(opening, default=None)


def passed(everybody: Sequence[OfficeHours], since: datetime, until: datetime) -> timedelta:
    """How long at least one of them was at work between the two."""
    worked = (min(end, until) - max(begin, since) for begin, end in _together(everybody, since, until))
    return sum((one for one in worked if one > timedelta()), timedelta())


def after(everybody: Sequence[OfficeHours], since: datetime, wait: timedelta) -> datetime | None:
    """The first instant by which `wait` of their office time has passed since `since`; None when it never does."""
    left = wait
    for begin, end in _together(everybody, since, since + _FAR):
        begin = max(begin, since)
        if begin + left <= end:
            return begin + left
        left -= end - begin
    return None


def next_in_turn(
    asked: Sequence[OfficeHours], following: Sequence[OfficeHours], since: datetime, wait: timedelta, now: datetime
) -> datetime | None:
    """When to ask the next ones: those asked had `wait` of office time, or are not at work while the next ones are.

    `since` is when the first was asked. Not before `now`; None when that moment never comes.
    """
    waited = after(asked, since, wait)
    moments = [max(waited, now)] if waited else []
    edges = {now} | {edge for one in (*asked, *following) for span in one.spans(now, now + _SEARCHED) for edge in span}
    for edge in sorted(edge for edge in edges if edge >= now):
        if anybody_at_work(following, edge) and not anybody_at_work(asked, edge):
            moments.append(edge)
            break
    return min(moments, default=None)


def _together(everybody: Sequence[OfficeHours], since: datetime, until: datetime) -> list[Span]:
    """The times at which at least one of them is at work, in order, without overlap."""
    joined: list[Span] = []
    for begin, end in sorted(span for one in everybody for span in one.spans(since, until)):
        if joined and begin <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((begin.astimezone(UTC), end.astimezone(UTC)))
    return joined
