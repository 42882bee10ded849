"""What comes by itself comes another time; and how often anything may come."""

from __future__ import annotations

from datetime import date, time, timedelta

from bot.care import agenda, coming, people, rituals
from bot.conversation import coming_facts, upcoming
from bot.conversation.actions.common import me, named
from bot.conversation.actions.keeping import when_in_words
from bot.conversation.turn import Turn
from flows.engine.state import Request, Value


def move_coming(turn: Turn, request: Request) -> Value | None:
    """Something comes on another day or at another time: this once, or a rhythm from now on. Answers when it comes
    next, in words, or nothing when it is not there any more or that moment is over."""
    given, person, known = request.arguments, me(turn), turn.facts.timers
    one = next((one for one in coming_facts.ahead(turn.facts) if one.key == given["coming"]), None)
    if one is None:
        return None
    usual = person.local(one.at).time().replace(tzinfo=None) if one.at else time(10)
    own = known.get(one.key)
    if (given.get("days") or given.get("each")) and own and own.days:
        wanted = "".join(sorted(set(given.get("days") or own.days) & set(rituals.EVERY_DAY)))
        at = time.fromisoformat(given.get("each") or own.local_time or "10:00")
        agenda.set_rhythm(turn.connection, person, known, one, at, wanted or own.days, turn.now)
    else:
        today = turn.facts.local.date()
        days = timedelta(days=int(given.get("in_days") or 0))
        day = date.fromisoformat(given["date"]) if given.get("date") else today + days
        instant = coming.moment(person, day, time.fromisoformat(given["time"]) if given.get("time") else usual)
        if instant <= turn.now:
            return None
        agenda.move(turn.connection, person, known, one, instant)
    turn.facts.forget()
    moved = next((each for each in coming_facts.ahead(turn.facts) if each.key == one.key and each.at), None)
    return when_in_words(turn, moved.at) if moved and moved.at else None


def set_reminders_a_day(turn: Turn, request: Request) -> Value | None:
    """How many things may come by themselves in a day; another number than there is to choose changes nothing."""
    value = request.arguments["value"]
    if value.isdecimal() and int(value) in coming.CHOICES:
        people.change(turn.connection, me(turn).id, reminders_a_day=int(value))
        turn.refresh_person()
    return None


def show_coming(turn: Turn, request: Request) -> Value | None:
    """Shows what comes by itself, as its own message."""
    upcoming.show_coming(turn)
    return None


ACTIONS = named(move_coming, set_reminders_a_day, show_coming)
