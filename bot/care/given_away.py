"""What in a text may tell who writes it: names, places, and ways to find somebody. Pure.

It would rather ask once too often: whatever it finds is shown to the writer, who decides. It knows names and places by
a list, and takes any other word with a capital within a sentence for a name too: of a school, a street, a club.

Does not know who writes, nor for whom.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator
from functools import cache
from pathlib import Path

from flows.engine.values import dataclass

_FILE = Path(__file__).with_name("given_away.txt")
_LONGEST_PLACE = 4
"""In words."""

_WORD = re.compile(r"[^\W\d_]+(?:['\u2019\u2060-]+[^\W\d_]+)*")
_LINKING = frozenset({"de", "den", "der", "van", "het", "'t", "t", "ter", "ten", "op", "aan", "in", "la", "le", "el"})
_ENDS = frozenset(".!?:;…\n•")
_OPENS = frozenset("\"'“”‘’„«»()[]*-–—> \t\r\u2060\ufe0f\u200d")

_STREET = (
    r"(?:straat|laan|weg|plein|dreef|gracht|kade|kaai|steeg|singel|hof|dijk|pad|lei|steenweg|baan|park|markt|vest"
    r"|plantsoen|boulevard|hoven?|akker|veld|berg|dal|wal|plaats|ring)"
)
_REACHED = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+",
        r"(?:https?://|www\.)\S+|\b[\w-]+(?:\.[\w-]+)*\.(?:nl|be|com|org|net|eu|me|info|io|app|vlaanderen)\b(?:/\S*)?",
        r"(?<![\w@])@\w{3,}",
        r"\b[A-Z]{2}\d{2}(?:[ ]?[A-Z0-9]{4}){2,7}(?:[ ]?[A-Z0-9]{1,4})?\b",
        r"(?<![\d\w])(?:\+\s?\d|0)(?:[ ./()-]{0,2}\d){7,14}(?!\d)",
        rf"\b[\w'\u2019-]*{_STREET}\s+\d{{1,4}}\s?[a-z]?(?:\s?(?:bus|/)\s?\w{{1,4}})?\b",
        r"\b[1-9]\d{3}\s?(?-i:(?!SA|SD|SS)[A-Z]{2})\b",
    )
)
"""E-mail, links, @names, numbers of a bank, of a phone, streets with a number, Dutch postal codes."""
_DATE = re.compile(r"\d{1,2}[-./ ]\d{1,2}[-./ ](?:19|20)?\d{2}|(?:19|20)\d{2}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True)
class _Known:
    """The lists, all without case and accents."""

    names: frozenset[str]
    names_only_capital: frozenset[str]
    words_at_start: frozenset[str]
    places: frozenset[str]
    places_anyhow: frozenset[str]
    harmless: frozenset[str]


@cache
def _known() -> _Known:
    sections: list[list[str]] = []
    for line in _FILE.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            sections.append([])
        elif sections and not line.startswith("#"):
            sections[-1].append(line)
    names, capital, start, places, anyhow, harmless = (_listed(" ".join(lines)) for lines in sections)
    return _Known(names | capital, capital, start, places | anyhow, anyhow, harmless)


def _listed(text: str) -> frozenset[str]:
    return frozenset(_folded(one) for entry in text.split(";") if (one := entry.strip()))


def _folded(word: str) -> str:
    """A word without case, accents and joiners; a hyphen stays."""
    plain = unicodedata.normalize("NFKD", word.replace("\u2060", "").replace("\u2019", "'")).casefold()
    return "".join(sign for sign in plain if not unicodedata.combining(sign))


@dataclass(frozen=True, slots=True)
class _Word:
    text: str
    at: int
    folded: str
    begins: bool

    @property
    def end(self) -> int:
        return self.at + len(self.text)

    @property
    def is_capital(self) -> bool:
        return self.text[0].isupper()

    @property
    def shouts(self) -> bool:
        return len(self.text) > 1 and self.text.isupper()

    @property
    def stems(self) -> set[str]:
        """The word, and what it is of somebody: "Noors", "Bo's", "Lars'"."""
        bare = self.folded.removesuffix("'s")
        return {self.folded, bare, bare.rstrip("'"), bare.removesuffix("s") or bare}


def given_away(text: str, own: Collection[str]) -> list[str]:
    """Names, places and ways to find somebody in a text, each once, as they stand in it and in that order. `own` are
    the names of the writer's family, found however they are written."""
    spans = list(_reached(text))
    words = [word for word in _words(text) if not any(at <= word.at < end for at, end in spans)]
    spans += _own(words, own)
    spans += _places(words)
    spans += _names(words)
    spans += _capitals(words, text)
    found: dict[str, str] = {}
    for at, end in _widest(spans):
        said = " ".join(text[at:end].split())
        found.setdefault(_folded(said), said)
    return list(found.values())


def _widest(spans: Collection[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Without those that lie within another, in order."""
    reached = -1
    for at, end in sorted(spans, key=lambda span: (span[0], -span[1])):
        if end > reached:
            yield at, end
            reached = end


def _reached(text: str) -> Iterator[tuple[int, int]]:
    """Where somebody could be found, written to or called."""
    for pattern in _REACHED:
        for match in pattern.finditer(text):
            if not _DATE.fullmatch(match[0].strip()):
                yield match.span()


def _words(text: str) -> Iterator[_Word]:
    before = 0
    for match in _WORD.finditer(text):
        between = text[before : match.start()]
        yield _Word(match[0], match.start(), _folded(match[0]), not before or _is_end(between))
        before = match.end()


def _is_end(between: str) -> bool:
    """Whether a sentence ends in what stands between two words."""
    signs = [sign for sign in between if sign not in _OPENS]
    return any(sign in _ENDS or unicodedata.category(sign) in ("So", "Sk", "Nd") for sign in signs)


def _own(words: Collection[_Word], own: Collection[str]) -> Iterator[tuple[int, int]]:
    """The names of the family, and each part of one that is no more than a link between the others."""
    whole = {_folded(found[0]) for name in own for found in _WORD.finditer(name)}
    parts = {part for one in whole for part in (one, *one.split("-")) if len(part) > 1 and part not in _LINKING}
    for word in words:
        if word.stems & parts or parts.intersection(word.folded.split("-")):
            yield word.at, word.end


def _names(words: Collection[_Word]) -> Iterator[tuple[int, int]]:
    known = _known()
    for word in words:
        stems = word.stems & known.names
        if not stems or word.folded in known.harmless:
            continue
        if not word.is_capital and (stems & known.names_only_capital or word.folded not in stems):
            continue
        if word.begins and word.folded in known.words_at_start:
            continue
        yield word.at, word.end


def _places(words: Collection[_Word]) -> Iterator[tuple[int, int]]:
    known, listed = _known(), list(words)
    for first, word in enumerate(listed):
        for number in range(_LONGEST_PLACE, 0, -1):
            some = listed[first : first + number]
            phrase = " ".join(one.folded for one in some)
            if phrase in known.places_anyhow or (word.is_capital and phrase in known.places):
                yield word.at, some[-1].end
                break


def _capitals(words: Collection[_Word], text: str) -> Iterator[tuple[int, int]]:
    """Words with a capital within a sentence, those in a row together: "De Klimop", "van der Linden"."""
    known, run = _known().harmless, list[_Word]()
    for word in words:
        between = text[run[-1].end : word.at] if run else ""
        goes_on = bool(run) and between == " "
        named = word.is_capital and not word.begins and not word.shouts
        named = named and (word.folded not in known or word.folded in _LINKING)
        if run and not (goes_on and (named or word.folded in _LINKING)):
            yield from _closed(run)
            run = []
        if named or (run and word.folded in _LINKING):
            run.append(word)
    yield from _closed(run)


def _closed(run: list[_Word]) -> Iterator[tuple[int, int]]:
    while run and run[-1].folded in _LINKING and not run[-1].is_capital:
        run = run[:-1]
    if run and any(word.folded not in _LINKING for word in run):
        yield run[0].at, run[-1].end
