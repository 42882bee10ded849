"""Makes words ready to be set: what cannot be seen goes, and long words say where they may be broken."""

from __future__ import annotations

import functools
import re
import unicodedata
from typing import Any

import pyphen

from bot.pictures.data import CODES

MOST_LETTERS = 1500
"""Of one text; the rest is an ellipsis."""
_SOFT_HYPHEN = "\u00ad"
_JOINERS = "\u200c\u200d"
_TAGS = range(0xE0020, 0xE0080)
_LONG_WORD = re.compile(r"[^\W\d_]{8,60}")


def ready(value: Any) -> Any:
    """The same data with all words in it made ready."""
    if isinstance(value, str):
        return words(value)
    if isinstance(value, dict):
        return {key: inside if key in CODES else ready(inside) for key, inside in value.items()}
    if isinstance(value, list):
        return [ready(inside) for inside in value]
    return value


def words(text: str) -> str:
    """The text in one form of Unicode, without what cannot be seen, with soft hyphens in long words."""
    return _LONG_WORD.sub(lambda match: _hyphenation().inserted(match.group(), _SOFT_HYPHEN), seen(text, MOST_LETTERS))


def seen(text: str, most: int) -> str:
    """The text in one form of Unicode, without what cannot be seen, at most `most` letters."""
    shown = text
    if not (text.replace("\n", "").isprintable() and unicodedata.is_normalized("NFC", text)):
        shown = "".join(letter for letter in unicodedata.normalize("NFC", text) if _is_shown(letter))
    lines = [" ".join(line.split()) for line in shown.splitlines()]
    shown = re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
    return shown if len(shown) <= most else shown[:most].rstrip() + "…"


def _is_shown(letter: str) -> bool:
    if letter in "\n\t" or letter in _JOINERS or ord(letter) in _TAGS:
        return True
    return unicodedata.category(letter) not in {"Cc", "Cf", "Cs", "Co", "Cn"}


@functools.cache
def _hyphenation() -> pyphen.Pyphen:
    return pyphen.Pyphen(lang="nl_NL")
