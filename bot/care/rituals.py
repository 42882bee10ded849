"""The evening ritual's rhythm: when it comes, later tonight, not tonight, rest, and the weekly look-back (method A1).

Times are the parent's own, kept as local time and zone. Does not know what the ritual says.
"""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, time, timedelta
from enum import Enum
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from bot.care import people, records
from bot.care.people import Person
from bot.schedule.local_time import instant_on, next_instant
from bot.store import timers
from bot.store.timers import Timer
from bot.store.vault import Vault
from flows.engine.values import dataclass

EVENING, EVENING_LATER, HALF_WAY = "evening", "evening_later", "half_way"
LOOK_BACK, LOOK_BACK_LATER = "look_back", "look_back_later"
EVERY_DAY, SCHOOL_NIGHTS, WEEKEND = "1234567", "12347", "56"
"""School nights are the evenings before a school day: Sunday to Thursday."""

LOOK_BACK_AT = time(10, 0)
LOOK_BACK_DAY = "7"
FIRST_LOOK_BACK_AFTER = timedelta(days=5)
"""A newcomer has nothing to look back on yet."""
UNANSWERED_EVENINGS = 3
STILL_TALKING = timedelta(minutes=5)

RITUAL_USEFUL = timedelta(hours=2)
_LOOK_BACK_USEFUL = timedelta(hours=4)
_HALF_WAY_USEFUL = timedelta(hours=3)
_SMALL_HOURS_UNTIL = time(4, 0)
_HALF_WAY_FROM, _HALF_WAY_UNTIL = time(10, 0), time(20, 0)


def weekdays(days: str) -> frozenset[int]:
    """`days` as kept (1 is Monday) as Python's weekdays (0 is Monday)."""
    return frozenset(int(day) - 1 for day in days)


def set_evening(connection: Connection, person: Person, at: time, days: str, now: datetime) -> None:
    """The ritual comes at local time `at` on `days`, from the next such moment on, tonight if that is still to come."""
    _set_rhythm(connection, person.chat_id, EVENING, at, days, person.zone, RITUAL_USEFUL, now)
    timers.drop(connection, person.chat_id, EVENING_LATER)
    people.change(connection, person.id, evenings_silent=0)


def rest_evening(connection: Connection, person: Person) -> None:
    """The ritual rests until the parent sets it again; its time is remembered."""
    evening = timers.of_chat(connection, person.chat_id).get(EVENING)
    if evening:
        timers.put(connection, _resting(evening))
    timers.drop(connection, person.chat_id, EVENING_LATER)
    people.change(connection, person.id, evenings_silent=0)


def set_look_back(connection: Connection, person: Person, day: str | None, after: datetime) -> None:
    """From `after` on the look-back comes weekly on `day` (1 is Monday), or not at all."""
    if day is None:
        timers.drop(connection, person.chat_id, LOOK_BACK)
    else:
        _set_rhythm(connection, person.chat_id, LOOK_BACK, LOOK_BACK_AT, day, person.zone, _LOOK_BACK_USEFUL, after)


def move_to_zone(connection: Connection, person: Person, zone: ZoneInfo, now: datetime) -> None:
    """The person's rhythms keep their local times, in another zone."""
    people.change(connection, person.id, zone=zone.key)
    for timer in timers.of_chat(connection, person.chat_id).values():
        if timer.local_time and timer.days:
            at = time.fromisoformat(timer.local_time)
            due_at = _same_day_in(zone, timer.due_at, at, person.zone, timer.days, now) if timer.due_at else None
            timers.put(
                connection,
                Timer(timer.chat_id, timer.key, due_at, timer.late_after, None, timer.local_time, timer.days, zone.key),
            )


def _same_day_in(zone: ZoneInfo, due_at: datetime, at: time, old_zone: ZoneInfo, days: str, now: datetime) -> datetime:
    """The instant of a rhythm in another zone, on the local day on which it would have come."""
    instant = instant_on(due_at.astimezone(old_zone).date(), at, zone)
    return instant if instant > now else next_instant(now, at, zone, weekdays(days))


def snooze(connection: Connection, person: Person, until: datetime) -> None:
    """Ask again tonight at this instant."""
    timers.put(connection, Timer(person.chat_id, EVENING_LATER, until, int(RITUAL_USEFUL.total_seconds())))
    people.change(connection, person.id, evenings_silent=0)


def wait_a_little(connection: Connection, person: Person, now: datetime) -> None:
    """The parent is busy talking: remind in a few minutes. Says nothing about whether the parent answers evenings."""
    _in_a_few_minutes(connection, person, EVENING_LATER, RITUAL_USEFUL, now)


def look_back_a_little_later(connection: Connection, person: Person, now: datetime) -> None:
    """The parent is busy talking: look back in a few minutes."""
    _in_a_few_minutes(connection, person, LOOK_BACK_LATER, _LOOK_BACK_USEFUL, now)


def _in_a_few_minutes(connection: Connection, person: Person, key: str, useful: timedelta, now: datetime) -> None:
    timers.put(connection, Timer(person.chat_id, key, now + STILL_TALKING, int(useful.total_seconds())))


def later_tonight(person: Person, at: time, now: datetime) -> datetime | None:
    """The instant of a local time tonight; None when it has passed. The small hours belong to the evening before."""
    evening = evening_of(person, now)
    day = evening + timedelta(days=1) if at < _SMALL_HOURS_UNTIL else evening
    instant = instant_on(day, at, person.zone)
    return instant if instant > now else None


def evening_of(person: Person, now: datetime) -> date:
    """The day of the evening that `now` belongs to: the small hours belong to the evening before."""
    local = person.local(now)
    return local.date() - timedelta(days=local.time() < _SMALL_HOURS_UNTIL)


def done_for_tonight(connection: Connection, person: Person, now: datetime) -> None:
    """The ritual was begun, or not wanted tonight: nothing more about it until tomorrow."""
    timers.drop(connection, person.chat_id, EVENING_LATER)
    people.change(connection, person.id, evenings_silent=0, evening_done_on=evening_of(person, now))


class EveningCall(Enum):
    """What to do when the evening's time has come."""

    ASK = "ask"
    ASK_WHAT_FITS = "ask what fits"
    WAIT = "wait"
    SILENT = "silent"


def decide_evening(person: Person, *, again_tonight: bool, talking: bool, now: datetime) -> EveningCall:
    """Whether to remind of the ritual. `talking`: the parent is in the middle of something else just now."""
    if person.blocked or person.is_paused(now):
        return EveningCall.SILENT
    if person.evening_done_on == evening_of(person, now):
        return EveningCall.SILENT
    if talking:
        return EveningCall.WAIT
    if person.evenings_silent >= UNANSWERED_EVENINGS and not again_tonight:
        return EveningCall.ASK_WHAT_FITS
    return EveningCall.ASK


def half_way_timer(person_zone: ZoneInfo, chat_id: int, now: datetime) -> Timer:
    """To offer tomorrow, at about this time of day but not early or late, what was left half-way."""
    local = now.astimezone(person_zone)
    at = min(max(local.time().replace(second=0, microsecond=0), _HALF_WAY_FROM), _HALF_WAY_UNTIL)
    due_at = instant_on(local.date() + timedelta(days=1), at.replace(tzinfo=None), person_zone)
    return Timer(chat_id, HALF_WAY, due_at, int(_HALF_WAY_USEFUL.total_seconds()))


@dataclass(frozen=True, slots=True)
class Week:
    """The last seven days, as the look-back tells them. `kinds` are what came back, the most frequent first."""

    evenings: int
    given_back: int
    kinds: list[str]
    lighter_child: int | None
    moments: int


def week_of(connection: Connection, vault: Vault, person_id: int, today: date) -> Week:
    """The week up to and including the local day `today`."""
    since = today - timedelta(days=6)
    reflections = records.of_kind(connection, vault, person_id, "reflection", since)
    moments = records.of_kind(connection, vault, person_id, "moment", since)
    returned = [one for one in reflections if one.value("came_back") not in (None, "nothing")]
    kinds = Counter(str(one.value("came_back")) for one in returned)
    lighter = [
        one
        for one in reflections
        if isinstance(one.value("before"), int)
        and isinstance(one.value("after"), int)
        and one.value("after") < one.value("before")
    ]
    lightest = max(lighter, key=lambda one: one.value("before") - one.value("after"), default=None)
    return Week(
        evenings=len({one.local_day for one in reflections}),
        given_back=len({one.local_day for one in returned}),
        kinds=[kind for kind, _ in kinds.most_common()],
        lighter_child=lightest.child_id if lightest else None,
        moments=len(moments),
    )


def _set_rhythm(
    connection: Connection,
    chat_id: int,
    key: str,
    at: time,
    days: str,
    zone: ZoneInfo,
    useful: timedelta,
    now: datetime,
) -> None:
    timers.put(
        connection,
        Timer(
            chat_id,
            key,
            due_at=next_instant(now, at, zone, weekdays(days)),
            late_after=int(useful.total_seconds()),
            local_time=at.strftime("%H:%M"),
            days=days,
            zone=zone.key,
        ),
    )


def _resting(timer: Timer) -> Timer:
    return Timer(timer.chat_id, timer.key, None, timer.late_after, None, timer.local_time, timer.days, timer.zone)
