"""What the game of parent and child asks for."""

from __future__ import annotations

from bot.care import records
from bot.conversation.actions.common import me, named
from bot.conversation.turn import Turn
from flows.engine.state import Ref, Request, Value

_MOST = 40
_SITUATION, _LIST = "game_situation", "own_situations"


def next_own_card(turn: Turn, request: Request) -> Value | None:
    """This child's own card that comes after the one remembered under `after`, the newest first; nothing after the
    last."""
    after, child = request.refs.get(request.arguments["after"], ""), request.refs.get("child", "")
    found = records.newest(turn.connection, turn.host.vault, me(turn).id, _SITUATION, _MOST)
    own = [str(one.id) for one in found if str(one.child_id) == child and one.said("text")]
    if after and after not in own:
        return None
    following = own[own.index(after) + 1 :] if after else own
    return Ref(_LIST, following[0]) if following else None


ACTIONS = named(next_own_card)
