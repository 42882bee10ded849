"""What is to come by itself to a person: to look into, and to move, silence or throw away.

Made from the person's timers. The evening and the look-back have rules of their own, in `rituals`; the rest are flows,
in `coming`. Does not know how anything is said.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, time, timedelta

from sqlalchemy import Connection

from bot.care import coming, rituals
from bot.care.coming import HELD, Coming
from bot.care.people import Person
from bot.schedule.local_time import next_instant
from bot.schedule.ticker import next_of
from bot.store import timers
from bot.store.timers import Timer
from flows.engine.values import dataclass

AHEAD = timedelta(days=14)
"""How far one looks at once; what comes later is a list of its own."""
_BESIDE = {rituals.EVENING: rituals.EVENING_LATER, rituals.LOOK_BACK: rituals.LOOK_BACK_LATER}
"""The timers that bring something another time, beside its rhythm; those of flows are named by `coming`."""


@dataclass(frozen=True, slots=True)
class Ahead:
    """Something that is to come at this instant next; without one it rests. `days` are those of a rhythm (1 is Monday),
    empty for what comes once; `held` says that this time it comes at another time than the rhythm's."""

    key: str
    at: datetime | None
    days: str = ""
    held: bool = False

    @property
    def what(self) -> Coming:
        return coming.read_key(self.key)


def ahead(known: Mapping[str, Timer], comes: Callable[[str], bool]) -> list[Ahead]:
    """All that is to come, the soonest first and what rests last. `comes` tells the flows that come by themselves."""
    subjects = dict.fromkeys(_subject(key) for key in known)
    found = [_one(known, key) for key in subjects if key in _BESIDE or comes(coming.read_key(key).flow)]
    return sorted(found, key=lambda one: (one.at is None, one.at.timestamp() if one.at else 0, one.key))


def soon(found: Iterable[Ahead], now: datetime) -> list[Ahead]:
    """What comes in the days ahead, and what rests."""
    return [one for one in found if one.at is None or one.at <= now + AHEAD]


def later(found: Iterable[Ahead], now: datetime) -> list[Ahead]:
    """What comes after that."""
    return [one for one in found if one.at is not None and one.at > now + AHEAD]


def _subject(key: str) -> str:
    """What a timer brings, whether it is the thing's own or the one beside it."""
    return next((main for main, beside in _BESIDE.items() if beside == key), key.removesuffix(HELD))


def _beside(key: str) -> str:
    return _BESIDE.get(key, key + HELD)


def _one(known: Mapping[str, Timer], key: str) -> Ahead:
    own, beside = known.get(key), known.get(_beside(key))
    due = [(one.due_at, one is beside) for one in (own, beside) if one and one.due_at]
    at, held = min(due, default=(None, False))
    return Ahead(key, at, own.days or "" if own else "", held)


# --- changing it ------------------------------------------------------------------------------------------------------


def move(connection: Connection, person: Person, known: Mapping[str, Timer], one: Ahead, at: datetime) -> None:
    """It comes at this instant instead of the next time; a rhythm goes on after that."""
    own = known.get(one.key)
    if own is None or not own.days:
        useful = own.late_after if own else known[_beside(one.key)].late_after
        timers.drop(connection, person.chat_id, _beside(one.key))
        timers.put(connection, Timer(person.chat_id, one.key, at, useful))
        return
    if not one.held and own.due_at:
        timers.put(connection, replace(own, due_at=next_of(own, own.due_at)))
    timers.put(connection, Timer(person.chat_id, _beside(one.key), at, own.late_after))


def set_rhythm(
    connection: Connection, person: Person, known: Mapping[str, Timer], one: Ahead, at: time, days: str, now: datetime
) -> None:
    """A rhythm comes at this local time on these days from now on."""
    own = known[one.key]
    timers.drop(connection, person.chat_id, _beside(one.key))
    due_at = next_instant(now, at, person.zone, rituals.weekdays(days))
    rhythm = replace(own, due_at=due_at, local_time=at.strftime("%H:%M"), days=days, zone=person.zone.key)
    timers.put(connection, rhythm)


def silence(connection: Connection, person: Person, known: Mapping[str, Timer], one: Ahead) -> None:
    """It rests; its time of day is remembered."""
    own = known.get(one.key) or known[_beside(one.key)]
    if one.key == rituals.EVENING:
        rituals.rest_evening(connection, person)
        return
    at = own.local_time or (person.local(one.at).strftime("%H:%M") if one.at else None)
    timers.drop(connection, person.chat_id, _beside(one.key))
    timers.put(connection, replace(own, key=one.key, due_at=None, local_time=at, zone=person.zone.key))


def wake(connection: Connection, person: Person, known: Mapping[str, Timer], one: Ahead, now: datetime) -> None:
    """What rested comes again, at its time of day: a rhythm on its days, the rest the next time it is that hour."""
    own = known[one.key]
    at, days = time.fromisoformat(own.local_time or "10:00"), own.days or rituals.EVERY_DAY
    if one.key == rituals.EVENING:
        rituals.set_evening(connection, person, at, days, now)
        return
    due_at = next_instant(now, at, person.zone, rituals.weekdays(days))
    rhythm = (own.local_time, own.days, own.zone) if own.days else (None, None, None)
    timers.put(connection, Timer(person.chat_id, one.key, due_at, own.late_after, None, *rhythm))


def throw_away(connection: Connection, person: Person, one: Ahead) -> None:
    """It does not come any more."""
    timers.drop(connection, person.chat_id, one.key, _beside(one.key))
