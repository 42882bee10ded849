"""What comes by itself about appointments: reminders, the question whether it took place, and a mentor's morning.

A timer only says that there may be something to say; what, is decided from the appointment as it is now. What was
agreed counts for the day, and is not left out because the day was full.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta

from bot.care import appointment_rules, appointment_timers, appointments, coming, quiet, rituals
from bot.care.appointment_rules import Appointment, Side
from bot.care.appointment_times import DECENT, morning_of
from bot.care.people import Person
from bot.conversation.appointment_lists import GUIDED
from bot.conversation.appointment_news import button
from bot.conversation.appointment_words import Words
from bot.conversation.incoming import Rang
from bot.conversation.turn import Turn
from bot.schedule.local_time import instant_on
from bot.screens import menus
from bot.store.outbox import Priority

_ASKED_UNTIL = timedelta(days=3)
"""How long after a meeting it is of use to ask whether it took place."""


def rang(turn: Turn, timer: Rang) -> bool:
    """Does what one of these timers was set for; False for any other timer."""
    if timer.key == appointment_timers.TODAY:
        _morning(turn, timer.due_at)
        return True
    appointment_id = appointment_timers.read_key(timer.key)
    if appointment_id is None:
        return False
    person = turn.person
    one = appointments.find_for(turn.connection, turn.host.vault, person, appointment_id) if person else None
    if person is None or one is None:
        turn.note = "gone"
    elif appointment_rules.side_of(one, person) is Side.MENTOR:
        _mentor(turn, person, one)
    else:
        _parent(turn, person, one)
    return True


def _parent(turn: Turn, person: Person, one: Appointment) -> None:
    now = turn.now
    follows = appointment_timers.for_parent(one, person.zone, person.reminder_hours, now)
    appointment_timers.set_again(turn.connection, one, turn.chat_id, follows)
    before = now < one.starts_at
    useful_until = one.starts_at if before else one.ends_at + _ASKED_UNTIL
    is_wanted = one.status == appointment_rules.AGREED or (before and one.waits_for is Side.PARENT)
    is_over = not before and (now < one.ends_at or one.details.parents_say)
    if one.mentor_id is None or not is_wanted or is_over or not _may_speak(turn, person, one, useful_until):
        turn.note = turn.note or "not wanted"
        return
    _speak(turn, person, one, useful_until)
    when = Words(turn.facts, person).soon(one.starts_at)
    if not before:
        rows = [[button(turn, "appointment_took_place", "p", one)], [button(turn, "appointment_not", "q", one)]]
        turn.send(turn.text("appointment_after", when=when), rows)
        return
    name = "appointment_reminder" if one.status == appointment_rules.AGREED else "appointment_reminder_open"
    turn.send(turn.text(name, when=when), [[button(turn, "appointment_show", "o", one)]])


def _mentor(turn: Turn, mentor: Person, one: Appointment) -> None:
    useful_until = one.ends_at + _ASKED_UNTIL
    if one.status != appointment_rules.AGREED or turn.now < one.ends_at:
        turn.note = "not wanted"
    elif _may_speak(turn, mentor, one, useful_until):
        _speak(turn, mentor, one, useful_until)
        rows = [[button(turn, "appointment_took_place", "h", one)], [button(turn, "appointment_not", "g", one)]]
        turn.send(turn.text("appointment_after_mentor", **Words(turn.facts, mentor).described(one)), rows)


def _may_speak(turn: Turn, person: Person, one: Appointment, useful_until: datetime) -> bool:
    """Whether this is a moment for it; what can wait a little, waits."""
    if person.blocked or person.is_paused(turn.now) or turn.now >= useful_until:
        turn.note = "not wanted"
        return False
    later = quiet.start_of(person.reminder_hours or DECENT, person.zone, turn.now)
    if later is None and turn.active_at and turn.state.running and turn.now - turn.active_at < rituals.STILL_TALKING:
        later = turn.now + rituals.STILL_TALKING
        if later >= useful_until:
            return True
    if later is None:
        return True
    turn.note = "not wanted"
    if later < useful_until:
        appointment_timers.set_again(turn.connection, one, turn.chat_id, later)
        turn.note = "held"
    return False


def _speak(turn: Turn, person: Person, one: Appointment, useful_until: datetime) -> None:
    turn.priority, turn.purpose, turn.expires_at = Priority.REMINDER, "ritual", useful_until
    coming.note(turn.connection, person, appointment_timers.key_of(one.id), coming.CAME, turn.now)


def _morning(turn: Turn, due_at: datetime) -> None:
    """All appointments of today in one message. A timer that was set for another moment only looks when the next
    morning is."""
    mentor = turn.person
    if mentor is None:
        return
    appointment_timers.set_morning(turn.connection, mentor.id, turn.now)
    day = mentor.local(turn.now).date()
    start, end = (instant_on(day + timedelta(days=days), time(0), mentor.zone) for days in (0, 1))
    agreed = (appointment_rules.AGREED,)
    found = appointments.of_mentor(turn.connection, turn.host.vault, mentor.id, start, end, agreed)
    ahead = [one for one in found if one.starts_at > turn.now]
    if not ahead or due_at != morning_of(found[0].starts_at, mentor.zone):
        turn.note = "nothing today"
    elif mentor.blocked or mentor.is_paused(turn.now):
        turn.note = "not wanted"
    else:
        turn.priority, turn.purpose, turn.expires_at = Priority.REMINDER, "ritual", ahead[-1].starts_at
        words = Words(turn.facts, mentor)
        lines = [turn.text("appointment_today_line", **words.described(one)) for one in ahead]
        rows = [[turn.key("appointment_all", f"{menus.SHOW_SCREEN}:{GUIDED}")]]
        turn.send("\n\n".join([turn.text("appointment_today"), "\n".join(lines)]), rows)
