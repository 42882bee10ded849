"""The language in which danger is described: rows of words with gaps between them, looked for in a whole text.

A set of places in a text is an integer with a bit a place, so a step of a pattern is taken at all places at once, and
the time of a search is bounded, whatever the text. Does not know what is dangerous: that is `danger.yaml`.

In a pattern: `woord` a word, slips allowed; `=woord` exactly so; `woord*` all that starts so; `GROEP` any word of a
group; `a/b` either; `a?` may be left out; `*` any one word; `~` up to four words of no weight ("echt", "gewoon"); `..`
up to four words within the clause, but no negation; both may begin with "ik" but hold it nowhere else; `...` up to
eight words within the sentence, but no negation; `^` and `$` start and end of a clause; `a & b & c` in any order with
`..` between, `a + b + c` in any order with `...` between.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from functools import cached_property
from itertools import permutations
from typing import NamedTuple

from bot.safety.spelling import CLAUSE_ENDS, SENTENCE_ENDS, Spelling, parts

NEGATION, SELF, FILLER = "NIET", "IK", "VULSEL"
"""Groups that must be there, for the gaps."""

SHORTEST_STEM = 5
_ANY_ORDER = {"&": "..", "+": "..."}
_SIGNS = ("^", "$", "~", "..", "...", "*")
_NAME = re.compile(r"[A-Z][A-Z0-9_]*")
_WORD = re.compile(rf"=?[a-z0-9]+|[a-z0-9]{{{SHORTEST_STEM},}}\*")
_MEND_WORD = f"schrijf kleine letters zonder accent of leesteken, en voor een * minstens {SHORTEST_STEM} letters"


class Pattern(NamedTuple):
    """Pieces: signs as they are, words by their number, inverted when they may be left out.

    `needs` are those of which a word must be in the text; the rest is not looked at without.
    """

    pieces: tuple[str | int, ...]
    needs: tuple[int, ...]


class Patterns:
    """Patterns that are looked for together, by the rarest word that each of them needs.

    Most texts hold few of these words, so few patterns are looked at, with the same outcome.
    """

    def __init__(self, patterns: Sequence[Pattern]) -> None:
        self._patterns = patterns

    @cached_property
    def _by_need(self) -> Mapping[int | None, list[Pattern]]:
        """Under None what needs no word in particular. Made with the first text, so that a start need not wait."""
        by_need: dict[int | None, list[Pattern]] = {None: []}
        for pattern in self._patterns:
            by_need.setdefault(pattern.needs[0] if pattern.needs else None, []).append(pattern)
        return by_need

    def that_may_stand(self, pieces: Set[int]) -> Iterator[Pattern]:
        """All that can be found in a text in which no other pieces stand than these."""
        yield from self._by_need[None]
        for need in self._by_need.keys() & pieces:
            yield from self._by_need[need]


class PatternError(ValueError):
    """A pattern that cannot be understood: why, and how to mend it, in Dutch."""

    def __init__(self, what: str, mend: str) -> None:
        self.what, self.mend = what, mend
        super().__init__(what)


def check(line: str, groups: Iterable[str]) -> None:
    """Raises PatternError when `line` is no pattern over these groups."""
    firm = False
    for piece in line.split():
        if piece in _SIGNS or piece in _ANY_ORDER:
            continue
        firm = firm or not piece.endswith("?")
        for one in piece.removesuffix("?").split("/"):
            if _NAME.fullmatch(one):
                if one not in groups:
                    raise PatternError(
                        f"de groep {one} is er niet", "zet haar onder words of contexts, of verbeter de naam"
                    )
            elif not _WORD.fullmatch(one):
                raise PatternError(f"'{one}' is geen woord, groep of gat", _MEND_WORD)
    if not firm:
        raise PatternError("er staat geen vast woord in", "zet er een woord of groep zonder ? in")


class Language:
    """Patterns over groups of words. Grows while patterns are made; `reader` is for when all are there."""

    def __init__(
        self, groups: Mapping[str, Sequence[str]], strict: Iterable[str], short_forms: Mapping[str, str]
    ) -> None:
        """In `strict` groups words may not be written with slips. Raises PatternError for groups in a circle."""
        self._groups, self._strict = groups, frozenset(strict)
        self._short_forms = {form: line.split() for form, line in short_forms.items()}
        self._codes: tuple[dict[str, str | int], dict[str, str | int]] = ({}, {})
        self._firm: dict[int, int] = {}
        self._pieces: dict[str, list[int]] = {}
        self._members: dict[str, tuple[list[str], list[Pattern]]] = {}
        self._loose: set[str] = set()
        self._exact: set[str] = set()
        self.phrases: list[Patterns | None] = []
        """By the number of a piece: those of its lines that are more than one word."""
        self.negation, self.myself, self.filler = (self._piece(name, ()) for name in (NEGATION, SELF, FILLER))
        for line in short_forms.values():
            self._pattern(line, ())
        for name in groups:
            self._group(name, ())

    def patterns(self, line: str) -> list[Pattern]:
        """The patterns that a line stands for: one, or one for each order."""
        for sign, gap in _ANY_ORDER.items():
            if f" {sign} " in line:
                return [self._pattern(f" {gap} ".join(order), ()) for order in permutations(line.split(f" {sign} "))]
        return [self._pattern(line, ())]

    def reader(self, real_words: Iterable[str]) -> Reader:
        """What reads texts with the words of all patterns that were made so far."""
        loose = self._loose - self._exact
        spelling = Spelling({word: word in loose for word in self._pieces}, real_words)
        return Reader(self, spelling, self._pieces, self._short_forms)

    def _pattern(self, line: str, within: tuple[str, ...]) -> Pattern:
        codes = self._codes[bool(within) and within[-1] in self._strict]
        pieces: list[str | int] = []
        for piece in line.split():
            if piece not in codes:
                if piece in _SIGNS:
                    codes[piece] = piece
                elif piece[-1] == "?":
                    codes[piece] = ~self._piece(piece[:-1], within)
                else:
                    codes[piece] = self._piece(piece, within)
            pieces.append(codes[piece])
        firm = {one for one in pieces if isinstance(one, int) and one in self._firm}
        return Pattern(tuple(pieces), tuple(sorted(firm, key=self._firm.__getitem__)))

    def _piece(self, piece: str, within: tuple[str, ...]) -> int:
        words, phrases = self._alternatives(piece, within)
        number = len(self.phrases)
        self.phrases.append(Patterns(phrases) if phrases else None)
        if not phrases:
            self._firm[number] = len(words)
        for word in set(words):
            self._pieces.setdefault(word, []).append(number)
        return number

    def _alternatives(self, piece: str, within: tuple[str, ...]) -> tuple[list[str], list[Pattern]]:
        words: list[str] = []
        phrases: list[Pattern] = []
        for name in piece.split("/"):
            if name[0].isupper():
                more, longer = self._group(name, within)
                words += more
                phrases += longer
                continue
            word = name.removeprefix("=")
            words.append(word)
            if word != name:
                self._exact.add(word)
            elif not within or within[-1] not in self._strict:
                self._loose.add(word)
        return words, phrases

    def _group(self, name: str, within: tuple[str, ...]) -> tuple[list[str], list[Pattern]]:
        if name in within:
            raise PatternError(f"de groep {name} wijst naar zichzelf", "haal een van de groepen uit de kring")
        if name not in self._members:
            words: list[str] = []
            phrases: list[Pattern] = []
            within = (*within, name)
            for line in self._groups[name]:
                if " " in line:
                    phrases.append(self._pattern(line, within))
                else:
                    more, longer = self._alternatives(line, within)
                    words += more
                    phrases += longer
            self._members[name] = words, phrases
        return self._members[name]


class Reader:
    """Makes texts ready to be searched. Safe to share between threads."""

    def __init__(
        self, language: Language, spelling: Spelling, pieces: Mapping[str, list[int]], short: Mapping[str, list[str]]
    ) -> None:
        self._language, self._spelling, self._pieces, self._short = language, spelling, pieces, short

    def read(self, text: str) -> Row:
        """The places of all pieces in a text."""
        places = [0] * len(self._language.phrases)
        pieces: set[int] = set()
        bit = stops = clauses = 1
        for part in (*parts(text), "."):
            if part in SENTENCE_ENDS:
                bit <<= 1
                stops |= bit
            elif part in CLAUSE_ENDS:
                bit <<= 1
                clauses |= bit
            else:
                for one in self._short.get(part, (part,)):
                    bit <<= 1
                    for word in self._spelling.meant(one):
                        pieces.update(self._pieces[word])
                        for piece in self._pieces[word]:
                            places[piece] |= bit
        return Row(self._language, places, pieces, stops, clauses, bit)


class Row:
    """One text: for each piece the places where it stands."""

    def __init__(
        self, language: Language, places: list[int], pieces: Set[int], stops: int, clauses: int, last: int
    ) -> None:
        """`pieces` are those that have a place at all."""
        self._language, self._places, self._pieces, self._stops = language, places, pieces, stops
        self._marks = stops | clauses
        self._all = (last << 1) - 1
        self._memo: dict[tuple[int, int], int] = {}
        negation, self._myself, self._filler = (
            places[piece] for piece in (language.negation, language.myself, language.filler)
        )
        self._near = self._all & ~(self._marks | negation | self._myself)
        self._far = self._all & ~(stops | negation)

    def ends(self, patterns: Patterns) -> int:
        """The places of the last words of all that these find."""
        ends = 0
        for pattern in patterns.that_may_stand(self._pieces):
            ends |= self._after(pattern, self._all)
        return ends >> 1

    def near(self, places: int, reach: int) -> int:
        """The places of the same sentences that are at most `reach` words off."""
        inside = self._all & ~self._stops
        for _ in range(reach):
            places |= (places << 1 | places >> 1) & inside
        return places

    def blank(self, pattern: Pattern) -> None:
        """Makes the words that a pattern finds meaningless."""
        ends, found = self._after(pattern, self._all), 0
        while ends:
            end = ends.bit_length() - 1
            ends ^= 1 << end
            start = next(at for at in range(end - 1, -1, -1) if self._after(pattern, 1 << at) >> end & 1)
            found |= (1 << end) - (1 << start)
        if found:
            self._places = [places & ~found for places in self._places]
            self._memo.clear()

    def _after(self, pattern: Pattern, state: int) -> int:
        """The places behind this pattern when it begins at any place of `state`."""
        for need in pattern.needs:
            if not self._places[need]:
                return 0
        for piece in pattern.pieces:
            if isinstance(piece, int):
                state = self._word(piece, state) if piece >= 0 else state | self._word(~piece, state)
            elif piece == "..":
                state = _spread(state | (state & self._myself) << 1, self._near, 4)
            elif piece == "~":
                state = _spread(state | (state & self._myself) << 1, self._filler, 4)
            elif piece == "...":
                state = _spread(state, self._far, 8)
            elif piece == "$":
                state &= self._marks
            elif piece == "^":
                state &= self._marks << 1
            else:
                state = (state & ~self._marks) << 1
            if not state:
                return 0
        return state

    def _word(self, piece: int, state: int) -> int:
        after = (state & self._places[piece]) << 1
        if phrases := self._language.phrases[piece]:
            key = piece, state
            if key not in self._memo:
                self._memo[key] = 0
                for phrase in phrases.that_may_stand(self._pieces):
                    self._memo[key] |= self._after(phrase, state)
            after |= self._memo[key]
        return after


def _spread(state: int, over: int, times: int) -> int:
    for _ in range(times):
        more = state | (state & over) << 1
        if more == state:
            break
        state = more
    return state
