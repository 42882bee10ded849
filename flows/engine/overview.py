"""Lists all flows: what each is called, how it begins, how much it says and how hard that is to read.

The reading level is that of the wordings as written, each counted once, with a short name wherever something is filled
in; the checks measure what is really said, in every example family. Decks are not in it: their texts are checked entry
by entry.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence

from flows.engine import reading_level
from flows.engine.definition import Flow
from flows.engine.library import Library
from flows.engine.values import dataclass

_FILL = re.compile(r"\{\{-?\s*(.*?)\s*-?\}\}", re.DOTALL)
_BLOCK = re.compile(r"\{%.*?%\}", re.DOTALL)
_AUDIENCES = {"parent": "ouder", "mentor": "mentor", "coordinator": "coördinator", "guest": "genodigde"}
_HEAD = (
    "gesprek",
    "titel",
    "commando",
    "voor",
    "module",
    "komt vanzelf",
    "stappen",
    "teksten",
    "woorden",
    "leesniveau",
    "moeilijkste",
)
_TEXT_COLUMNS = 6
"""So many columns hold words; the others hold numbers."""
_TOGETHER = "samen"


@dataclass(frozen=True, slots=True)
class Row:
    """One flow. `lowest` is the level of its hardest wording that is long enough to be judged; None when none is."""

    flow: Flow
    wordings: int
    size: reading_level.Size
    lowest: float | None

    @property
    def cells(self) -> tuple[str, ...]:
        flow = self.flow
        return (
            flow.flow,
            flow.title,
            f"/{flow.command}" if flow.command else "",
            ", ".join(_AUDIENCES[one] for one in flow.audience),
            "ja" if flow.gated else "",
            "ja" if flow.comes else "",
            str(len(flow.steps)),
            str(self.wordings),
            str(self.size.words),
            f"{self.size.level:.0f}" if self.size.words else "",
            "" if self.lowest is None else f"{self.lowest:.0f}",
        )


def size_of(flow: Flow) -> reading_level.Size:
    """How much text the flow has, each wording counted."""
    return reading_level.total(_sizes(flow))


def rows(library: Library) -> list[Row]:
    """Every flow, by name."""
    return [_row(flow) for _, flow in sorted(library.flows.items())]


def _row(flow: Flow) -> Row:
    sizes = _sizes(flow)
    judged = [size.level for size in sizes if size.words >= reading_level.FEWEST_WORDS]
    return Row(flow, len(sizes), reading_level.total(sizes), min(judged, default=None))


def _sizes(flow: Flow) -> list[reading_level.Size]:
    return [reading_level.measure(_spoken(wording.text)) for step in flow.steps.values() for wording in step.say]


def _spoken(text: str) -> str:
    return reading_level.plain(_FILL.sub("Noor", _BLOCK.sub(" ", text)))


def _together(found: Sequence[Row]) -> tuple[str, ...]:
    size = reading_level.total(row.size for row in found)
    lowest = min((row.lowest for row in found if row.lowest is not None), default=100.0)
    steps, wordings = sum(len(row.flow.steps) for row in found), sum(row.wordings for row in found)
    numbers = (f"{one:.0f}" for one in (steps, wordings, size.words, size.level, lowest))
    return (_TOGETHER, f"{len(found)} gesprekken", *[""] * (_TEXT_COLUMNS - 2), *numbers)


def as_text(library: Library) -> str:
    """All flows in columns, and what they are together."""
    found = rows(library)
    cells = [_HEAD, *(row.cells for row in found), _together(found)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]

    def line(row: Sequence[str]) -> str:
        padded = (
            cell.ljust(width) if column < _TEXT_COLUMNS else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        return "  ".join(padded).rstrip()

    rule = "  ".join("─" * width for width in widths)
    return "\n".join([line(cells[0]), rule, *map(line, cells[1:])]) + "\n"


def as_markdown(library: Library) -> str:
    """All flows as a table of a Markdown page, and what they are together."""
    found = rows(library)
    rule = ["---"] * _TEXT_COLUMNS + ["---:"] * (len(_HEAD) - _TEXT_COLUMNS)
    cells = [_HEAD, rule, *(row.cells for row in found), _together(found)]
    return "".join("| " + " | ".join(one.replace("|", "\\|") for one in row) + " |\n" for row in cells)


def as_csv(library: Library) -> str:
    """All flows as comma-separated values, without what they are together."""
    file = io.StringIO()
    csv.writer(file, lineterminator="\n").writerows([_HEAD, *(row.cells for row in rows(library))])
    return file.getvalue()


FORMATS = {"text": as_text, "markdown": as_markdown, "csv": as_csv}
"""How the list can be printed, by name."""
