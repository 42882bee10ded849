"""Clearing the screen of somebody who is watched: the last messages go, and what is said is about nothing.

Nothing that is kept goes: the conversation is put aside, and goes on when it is asked for.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.conversation import outgoing
from bot.conversation.turn import Turn
from bot.store import inbox, outbox

LETS_GO = timedelta(hours=48) - timedelta(minutes=1)
"""For how long Telegram lets a bot take a message away; a minute less, for what is under way."""


def close(turn: Turn, rest: str) -> None:
    """Takes away the messages of both sides, the newest first, and says something that may be seen by anybody."""
    since = turn.now - LETS_GO
    sent = outbox.messages_since(turn.connection, turn.chat_id, since)
    came = inbox.messages_since(turn.connection, turn.chat_id, since)
    turn.call(outgoing.take_away(sorted({*sent, *came}, reverse=True)), "edit")
    running = turn.state.running
    if running and turn.person:
        turn.state = replace(turn.state, running=None, parked=(*turn.state.parked, running))
    turn.say("closed")
