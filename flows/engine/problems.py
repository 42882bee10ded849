"""What is wrong with content, said so that an author can mend it: a number, a place, a sentence and a way out."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing to mend. `line` and `column` count from 1. The sentence and the way out are Dutch."""

    path: Path
    line: int
    column: int
    code: str
    what: str
    mend: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}: {self.code} {self.what} → {self.mend}"


class ContentError(Exception):
    """The content cannot be used. Carries every problem found, not only the first."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = sorted(problems)
        super().__init__("\n".join(map(str, self.problems)))
