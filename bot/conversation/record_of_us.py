"""What a parent reads of the record that professionals keep about the family: what was talked about with this parent.

Does not know what else is in it: `kindreflex_record.known_to` leaves that out.
"""

from __future__ import annotations

import re

from bot.care import kindreflex_record
from bot.conversation.turn import Turn
from bot.screens import entries, menus, reflex_words
from bot.screens.entries import KNOWN

SCREEN = "record_of_us"
_PART = re.compile(r"l:([0-9]{1,3})")


def tapped(turn: Turn, rest: str, message_id: int | None) -> bool:
    """Does what a button of this list asks; False for what there is not."""
    found = _PART.fullmatch(rest)
    if found:
        show_known(turn, message_id, int(found[1]))
    return found is not None


def show_known(turn: Turn, message_id: int | None = None, part: int = 0) -> None:
    """A part of what this parent knows of, and what the rules are."""
    if turn.person is None:
        return
    library = turn.host.library
    notes = kindreflex_record.known_to(turn.connection, turn.host.vault, turn.person)
    texts = reflex_words.parts(library, reflex_words.in_order(notes), [], numbered=False)
    part = min(part, len(texts) - 1)
    rows = entries.part_rows(library, f"{KNOWN}:l", part, len(texts))
    text, below = menus.show(library.screens[SCREEN], turn.facts)
    body = texts[part] if notes else turn.text("reflex_known_none")
    turn.show("\n\n".join([text.strip(), body.strip()] if part == 0 else [body]), [*rows, *below], message_id)
