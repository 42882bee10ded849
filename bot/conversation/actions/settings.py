"""What a person may set: place, times, rest."""

from __future__ import annotations

from datetime import date, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from bot.care import people, quiet, rituals
from bot.conversation.actions.common import me, named
from bot.conversation.turn import Turn
from bot.store import timers
from flows.engine.dutch.spoken import spoken_date
from flows.engine.state import Request, Value

REGIONS = {"nl": "Europe/Amsterdam", "be": "Europe/Brussels"}
_zones = cache(available_timezones)
"""Read once: it looks through some hundreds of files."""
_DAYS = {"all": rituals.EVERY_DAY, "school": rituals.SCHOOL_NIGHTS, "weekend": rituals.WEEKEND}


def set_region(turn: Turn, request: Request) -> Value | None:
    """The region, and its time zone if the parent's was that of the other region."""
    region = request.arguments["value"]
    if region in REGIONS:
        people.change(turn.connection, me(turn).id, region=region)
        if me(turn).zone.key in REGIONS.values():
            rituals.move_to_zone(turn.connection, me(turn), ZoneInfo(REGIONS[region]), turn.now)
        turn.refresh_person()
    return None


def set_zone(turn: Turn, request: Request) -> Value | None:
    """The time zone; an unknown name changes nothing. Answers the zone that now holds."""
    name = request.arguments["value"]
    if name in _zones():
        rituals.move_to_zone(turn.connection, me(turn), ZoneInfo(name), turn.now)
        turn.refresh_person()
    return me(turn).zone.key


def set_evening(turn: Turn, request: Request) -> Value | None:
    """Time and days of the evening ritual; what is not given stays as it was."""
    given = request.arguments
    before = timers.of_chat(turn.connection, turn.chat_id).get(rituals.EVENING)
    at = given.get("time") or (before.local_time if before else None)
    wanted = given.get("days") or ""
    days = _DAYS.get(wanted) or "".join(sorted(sign for sign in set(wanted) if sign in rituals.EVERY_DAY))
    days = days or (before.days if before else None) or rituals.EVERY_DAY
    if at:
        rituals.set_evening(turn.connection, me(turn), time.fromisoformat(at), days, turn.now)
        turn.refresh_person()
    return None


def rest_evening(turn: Turn, request: Request) -> Value | None:
    """The evening ritual rests."""
    rituals.rest_evening(turn.connection, me(turn))
    return None


def set_named_reminder(turn: Turn, request: Request) -> Value | None:
    """Whether the reminder may name somebody."""
    people.change(turn.connection, me(turn).id, named_reminder=request.arguments["value"] == "yes")
    turn.refresh_person()
    return None


def set_silent_reminders(turn: Turn, request: Request) -> Value | None:
    """Whether reminders make a sound."""
    people.change(turn.connection, me(turn).id, silent_reminders=request.arguments["value"] == "yes")
    turn.refresh_person()
    return None


def set_reminder_hours(turn: Turn, request: Request) -> Value | None:
    """Between which local times anything may come unasked; without times, always."""
    given = request.arguments
    start, end = given.get("from", ""), given.get("until", "")
    hours = quiet.written(time.fromisoformat(start), time.fromisoformat(end)) if start and end else None
    people.change(turn.connection, me(turn).id, reminder_hours=hours)
    turn.refresh_person()
    return None


def set_look_back(turn: Turn, request: Request) -> Value | None:
    """The day of the look-back, or none."""
    value = request.arguments["value"]
    rituals.set_look_back(turn.connection, me(turn), value if value in rituals.EVERY_DAY else None, turn.now)
    return None


def snooze(turn: Turn, request: Request) -> Value | None:
    """Asks again later tonight; answers the local time, or nothing when that is over for tonight."""
    given, person = request.arguments, me(turn)
    if given.get("time"):
        until = rituals.later_tonight(person, time.fromisoformat(given["time"]), turn.now)
    else:
        until = turn.now + timedelta(minutes=int(given.get("minutes") or 15))
    if until is None:
        return None
    rituals.snooze(turn.connection, person, until)
    turn.refresh_person()
    return person.local(until).strftime("%H:%M")


def skip_tonight(turn: Turn, request: Request) -> Value | None:
    """Nothing more about the ritual tonight."""
    rituals.done_for_tonight(turn.connection, me(turn), turn.now)
    turn.refresh_person()
    return None


def pause_until(turn: Turn, request: Request) -> Value | None:
    """All reminders are silent until the day given, or so many days on; answers that day in words, if it is to come."""
    given, today = request.arguments["date"], turn.facts.local.date()
    until = today + timedelta(days=int(given)) if given.isdecimal() else date.fromisoformat(given)
    if until <= today:
        return None
    people.change(turn.connection, me(turn).id, paused_until=until)
    turn.refresh_person()
    return spoken_date(until, today)


def end_pause(turn: Turn, request: Request) -> Value | None:
    """Reminders come again."""
    people.change(turn.connection, me(turn).id, paused_until=None)
    turn.refresh_person()
    return None


ACTIONS = named(
    set_region,
    set_zone,
    set_evening,
    rest_evening,
    set_named_reminder,
    set_silent_reminders,
    set_reminder_hours,
    set_look_back,
    snooze,
    skip_tonight,
    pause_until,
    end_pause,
)
