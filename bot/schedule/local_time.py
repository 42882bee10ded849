"""The only place that turns a local time of a person into an instant, and back.

Instants are aware datetimes and are returned in UTC. Local times are naive ``time`` values that mean nothing without
their ``ZoneInfo``. When the clocks change, two rules hold everywhere: a local time that is skipped becomes the first
minute that does exist after the gap, and a local time that happens twice means its first occurrence.
"""

from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

EVERY_DAY = frozenset(range(7))
"""All weekdays, Monday = 0, as in ``date.weekday``."""

_DAYS_TO_SEARCH = 16
"""Two weeks and a bit: one weekly day may be missing from the calendar of a zone (Samoa, 30 December 2011)."""


class PartOfDay(StrEnum):
    """The part of the local day, in Dutch. Each part lasts six hours and the night starts at midnight."""

    NIGHT = "nacht"
    MORNING = "ochtend"
    AFTERNOON = "middag"
    EVENING = "avond"


def next_instant(after: datetime, at: time, zone: ZoneInfo, days: frozenset[int] = EVERY_DAY) -> datetime:
    """The first instant (UTC) strictly after ``after`` at which it is ``at`` in ``zone`` on one of the ``days``.

    ``after`` is an aware datetime. ``days`` holds weekdays of the local date, Monday = 0. Called again with its own
    answer, it names every allowed local date exactly once, also when the clocks change.
    """
    _require_weekdays(days)
    first_day = local_date(after, zone)
    for offset in range(_DAYS_TO_SEARCH):
        day = first_day + timedelta(days=offset)
        if day.weekday() not in days:
            continue
        instant = instant_on(day, at, zone)
        if instant > after and (local_date(instant, zone) == day or _exists(day, zone)):
            return instant
    raise ValueError(f"no {at} on weekdays {sorted(days)} in {zone.key} soon after {after.isoformat()}")


def instant_on(day: date, at: time, zone: ZoneInfo) -> datetime:
    """The instant (UTC) at which it is ``at`` on the local date ``day`` in ``zone``.

    A skipped time gives the end of the gap, a time that happens twice gives its first occurrence.
    """
    if at.tzinfo is not None:
        raise ValueError("a local time has no zone of its own")
    wall = datetime.combine(day, at.replace(fold=0))
    instant = wall.replace(tzinfo=zone).astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None) == wall:
        return instant
    return _end_of_gap(wall, zone)


def local(instant: datetime, zone: ZoneInfo) -> datetime:
    """``instant`` (aware) on the clock and calendar of ``zone``, as an aware datetime."""
    _require_aware(instant)
    return instant.astimezone(zone)


def local_date(instant: datetime, zone: ZoneInfo) -> date:
    """The date on the calendar of ``zone`` at ``instant`` (aware)."""
    return local(instant, zone).date()


def is_within(at: time, start: time, end: time) -> bool:
    """Whether local time ``at`` lies from ``start`` up to, not including, ``end``.

    A window whose end is not later than its start runs over midnight, so equal ends make it the whole day.
    """
    if start < end:
        return start <= at < end
    return at >= start or at < end


def part_of_day(at: time) -> PartOfDay:
    """The part of the day of local time ``at``: night from 0:00, morning from 6:00, afternoon 12:00, evening 18:00."""
    return tuple(PartOfDay)[at.hour // 6]


def _require_aware(instant: datetime) -> None:
    if instant.utcoffset() is None:
        raise ValueError(f"an instant needs a time zone: {instant.isoformat()}")


def _require_weekdays(days: frozenset[int]) -> None:
    if not days or not days <= EVERY_DAY:
        raise ValueError(f"days must be one or more of 0 (Monday) to 6 (Sunday): {sorted(days)}")


def _exists(day: date, zone: ZoneInfo) -> bool:
    """Whether the calendar of ``zone`` has this date: moving the date line skips a whole one."""
    return local_date(instant_on(day, time.min, zone), zone) == day


def _end_of_gap(skipped_wall: datetime, zone: ZoneInfo) -> datetime:
    """The instant (UTC, on a whole second) at which the clock of ``zone`` jumps over the local ``skipped_wall``."""
    before = skipped_wall.replace(tzinfo=zone, fold=1, microsecond=0).astimezone(UTC)
    after = skipped_wall.replace(tzinfo=zone, fold=0, microsecond=0).astimezone(UTC)
    offset_after = after.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=(after - before) // timedelta(seconds=2))
        if middle.astimezone(zone).utcoffset() == offset_after:
            after = middle
        else:
            before = middle
    return after
