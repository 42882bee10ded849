"""What can be shown at any moment, outside the questions of a flow: menus, screens and the help card."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta

from bot.care import consents, uses
from bot.care.consents import Purpose
from bot.care.people import Person, Role
from bot.conversation import (
    appointment_lists,
    guided,
    kept,
    looked,
    organising,
    outgoing,
    own_notes,
    peer_rooms,
    record_of_us,
    upcoming,
)
from bot.conversation.turn import AGREE_AGAIN_FLOW, Turn
from bot.safety.access import asker, audience
from bot.screens import menus
from bot.store import timers
from bot.store.outbox import Call, Priority
from bot.store.timers import Timer
from flows.engine.state import Resume

_MENUS = {Role.PARENT: "menu", Role.MENTOR: "menu_mentor", Role.COORDINATOR: "menu_coordinator"}

_LISTS: dict[str, Callable[[Turn, int | None], None]] = {
    kept.SCREEN: kept.show_list,
    kept.WORKBOOK: kept.show_workbook,
    guided.SCREEN: guided.show_families,
    guided.TODAY: guided.show_today,
    organising.MENTORS: organising.show_mentors,
    organising.INVITATIONS: organising.show_invitations,
    organising.NUMBERS: organising.show_numbers,
    organising.TROUBLE: organising.show_trouble,
    looked.SCREEN: looked.show_looks,
    upcoming.SCREEN: upcoming.show_coming,
    own_notes.SCREEN: own_notes.show_list,
    record_of_us.SCREEN: record_of_us.show_known,
    appointment_lists.MINE: appointment_lists.show_mine,
    appointment_lists.GUIDED: appointment_lists.show_guided,
    peer_rooms.MINE: peer_rooms.show_mine,
    peer_rooms.GUIDED: peer_rooms.show_guided,
}
"""Screens that are filled with what the database holds; their files say whom they are for, and what comes last."""


NOT_ON = "not on"
"""The note of an input that asked for a flow which the family's mentor did not switch on."""

ASKED_AGAIN = "asked_again"
"""A timer that does nothing but show that somebody was asked for a yes not long ago."""
_ASK_AGAIN_AFTER = timedelta(days=7)


def menu(turn: Turn) -> None:
    """The menus of all that this person is; a guest is asked the waiting question, a stranger told how to come in."""
    if turn.person is None:
        if turn.state.running:
            turn.apply(Resume())
        else:
            turn.say("bad_invite" if turn.began.running else "unknown_person")
        return
    for role, name in _MENUS.items():
        if role in turn.person.roles:
            screen(turn, name)
    _ask_again(turn, turn.person)


def _ask_again(turn: Turn, person: Person) -> None:
    """Asks anew for a yes that was said to earlier words, once a week at most, and stands in nobody's way."""
    running = turn.state.running
    if (running and running.trail) or ASKED_AGAIN in turn.facts.timers:
        return
    if consents.is_to_be_asked_again(turn.connection, person.id, Purpose.USE):
        timers.put(turn.connection, Timer(turn.chat_id, ASKED_AGAIN, turn.now + _ASK_AGAIN_AFTER, 0))
        turn.start(AGREE_AGAIN_FLOW)


def screen(turn: Turn, name: str, message_id: int | None = None) -> None:
    """Shows a screen as a new message, or in place of the message that was tapped; the menu when it is not for them."""
    if not may_see(turn, name):
        menu(turn)
    elif name in _LISTS:
        _LISTS[name](turn, message_id)
    else:
        found = turn.host.library.screens[name]
        used = uses.of(turn.connection, turn.person.id) if found.used_first and turn.person else {}
        turn.show(*menus.show(found, turn.facts, may_start=turn.may_start, uses=used), message_id)


def may_see(turn: Turn, name: str) -> bool:
    """Whether there is a screen of this name for somebody like this person."""
    found = turn.host.library.screens.get(name)
    return found is not None and bool(turn.who & audience(found.audience))


def flow(turn: Turn, name: str) -> None:
    """Begins a flow; the menu when there is none of that name for them."""
    turn.start(name)
    if turn.unexpected and turn.is_off(name):
        not_on(turn)
    elif turn.unexpected:
        menu(turn)


def not_on(turn: Turn) -> None:
    """What was asked for is switched on by a mentor, if it fits: says so, without a word about what it is."""
    turn.note = NOT_ON
    turn.lead_in("gated_off")
    menu(turn)


def help_card(turn: Turn, region: str | None = None, first: Sequence[str] = ()) -> None:
    """Who to call, ahead of everything else; the lines of `first`, by id, on top."""
    own = turn.person.region if turn.person else turn.host.default_region
    text, rows = turn.host.help.card(region or own, asker(turn.person, turn.chat_id), first)
    turn.calls.append(Call(turn.chat_id, outgoing.send(text, rows), Priority.SAFETY, "safety"))


def help_card_in_group(turn: Turn, group_id: int) -> None:
    """The card in a group, always the same: nothing on it tells for whom it is."""
    text, rows = turn.host.help.card(turn.host.default_region, asker(None, group_id))
    turn.calls.append(Call(group_id, outgoing.send(text, rows), Priority.SAFETY, "safety"))
