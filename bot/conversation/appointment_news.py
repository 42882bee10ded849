"""Tells the others of a change to an appointment, at once, with a file for their calendars.

Whoever stopped or blocked the bot hears nothing: who made the change is told so, and can call. Does not decide
anything.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.care import appointment_rules, appointments, calendar_file, people, quiet
from bot.care.appointment_rules import Act, Appointment, Side
from bot.care.calendar_file import Entry
from bot.care.families import spoken
from bot.care.people import Person
from bot.conversation import outgoing
from bot.conversation.appointment_words import Words
from bot.conversation.turn import Turn
from bot.screens import menus
from flows.engine.state import Key
from flows.engine.templates import enumerate_dutch

MEETING = "m"
"""How buttons of appointments begin."""
PROPOSE_FLOW, NEW_FLOW, MOVE_FLOW = "appointment_propose", "appointment_new", "appointment_move"
_IN_TIME = timedelta(hours=3)
"""What is less than this before a meeting is told at any hour."""


def button(turn: Turn, text: str, act: str, one: Appointment, *, stamp: bool = False) -> Key:
    """A button about an appointment. With `stamp` it is about the time that is asked for now, and no other."""
    at = f":{int(one.wanted_at.timestamp()) // 60}" if stamp else ""
    return turn.key(text, f"{MEETING}:{act}:{one.id}{at}")


def answer_rows(turn: Turn, one: Appointment, side: Side) -> list[list[Key]]:
    """The buttons under what waits for this side's answer."""
    may = appointment_rules.may(one, side, turn.now)
    rows = [[button(turn, "appointment_yes", "y", one, stamp=True)]] if Act.AGREE in may else []
    beside = [button(turn, "appointment_other", "m", one)] if Act.MOVE in may else []
    if Act.KEEP in may and one.waits_for is side:
        beside.append(button(turn, "appointment_keep", "k", one))
    elif Act.CANCEL in may:
        beside.append(button(turn, "appointment_no", "c", one))
    return [*rows, *([beside] if beside else [])]


def tell(turn: Turn, one: Appointment, name: str, *, file: bool = False, only: Side | None = None) -> str:
    """Says the text `name` to all that the appointment concerns but who did it, or to one side; gives the names of
    those who can hear it. With `file` everybody's calendar hears of it as well."""
    person = turn.person
    told: list[str] = []
    for other in concerned(turn, one):
        if person and other.id == person.id:
            continue
        if other.blocked or other.has_stopped or (only and only is not appointment_rules.side_of(one, other)):
            continue
        told.append(spoken(other.name))
        _say(turn, one, other, name)
        if file:
            call = outgoing.document(calendar_file.NAME, _file(turn, one, other), _caption(turn, one))
            turn.call_elsewhere(other.chat_id, call, not_before=_not_before(turn, one, other))
    if file and person:
        turn.call(outgoing.document(calendar_file.NAME, _file(turn, one, person), _caption(turn, one)))
    return enumerate_dutch(told)


def concerned(turn: Turn, one: Appointment) -> list[Person]:
    """The parents of the family, and the mentor."""
    connection, vault = turn.connection, turn.host.vault
    found = people.parents_of(connection, vault, one.family_id)
    mentor = people.by_id(connection, vault, one.mentor_id)
    return [*found, mentor] if mentor else found


def _say(turn: Turn, one: Appointment, other: Person, name: str) -> None:
    words, by = Words(turn.facts, other), turn.person
    side = appointment_rules.side_of(one, other) or Side.PARENT
    waits = one.waits_for is side and name in ("appointment_proposed", "appointment_move_asked")
    clash, away = "", False
    if waits and side is Side.MENTOR:
        away = other.is_away(one.wanted_at)
        found = appointments.clashing(
            turn.connection, turn.host.vault, other.id, one.wanted_at, one.minutes, but=one.id
        )
        clash = words.others(found)
    scope = {
        **words.described(one),
        "by": spoken(by.name) if by else "",
        "clash": clash,
        "away": away,
        "old": words.when(one.starts_at),
    }
    if waits:
        scope["when"] = words.when(one.wanted_at)
    rows = answer_rows(turn, one, side) if waits else _after(turn, one, side, name)
    call = outgoing.send(turn.text(name, **scope), rows)
    turn.call_elsewhere(other.chat_id, call, not_before=_not_before(turn, one, other))


def _after(turn: Turn, one: Appointment, side: Side, name: str) -> list[list[Key]]:
    """What the other may want to do after hearing this."""
    if name == "appointment_parents_say_no":
        return [
            [button(turn, "appointment_not", "g", one)],
            [button(turn, "appointment_took_place", "h", one)],
        ]
    if name in ("appointment_missed", "appointment_cancelled") and side is Side.PARENT:
        return [[turn.key("appointment_again", f"{menus.START_FLOW}:{PROPOSE_FLOW}")]]
    return [[button(turn, "appointment_show", "o", one)]]


def _not_before(turn: Turn, one: Appointment, other: Person) -> datetime | None:
    """News waits for the hours at which somebody wants to hear anything, if it is then still in time."""
    until = quiet.waits_until(other, turn.now)
    in_time = until is None or until + _IN_TIME < min(one.starts_at, one.wanted_at)
    return until if in_time or one.starts_at <= turn.now else None


def _caption(turn: Turn, one: Appointment) -> str:
    return turn.text("appointment_file_gone" if one.status == appointment_rules.CANCELLED else "appointment_file")


def _file(turn: Turn, one: Appointment, reader: Person) -> bytes:
    words = Words(turn.facts, reader)
    entry = Entry(
        uid=f"{one.id}@draaglicht",
        sequence=max(one.version - 1, 0),
        starts_at=one.starts_at,
        ends_at=one.ends_at,
        summary=turn.plain("appointment_summary", names=words.names(one)),
        place=words.place(one.details),
        organizer=words.mentor_of(one),
        cancelled=one.status == appointment_rules.CANCELLED,
    )
    return calendar_file.written(entry, turn.now)
