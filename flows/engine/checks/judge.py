"""Judges one text: Telegram's limits, HTML, reading level and tone (E3xx and E4xx).

Does not know which texts there are, nor in which worlds they are tried.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from jinja2.exceptions import TemplateError

from flows.engine import reading_level
from flows.engine.checks.report import Report
from flows.engine.checks.values import World
from flows.engine.reading_level import Size, plain
from flows.engine.templates import holds, render
from flows.engine.tone import CODES, Kind, Tone
from flows.engine.values import dataclass
from flows.engine.yaml_file import Document, Path_

_ALWAYS: tuple[Kind, ...] = ("praise", "advice", "labels")
MAX_TEXT = 4096
MAX_LABEL = 40
MAX_PARAGRAPHS = 3

_ENTITY = re.compile(r"&(?:lt|gt|amp|quot|#\d+|#x[0-9a-fA-F]+);|&")
_NOT_DUTCH = re.compile(r"\b(None|True|False|Undefined)\b|\{\{|\}\}|\{%|%\}")
_TAG = re.compile(r"<[^<>]*>?")
FAILS = (TemplateError, TypeError, ValueError, KeyError, IndexError)
"""What filling a text in can raise."""


@dataclass
class Judge:
    """What is the same for all texts."""

    tone: Tone
    report: Report


class Judged:
    """Judges the texts of one document, each different text once. `quoted` texts are for saying to somebody else."""

    def __init__(self, judge: Judge, document: Document[Any], *, quoted: bool = False) -> None:
        self.judge, self.document, self.quoted = judge, document, quoted
        self.blocks: dict[Path_, Size] = {}
        self._done: set[tuple[Path_, str]] = set()

    def add(self, keys: Path_, code: str, what: str, mend: str) -> None:
        self.judge.report.add(self.document, keys, code, what, mend)

    def rendered(
        self, keys: Path_, source: str, scope: Mapping[str, object], world: World, *, html: bool = True
    ) -> str | None:
        """The text in this world; None, and a problem, when it cannot be filled in."""
        try:
            return render(source, scope, html=html)
        except FAILS as error:
            what = f"in wereld '{world.name}' is dit niet in te vullen: {reason(error)}"
            self.add(keys, "E210", what, "vraag eerst of het er is: {% if … %}")
            return None

    def holds(self, keys: Path_, when: str | None, scope: Mapping[str, object], world: World) -> bool:
        if not when:
            return True
        try:
            return holds(when, scope)
        except FAILS as error:
            what = f"in wereld '{world.name}' is '{when}' niet te bepalen: {reason(error)}"
            self.add(keys, "E210", what, "vraag eerst of het er is: … and …")
            return False

    def message(self, keys: Path_, text: str, *, measured: bool = True) -> None:
        """Judges a text as sent, in HTML. The first of a place is the one whose level counts."""
        if (keys, text) in self._done:
            return
        self._done.add((keys, text))
        spoken = plain(text)
        self._limits(keys, text, spoken)
        for kind in _ALWAYS:
            self.wrong_words(keys, spoken, kind)
        if measured and keys not in self.blocks:
            size = self.blocks[keys] = reading_level.measure(spoken)
            if size.words >= reading_level.FEWEST_WORDS and size.level < reading_level.BLOCK_AT_LEAST:
                what = f"te moeilijk: leesniveau {size.level:.0f}, minstens {reading_level.BLOCK_AT_LEAST}"
                self.add(keys, "E402", what, "maak de zinnen korter en kies kortere woorden")

    def _limits(self, keys: Path_, text: str, spoken: str) -> None:
        length = len(spoken.encode("utf-16-le")) // 2
        if length > MAX_TEXT:
            mend = "kort in wat iemand typte: {{ naam | excerpt(200) }}"
            self.add(keys, "E301", f"{length} tekens, Telegram neemt er {MAX_TEXT}", mend)
        if wrong := wrong_html(text):
            self.add(keys, "E305", f"'{wrong}' is geen goede opmaak", "gebruik alleen <b>…</b> en <i>…</i>; & is &amp;")
        if found := _NOT_DUTCH.search(spoken):
            self.add(keys, "E213", f"in de tekst komt '{found[0]}' te staan", "vraag eerst of het er is: {% if … %}")
        paragraphs = len(text.split("\n\n"))
        if paragraphs > MAX_PARAGRAPHS:
            self.add(keys, "E403", f"{paragraphs} alinea's in een bericht", f"hoogstens {MAX_PARAGRAPHS}")
        asked = reading_level.questions(spoken)
        if asked > 1 and not self.quoted:
            self.add(keys, "E404", f"{asked} vragen in een bericht", "stel er één; een voorbeeldzin zet je tussen “ ”")

    def wrong_words(self, keys: Path_, spoken: str, kind: Kind) -> None:
        wrong = self.judge.tone.tone.get(kind)
        found = wrong.found_in(spoken) if wrong else None
        if wrong and found:
            self.add(keys, CODES[kind], f"{wrong.what}: '{found}'", wrong.mend)

    def label(self, keys: Path_, label: str, others: Sequence[str], world: World) -> bool:
        """Judges a button's label beside those already there; False when it says the same as one of them."""
        if not label.strip():
            self.add(keys, "E302", f"de knop is leeg in wereld '{world.name}'", "geef hem een tekst")
        elif len(label) > MAX_LABEL:
            mend = "kort in, een naam met {{ … | excerpt(20) }}"
            self.add(keys, "E302", f"'{label}' is {len(label)} tekens, hoogstens {MAX_LABEL}", mend)
        elif found := _NOT_DUTCH.search(label):
            self.add(keys, "E213", f"op de knop komt '{found[0]}' te staan", "vraag eerst of het er is: {% if … %}")
        if label in others:
            self.add(keys, "E306", f"twee knoppen heten '{label}'", "geef ze elk een eigen tekst")
            return False
        if (keys, label) not in self._done:
            self._done.add((keys, label))
            self.wrong_words(keys, label, "labels")
        return True

    def average(self, keys: Path_) -> None:
        size = reading_level.total(self.blocks.values())
        if size.words >= reading_level.FEWEST_WORDS and size.level < reading_level.FILE_AT_LEAST:
            what = f"gemiddeld te moeilijk: leesniveau {size.level:.0f}, minstens {reading_level.FILE_AT_LEAST}"
            self.add(keys, "E401", what, "maak de zinnen korter en kies kortere woorden")


def wrong_html(text: str) -> str | None:
    """The first thing in a message that Telegram's HTML does not take or that we do not use; None when it is fine."""
    open_tags: list[str] = []
    for found in _TAG.finditer(text):
        tag = found[0]
        if tag in ("<b>", "<i>"):
            open_tags.append(tag[1])
        elif tag not in ("</b>", "</i>") or not open_tags or open_tags.pop() != tag[2]:
            return tag[:20]
    if open_tags:
        return f"<{open_tags[-1]}> zonder </{open_tags[-1]}>"
    return next((found[0] for found in _ENTITY.finditer(text) if found[0] == "&"), None)


def reason(error: Exception) -> str:
    return str(error).splitlines()[0][:120] if str(error) else type(error).__name__
