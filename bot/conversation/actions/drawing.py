"""Sends pictures of what a person kept."""

from __future__ import annotations

from bot.conversation import outgoing
from bot.conversation.actions.common import NotAllowed, named
from bot.conversation.drawings import DRAWINGS
from bot.conversation.turn import Turn
from flows.engine.state import Request, Value


def draw(turn: Turn, request: Request) -> Value | None:
    """Sends a picture with the same in words under it; answers `yes`, or nothing when there is too little to draw."""
    drawing = DRAWINGS.get(request.arguments["picture"])
    if drawing is None:
        raise NotAllowed("there is no such drawing")
    drawn = drawing(turn, request)
    if drawn is None:
        return None
    words = outgoing.in_parts(drawn.words, outgoing.MAX_CAPTION)[0]
    turn.call(outgoing.picture(drawn.kind, drawn.data, words, document=drawn.document))
    return "yes"


ACTIONS = named(draw)
