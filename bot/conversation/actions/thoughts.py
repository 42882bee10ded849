"""What flows do with the one sentence that a parent wants to remember."""

from __future__ import annotations

from bot.care import thoughts
from bot.conversation.actions.common import me, named
from bot.conversation.turn import Turn
from flows.engine.state import Request, Value


def set_own_sentence(turn: Turn, request: Request) -> Value | None:
    """Makes this the sentence to remember, in place of what it was; answers `yes`, or nothing without a sentence."""
    sentence = request.arguments["sentence"].strip()
    if not sentence:
        return None
    today = turn.facts.local.date()
    thoughts.set_to_remember(turn.connection, turn.host.vault, me(turn).id, request.key, sentence, today, turn.now)
    return "yes"


def drop_own_sentence(turn: Turn, _: Request) -> Value | None:
    """There is no sentence to remember any more."""
    thoughts.forget_sentence(turn.connection, turn.host.vault, me(turn).id)
    return None


ACTIONS = named(set_own_sentence, drop_own_sentence)
