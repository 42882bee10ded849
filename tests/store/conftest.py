"""What the tests of the store share: both databases, one key, one instant."""

from datetime import UTC, datetime

import pytest

from bot.store.vault import Vault
from tests.databases import (
    database,
    database_url,
    empty_url,
    postgresql,
    postgresql_server,
    postgresql_template,
    postgresql_url,
    sqlite_url,
)

__all__ = [
    "database",
    "database_url",
    "empty_url",
    "postgresql",
    "postgresql_server",
    "postgresql_template",
    "postgresql_url",
    "sqlite_url",
]


@pytest.fixture
def vault() -> Vault:
    return Vault([(1, bytes(range(32)))])


@pytest.fixture
def now() -> datetime:
    return datetime(2027, 3, 1, 18, 30, tzinfo=UTC)
