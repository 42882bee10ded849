"""What flows do before a meeting: show what is ready for it, and keep something for it."""

from __future__ import annotations

from bot.care import consents, sharing
from bot.care.consents import Purpose
from bot.care.sharing import With
from bot.conversation import preparing
from bot.conversation.actions.common import me, named
from bot.conversation.actions.keeping import record_of
from bot.conversation.turn import Turn
from flows.engine.state import Request, Value


def show_preparation(turn: Turn, request: Request) -> Value | None:
    """Shows the preparation of a meeting as its own message; answers `yes`, or nothing when it is not coming any
    more."""
    return "yes" if preparing.show(turn, int(request.refs["meeting"])) else None


def for_the_meeting(turn: Turn, request: Request) -> Value | None:
    """Marks something that was kept for the appointment, and shares it with the mentor if the parent says so."""
    parent, record = me(turn), record_of(turn, request, request.arguments["record"])
    if record is None:
        return None
    sharing.mark(turn.connection, parent.id, record.id, for_appointment=True)
    if request.arguments["share"] == "yes" and parent.mentor_id:
        if not consents.holds(turn.connection, parent.id, Purpose.SHARE):
            consents.give(turn.connection, parent.id, Purpose.SHARE, turn.now)
        sharing.share(turn.connection, parent.id, record.id, With.MENTOR, turn.now)
        turn.facts.forget()
    return "yes"


ACTIONS = named(show_preparation, for_the_meeting)
