"""What is typed outside a question and needs no deciding: a greeting, thanks, a yes to nothing, or a command without
its stroke. Does not know what is said back: that is content.
"""

from __future__ import annotations

import re

from bot.conversation import commands, show
from bot.conversation.incoming import Message
from bot.conversation.turn import Turn
from flows.engine.keyboards import letters
from flows.engine.state import Frame, Resume

_BRINGS_ON = ("about", "greeting")
"""Whoever says so is about to begin: the question that waits is asked again, or else there is the menu."""
_IN_A_PAUSE = ("goodbye", "thanks")
"""What gets an answer also while nothing is asked, as in ten breaths."""
_LONGEST = 40
"""In characters: who sends a thousand hearts means something by it."""
_SHADES = re.compile("[\ufe0f\U0001f3fb-\U0001f3ff]")


def interrupts(message: Message) -> bool:
    """Whether this works as a command wherever it is said, and is no answer."""
    return not message.forwarded and letters(message.text) in commands.INTERRUPTING


def answered(turn: Turn, message: Message) -> bool:
    """Whether it was small talk, or a command by its word: that is done then."""
    if message.forwarded:
        return False
    return commands.bare(turn, letters(message.text)) or _talked(turn, message.text)


def _talked(turn: Turn, text: str) -> bool:
    said = _said(text) if len(text) <= _LONGEST else ""
    talk = turn.host.library.words.talk
    kind = next((kind for kind, phrases in talk.items() if any(_said(one) == said for one in phrases)), None)
    if kind is None or turn.person is None:
        return False
    running = turn.state.running
    if running and kind not in _IN_A_PAUSE and not _asks(turn, running.top):
        turn.note = "in a pause"
    elif kind in _BRINGS_ON:
        turn.lead_in(f"talk_{kind}")
        if running:
            turn.apply(Resume())
        else:
            show.menu(turn)
    else:
        turn.say(f"talk_{kind}", waits=running is not None)
    return True


def _asks(turn: Turn, frame: Frame) -> bool:
    flow = turn.host.library.flows.get(frame.flow)
    step = flow.steps.get(frame.step) if flow else None
    return step is not None and step.asks


def _said(text: str) -> str:
    """The words; of signs alone each once, whatever their shade."""
    return letters(text) or "".join(dict.fromkeys(_SHADES.sub("", text.strip())))
