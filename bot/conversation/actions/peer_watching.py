"""What a flow may do about how a peer group is watched over."""

from __future__ import annotations

from bot.care import groups, moderation
from bot.conversation import moderating, moderation_rules
from bot.conversation.actions.common import me, named
from bot.conversation.turn import Turn
from bot.store.types import read_id
from flows.engine.state import Request, Value


def set_peer_words(turn: Turn, request: Request) -> Value | None:
    """A group's word list is what was typed; answers how many there are in words, or nothing when there are none."""
    group = groups.by_id(turn.connection, turn.host.vault, read_id(request.refs.get("group", "")))
    words = moderation.word_list(request.arguments["words"])
    if group is None or not words or not moderating.right_in(turn, me(turn), group)[0]:
        return None
    moderation_rules.set_words(turn, group, words)
    return turn.plain("peer_words_count", number=len(words))


ACTIONS = named(set_peer_words)
