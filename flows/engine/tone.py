"""Words that do not fit the method, as data: patterns, with examples that they must and must not find.

The data is content (`tone.yaml`), so whoever knows the method can mend it. Does not know where texts come from.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import field
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, TypeAdapter

from flows.engine.definition import Text
from flows.engine.values import dataclass
from flows.engine.yaml_file import Document, read

_STRICT = ConfigDict(extra="forbid")
FILE = "tone.yaml"

Kind = Literal["praise", "advice", "labels", "care"]
CODES: Mapping[Kind, str] = {"praise": "E405", "advice": "E406", "labels": "E407", "care": "E408"}


@dataclass(frozen=True)
class Wrong:
    """One kind of words. `finds` are sentences that a pattern must find, `passes` sentences that none may."""

    __pydantic_config__ = _STRICT
    what: Text
    mend: Text
    patterns: Annotated[list[Text], Field(min_length=1)]
    finds: list[str] = field(default_factory=list)
    passes: list[str] = field(default_factory=list)

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        return re.compile("|".join(f"(?:{pattern})" for pattern in self.patterns), re.IGNORECASE)

    def found_in(self, text: str) -> str | None:
        """The words in a plain text that do not fit; None when it is fine."""
        match = self._pattern.search(text)
        return match[0] if match else None


@dataclass(frozen=True)
class Tone:
    """All kinds of wrong words."""

    __pydantic_config__ = _STRICT
    format: Literal["1"]
    tone: dict[Kind, Wrong]


_TONE = TypeAdapter(Tone)


def read_tone(content: Path) -> Document[Tone]:
    """The tone of a content folder. Raises ContentError when it is missing or wrong in form."""
    return read(content / FILE, _TONE)


def broken_examples(tone: Tone) -> Iterator[tuple[Kind, str, int, str]]:
    """Examples that contradict their patterns: the kind, `finds`, `passes` or `patterns`, the number and the text."""
    for kind, wrong in tone.tone.items():
        bad = [(number, one) for number, one in enumerate(wrong.patterns) if not _compiles(one)]
        if bad:
            yield from ((kind, "patterns", number, one) for number, one in bad)
            continue
        for number, example in enumerate(wrong.finds):
            if wrong.found_in(example) is None:
                yield kind, "finds", number, example
        for number, example in enumerate(wrong.passes):
            if wrong.found_in(example) is not None:
                yield kind, "passes", number, example


def _compiles(pattern: str) -> bool:
    try:
        re.compile(pattern)
    except re.error:
        return False
    return True
