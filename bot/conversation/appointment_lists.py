"""Lists of appointments: a parent's, and a mentor's month by month; by editing one message.

Does not know what can be done with one: that is `appointing`.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta

from bot.care import agenda, appointment_rules, appointments, pages
from bot.care.appointment_rules import Appointment, Side
from bot.care.months import month_after, month_before, month_of
from bot.care.people import Person, Role
from bot.conversation.appointment_news import MEETING
from bot.conversation.appointment_words import Words
from bot.conversation.turn import Turn
from bot.schedule.local_time import instant_on
from bot.screens import entries, menus
from flows.engine.dutch.spoken import month_name, month_of_year
from flows.engine.state import Key

MINE, GUIDED = "my_appointments", "appointments"
"""The screens of a parent and of a mentor."""
MINE_TOKEN = f"{MEETING}:l:0"
_LIST = re.compile(r"l:([0-9]{1,4})")
_MONTH = re.compile(r"n:([0-9]{4})(0[1-9]|1[0-2]):([0-9]{1,4})")
_RECENTLY = timedelta(days=30)
_FIRST_YEAR, _LAST_YEAR = 2020, 2120


def tapped(turn: Turn, rest: str, message_id: int | None) -> bool:
    """Shows the list that a button leads to; False when it leads to none for this person."""
    person = turn.person
    found = _LIST.fullmatch(rest)
    if found and person and Role.PARENT in person.roles:
        show_mine(turn, message_id, int(found[1]))
        return True
    found = _MONTH.fullmatch(rest)
    if found and person and Role.MENTOR in person.roles and _FIRST_YEAR <= int(found[1]) <= _LAST_YEAR:
        _show_month(turn, person, date(int(found[1]), int(found[2]), 1), int(found[3]), message_id)
        return True
    return False


def token_of(turn: Turn, one: Appointment, side: Side) -> str:
    """What leads to the list in which this appointment stands."""
    if side is Side.PARENT or turn.person is None:
        return f"{MEETING}:l:0"
    return f"{MEETING}:n:{turn.person.local(one.starts_at):%Y%m}:0"


def show_lists(turn: Turn) -> None:
    """All lists that this person has."""
    if turn.person and Role.PARENT in turn.person.roles:
        show_mine(turn)
    if turn.person and Role.MENTOR in turn.person.roles:
        show_guided(turn)


def show_mine(turn: Turn, message_id: int | None = None, number: int = 0) -> None:
    """What is to come for a parent's family, and what was lately."""
    person = turn.person
    if person is None or person.family_id is None:
        return
    since = turn.now - _RECENTLY
    found = appointments.of_family(turn.connection, turn.host.vault, person.family_id, since=since)
    ahead = [one for one in found if one.starts_at > turn.now and one.status in appointment_rules.OPEN]
    behind = [one for one in reversed(found) if one not in ahead]
    page = pages.cut([*ahead, *behind], number)
    text, below = menus.show(turn.host.library.screens[MINE], turn.facts, may_start=turn.may_start)
    words = Words(turn.facts, person)
    told = [words.described(one, names=False) for one in page.items]
    lines = "\n".join(turn.text("appointment_line", **one) for one in told)
    rows = [_key(turn, one) for one in told]
    rows += entries.page_rows(turn.host.library, f"{MEETING}:l", page.number, page.more)
    turn.show(f"{text}\n\n{lines}" if told else turn.text("appointment_none"), [*rows, *below], message_id)


def planned(turn: Turn) -> str:
    """What is planned for a parent's family in the time ahead, in words; empty when there is nothing."""
    person = turn.person
    if person is None or person.family_id is None:
        return ""
    until = turn.now + agenda.AHEAD
    found = appointments.of_family(turn.connection, turn.host.vault, person.family_id, turn.now, until)
    words = Words(turn.facts, person)
    told = [words.described(one) for one in found if one.status in appointment_rules.OPEN]
    return "\n".join(turn.text("appointment_coming", **one) for one in told[: pages.SIZE])


def show_guided(turn: Turn, message_id: int | None = None) -> None:
    """A mentor's appointments of this month."""
    if turn.person:
        _show_month(turn, turn.person, month_of(turn.person.local(turn.now).date()), None, message_id)


def _show_month(turn: Turn, mentor: Person, month: date, number: int | None, message_id: int | None) -> None:
    """A page of a month; without a number the one on which today stands."""
    start, end = _start(mentor, month), _start(mentor, month_after(month))
    connection, vault, library = turn.connection, turn.host.vault, turn.host.library
    found = appointments.of_mentor(connection, vault, mentor.id, start, end)
    if number is None:
        today = instant_on(mentor.local(turn.now).date(), time(0), mentor.zone)
        number = sum(one.starts_at < today for one in found) // pages.SIZE
    page = pages.cut(found, number)
    words = Words(turn.facts, mentor)
    told = [words.described(one) for one in page.items]
    lines = [turn.text("appointment_line", **{**one, "day": one["short"]}) for one in told]
    rows = [_key(turn, one) for one in told]
    rows += entries.page_rows(library, f"{MEETING}:n:{month:%Y%m}", page.number, page.more)
    rows.append([_month_key(month_before(month), "‹"), _month_key(month_after(month), "›")])
    text, below = menus.show(library.screens[GUIDED], turn.facts, may_start=turn.may_start)
    heading = turn.text("appointment_month", month=month_of_year(month))
    body = [text, "\n".join(lines)] if told else [turn.text("appointment_month_none")]
    turn.show("\n\n".join([heading, *body]), [*rows, *below], message_id)


def _key(turn: Turn, told: dict[str, object]) -> list[Key]:
    return [turn.key("appointment_label", f"{MEETING}:o:{told['id']}", **told)]


def _month_key(month: date, sign: str) -> Key:
    name = month_name(month)
    return Key(f"{sign} {name}" if sign == "‹" else f"{name} {sign}", f"{MEETING}:n:{month:%Y%m}:0")


def _start(mentor: Person, month: date) -> datetime:
    return instant_on(month, time(0), mentor.zone)
