"""What is wrong with the help cards and the danger words of a language, beside what keeps them from being read at all:
examples that do not hold, and help lines that no region has.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from bot.safety.danger import DangerFile, DangerWords, Keys, Tier, read_danger, ready
from bot.safety.help import load_help
from flows.engine.library import CONTENT
from flows.engine.problems import ContentError, Problem
from flows.engine.yaml_file import Document

_IN_WORDS: dict[Tier | None, str] = {"explicit": "gevaar", "possible": "misschien gevaar", None: "niets"}


def check_safety(content: Path = CONTENT) -> list[Problem]:
    """Everything that is wrong, in order of place."""
    found: list[Problem] = []
    known: set[str] | None = None
    try:
        known = {line.id for region in load_help(content).regions.values() for line in region.lines}
    except ContentError as error:
        found += error.problems
    try:
        document = read_danger(content)
        if known is not None:
            found += _unknown_lines(document, known)
        found += _examples(document, ready(document))
    except ContentError as error:
        found += error.problems
    return sorted(found)


def _unknown_lines(document: Document[DangerFile], known: set[str]) -> Iterator[Problem]:
    for name, category in document.value.categories.items():
        for at, line in enumerate(category.lines):
            if line not in known:
                place = document.place("categories", name, "lines", at)
                what = f"geen enkele regio heeft de hulplijn '{line}'"
                yield Problem(document.path, *place, "E605", what, f"kies uit: {', '.join(sorted(known))}")


def _examples(document: Document[DangerFile], words: DangerWords) -> Iterator[Problem]:
    for number, rule in enumerate(document.value.rules):
        place: Keys = ("rules", number)
        yield from _held(document, words, (*place, "finds"), rule.finds, rule.tier, rule.category)
        yield from _held(document, words, (*place, "asks"), rule.asks, "possible")
        yield from _held(document, words, (*place, "passes"), rule.passes, None)
    for number, harmless in enumerate(document.value.harmless):
        place = ("harmless", number)
        yield from _held(document, words, (*place, "passes"), harmless.passes, None)
        yield from _held(document, words, (*place, "finds"), harmless.finds, "explicit")


def _held(
    document: Document[DangerFile],
    words: DangerWords,
    keys: Keys,
    examples: Sequence[str],
    tier: Tier | None,
    category: str = "",
) -> Iterator[Problem]:
    for at, text in enumerate(examples):
        found = words.look(text)
        if (found.tier if found else None) != tier or (found and category and found.category != category):
            told = f"{_IN_WORDS[found.tier]} ({found.category}, regel '{found.rule}')" if found else _IN_WORDS[None]
            what = f"in '{text}' wordt {told} gevonden, en dat moet {_IN_WORDS[tier]} zijn"
            mend = "pas de regel aan, of zet het voorbeeld waar het hoort"
            yield Problem(document.path, *document.place(*keys, at), "E606", what, mend)
