"""What buttons of appointments do: say yes, move, cancel, tell whether it took place. One tap each, in place.

Every tap looks up anew whose the appointment is and what may be done with it now. Does not know what is allowed: that
is `appointment_rules`; nor how others hear of it: `appointment_news`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from bot.care import appointment_rules, appointments
from bot.care.appointment_rules import Act, Appointment, Details, Side
from bot.conversation import appointment_lists
from bot.conversation.appointment_news import MEETING, MOVE_FLOW, NEW_FLOW, PROPOSE_FLOW, button, tell
from bot.conversation.appointment_words import APPOINTMENTS, Words, at_same_time, clock, short_day, weeks_to
from bot.conversation.turn import Turn
from bot.screens import entries, menus
from bot.screens.entries import GUIDED
from flows.engine.state import Key, Ref

REPORT_FLOW = "report"
_LONGEST_LEAVE = 60
"""In weeks: no week after leave is looked for further ahead."""
_ONE = re.compile(r"([a-z]{1,2}):([0-9]{1,19})(?::([0-9]{1,9}))?")
"""The last number counts minutes: with nine digits it is still an instant."""

Rows = list[list[Key]]


def tapped(turn: Turn, rest: str, message_id: int | None) -> bool:
    """Does what a button asks; False when it is about no appointment of this person's."""
    if turn.person is None:
        return False
    if appointment_lists.tapped(turn, rest, message_id):
        return True
    wish = _ONE.fullmatch(rest)
    one = appointments.find_for(turn.connection, turn.host.vault, turn.person, int(wish[2])) if wish else None
    side = appointment_rules.side_of(one, turn.person) if one else None
    act = _ACTS.get(wish[1]) if wish else None
    if wish is None or one is None or side is None or act is None:
        return False
    at = datetime.fromtimestamp(int(wish[3]) * 60, UTC) if wish[3] else one.wanted_at
    if not act(turn, one, side, at, message_id):
        _show_now(turn, one.id, message_id)
    return True


def show_card(turn: Turn, one: Appointment, message_id: int | None, lead: str = "") -> None:
    """One appointment, with what can be done with it."""
    person = turn.person
    side = appointment_rules.side_of(one, person) if person else None
    if person is None or side is None:
        return
    words = Words(turn.facts, person)
    told = {**words.described(one), "standing": words.standing(one)}
    rows = _rows(turn, one, side)
    rows.append([turn.key("page_back", appointment_lists.token_of(turn, one, side))])
    parts = [turn.text(lead)] if lead else []
    turn.show("\n\n".join([*parts, turn.text("appointment_card", **told)]), rows, message_id)


def _rows(turn: Turn, one: Appointment, side: Side) -> Rows:
    may, over = appointment_rules.may(one, side, turn.now), one.starts_at <= turn.now
    rows: Rows = []
    if Act.AGREE in may:
        rows.append([button(turn, "appointment_yes", "y", one, stamp=True)])
    if Act.KEEP in may:
        rows.append([button(turn, "appointment_keep", "k", one)])
    if Act.HAPPENED in may and one.status != appointment_rules.MISSED:
        rows.append([button(turn, "appointment_took_place", "h", one)])
    if Act.MISSED in may and one.status != appointment_rules.HAPPENED:
        rows.append([button(turn, "appointment_not", "g", one)])
    if Act.SAY in may:
        rows.append([button(turn, "appointment_took_place", "p", one)])
        rows.append([button(turn, "appointment_not", "q", one)])
    if Act.MOVE in may:
        rows.append([button(turn, "appointment_other", "m", one)])
    if Act.CANCEL in may:
        rows.append([button(turn, "appointment_cancel", "c", one)])
    if one.status == appointment_rules.MISSED and Act.HAPPENED in may:
        rows.append([button(turn, "appointment_took_place", "h", one)])
    if one.status == appointment_rules.HAPPENED and Act.MISSED in may:
        rows.append([button(turn, "appointment_not", "g", one)])
    if Act.AGAIN in may:
        rows += _again_rows(turn, one, side)
    if side is Side.MENTOR and over and one.status in (appointment_rules.AGREED, appointment_rules.HAPPENED):
        rows += _report_row(turn, one)
    return rows


def _again_rows(turn: Turn, one: Appointment, side: Side) -> Rows:
    """A new appointment like this one: at the same time in a week that is still to come, or at any other."""
    if side is Side.PARENT or turn.person is None:
        return [[turn.key("appointment_again", f"{menus.START_FLOW}:{PROPOSE_FLOW}")]]
    at = turn.person.local(next_like(turn, one))
    scope = {"day": short_day(at.date()), "clock": clock(at)}
    same = turn.plain("appointment_same_time", **scope)
    return [
        [Key(same, f"{MEETING}:w:{one.id}")],
        [turn.key("appointment_again", f"{GUIDED}:d:{one.family_id}:{NEW_FLOW}")],
    ]


def next_like(turn: Turn, one: Appointment) -> datetime:
    """The first instant still to come, whole weeks later at the same local time, and not while whoever asks is on
    leave."""
    weeks = weeks_to(one, turn.now)
    at = at_same_time(one, timedelta(weeks=weeks))
    for later in range(_LONGEST_LEAVE):
        at = at_same_time(one, timedelta(weeks=weeks + later))
        if turn.person is None or not turn.person.is_away(at):
            break
    return at


def _report_row(turn: Turn, one: Appointment) -> Rows:
    if REPORT_FLOW not in turn.host.library.flows:
        return []
    return [[turn.key("appointment_report", f"{GUIDED}:d:{one.family_id}:{REPORT_FLOW}")]]


# --- the acts: each tells whether it could be done --------------------------------------------------------------------


def _agree(turn: Turn, one: Appointment, side: Side, at: datetime, message_id: int | None) -> bool:
    """A mentor who is busy or on leave then is asked once more."""
    if side is Side.MENTOR and turn.person and Act.AGREE in appointment_rules.may(one, side, turn.now):
        connection, vault = turn.connection, turn.host.vault
        found = appointments.clashing(connection, vault, turn.person.id, at, one.minutes, but=one.id)
        away = turn.person.is_away(at)
        if found or away:
            others = Words(turn.facts, turn.person).others(found)
            rows = [
                [button(turn, "appointment_yes_still", "yy", one, stamp=True)],
                [button(turn, "appointment_other", "m", one)],
                [button(turn, "page_back", "o", one)],
            ]
            turn.show(turn.text("appointment_clash", others=others, away=away), rows, message_id)
            return True
    return _agree_anyway(turn, one, side, at, message_id)


def _agree_anyway(turn: Turn, one: Appointment, side: Side, at: datetime, message_id: int | None) -> bool:
    agreed = appointments.agree(turn.connection, turn.host.vault, one.id, side, at, turn.now)
    if agreed is None:
        return False
    _here(turn, agreed, "appointment_agreed_here", message_id)
    tell(turn, agreed, "appointment_agreed", file=True)
    return True


def _keep(turn: Turn, one: Appointment, side: Side, at: datetime, message_id: int | None) -> bool:
    kept = appointments.keep_time(turn.connection, turn.host.vault, one.id, side, turn.now)
    if kept is None:
        return False
    _here(turn, kept, "appointment_kept_here", message_id)
    tell(turn, kept, "appointment_kept")
    return True


def _move(turn: Turn, one: Appointment, side: Side, at: datetime, message_id: int | None) -> bool:
    if Act.MOVE not in appointment_rules.may(one, side, turn.now):
        return False
    turn.start(MOVE_FLOW, {"appointment": Ref(APPOINTMENTS, str(one.id))})
    return turn.unexpected is None


def _cancel(turn: Turn, one: Appointment, side: Side, at: datetime, message_id: int | None) -> bool:
    """Asks once more: the other side hears it at once."""
    if Act.CANCEL not in appointment_rules.may(one, side, turn.now) or turn.person is None:
        return False
    yes, no = f"{MEETING}:cc:{one.id}", f"{MEETING}:o:{one.id}"
    told = Words(turn.facts, turn.person).described(one)
    text, rows = entries.question(turn.host.library, "appointment_cancel_sure", yes, no, told)
    if Act.MOVE in appointment_rules.may(one, side, turn.now):
        rows.insert(1, [button(turn, "appointment_other", "m", one)])
    turn.show(text, rows, message_id)
    return True


def _cancel_sure(turn: Turn, one: Appointment, side: Side, at: datetime, message_id: int | None) -> bool:
    gone = appointments.cancel(turn.connection, turn.host.vault, one.id, side, turn.now)
    if gone is None:
        return False
    told = tell(turn, gone, "appointment_cancelled", file=gone.version > 0)
    _here(turn, gone, "appointment_cancelled_here", message_id, told=told)
    return True


def _happened(turn: Turn, one: Appointment, side: Side, at: datetime, message_id: int | None) -> bool:
    held = appointments.happened(turn.connection, turn.host.vault, one.id, side, turn.now)
    if held is None:
        return False
    if one.status == appointment_rules.MISSED:
        tell(turn, held, "appointment_held")
    rows = [*_report_row(turn, held), *_again_rows(turn, held, side)]
    _here(turn, held, "appointment_happened_here", message_id, rows=rows)
    return True


def _missed(turn: Turn, one: Appointment, side: Side, at: datetime, message_id: int | None) -> bool:
    """The parents get a kind word, and the mentor a new moment to propose."""
    gone = appointments.missed(turn.connection, turn.host.vault, one.id, side, turn.now)
    if gone is None:
        return False
    told = tell(turn, gone, "appointment_missed")
    _here(turn, gone, "appointment_missed_here", message_id, rows=_again_rows(turn, gone, side), told=told)
    return True


def _said_yes(turn: Turn, one: Appointment, side: Side, at: datetime, message_id: int | None) -> bool:
    if appointments.parents_say(turn.connection, turn.host.vault, one.id, side, True, turn.now) is None:
        return False
    turn.show(turn.text("appointment_said_yes"), (), message_id)
    return True


def _said_no(turn: Turn, one: Appointment, side: Side, at: datetime, message_id: int | None) -> bool:
    """The mentor hears it, and decides."""
    said = appointments.parents_say(turn.connection, turn.host.vault, one.id, side, False, turn.now)
    if said is None or turn.person is None:
        return False
    if one.details.parents_say != "no":
        tell(turn, said, "appointment_parents_say_no", only=Side.MENTOR)
    mentor = Words(turn.facts, turn.person).mentor_of(one)
    rows = _again_rows(turn, said, side) if said.mentor_id else []
    turn.show(turn.text("appointment_said_no", mentor=mentor), rows, message_id)
    return True


def _again(turn: Turn, one: Appointment, side: Side, at: datetime, message_id: int | None) -> bool:
    """One like it is proposed at once, at the same time in a week that is still to come."""
    person = turn.person
    if person is None or side is Side.PARENT or Act.AGAIN not in appointment_rules.may(one, side, turn.now):
        return False
    connection, vault, at = turn.connection, turn.host.vault, next_like(turn, one)
    known = appointments.at_same_moment(connection, vault, one.family_id, at)
    if known:
        show_card(turn, known, message_id)
        return True
    new_id = appointments.propose(
        connection,
        vault,
        family_id=one.family_id,
        mentor_id=one.mentor_id,
        by=person.id,
        kind=one.kind,
        starts_at=at,
        minutes=one.minutes,
        zone=one.zone,
        details=Details(one.details.where, one.details.place, one.details.kind),
        now=turn.now,
    )
    new = appointments.find(connection, vault, new_id)
    if new:
        told = tell(turn, new, "appointment_proposed")
        _here(turn, new, "appointment_again_here", message_id, told=told)
    return new is not None


def _show(turn: Turn, one: Appointment, side: Side, at: datetime, message_id: int | None) -> bool:
    show_card(turn, one, message_id)
    return True


_ACTS: dict[str, Callable[[Turn, Appointment, Side, datetime, int | None], bool]] = {
    "o": _show,
    "y": _agree,
    "yy": _agree_anyway,
    "k": _keep,
    "m": _move,
    "c": _cancel,
    "cc": _cancel_sure,
    "h": _happened,
    "g": _missed,
    "p": _said_yes,
    "q": _said_no,
    "w": _again,
}
ACTS = tuple(_ACTS)
"""What stands in a button between the verb and the appointment."""


def _show_now(turn: Turn, appointment_id: int, message_id: int | None) -> None:
    """What was asked cannot be done any more: how it stands instead."""
    one = appointments.find(turn.connection, turn.host.vault, appointment_id)
    if one:
        show_card(turn, one, message_id, lead="appointment_changed")


def _here(
    turn: Turn, one: Appointment, name: str, message_id: int | None, rows: Rows | None = None, told: str = ""
) -> None:
    """What became of the tap, in place of what was tapped."""
    person = turn.person
    if person is None:
        return
    scope = {**Words(turn.facts, person).described(one), "told": told}
    below = rows if rows is not None else []
    turn.show(turn.text(name, **scope), [*below, [button(turn, "appointment_show", "o", one)]], message_id)
