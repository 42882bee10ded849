"""What the flow does in which somebody writes a theme for a group."""

from __future__ import annotations

from bot.care.peer_weeks import PARTS, Theme
from bot.conversation import peer_week_pages
from bot.conversation.actions.common import named
from bot.conversation.turn import Turn
from flows.engine.state import Request, Value

_LONGEST = 1500
_LONGEST_NAME = 60


def keep_group_theme(turn: Turn, request: Request) -> Value | None:
    """Puts a theme of one's own on a week of a group that this person guides."""
    given = request.arguments
    parts = {name: (given.get(name) or "").strip()[:_LONGEST] for name in PARTS}
    theme = Theme((given.get("name") or "").strip()[:_LONGEST_NAME], **parts)
    return peer_week_pages.keep_own(turn, given["group"], given["week"], theme)


ACTIONS = named(keep_group_theme)
