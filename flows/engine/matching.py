"""Which flows fit what somebody typed in their own words: by the words it shares with phrases of each flow.

A text is compared with phrases as people say them (`words.yaml`): by stems, so that "gespeeld" finds "spelen"; by
pairs of neighbouring words, since "ik ben op" has no telling word; and with an eye for slips and compounds. Words that
few flows use count most. A text that is only a little like a flow's phrases gets no offer: a silly offer is worse than
none.

Nothing is learnt or kept of what people type. Does not know who may do a flow (the caller says what is allowed), nor
what danger is: that is looked for before a text comes here.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Container, Iterator, Mapping
from functools import cached_property
from itertools import pairwise

from flows.engine.definition import Words
from flows.engine.values import dataclass

MOST_OFFERS = 3
"""So many flows are offered for one text."""
ENOUGH = 0.3
"""The score that a flow needs to be offered at all."""
NEAR_BEST = 0.35
"""The part of the best score that the other offers need."""
LONGEST = 40
"""So many words of a text are looked at: what somebody wants mostly stands at its beginning."""

_PAIR, _BARE_PAIR = 0.7, 0.4
"""What a pair of neighbouring words counts, beside a word; and a pair in which neither says anything by itself."""
_UNKNOWN = 0.9
"""What a word counts that stands in no phrase, beside one that stands in those of a single flow."""
_UNKNOWN_PAIR = 0.15
"""What a pair counts that stands in no phrase."""
_ONE_PHRASE = 0.3
"""The part of a score that comes from the phrase that is most alike; the rest comes from all of a flow's phrases."""
_AGAIN = 0.5
"""The higher, the more it adds when a word stands in several phrases of a flow."""

_MARKS = re.compile("['’‘`´ʼ\u0300-\u036f\u00ad\u200b-\u200f\u2060\ufe0f\ufeff]+")
_RUN = re.compile(r"([a-z])\1{2,}")
_WORD = re.compile(r"[a-z0-9]+")
_TWO_VOWELS = re.compile(r"([aeou])\1")
_SOFT_ENDS = {"z": "s", "v": "f"}

Feature = str | tuple[str, str]
"""A word as it counts, or two that stand side by side."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A flow that may be what somebody wants. `score` (0 to 1) is how alike the words are, not how likely it is."""

    flow: str
    score: float


class Matcher:
    """Finds flows by what somebody typed. Made at once and filled when first asked; may be shared between threads."""

    def __init__(self, words: Words) -> None:
        self._words = words

    @property
    def flows(self) -> Container[str]:
        """The flows that have phrases."""
        return self._words.flows

    def offers(self, text: str, allowed: Container[str], limit: int = MOST_OFFERS) -> list[Offer]:
        """The flows among `allowed` that fit, best first; none when it is not clear that any does."""
        found = [Offer(flow, score) for flow, score in self._phrases.scores(text).items() if flow in allowed]
        found.sort(key=lambda offer: (-offer.score, offer.flow))
        least = max(ENOUGH, NEAR_BEST * found[0].score) if found else ENOUGH
        return [offer for offer in found[:limit] if offer.score >= least]

    @cached_property
    def _phrases(self) -> _Phrases:
        return _Phrases(self._words)


class _Phrases:
    """All phrases, taken apart, and where each of their features stands."""

    def __init__(self, words: Words) -> None:
        plain = _Reading(words)
        self._phrases = [(flow, plain.features(one)) for flow, phrases in words.flows.items() for one in phrases]
        self._counts: Mapping[Feature, Counter[str]] = defaultdict(Counter)
        self._holding: Mapping[Feature, list[int]] = defaultdict(list)
        for number, (flow, features) in enumerate(self._phrases):
            for feature in features:
                self._counts[feature][flow] += 1
                self._holding[feature].append(number)
        rarest = _rarity(1, len(words.flows))
        self._weights = {
            feature: _rarity(len(counts), len(words.flows)) / rarest * _worth(feature)
            for feature, counts in self._counts.items()
        }
        self._lengths = [self._length(features) for _, features in self._phrases]
        self._reading = _Reading(words, knows_all={one for one in self._weights if isinstance(one, str)})

    def _weight(self, feature: Feature) -> float:
        return self._weights.get(feature, _UNKNOWN if isinstance(feature, str) else _UNKNOWN_PAIR)

    def _length(self, features: list[Feature]) -> float:
        return math.sqrt(sum(self._weight(one) ** 2 for one in features))

    def scores(self, text: str) -> dict[str, float]:
        """How alike a text is to each flow that shares anything with it, 0 to 1."""
        features = self._reading.features(text)
        total = max(1.0, sum(map(self._weight, features)))
        length = self._length(features)
        together: dict[str, float] = defaultdict(float)
        shared: dict[int, float] = defaultdict(float)
        for feature in features:
            weight = self._weight(feature)
            for flow, count in self._counts.get(feature, {}).items():
                together[flow] += weight * count / (count + _AGAIN)
            for number in self._holding.get(feature, ()):
                shared[number] += weight**2
        best: dict[str, float] = defaultdict(float)
        for number, product in shared.items():
            flow = self._phrases[number][0]
            best[flow] = max(best[flow], product / (length * self._lengths[number]))
        return {flow: _ONE_PHRASE * best[flow] + (1 - _ONE_PHRASE) * score / total for flow, score in together.items()}


def _rarity(flows: int, of: int) -> float:
    """The less flows use it, the more a word says."""
    return math.log(1 + (of - flows + 0.5) / (flows + 0.5))


def _worth(feature: Feature) -> float:
    if isinstance(feature, str):
        return 1.0
    return _BARE_PAIR if all(one.startswith("-") for one in feature) else _PAIR


class _Reading:
    """Takes a text apart into features. With `knows_all`, other words are taken for slips or compounds of those."""

    def __init__(self, words: Words, knows_all: set[str] | None = None) -> None:
        self._heads = {one: _plain(head) for head, ones in words.same.items() for one in map(_plain, (head, *ones))}
        self._stop = {_plain(one) for one in words.stop}
        self._known = knows_all
        self._spelled: dict[str, str] = {}
        self._near: dict[str, list[str]] = defaultdict(list)
        if knows_all is None:
            return
        stem = _stemmer()
        phrases = (one for phrases in words.flows.values() for phrase in phrases for one in _split(phrase))
        for word in {*phrases, *self._heads}:
            form = self._form(word, stem)
            if form in knows_all:
                self._spelled[word] = form
        for form in sorted(knows_all):
            for key in _neighbourhood(form) if len(form) > 4 else ():
                self._near[key].append(form)

    def features(self, text: str) -> list[Feature]:
        """The telling words of a text, and the pairs of neighbours, each once."""
        stem = _stemmer()
        forms = [form for word in _split(text)[:LONGEST] for form in self._meant(word, stem)]
        telling = [form for form in forms if not form.startswith("-")]
        return list(dict.fromkeys([*telling, *pairwise(forms)]))

    def _form(self, word: str, stem: Callable[[str], str]) -> str:
        """What a word counts as; one that says nothing by itself has a dash in front."""
        head = self._heads.get(word, word)
        return f"-{head}" if head in self._stop else _folded(stem(head))

    def _meant(self, word: str, stem: Callable[[str], str]) -> list[str]:
        form = self._spelled.get(word) or self._form(word, stem)
        if self._known is None or form in self._known or form.startswith("-"):
            return [form]
        parts = self._parts(word)
        if len(parts) == 2:
            return parts
        slips = [one for key in _neighbourhood(form) for one in self._near.get(key, ())] if len(form) > 4 else []
        slip = min((one for one in slips if _is_slip(form, one)), default=None)
        return [slip] if slip else parts or [form]

    def _parts(self, word: str) -> list[str]:
        """The known words that a compound is made of: two, or the longest one, or none."""
        longest = ""
        for at in range(3, len(word) - 2):
            first, second = word[:at], word[at:]
            if first not in self._spelled and first.endswith("s"):
                first = first[:-1]
            if first in self._spelled and second in self._spelled:
                return [self._spelled[first], self._spelled[second]]
            longest = max(longest, *(one for one in (first, second) if one in self._spelled), "", key=len)
        return [self._spelled[longest]] if len(longest) > 4 else []


def _stemmer() -> Callable[[str], str]:
    """A fresh one for each text, since it keeps the word it works on. Imported late: it brings along every language."""
    from snowballstemmer.dutch_stemmer import DutchStemmer

    stem: Callable[[str], str] = DutchStemmer().stemWord
    return stem


def _split(text: str) -> list[str]:
    return _WORD.findall(_plain(text))


def _plain(text: str) -> str:
    """Without capitals, accents and apostrophes; "heeeel" as "heel"."""
    return _RUN.sub(r"\1\1", _MARKS.sub("", unicodedata.normalize("NFKD", text.lower())))


def _folded(stem: str) -> str:
    """A stem, with differences taken away that the stemmer leaves: speelt and speel, boze and boos, spel and speel."""
    if len(stem) > 3 and stem.endswith("e"):
        stem = stem[:-1]
    if len(stem) > 3 and stem.endswith("t") and stem[-2] not in "aeiouy":
        stem = stem[:-1]
    stem = _TWO_VOWELS.sub(r"\1", stem)
    if len(stem) > 2 and stem[-1] == stem[-2]:
        stem = stem[:-1]
    return stem[:-1] + _SOFT_ENDS.get(stem[-1], stem[-1])


def _neighbourhood(word: str) -> Iterator[str]:
    """A word, whole and without any one letter. Words with a slip between them share one of these."""
    yield word
    for at in range(len(word)):
        yield word[:at] + word[at + 1 :]


def _is_slip(written: str, meant: str) -> bool:
    """Whether one letter was left out, added or swapped with its neighbour, or in a longer word taken for another.

    Never the first letter.
    """
    start, shorter = 0, min(len(written), len(meant))
    while start < shorter and written[start] == meant[start]:
        start += 1
    end = 0
    while end < shorter - start and written[-1 - end] == meant[-1 - end]:
        end += 1
    wrong, right = written[start : len(written) - end], meant[start : len(meant) - end]
    if len(wrong) == len(right) == 1:
        return start > 0 and len(meant) > 6
    return start > 0 and (len(wrong) + len(right) == 1 or (len(wrong) == 2 and wrong == right[::-1]))
