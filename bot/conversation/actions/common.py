"""What all actions share."""

from __future__ import annotations

from collections.abc import Callable

from bot.care.people import Person, Role
from bot.conversation.turn import Turn
from flows.engine.state import Request, Value

Action = Callable[[Turn, Request], Value | None]


class NotAllowed(Exception):
    """A flow asked for something that this person cannot do: a fault in content, not of the person."""


def me(turn: Turn) -> Person:
    """Who this is about. Raises NotAllowed for a stranger."""
    if turn.person is None:
        raise NotAllowed("nobody has come in here")
    return turn.person


def me_as(turn: Turn, role: Role) -> Person:
    """Who this is about, in this role. Raises NotAllowed for somebody who has it not."""
    if role not in me(turn).roles:
        raise NotAllowed(f"only for a {role.name}")
    return me(turn)


def named(*actions: Action) -> dict[str, Action]:
    """The actions by their own names, which are those in the catalog of the flows."""
    return {action.__name__: action for action in actions}
