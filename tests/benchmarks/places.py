"""Where the benchmarks keep their data: a folder, with SQLite files or databases of a real PostgreSQL.

Both are as they are installed, so every commit is on the disk.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from tests.databases import GIVEN, POSTGRESQL, SQLITE, Server, own_server

__all__ = ["POSTGRESQL", "SQLITE", "Place", "open_place"]


class Place:
    """A folder for everything, and fresh databases of one kind. `cache` holds the compiled content."""

    def __init__(self, kind: str, folder: Path, new_url: Callable[[Path], str]) -> None:
        self.kind, self.folder, self._new_url = kind, folder, new_url
        self.cache = folder / "cache"
        self._numbers = count(1)

    def fresh(self) -> tuple[Path, str]:
        """A new folder, and the address of a new empty database."""
        folder = self.folder / f"data{next(self._numbers)}"
        folder.mkdir()
        return folder, self._new_url(folder)


@contextmanager
def open_place(kind: str) -> Iterator[Place]:
    """A place that is gone afterwards. Raises tests.databases.NoPostgreSQL."""
    with tempfile.TemporaryDirectory(prefix="draaglicht-bench-") as name:
        folder = Path(name)
        if kind == SQLITE:
            yield Place(kind, folder, lambda own: f"sqlite:///{own / 'draaglicht.sqlite3'}")
        else:
            with _server() as server:
                made: list[str] = []

                def new_url(_: Path) -> str:
                    made.append(server.create())
                    return server.url(made[-1])

                yield Place(kind, folder, new_url)
                for database in made:
                    server.drop(database)


@contextmanager
def _server() -> Iterator[Server]:
    given = os.environ.get(GIVEN)
    if given:
        yield Server(given)
    else:
        with own_server(durable=True) as server:
            yield server
