"""Words of people, made harmless to stand in a message: nothing in them can be tapped as a command of the bot, and none
turns the words around them round. To the eye they stay as they were.

Does not know who wrote them, nor HTML.
"""

from __future__ import annotations

import re
import unicodedata

_JOINER = "\u2060"
"""Takes no room and allows no break: after a stroke or an at sign it keeps what follows from being a link."""
_TURNS = ((re.compile("[\u2066\u2067\u2068]"), "\u2069"), (re.compile("[\u202a\u202b\u202d\u202e]"), "\u202c"))
"""Signs that set the direction of all that follows, and what ends that."""
_COMMAND = re.compile(
    r"(?P<link>https?://[\w-]+(?:\.[\w-]+)*\.[A-Za-z]{2,}\b[\w./?#&=%:+~!$;*-]*)|(?<![\w/<>])/(?=[A-Za-z0-9_])"
)
_TAPPABLE = re.compile(r"(?P<dot>\.)|(?P<stroke>/)|[@#$](?=\w)")
_JOINING = "\u200c\u200d"
_BLANK_LETTERS = dict.fromkeys((0x115F, 0x1160, 0x3164, 0xFFA0), " ")
_RIGHT_TO_LEFT = frozenset({"R", "AL", "AN"})


def harmless(text: str) -> str:
    """A text of somebody, of any length, links in it whole. Doing it twice changes nothing more."""
    if text.isascii():
        return _COMMAND.sub(_untapped, text) if "/" in text else text
    return closed(_COMMAND.sub(_untapped, text))


def _untapped(found: re.Match[str]) -> str:
    return found["link"] or f"/{_JOINER}"


def closed(text: str) -> str:
    """The text, with an end for each direction that it sets and leaves open."""
    return text + "".join(end * (len(begin.findall(text)) - text.count(end)) for begin, end in _TURNS)


def harmless_name(name: str) -> str:
    """A name to stand within a Dutch sentence: of signs that show, nothing in it a link, in its own writing direction.

    One of which nothing shows becomes an ellipsis, since a button must have a label.
    """
    if name.isascii() and name.isalpha():
        return name
    shown = "".join(sign for sign in name.translate(_BLANK_LETTERS) if _shows(sign))
    shown = _TAPPABLE.sub(_unlinked, " ".join(shown.split()))
    if any(unicodedata.bidirectional(sign) in _RIGHT_TO_LEFT for sign in shown):
        return f"\u2068{shown}\u2069"
    return shown if shown.strip(_JOINING) or not name else "…"


def _unlinked(found: re.Match[str]) -> str:
    if found["dot"]:
        return f"{_JOINER}."
    return f"{_JOINER}/{_JOINER}" if found["stroke"] else f"{found[0]}{_JOINER}"


def _shows(sign: str) -> bool:
    return sign in _JOINING or sign.isspace() or unicodedata.category(sign) not in ("Cc", "Cf", "Cs", "Co")
