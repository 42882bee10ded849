from __future__ import annotations

from pathlib import Path

import pytest

from tests.databases import postgresql_server, postgresql_template, postgresql_url

__all__ = ["postgresql_server", "postgresql_template", "postgresql_url"]


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where compiled content is shared by all tests of a process."""
    return tmp_path_factory.mktemp("cache")
