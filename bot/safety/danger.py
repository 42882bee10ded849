"""Words that may point at danger, looked for in every text of a person. Read once at start.

A finding says what kind of danger and how plainly it was said, never the words themselves. `explicit` is said plainly:
the help card comes at once. `possible` may mean something else: the bot asks first. Nothing found means nothing: the
card stays one tap away.

Does not know who writes, and keeps nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import field, replace
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

from bot.safety.patterns import FILLER, NEGATION, SELF, Language, Pattern, PatternError, Patterns, Row, check
from flows.engine.compiled import Copy, fold, forms, unfold
from flows.engine.definition import Id, Text
from flows.engine.form import Limits, adapter, strict
from flows.engine.library import CONTENT
from flows.engine.problems import ContentError, Problem
from flows.engine.values import dataclass
from flows.engine.yaml_file import Document, read

REACH = 8
"""How far from the last word of a find something may stand that takes it back (`unless`) or softens it (`softer`)."""

Tier = Literal["explicit", "possible"]
Keys = tuple[str | int, ...]

_STRICT = strict()
_GroupName = Annotated[str, Limits(pattern=r"^[A-Z][A-Z0-9_]*$")]
_Lines = Annotated[list[Text], Limits(min_length=1)]


@dataclass(frozen=True, slots=True)
class Category:
    """A kind of danger, and the help lines for it by their id; a region leaves out those that it does not have."""

    __pydantic_config__ = _STRICT
    about: Text
    lines: _Lines


@dataclass(frozen=True, slots=True)
class Harmless:
    """What sounds like danger and is none. What `say` finds is passed over; the rest of the text still counts."""

    __pydantic_config__ = _STRICT
    id: Id
    say: _Lines
    passes: _Lines
    finds: list[Text] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Rule:
    """One way to say it. `finds` is found just so, `asks` only as possible, `passes` not at all, by no rule."""

    __pydantic_config__ = _STRICT
    id: Id
    category: Id
    tier: Tier
    say: _Lines
    finds: _Lines
    unless: list[Text] = field(default_factory=list)
    softer: list[Text] = field(default_factory=list)
    asks: list[Text] = field(default_factory=list)
    passes: list[Text] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class DangerFile:
    """All of it, as written. Of two finds of one tier, the rule that stands first is told."""

    __pydantic_config__ = _STRICT
    format: Literal["1"]
    categories: dict[Id, Category]
    words: dict[_GroupName, _Lines]
    contexts: dict[_GroupName, _Lines]
    short_forms: dict[str, Text]
    real_words: list[Text]
    harmless: list[Harmless]
    rules: Annotated[list[Rule], Limits(min_length=1)]


_FORMS = forms(Category, Harmless, Rule, DangerFile)


@dataclass(frozen=True, slots=True)
class Finding:
    """What was seen. Holds nothing of the text."""

    tier: Tier
    category: str
    rule: str


@dataclass(frozen=True, slots=True)
class _Ready:
    """A rule whose patterns can be searched."""

    rule: Rule
    say: Patterns
    unless: Patterns
    softer: Patterns

    def look(self, row: Row) -> Finding | None:
        if not (found := row.ends(self.say)):
            return None
        found &= ~row.near(row.ends(self.unless), REACH)
        if not found:
            return None
        plain = self.rule.tier == "explicit" and found & ~row.near(row.ends(self.softer), REACH)
        return Finding("explicit" if plain else "possible", self.rule.category, self.rule.id)


class _Search:
    """All patterns, ready to be looked for."""

    def __init__(self, file: DangerFile) -> None:
        """Raises PatternError for groups that go round in a circle."""
        language = Language({**file.words, **file.contexts}, file.contexts, file.short_forms)

        def patterns(lines: Iterable[str]) -> list[Pattern]:
            return [pattern for line in lines for pattern in language.patterns(line)]

        self.harmless = patterns(line for one in file.harmless for line in one.say)
        self.rules = [
            _Ready(rule, *(Patterns(patterns(lines)) for lines in (rule.say, rule.unless, rule.softer)))
            for rule in file.rules
        ]
        self.reader = language.reader(file.real_words)


class DangerWords:
    """All rules. Safe to share between threads."""

    def __init__(self, file: DangerFile) -> None:
        self.file = file

    @cached_property
    def _search(self) -> _Search:
        """Made with the first text, so that a start need not wait."""
        return _Search(self.file)

    def check(self) -> None:
        """Raises PatternError for groups that go round in a circle."""
        _ = self._search

    def look(self, text: str) -> Finding | None:
        """The plainest danger that a text speaks of, and of those the first rule's; None when of none."""
        first = None
        for finding in self.findings(text):
            if finding.tier == "explicit":
                return finding
            first = first or finding
        return first

    def findings(self, text: str) -> Iterator[Finding]:
        """All that is found, in the order of the rules; of each rule the plainest."""
        search = self._search
        row = search.reader.read(text)
        for pattern in search.harmless:
            row.blank(pattern)
        for rule in search.rules:
            if finding := rule.look(row):
                yield finding

    def lines(self, category: str) -> list[str]:
        """The help lines for a kind of danger, by id, the most fitting first."""
        return self.file.categories[category].lines


def read_danger(content: Path = CONTENT) -> Document[DangerFile]:
    """The danger words as written. Raises ContentError."""
    return read(content / "help" / "danger.yaml", adapter(DangerFile))


def ready(document: Document[DangerFile]) -> DangerWords:
    """The danger words as used. Raises ContentError with all that keeps them from being used."""
    if problems := list(_problems(document)):
        raise ContentError(problems)
    words = DangerWords(document.value)
    try:
        words.check()
    except PatternError as error:
        place = document.place("words")
        raise ContentError([Problem(document.path, *place, "E602", error.what, error.mend)]) from None
    return words


def load_danger(content: Path = CONTENT, cache: Path | None = None) -> DangerWords:
    """Reads the danger words. `cache` is a folder for a copy that loads fast, without examples. Raises ContentError."""

    def made() -> DangerWords:
        return ready(read_danger(content))

    def opened(text: str) -> DangerWords:
        return DangerWords(unfold(text, _FORMS, DangerFile))

    if cache is None:
        return made()
    sources = [Path(__file__), content / "help" / "danger.yaml"]
    return Copy(cache, "danger", sources, opened, lambda words: fold(_without_examples(words.file))).value(made)


def _without_examples(file: DangerFile) -> DangerFile:
    """Only checks look at them, and checks read the file itself."""
    return replace(
        file,
        harmless=[replace(one, finds=[], passes=[]) for one in file.harmless],
        rules=[replace(rule, finds=[], asks=[], passes=[]) for rule in file.rules],
    )


def _problems(document: Document[DangerFile]) -> Iterator[Problem]:
    file = document.value
    groups = {*file.words, *file.contexts}

    def problem(keys: Keys, code: str, what: str, mend: str) -> Problem:
        return Problem(document.path, *document.place(*keys), code, what, mend)

    for name in (NEGATION, SELF, FILLER):
        if name not in file.words:
            yield problem(
                ("words",), "E601", f"de groep {name} ontbreekt", "zet haar terug, de gaten hebben haar nodig"
            )
    for name in file.words.keys() & file.contexts.keys():
        yield problem(
            ("contexts", name), "E601", f"de groep {name} staat er twee keer", "geef een van de twee een naam"
        )
    for keys, line in _lines(file):
        try:
            check(line, groups)
        except PatternError as error:
            yield problem(keys, "E602", error.what, error.mend)
    seen: set[str] = set()
    for at, rule in enumerate(file.rules):
        if rule.category not in file.categories:
            what, mend = f"'{rule.category}' is geen soort gevaar", f"kies uit: {', '.join(file.categories)}"
            yield problem(("rules", at, "category"), "E603", what, mend)
        if rule.id in seen:
            yield problem(("rules", at, "id"), "E604", f"de regel '{rule.id}' staat er twee keer", "geef hem een naam")
        seen.add(rule.id)


def _lines(file: DangerFile) -> Iterator[tuple[Keys, str]]:
    """Every pattern of the file, and where it stands."""
    for part, groups in (("words", file.words), ("contexts", file.contexts)):
        yield from (((part, name, at), line) for name, lines in groups.items() for at, line in enumerate(lines))
    yield from ((("short_forms", form), line) for form, line in file.short_forms.items())
    for number, one in enumerate(file.harmless):
        yield from ((("harmless", number, "say", at), line) for at, line in enumerate(one.say))
    for number, rule in enumerate(file.rules):
        for part, lines in (("say", rule.say), ("unless", rule.unless), ("softer", rule.softer)):
            yield from ((("rules", number, part, at), line) for at, line in enumerate(lines))
