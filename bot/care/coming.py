"""What comes to a person by itself, besides the evening and the look-back: flows, at times that the person set.

A timer's key names the flow and, if it is about one, the thing: "thought_back:1842". However many were set, no more
come in a day than the person wants, never two at once, and the evening goes first; what was left out is written down.
The decision is pure. Does not know what the flows say.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Connection, Row, insert, select

from bot.care import quiet, rituals
from bot.care.people import Person
from bot.schedule.local_time import instant_on, next_instant
from bot.store import timers
from bot.store.tables import reminder_log
from bot.store.timers import Timer
from bot.store.types import new_id
from flows.engine.values import dataclass

SEPARATOR = ":"
HELD = "~"
"""Ends the key of a timer that brings something a little later; the rhythm itself goes on beside it."""

APART = timedelta(minutes=20)
"""Between two things that come by themselves."""
_ON_TIME = timedelta(hours=1)
"""What comes later than this is not at the time that was set, so it no longer overrides the quiet hours."""
CHOICES = (1, 2, 3, 5)
"""How many a person may want in a day."""

CAME, FULL, LATE = "came", "full", "late"


# --- the keys of timers -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Coming:
    """A flow that is to come, about the thing with this id, if it is about one."""

    flow: str
    item: str = ""

    @property
    def key(self) -> str:
        return f"{self.flow}{SEPARATOR}{self.item}" if self.item else self.flow


def read_key(key: str) -> Coming:
    """What a timer's key stands for, held or not."""
    flow, _, item = key.removesuffix(HELD).partition(SEPARATOR)
    return Coming(flow, item)


# --- setting them -----------------------------------------------------------------------------------------------------


def once(connection: Connection, person: Person, what: Coming, at: datetime, useful: timedelta) -> None:
    """It comes once, at this instant; what was set for it before is replaced."""
    stop(connection, person, what)
    timers.put(connection, Timer(person.chat_id, what.key, at, int(useful.total_seconds())))


def every(
    connection: Connection, person: Person, what: Coming, at: time, days: str, useful: timedelta, now: datetime
) -> None:
    """It comes at local time `at` on `days` (1 is Monday), from the next such moment on."""
    stop(connection, person, what)
    due_at = next_instant(now, at, person.zone, rituals.weekdays(days))
    late_after = int(useful.total_seconds())
    timers.put(
        connection,
        Timer(person.chat_id, what.key, due_at, late_after, None, at.strftime("%H:%M"), days, person.zone.key),
    )


def stop(connection: Connection, person: Person, what: Coming) -> None:
    """It does not come any more."""
    timers.drop(connection, person.chat_id, what.key, what.key + HELD)


def stop_about(connection: Connection, person: Person, item: str) -> None:
    """Nothing comes any more about the thing with this id: it is gone."""
    about = [key for key in timers.of_chat(connection, person.chat_id) if read_key(key).item == item]
    timers.drop(connection, person.chat_id, *about)


def moment(person: Person, day: date, at: time) -> datetime:
    """The instant of a local day and time of this person."""
    return instant_on(day, at, person.zone)


# --- the decision -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Verdict:
    """What to do with something whose time has come: let it come; bring it at `later`; or leave it out, `why` in one
    word (empty when there is nothing to tell of)."""

    comes: bool = False
    later: datetime | None = None
    why: str = ""


def decide(
    person: Person,
    *,
    due_at: datetime,
    useful_until: datetime,
    came: Sequence[datetime],
    evening: datetime | None,
    talking: bool,
    now: datetime,
    however_full: bool = False,
) -> Verdict:
    """Whether something that was due at `due_at` may come now. `came`: when anything came by itself on this local day.
    `evening`: when the evening's question is still to come today, or came due just now. `talking`: the person is in the
    middle of something. `however_full`: it is for one day that was agreed or chosen, like the look-back, so it is not
    left out because the day is full; anything else that is of use until tomorrow comes then. Neither what is
    `however_full` nor what is late wakes anybody."""
    if person.blocked or person.is_paused(now):
        return Verdict()
    wakes_nobody = however_full or now - due_at > _ON_TIME
    hours = quiet.by_day(person, now) if wakes_nobody else quiet.waits_until(person, now)
    if hours:
        return Verdict(later=hours) if hours <= useful_until else Verdict(why=LATE)
    if not however_full and len(came) + (evening is not None) >= person.reminders_a_day:
        tomorrow = _tomorrow(person, now)
        return Verdict(later=tomorrow) if tomorrow <= useful_until else Verdict(why=FULL)
    later = _later(came, evening, talking, now)
    if later is None:
        return Verdict(comes=True)
    return Verdict(later=later) if later <= useful_until else Verdict(why=LATE)


def _tomorrow(person: Person, now: datetime) -> datetime:
    local = person.local(now)
    return instant_on(local.date() + timedelta(days=1), local.time(), person.zone)


def _later(came: Sequence[datetime], evening: datetime | None, talking: bool, now: datetime) -> datetime | None:
    """When there is room, if there is none now: after what just came, and after an evening that is about to."""
    soonest = max([now, *(one + APART for one in came)])
    if talking:
        soonest = max(soonest, now + rituals.STILL_TALKING)
    if evening is not None and evening < soonest + APART:
        soonest = max(soonest, evening + APART)
    return soonest if soonest > now else None


# --- what came --------------------------------------------------------------------------------------------------------


def note(connection: Connection, person: Person, key: str, outcome: str, now: datetime) -> None:
    """Writes down that something came, or was left out."""
    row = {"id": new_id(now), "person_id": person.id, "key": key.removesuffix(HELD), "at": now, "outcome": outcome}
    connection.execute(insert(reminder_log), row)


def came_today(connection: Connection, person: Person, now: datetime) -> list[datetime]:
    """When anything came by itself on this local day."""
    return [one.at for one in _since(connection, person, _start_of_day(person, now), (CAME,))]


@dataclass(frozen=True, slots=True)
class Logged:
    """Something that came or did not, at an instant; `outcome`: came, or why not in one word."""

    what: Coming
    at: datetime
    outcome: str


LATELY = timedelta(days=7)


def left_out(connection: Connection, person: Person, now: datetime) -> list[Logged]:
    """What did not come lately, the last first."""
    rows = _since(connection, person, now - LATELY, (FULL, LATE))
    return [Logged(read_key(one.key), one.at, one.outcome) for one in reversed(rows)]


def log_of(connection: Connection, person: Person) -> list[Logged]:
    """All that is still known of what came or did not, in order of time."""
    rows = _since(connection, person, datetime.min.replace(tzinfo=UTC), (CAME, FULL, LATE))
    return [Logged(read_key(one.key), one.at, one.outcome) for one in rows]


def _since(
    connection: Connection, person: Person, since: datetime, outcomes: Collection[str]
) -> Sequence[Row[Any, Any, Any]]:
    log = reminder_log.c
    wanted = (log.person_id == person.id, log.at >= since, log.outcome.in_(outcomes))
    return connection.execute(select(log.key, log.at, log.outcome).where(*wanted).order_by(log.at, log.id)).all()


def _start_of_day(person: Person, now: datetime) -> datetime:
    return instant_on(person.local(now).date(), time(0), person.zone)


def evening_to_come(
    person: Person, known: Mapping[str, Timer], came: Sequence[datetime], now: datetime
) -> datetime | None:
    """When the evening's question still comes today, as the person's timers say. What came due a moment ago and is not
    among what `came` is about to: its timer moved on before it was handled."""
    today = person.local(now).date()
    if person.evening_done_on == rituals.evening_of(person, now):
        return None
    rhythm = known.get(rituals.EVENING)
    if rhythm and rhythm.due_at and rhythm.local_time and rhythm.days and str(today.isoweekday()) in rhythm.days:
        just_now = instant_on(today, time.fromisoformat(rhythm.local_time), person.zone)
        if now - APART < just_now <= now < rhythm.due_at and not any(one >= just_now for one in came):
            return just_now
    due = [known[key].due_at for key in (rituals.EVENING, rituals.EVENING_LATER) if key in known]
    return min((one for one in due if one and one >= now and person.local(one).date() == today), default=None)
