"""What a flow does with things that were kept before: change them, throw them away, let them come back by themselves.

A thing is named by its id, or by `this`: what this very flow keeps. Somebody else's is as if it were not there.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta

from bot.care import coming, records, rituals
from bot.care.coming import Coming
from bot.care.records import Field, Record
from bot.conversation import kept
from bot.conversation.actions.common import NotAllowed, me, named
from bot.conversation.turn import Turn
from bot.store.types import read_id
from flows.engine.definition import Comes
from flows.engine.dutch.spoken import spoken_date, spoken_time
from flows.engine.state import Ref, Request, Value

THIS = "this"
_DAYS = {"all": rituals.EVERY_DAY, "school": rituals.SCHOOL_NIGHTS, "weekend": rituals.WEEKEND}
_AT = time(10, 0)
"""When something comes for which no time was chosen."""


def change_record(turn: Turn, request: Request) -> Value | None:
    """Puts a value in a field of something that was kept; answers `yes`, or nothing when it is not there."""
    given, record = request.arguments, record_of(turn, request, request.arguments["record"])
    if record is None:
        return None
    value: Value = int(given["value"]) if given["value"].isdecimal() else given["value"]
    field = Field(value, given.get("said") or given["value"])
    records.change(turn.connection, turn.host.vault, record, given["field"], field, turn.now)
    return "yes"


def own_record(turn: Turn, request: Request) -> Value | None:
    """Something that was kept, or else what this flow keeps itself, as an item of its list, to hand to another flow;
    nothing when it is not there."""
    record = record_of(turn, request, request.arguments.get("record", THIS))
    return Ref(request.arguments["list"], str(record.id)) if record else None


def throw_away_record(turn: Turn, request: Request) -> Value | None:
    """Deletes something that was kept; what was to come about it has nothing to come about any more."""
    record = record_of(turn, request, request.arguments["record"])
    if record:
        records.throw_away(turn.connection, me(turn).id, record.key)
        coming.stop_about(turn.connection, me(turn), str(record.id))
    return None


def show_record(turn: Turn, request: Request) -> Value | None:
    """Shows something that was kept, with what can be done with it: to share it, or not any more."""
    record = record_of(turn, request, request.arguments["record"])
    return "yes" if record and kept.show_one(turn, record.id) else None


def remind(turn: Turn, request: Request) -> Value | None:
    """Lets a flow come by itself, on days of the week or on one day; answers when that is next, in words, or nothing
    when it lies in the past."""
    given, person = request.arguments, me(turn)
    what, comes = _coming(turn, request)
    at = time.fromisoformat(given["time"]) if given.get("time") else _AT
    if given.get("days"):
        wanted = _DAYS.get(given["days"], given["days"])
        days = "".join(sorted(sign for sign in set(wanted) if sign in rituals.EVERY_DAY))
        if not days:
            return None
        coming.every(turn.connection, person, what, at, days, comes.useful, turn.now)
        turn.facts.forget()
        due_at = turn.facts.timers[what.key].due_at
        return when_in_words(turn, due_at) if due_at else None
    due_at = coming.moment(person, _day(turn, given), at)
    if due_at <= turn.now:
        return None
    coming.once(turn.connection, person, what, due_at, comes.useful)
    return when_in_words(turn, due_at)


def stop_reminding(turn: Turn, request: Request) -> Value | None:
    """A flow does not come by itself any more."""
    coming.stop(turn.connection, me(turn), _coming(turn, request)[0])
    return None


def _coming(turn: Turn, request: Request) -> tuple[Coming, Comes]:
    flow = turn.host.library.flows.get(request.arguments["flow"])
    if flow is None or flow.comes is None:
        raise NotAllowed("this flow does not come by itself")
    item = request.arguments.get("about", "")
    if item == THIS:
        record = record_of(turn, request, THIS)
        item = str(record.id) if record else ""
    return Coming(flow.flow, item), flow.comes


def _day(turn: Turn, given: Mapping[str, str]) -> date:
    today = turn.facts.local.date()
    if given.get("date"):
        return date.fromisoformat(given["date"])
    return today + timedelta(days=int(given.get("in_days") or 0))


def when_in_words(turn: Turn, due_at: datetime) -> str:
    """An instant as the person says it: "morgen om half acht 's avonds"."""
    local = me(turn).local(due_at)
    day = spoken_date(local.date(), turn.facts.local.date())
    return turn.plain("coming_when", day=day, time=spoken_time(local.time()))


def record_of(turn: Turn, request: Request, wanted: str) -> Record | None:
    """The record of this person with this id, or what the flow itself keeps; None when it is not there."""
    connection, vault, own = turn.connection, turn.host.vault, me(turn).id
    if wanted == THIS:
        return records.find(connection, vault, own, request.key)
    return records.by_id(connection, vault, own, read_id(wanted))


ACTIONS = named(own_record, change_record, throw_away_record, remind, stop_reminding, show_record)
