"""What flows do for a meeting and for what the mentor reads along: show what is ready, keep something, share it."""

from __future__ import annotations

from bot.care import consents, sharing
from bot.care.consents import Purpose
from bot.care.sharing import With
from bot.conversation import preparing
from bot.conversation.actions.common import me, named
from bot.conversation.actions.keeping import record_of
from bot.conversation.turn import Turn
from bot.store.types import read_id
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


def mentor_reads(turn: Turn, request: Request) -> Value | None:
    """Whether the parent's mentor may read this now; answers `yes`, or nothing."""
    return "yes" if _is_read(turn, request.arguments["record"]) else None


def share_beside(turn: Turn, request: Request) -> Value | None:
    """Shares something with the mentor that belongs to what the mentor reads already; answers `yes`, or nothing."""
    record = record_of(turn, request, request.arguments["record"])
    if record is None or not _is_read(turn, request.arguments["beside"]):
        return None
    sharing.share(turn.connection, me(turn).id, record.id, With.MENTOR, turn.now)
    turn.facts.forget()
    return "yes"


def _is_read(turn: Turn, record_id: str) -> bool:
    parent = me(turn)
    if not parent.mentor_id or not consents.holds(turn.connection, parent.id, Purpose.SHARE):
        return False
    entry = sharing.own_entry(turn.connection, turn.host.vault, parent.id, read_id(record_id))
    return entry is not None and bool(entry.shared_with & With.MENTOR)


ACTIONS = named(show_preparation, for_the_meeting, mentor_reads, share_beside)
