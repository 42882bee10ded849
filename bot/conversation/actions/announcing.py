"""A coordinator says something to everybody."""

from __future__ import annotations

from bot.care.announcements import TO
from bot.care.people import Role
from bot.conversation import announcing
from bot.conversation.actions.common import NotAllowed, me_as, named
from bot.conversation.turn import Turn
from flows.engine.state import Request, Value


def announce(turn: Turn, request: Request) -> Value | None:
    """Lets words go out to all parents, all mentors, or both."""
    sender, to = me_as(turn, Role.COORDINATOR), request.arguments["to"]
    if to not in TO:
        raise NotAllowed(f"nobody is called {to}")
    announcing.begin(turn, sender, to, request.arguments["words"])
    return None


ACTIONS = named(announce)
