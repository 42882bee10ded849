"""What is typed outside a question and needs no deciding: a greeting, thanks, a yes to nothing, or a command without
its stroke. Does not know what is said back: that is content.
"""

from __future__ import annotations

import re

from bot.conversation import commands, show
from bot.conversation.turn import Turn
from flows.engine.keyboards import letters
from flows.engine.state import Resume

_WITH_MENU = ("about", "greeting")
_LEAVES_OFF = ("goodbye", "thanks")
"""Whoever says so is done for now: a question that waits is left where it stands."""
_LONGEST = 40
"""In characters: who sends a thousand hearts means something by it."""
_SHADES = re.compile("[\ufe0f\U0001f3fb-\U0001f3ff]")


def answered(turn: Turn, text: str) -> bool:
    """Whether the text was such a thing; it is answered then, and a question that waits is asked again."""
    return commands.bare(turn, letters(text)) or _talked(turn, text)


def _talked(turn: Turn, text: str) -> bool:
    said = _said(text) if len(text) <= _LONGEST else ""
    talk = turn.host.library.words.talk
    kind = next((kind for kind, phrases in talk.items() if any(_said(one) == said for one in phrases)), None)
    if kind is None or turn.person is None:
        return False
    if turn.state.running and kind not in _LEAVES_OFF:
        turn.lead_in(f"talk_{kind}", waits=True)
        turn.apply(Resume())
    elif kind in _WITH_MENU:
        turn.lead_in(f"talk_{kind}", waits=False)
        show.menu(turn)
    else:
        turn.say(f"talk_{kind}", waits=False)
    return True


def _said(text: str) -> str:
    """The words; of signs alone each once, whatever their shade."""
    return letters(text) or "".join(dict.fromkeys(_SHADES.sub("", text.strip())))
