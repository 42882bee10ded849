"""What a mentor does with gated flows: switch one on or off for a family, and the parents hear of it at once."""

from __future__ import annotations

from bot.care import families, people, quiet, switches
from bot.care.families import spoken
from bot.care.people import Person, Role
from bot.conversation import following, outgoing
from bot.conversation.actions.common import me_as, named
from bot.conversation.turn import Turn
from bot.screens import menus
from flows.engine.definition import Flow
from flows.engine.state import Key, Request, Value
from flows.engine.templates import excerpt

SCREEN = "switched"
"""Where a parent reads what the mentor switched on."""
_MOST_WHY = 600
"""In characters: as much of a reason as is kept, so that a notice stays one message."""


def switch_flow(turn: Turn, request: Request) -> Value | None:
    """A gated flow is there for a family from now on, or not any more; answers the names of its parents, or nothing
    when this mentor does not guide it now."""
    mentor, refs = me_as(turn, Role.MENTOR), request.refs
    family = families.guided(turn.connection, mentor.id, int(refs["family"]))
    flow = turn.host.library.flows.get(refs["module"])
    if family is None or flow is None or not flow.gated:
        return None
    on, why = request.arguments["on"] == "yes", excerpt(request.arguments.get("why"), _MOST_WHY)
    if on is not (flow.flow in switches.flows_on(turn.connection, family.id)):
        _switch(turn, mentor, family.id, flow, why, on=on)
        _tell_all(turn, mentor, family.id, flow, why, on=on)
    return families.names_in_words(people.parents_of(turn.connection, turn.host.vault, family.id))


def switch_on_for(turn: Turn, request: Request) -> Value | None:
    """A gated flow is there from now on for the families of those who get a message, where it was off; answers the
    names of all their parents, or nothing when nothing changed."""
    mentor, given = me_as(turn, Role.MENTOR), request.arguments
    flow = turn.host.library.flows.get(given["flow"])
    if flow is None or not flow.gated:
        return None
    why, told = excerpt(given.get("why"), _MOST_WHY), []
    to = following.receivers(turn, mentor, given["receivers"])
    for family_id in dict.fromkeys(one.family_id for one in following.without(turn, flow.flow, to)):
        if family_id and families.guided(turn.connection, mentor.id, family_id):
            _switch(turn, mentor, family_id, flow, why, on=True)
            told += _tell_all(turn, mentor, family_id, flow, why, on=True)
    return families.names_in_words(told) or None


def _tell_all(turn: Turn, mentor: Person, family_id: int, flow: Flow, why: str, *, on: bool) -> list[Person]:
    parents = people.parents_of(turn.connection, turn.host.vault, family_id)
    for parent in parents:
        _tell(turn, mentor, parent, flow, why, on=on)
    return parents


def _switch(turn: Turn, mentor: Person, family_id: int, flow: Flow, why: str, *, on: bool) -> None:
    if on:
        switches.switch_on(turn.connection, turn.host.vault, family_id, flow.flow, mentor, why, turn.now)
    else:
        switches.switch_off(turn.connection, family_id, flow.flow, turn.now)


def _tell(turn: Turn, mentor: Person, parent: Person, flow: Flow, why: str, *, on: bool) -> None:
    """Whoever stopped hears nothing, and finds it among the settings when back."""
    if parent.has_stopped or parent.blocked:
        return
    texts = turn.host.library.texts
    rows = [[Key(texts["gated_open"], f"{menus.START_FLOW}:{flow.flow}")]] if on else []
    rows.append([Key(texts["gated_all"], f"{menus.SHOW_SCREEN}:{SCREEN}")])
    name = "gated_switched_on" if on else "gated_switched_off"
    text = turn.text(name, name=spoken(mentor.name), title=flow.title, why=why)
    turn.call_elsewhere(parent.chat_id, outgoing.send(text, rows), not_before=quiet.waits_until(parent, turn.now))


ACTIONS = named(switch_flow, switch_on_for)
