"""What the fault tests share: the databases, and a service in processes of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.databases import (
    database_url,
    empty_url,
    postgresql_server,
    postgresql_template,
    postgresql_url,
    sqlite_url,
)
from tests.faults.village import Village, open_village

__all__ = [
    "database_url",
    "empty_url",
    "postgresql_server",
    "postgresql_template",
    "postgresql_url",
    "sqlite_url",
]


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where compiled content is shared by all tests of a process."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def village(database_url: str, tmp_path: Path) -> Iterator[Village]:
    """A service on each database."""
    with open_village(database_url, tmp_path) as opened:
        yield opened


@pytest.fixture
def sqlite_village(sqlite_url: str, tmp_path: Path) -> Iterator[Village]:
    """A service on SQLite."""
    with open_village(sqlite_url, tmp_path) as opened:
        yield opened
