"""Reads what a person typed as the kind of answer that a step asks for.

A free text is taken as it is. Does not know the flow, nor what is done with the answer.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time

from flows.engine.definition import Ask
from flows.engine.dutch.clock import parse_time
from flows.engine.dutch.dates import BirthDateProblem, parse_birth_date, parse_date
from flows.engine.dutch.spans import parse_age
from flows.engine.dutch.spoken import clock_time, dotted_time, spoken_date
from flows.engine.dutch.words import NUMBERS
from flows.engine.harmless import harmless_name
from flows.engine.state import Value
from flows.engine.values import dataclass

MAX_NAME = 40
MAX_DIGITS = 4
_POINTS = NUMBERS | {"een": 1, "één": 1}
_AWAKE = time(6)
"""Who says "half drie" means the afternoon; the night has to be said."""

_UNSTORABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Reading:
    """An answer: its value, and how it is shown to the person."""

    value: Value
    said: str


@dataclass(frozen=True, slots=True)
class Unread:
    """Not an answer of this kind. `text` names the sentence of the library that asks again; `times` are those that it
    could mean."""

    text: str
    times: tuple[str, ...] = ()


def read(ask: Ask, typed: str, now: datetime) -> Reading | Unread:
    """The answer in `typed`. `now` is the person's local time."""
    text = typed.strip()
    match ask.kind[0]:
        case "scale":
            return _point(ask, text)
        case "name":
            return _name(text)
        case "age":
            age = parse_age(text)
            return Unread("again_age") if age is None else Reading(age, str(age))
        case "time":
            return _time(ask, text)
        case "date":
            day = parse_date(text, now.date())
            return Unread("again_date") if day is None else _date(day, now)
        case "birth_date":
            born = parse_birth_date(text, now.date())
            if isinstance(born, date):
                return _date(born, now)
            return Unread("again_future" if born is BirthDateProblem.IN_FUTURE else "again_birth_date")
        case _:
            return Reading(text, text) if text else Unread("again_choice")


def cleaned(text: str) -> str:
    """The text without signs that cannot be stored: control signs and halves of characters."""
    return _UNSTORABLE.sub("", text)


def _point(ask: Ask, text: str) -> Reading | Unread:
    text = str(_POINTS.get(text.casefold(), text))
    if text.isdecimal() and len(text) <= MAX_DIGITS and ask.low <= int(text) <= ask.high:
        point = int(text)
        return Reading(point, ask.words[point - ask.low] if ask.words else str(point))
    return Unread("again_choice")


def _name(text: str) -> Reading | Unread:
    name = " ".join(text.split())
    if len(name) > MAX_NAME or not any(sign.isalpha() for sign in harmless_name(name)):
        return Unread("again_name")
    return Reading(name, name)


def _time(ask: Ask, text: str) -> Reading | Unread:
    reading = parse_time(text, evening=ask.prefer == "evening")
    if reading is None:
        return Unread("again_time")
    times = [at for at in reading.times if at >= _AWAKE] or list(reading.times)
    if len(times) > 1:
        return Unread("again_time_twice", tuple(map(dotted_time, times)))
    clock = clock_time(times[0])
    return Reading(clock, clock)


def _date(day: date, now: datetime) -> Reading:
    return Reading(day.isoformat(), spoken_date(day, now.date()))
