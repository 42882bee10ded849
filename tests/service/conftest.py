from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.databases import postgresql_server, postgresql_template, postgresql_url
from tests.service.story import Somebody, mentor, parent, telling
from tests.service.town import Town

__all__ = ["postgresql_server", "postgresql_template", "postgresql_url"]


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where compiled content is shared by all tests of a process."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
async def town(tmp_path: Path, cache: Path) -> AsyncIterator[Town]:
    """A town for one story; a story that needs another has one of its own."""
    async with telling(tmp_path, cache) as town:
        yield town


@pytest.fixture
def ingrid(town: Town) -> Somebody:
    """A mentor."""
    return mentor(town)


@pytest.fixture
def fatima(town: Town, ingrid: Somebody) -> Somebody:
    """A parent of a family that Ingrid guides, with the evening's question at half past seven."""
    return parent(town, guide=ingrid)
