"""What a mentor does with gated flows: switch one on or off for a family, and the parents hear of it at once."""

from __future__ import annotations

from bot.care import families, people, quiet, switches
from bot.care.families import spoken
from bot.care.people import Person, Role
from bot.conversation import outgoing
from bot.conversation.actions.common import NotAllowed, me, named
from bot.conversation.turn import Turn
from bot.screens import menus
from flows.engine.definition import Flow
from flows.engine.state import Key, Request, Value
from flows.engine.templates import enumerate_dutch, excerpt

SCREEN = "switched"
"""Where a parent reads what the mentor switched on."""
_MOST_WHY = 600
"""In characters: as much of a reason as is kept, so that a notice stays one message."""


def switch_flow(turn: Turn, request: Request) -> Value | None:
    """A gated flow is there for a family from now on, or not any more; answers the names of its parents, or nothing
    when this mentor does not guide it now."""
    mentor, refs = me(turn), request.refs
    if Role.MENTOR not in mentor.roles:
        raise NotAllowed("only a mentor switches a flow on")
    family = families.guided(turn.connection, mentor.id, int(refs["family"]))
    flow = turn.host.library.flows.get(refs["module"])
    if family is None or flow is None or not flow.gated:
        return None
    on, why = request.arguments["on"] == "yes", excerpt(request.arguments.get("why"), _MOST_WHY)
    found = people.in_family(turn.connection, turn.host.vault, family.id)
    parents = [one for one in found if Role.PARENT in one.roles]
    if on is not (flow.flow in switches.flows_on(turn.connection, family.id)):
        _switch(turn, mentor, family.id, flow, why, on=on)
        for parent in parents:
            _tell(turn, mentor, parent, flow, why, on=on)
    return enumerate_dutch([spoken(one.name) for one in parents])


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


ACTIONS = named(switch_flow)
