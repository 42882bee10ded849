"""The conflicts that a parent wrote down, and the moment at which they come back (method D2). Pure.

What comes back is a moment: an hour, days of the week, a place, a subject. Nothing is said about a child, and nothing
is found in fewer than three. Times are the parent's local times. Does not know why a moment is hard, nor how it is
said.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, time, timedelta
from zoneinfo import ZoneInfo

from bot.care.records import Record
from bot.care.rituals import EVERY_DAY
from flows.engine.values import dataclass

ENOUGH = 3
"""Fewer conflicts than this tell nothing, all together and of one sort."""
LATELY = timedelta(days=70)
"""Further back a family's days were different."""
WINDOW = 120
"""In minutes: what begins within this much of each other is the same moment."""
AHEAD = 30
"""How many minutes before the moment a parent is reminded."""

WEEK, WEEKEND = "12345", "67"


@dataclass(frozen=True, slots=True)
class Conflict:
    """When (`weekday`: 1 is Monday; `minute` of the day), where and about what; None or empty where it is not known."""

    weekday: int | None = None
    minute: int | None = None
    place: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment that comes back: local time `at` on `days` (1 is Monday), `times` out of `count` conflicts.

    Without `at` there is no such moment; `place` and `kind` may still be what most were about.
    """

    count: int = 0
    times: int = 0
    at: time | None = None
    days: str = ""
    place: str = ""
    kind: str = ""

    @property
    def is_enough(self) -> bool:
        """Whether there were enough conflicts to look for anything."""
        return self.count >= ENOUGH

    @property
    def before(self) -> time | None:
        """When to remind of it, on the same day."""
        return _clock(max(_minute(self.at) - AHEAD, 0)) if self.at else None


def hot_moment(records: Iterable[Record], zone: ZoneInfo, today: date) -> Moment:
    """The moment at which a parent's conflicts come back, if there is one."""
    return find([read(one, zone) for one in records if one.local_day > today - LATELY])


def read(record: Record, zone: ZoneInfo) -> Conflict:
    """A conflict as it was written down, during it or later on."""
    place, kind = str(record.value("place") or ""), str(record.value("about") or "")
    match record.value("when"):
        case "now":
            local = record.created_at.astimezone(zone)
            return Conflict(local.isoweekday(), local.hour * 60 + local.minute, place, kind)
        case "earlier":
            return Conflict(record.local_day.isoweekday(), _said_minute(record), place, kind)
        case "other":
            return Conflict(_said_weekday(record), _said_minute(record), place, kind)
        case _:
            return Conflict(place=place, kind=kind)


def _said_weekday(record: Record) -> int | None:
    """`d1` is the day before it was written down, `w3` the last Wednesday."""
    said = str(record.value("weekday") or "")
    if said[:1] == "d" and said[1:].isdecimal():
        return (record.local_day - timedelta(days=int(said[1:]))).isoweekday()
    return int(said[1:]) if said[:1] == "w" and said[1:] in EVERY_DAY else None


def _said_minute(record: Record) -> int | None:
    """`t1800` from a button, or a time as typed."""
    said = str(record.value("time") or "").removeprefix("t").replace(":", "")
    if len(said) != 4 or not said.isdecimal() or int(said[:2]) > 23 or int(said[2:]) > 59:
        return None
    return int(said[:2]) * 60 + int(said[2:])


def find(conflicts: Sequence[Conflict]) -> Moment:
    """The moment at which at least three of these come together: half of all of which the time is known, or all on one
    day of the week."""
    count = len(conflicts)
    if count < ENOUGH:
        return Moment(count)
    timed = [one for one in conflicts if one.weekday is not None and one.minute is not None]
    together = _closest(timed)
    if len(together) * 2 < len(timed):
        by_day = [_closest([one for one in timed if one.weekday == day]) for day in range(1, 8)]
        together = max(by_day, key=len)
    if len(together) < ENOUGH:
        return Moment(count, place=_most(one.place for one in conflicts), kind=_most(one.kind for one in conflicts))
    days = _days([one.weekday for one in together if one.weekday is not None])
    together = [one for one in together if str(one.weekday) in days]
    minutes = sorted(one.minute for one in together if one.minute is not None)
    return Moment(
        count,
        len(together),
        _clock(minutes[(len(minutes) - 1) // 2] // 30 * 30),
        days,
        _most(one.place for one in together),
        _most(one.kind for one in together),
    )


def _closest(timed: Sequence[Conflict]) -> list[Conflict]:
    """The most that begin within one window."""
    found: list[Conflict] = []
    for first in timed:
        start = first.minute or 0
        within = [one for one in timed if start <= (one.minute or 0) < start + WINDOW]
        found = within if len(within) > len(found) else found
    return found


def _days(weekdays: Sequence[int]) -> str:
    """One day or two as they are; of more, working days, the weekend, or every day."""
    (commonest, often), *_ = Counter(weekdays).most_common(1)
    if often >= ENOUGH and often * 3 >= len(weekdays) * 2:
        return str(commonest)
    days = "".join(str(day) for day in sorted(set(weekdays)))
    if len(days) <= 2:
        return days
    return next((wider for wider in (WEEK, WEEKEND) if set(days) <= set(wider)), EVERY_DAY)


def _most(values: Iterable[str]) -> str:
    """What at least three, and at least half, have in common."""
    known = list(values)
    counted = Counter(one for one in known if one).most_common(1)
    if not counted:
        return ""
    value, often = counted[0]
    return value if often >= ENOUGH and often * 2 >= len(known) else ""


def _minute(at: time) -> int:
    return at.hour * 60 + at.minute


def _clock(minute: int) -> time:
    return time(minute // 60, minute % 60)
