"""Collects problems with their place."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from flows.engine.problems import Problem
from flows.engine.yaml_file import Document


class Report:
    """The problems so far; the same thing at the same place is said once."""

    def __init__(self) -> None:
        self._found: dict[tuple[Path, int, int, str], Problem] = {}

    def add(self, document: Document[Any], keys: Sequence[str | int], code: str, what: str, mend: str) -> None:
        """`keys` lead to the part of the document that is wrong."""
        line, column = document.place(*keys)
        self.add_at(document.path, line, column, code, what, mend)

    def add_at(self, path: Path, line: int, column: int, code: str, what: str, mend: str) -> None:
        problem = Problem(path, line, column, code, what, mend)
        self._found.setdefault((path, line, column, code), problem)

    @property
    def problems(self) -> list[Problem]:
        return sorted(self._found.values())
