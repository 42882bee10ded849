"""A mentor looks for a family by name."""

from __future__ import annotations

from bot.care.people import Role
from bot.conversation import guided
from bot.conversation.actions.common import me_as, named
from bot.conversation.turn import Turn
from flows.engine.state import Request, Value


def find_families(turn: Turn, request: Request) -> Value | None:
    """Shows the families of this mentor in which somebody has such a name, as their own message: one at once, several
    as a list. Answers whether there are any."""
    mentor = me_as(turn, Role.MENTOR)
    return "yes" if guided.show_found(turn, mentor, request.arguments["letters"]) else None


ACTIONS = named(find_families)
