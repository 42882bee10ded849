"""How hard a Dutch text is to read: Flesch as W.H. Douma fitted it to Dutch (1960), 206.84 - 0.93 Z - 77 W.

Z is words a sentence, W syllables a word; 100 is very easy, 60 ordinary, 0 very hard. Syllables are the parts between
which pyphen would hyphenate, as for the public pages that our limits were measured on (76 to 87). Hyphenation leaves a
lone first or last letter whole, so the count is a little low for all texts alike.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from functools import cache, lru_cache
from typing import Any

from flows.engine.values import dataclass

FILE_AT_LEAST = 85
BLOCK_AT_LEAST = 60
FEWEST_WORDS = 8
"""Shorter blocks say too little to be judged alone."""

_TAG = re.compile(r"</?[bi]>")
_WORD = re.compile(r"[^\W_]+(?:['’.:,-][^\W_]+)*")
_SENTENCE_END = re.compile(r"(?:[.!?…]+(?=[\s”\"'’)]|$))|\n+|:\s")
_QUOTED = re.compile(r"“[^”]*”|„[^”]*”|\"[^\"]*\"|«[^»]*»")


@dataclass(frozen=True, slots=True)
class Size:
    """How much text there is. Adds up."""

    sentences: int = 0
    words: int = 0
    syllables: int = 0

    def __add__(self, other: Size) -> Size:
        return Size(self.sentences + other.sentences, self.words + other.words, self.syllables + other.syllables)

    @property
    def level(self) -> float:
        """The Flesch-Douma level; 100 for no text."""
        if not self.words:
            return 100.0
        return 206.84 - 0.93 * self.words / max(self.sentences, 1) - 77 * self.syllables / self.words


def plain(text: str) -> str:
    """The text without its tags and entities."""
    return html.unescape(_TAG.sub("", text))


def measure(text: str) -> Size:
    """The size of a plain text."""
    sentences = [words for part in _SENTENCE_END.split(text) if (words := _WORD.findall(part))]
    return Size(len(sentences), sum(map(len, sentences)), sum(syllables(word) for words in sentences for word in words))


def total(sizes: Iterable[Size]) -> Size:
    return sum(sizes, Size())


def questions(text: str) -> int:
    """Sentences that ask the reader something; what stands in quotation marks is said to somebody else."""
    return len(re.findall(r"\?+", _QUOTED.sub("", text)))


@lru_cache(maxsize=20_000)
def syllables(word: str) -> int:
    return sum(len(_hyphenator().positions(part)) + 1 for part in re.split(r"[^\w]|_", word.lower()) if part)


@cache
def _hyphenator() -> Any:
    import pyphen

    return pyphen.Pyphen(lang="nl_NL")
