"""What the buttons of peer groups lead to, by the letter behind their verb.

Whoever taps is looked up in the group anew, by each of these: a button may be old, or forged.
"""

from __future__ import annotations

from collections.abc import Callable

from bot.conversation import (
    bridge,
    linked,
    moderating,
    moderation_desk,
    moderation_rules,
    peer_leaving,
    peer_rooms,
    peer_week_pages,
    reacting,
    rhythm,
    speaking,
)
from bot.conversation.reacting import More
from bot.conversation.turn import Turn

Tapping = Callable[[Turn, str, int | None], bool]

_MORE: tuple[More, ...] = (reacting.own_rows, moderation_desk.rows_of, bridge.more_rows)
"""What stands under "more" of a post, in this order."""


def _more(turn: Turn, rest: str, message_id: int | None) -> bool:
    return reacting.more(turn, rest, _MORE)


LETTERS: dict[str, Tapping] = {
    "x": speaking.start,
    "q": speaking.stop,
    "y": speaking.send_draft,
    "n": speaking.drop_draft,
    "g": speaking.chosen,
    "h": speaking.not_for_group,
    "r": reacting.tapped,
    "m": _more,
    "a": reacting.answers,
    "w": reacting.withdrawn,
    "f": moderating.reported,
    "e": peer_week_pages.tapped,
    "c": rhythm.checked_in,
    "j": bridge.tapped,
    "i": linked.tapped,
    **peer_rooms.HANDLES,
    "v": peer_leaving.tapped,
    "k": moderation_desk.queue_tapped,
    "b": moderation_desk.post_tapped,
    "t": moderation_desk.members_tapped,
    "z": moderation_rules.tapped,
}
"""Every letter, with what it does; it says whether what the button names is this person's."""


def tapped(turn: Turn, rest: str, message_id: int | None) -> bool:
    """Does what a button of a group asks; False when it is not for whoever tapped."""
    letter, _, about = rest.partition(":")
    run = LETTERS.get(letter)
    return run is not None and run(turn, about, message_id)
