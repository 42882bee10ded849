"""What flows ask about what a parent tells of."""

from __future__ import annotations

from bot.care import scenes
from bot.conversation.actions.common import named
from bot.conversation.turn import Turn
from flows.engine.state import Request, Value


def is_general(_: Turn, request: Request) -> Value | None:
    """Answers `yes` when the text tells of no one time that something happened, else nothing."""
    return "yes" if scenes.is_general(request.arguments["text"]) else None


ACTIONS = named(is_general)
