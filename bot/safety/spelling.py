"""How people type: a text as plain words, and which word was meant by one that is written with a slip.

Knows letters and keyboards. Does not know what any word means.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cached_property

SENTENCE_ENDS, CLAUSE_ENDS = ".!?;\n", ",:()"

_NEAR = {
    "a": "qzsw", "b": "vghn", "c": "xdfv", "d": "serfcx", "e": "wrsd", "f": "drtgvc", "g": "ftyhbv", "h": "gyujnb",
    "i": "uojk", "j": "huikmn", "k": "jiolm", "l": "kopm", "m": "njkl", "n": "bhjm", "o": "ipkl", "p": "ol", "q": "wa",
    "r": "etdf", "s": "awedxz", "t": "ryfg", "u": "yihj", "v": "cfgb", "w": "qeasx", "x": "zsdc", "y": "tugh",
    "z": "asxe",
}  # fmt: skip
_ALIKE = {"ck", "kc", "vf", "fv", "zs", "sz", "dt", "td", "gh", "hg", "ie", "ei", "eu", "ue"}
_MARKS = (("’", "'"), ("‘", "'"), ("`", "'"), ("´", "'"), ("ʼ", "'"), ("…", ","), ("ı", "i"), ("ø", "o"), ("đ", "d"))
_UNSEEN = re.compile("[\u0300-\u036f\u00ad\u200b-\u200f\u2060\ufe0f\ufeff]+")
_AFTER_TWO = re.compile(r"(?<=[a-z]{2})'(?=[kt]\b)")
_RUN = re.compile(r"([a-z])\1{2,}")
_DOTS = re.compile(r"\.{2,}")
_PART = re.compile(r"[a-z0-9]+|[.!?;\n,:()]")
_FOLDS = (("sch", "sg"), ("ch", "g"), ("ij", "ei"), ("y", "ei"), ("au", "ou"), ("dt", "t"))


def parts(text: str) -> list[str]:
    """The words of a text without capitals, accents and signs, and between them the marks that end a part."""
    if not text.isascii():
        for mark, plain in _MARKS:
            text = text.replace(mark, plain)
        text = _UNSEEN.sub("", unicodedata.normalize("NFKD", text))
    text = text.lower()
    if "'" in text:
        text = _AFTER_TWO.sub(" ", text).replace("'", "")
    return _PART.findall(_RUN.sub(r"\1\1", _DOTS.sub(",", text).replace("*", "")))


class Spelling:
    """Words that may be meant. Immutable once made."""

    def __init__(self, words: Mapping[str, bool], real_words: Iterable[str]) -> None:
        """`words`: may the word be written with slips? One that ends in `*` is a beginning, and may not;
        nor may a number, of which another digit makes another number.

        What is itself one of `words` or `real_words` is never a slip of another.
        """
        self._whole = frozenset(word for word in words if not word.endswith("*"))
        self._stems = {word[:-1]: word for word in words if word.endswith("*")}
        self._stem_lengths = sorted({len(stem) for stem in self._stems}, reverse=True)
        self._shortest = self._stem_lengths[-1] if self._stems else 99
        self._begins = frozenset(stem[: self._shortest] for stem in self._stems)
        self._real = frozenset(real_words)
        self._loose = [
            word for word, loose in words.items() if loose and len(word) > 1 and word.isalpha() and word in self._whole
        ]

    @cached_property
    def _near(self) -> Mapping[str, list[str]]:
        """By what is left of a word without a letter. Made with the first text, so that a start need not wait."""
        near: dict[str, list[str]] = {}
        for word in self._loose:
            for key in _neighbourhood(word):
                near.setdefault(key, []).append(word)
        return near

    def meant(self, part: str) -> list[str]:
        """The words that a part of a text may be, as they stand in `words`."""
        known = part in self._whole
        found = [part] if known else []
        if part[: self._shortest] in self._begins:
            stem = next((part[:length] for length in self._stem_lengths if part[:length] in self._stems), None)
            if stem:
                return [*found, self._stems[stem]]
        if known or part in self._real or not 1 < len(part) < 25:
            return found
        near = {word for key in _neighbourhood(part) for word in self._near.get(key, ())}
        return [word for word in near if _is_slip(part, word) or _is_slip(_fold(part), _fold(word))]


def _fold(word: str) -> str:
    """The word as it sounds, roughly."""
    for written, heard in _FOLDS:
        if written in word:
            word = word.replace(written, heard)
    return word


def _neighbourhood(word: str) -> set[str]:
    """A word, written and as it sounds, whole and without any one letter. Words with a slip share one of these."""
    forms = {word, _fold(word)}
    return forms.union(form[:at] + form[at + 1 :] for form in forms for at in range(len(form)))


def _is_slip(written: str, meant: str) -> bool:
    """Whether a hurried hand may have written one for the other: a letter doubled, left out, swapped, or beside it."""
    if written == meant:
        return True
    start = 0
    shorter = min(len(written), len(meant))
    while start < shorter and written[start] == meant[start]:
        start += 1
    end = 0
    while end < shorter - start and written[-1 - end] == meant[-1 - end]:
        end += 1
    wrong, right = written[start : len(written) - end], meant[start : len(meant) - end]
    if not right:
        return wrong == meant[start - 1 : start] or (len(wrong) == 1 and len(meant) > 6)
    if not wrong:
        return len(right) == 1 and len(meant) > 2
    if len(wrong) == 2:
        return wrong == right[::-1]
    return (
        len(meant) > 2 and len(wrong) == len(right) == 1 and (right in _NEAR.get(wrong, "") or wrong + right in _ALIKE)
    )
