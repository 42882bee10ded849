"""What can be shown at any moment, outside the questions of a flow: menus, screens and the help card."""

from __future__ import annotations

from bot.care.people import Role
from bot.conversation import outgoing
from bot.conversation.turn import Turn
from bot.safety.access import audience
from bot.screens import menus
from bot.store.outbox import Call, Priority
from flows.engine.state import Resume

_MENUS = {Role.PARENT: "menu", Role.MENTOR: "menu_mentor", Role.COORDINATOR: "menu_coordinator"}


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


def screen(turn: Turn, name: str, message_id: int | None = None) -> None:
    """Shows a screen as a new message, or in place of the message that was tapped; the menu when it is not for them."""
    found = turn.host.library.screens.get(name)
    if found is None or not turn.who & audience(found.audience):
        menu(turn)
        return
    text, rows = menus.show(found, turn.facts)
    if message_id is None:
        turn.send(text, rows)
    else:
        turn.call(outgoing.edit(message_id, text, rows), "edit")


def flow(turn: Turn, name: str) -> None:
    """Begins a flow; the menu when there is none of that name for them."""
    turn.start(name)
    if turn.unexpected:
        menu(turn)


def help_card(turn: Turn, region: str | None = None) -> None:
    """Who to call, ahead of everything else."""
    own = turn.person.region if turn.person else turn.host.default_region
    text, rows = turn.host.help.card(region or own)
    turn.calls.append(Call(turn.chat_id, outgoing.send(text, rows), Priority.SAFETY, "safety"))
