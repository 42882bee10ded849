"""Whether somebody told of one time that something happened, or of how it mostly goes.

Looks at words only, and holds no opinion about them: a wrong guess costs one question more, or one less. Does not know
what is asked then.
"""

from __future__ import annotations

import re

FEW_WORDS = 4
"""So few words, or fewer, tell of nothing that happened."""

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_CLOCK = re.compile(
    r"\b([01]?\d|2[0-3])([.:u][0-5]\d|u\b| ?uur\b)|\b(half|kwart (over|voor)) \w+|\bom \w+ uur\b", re.IGNORECASE
)
_QUOTE = re.compile(r"[“”„\"«»]|(?<!\w)['‘][^'’]{3,}['’](?!\w)")
_MOSTLY = frozenset(
    (
        *("altijd", "nooit", "vaak", "meestal", "steeds", "telkens", "doorgaans", "gewoonlijk", "constant", "soms"),
        *("voortdurend", "elke", "elk", "iedere", "ieder", "alweer", "eeuwig", "dikwijls", "zelden", "weleens"),
    )
)
_ONCE = frozenset(
    (
        *("toen", "gisteren", "eergisteren", "vandaag", "vanochtend", "vanmorgen", "vanmiddag", "vanavond", "vannacht"),
        *("gisterenavond", "gisteravond", "gisterenmorgen", "gisterochtend", "gistermiddag", "gisternacht", "zonet"),
        *("daarnet", "daarstraks", "net", "zojuist", "straks", "ineens", "opeens", "plots", "plotseling", "daarna"),
        *("eerst", "vervolgens", "afgelopen", "laatst", "onlangs"),
        *("maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag"),
        *("zei", "zeiden", "vroeg", "vroegen", "riep", "riepen", "schreeuwde", "gilde", "fluisterde", "antwoordde"),
        *("vertelde", "snauwde"),
    )
)
_DAYS_AGAIN = re.compile(
    r"\b(elke|iedere|op|meestal|altijd)\s+(maan|dins|woens|donder|vrij|zater|zon)dag(en|s)?\b|\b\w+dagen\b",
    re.IGNORECASE,
)


def is_general(text: str) -> bool:
    """Whether the text stays general: very short, or about what always or never happens without one time that it did.

    A time, a day, something that was said or a turn like "toen" makes it one time, whatever stands beside it.
    """
    if _is_one_time(text):
        return False
    words = _words(text)
    return len(words) <= FEW_WORDS or bool(_MOSTLY.intersection(words))


def _is_one_time(text: str) -> bool:
    again = _DAYS_AGAIN.sub(" ", text)
    if _CLOCK.search(again) and not _MOSTLY.intersection(_words(again)):
        return True
    return bool(_QUOTE.search(again)) or bool(_ONCE.intersection(_words(again)))


def _words(text: str) -> list[str]:
    return [word.casefold() for word in _WORD.findall(text)]
