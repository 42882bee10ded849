"""Transcripts as tests: finding them, playing them, and rewriting the bot's lines in place.

The format, the `Driver` protocol and the comparison live in `flows.engine.transcript`; a run through the whole service
brings its own driver. Does not know what the conversations are about.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from flows.engine.transcript import Beat, Transcript, play_script, read_transcript
from flows.engine.transcript_lines import as_yaml
from flows.engine.yaml_file import Document

ROOT = Path(__file__).parent.parent / "transcripts"


def all_paths(root: Path = ROOT) -> list[Path]:
    """Every transcript, in a steady order."""
    return sorted(root.glob("*/*.yaml"))


def update(document: Document[Transcript], seen: Sequence[Beat]) -> None:
    """Rewrites the bot's lines with what was seen. The person's lines and all comments stay as they are."""
    document.path.write_text(rewritten(document, seen), encoding="utf-8")


def rewritten(document: Document[Transcript], seen: Sequence[Beat]) -> str:
    """The file's text with the bot's lines of `seen`."""
    parts = _parts(document)
    text = [*parts.head]
    acts = iter([part for part in parts.items if part.act])
    for beat in seen:
        if beat.act is not None:
            act = next(acts)
            text += [*act.lead, *act.body]
        for line in beat.lines:
            text += [f"  {row}".rstrip() for row in as_yaml(line).splitlines()]
    return "\n".join([*text, *parts.tail]).rstrip("\n") + "\n"


@dataclass(slots=True)
class _Part:
    """One item of the script as it stands in the file, with the comments above it."""

    act: bool
    lead: list[str]
    body: list[str]


@dataclass(slots=True)
class _Parts:
    head: list[str]
    items: list[_Part]
    tail: list[str]


def _parts(document: Document[Transcript]) -> _Parts:
    rows = document.path.read_text(encoding="utf-8").splitlines()
    script = document.value.script
    starts = [_dash(rows, document.place("script", number)[0] - 1) for number in range(len(script))]
    if not starts:
        head = [row for row in rows if row.split("#")[0].strip() not in ("script:", "script: []")]
        return _Parts([*head, "script:"], [], [])
    ends = [*starts[1:], len(rows)]
    first = _above(rows, starts[0], 0)
    items: list[_Part] = []
    lead = [row for row in rows[first : starts[0]] if row.strip()]
    for item, start, end in zip(script, starts, ends, strict=True):
        above = _above(rows, end, start + 1)
        after = [row for row in rows[above:end] if row.strip()]
        body = rows[start:above]
        if item.act is not None:
            items.append(_Part(True, lead, body))
            lead = after
        else:
            lead = [*lead, *after]
    return _Parts(rows[:first], items, lead)


def _dash(rows: list[str], line: int) -> int:
    """The row with the dash of an item that starts at `line`."""
    return next(row for row in range(line, -1, -1) if rows[row].lstrip().startswith("-"))


def _above(rows: list[str], end: int, start: int) -> int:
    """The first of the rows of comment and the empty rows that stand just above `end`."""
    first = end
    while first > start and (not rows[first - 1].strip() or rows[first - 1].lstrip().startswith("#")):
        first -= 1
    return first


def documents(root: Path = ROOT) -> Iterator[Document[Transcript]]:
    """All transcripts. Raises ContentError for one that is wrong in form."""
    for path in all_paths(root):
        yield read_transcript(path)


__all__ = ["ROOT", "Beat", "Transcript", "all_paths", "documents", "play_script", "rewritten", "update"]
