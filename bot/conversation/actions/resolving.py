"""What flows do with a resolution: when it comes to mind, and how it ends."""

from __future__ import annotations

from datetime import date, timedelta

from bot.care import coming, records, resolutions, rituals
from bot.care.coming import Coming
from bot.care.records import Field
from bot.care.resolutions import Moment, Status
from bot.conversation.actions.common import me, named
from bot.conversation.actions.keeping import record_of, when_in_words
from bot.conversation.facts import day_names
from bot.conversation.turn import Turn
from flows.engine.dutch.spoken import spoken_time
from flows.engine.state import Request, Value


def plan_resolution(turn: Turn, request: Request) -> Value | None:
    """A resolution is open, and comes to mind at its moment, or on a day of choice; answers when that is, in words, or
    nothing when there is no moment or it lies in the past. It is asked after later by itself."""
    given, person = request.arguments, me(turn)
    record = record_of(turn, request, given["record"])
    if record is None:
        return None
    fields = {"status": _status(turn, Status.OPEN)}
    moment = resolutions.read_moment(given.get("when") or str(record.value("when") or ""))
    if moment:
        fields["when"] = Field(moment.written, _in_words(turn, moment))
    records.change_all(turn.connection, turn.host.vault, record, fields, turn.now)
    _stop(turn, record.id)
    turn.facts.forget()
    if moment is None:
        return None
    if given.get("date"):
        at = coming.moment(person, date.fromisoformat(given["date"]), moment.at)
    elif given.get("in_minutes"):
        at = turn.now + timedelta(minutes=int(given["in_minutes"]))
    else:
        at = resolutions.next_time(person, moment, turn.now)
    if at <= turn.now:
        return None
    resolutions.plan(turn.connection, person, record.id, at)
    return when_in_words(turn, at)


def end_resolution(turn: Turn, request: Request) -> Value | None:
    """A resolution is not open any more, and does not come to mind."""
    record = record_of(turn, request, request.arguments["record"])
    if record:
        status = Status(request.arguments["status"])
        fields = {"status": _status(turn, status)}
        records.change_all(turn.connection, turn.host.vault, record, fields, turn.now)
        _stop(turn, record.id)
    return None


def rest_resolution(turn: Turn, request: Request) -> Value | None:
    """A resolution stays open without anything coming about it."""
    record = record_of(turn, request, request.arguments["record"])
    if record:
        fields = {"status": _status(turn, Status.OPEN)}
        records.change_all(turn.connection, turn.host.vault, record, fields, turn.now)
        _stop(turn, record.id)
    return None


def _stop(turn: Turn, record_id: int) -> None:
    for flow in (resolutions.NOW, resolutions.CHECK):
        coming.stop(turn.connection, me(turn), Coming(flow, str(record_id)))


def _status(turn: Turn, status: Status) -> Field:
    return Field(status.value, turn.host.library.texts[f"resolution_status_{status.value}"].strip())


def _in_words(turn: Turn, moment: Moment) -> str:
    days = "" if moment.days == rituals.EVERY_DAY else day_names(moment.days)
    scope = {"days": days, "time": spoken_time(moment.at)}
    return turn.plain("resolution_when", **scope)


ACTIONS = named(plan_resolution, end_resolution, rest_resolution)
