"""Names for in a group: which somebody may choose, so that nobody can tell from it who they are. Pure.

Does not know who is in the group already, nor how it is said.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from typing import Literal

from bot.care.groups import folded

SHORTEST, LONGEST = 2, 24
"""In characters."""
_TELLS = 4
"""From how many letters on a name of one's own may not be part of the new name either."""
_OURS = ("draaglicht", "begeleider", "moderator", "coordinator", "mentor")
"""Nobody may seem to be one of these."""
_HOW_TO_BE_FOUND = re.compile(r"[@/\\]|\d{3}|\.[a-z]{2}|www", re.IGNORECASE)

Problem = Literal["short", "long", "own", "odd", "ours"]


def cleaned(typed: str) -> str:
    """A name on one line, without signs that cannot be seen."""
    seen = "".join(sign for sign in typed if unicodedata.category(sign)[0] != "C" or sign in "\n\t")
    return " ".join(seen.split())


def problem_with(name: str, own: Collection[str]) -> Problem | None:
    """Why somebody cannot have this name in a group; None when they can. `own` are the names of themselves, of their
    children and of who lives with them."""
    said = cleaned(name)
    if len(folded(said)) < SHORTEST:
        return "short"
    if len(said) > LONGEST:
        return "long"
    if _HOW_TO_BE_FOUND.search(said):
        return "odd"
    if any(word in folded(said) for word in _OURS):
        return "ours"
    return "own" if _tells(said, own) else None


def _tells(name: str, own: Collection[str]) -> bool:
    words, whole = {folded(word) for word in re.split(r"[\s\-_.]+", name)}, folded(name)
    for one in own:
        for part in (one, *re.split(r"[\s\-_.]+", one)):
            plain = folded(part)
            if len(plain) >= 2 and (plain in words or plain == whole):
                return True
            if len(plain) >= _TELLS and plain in whole:
                return True
    return False
