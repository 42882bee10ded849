"""What the doctor's tests share: the databases."""

from __future__ import annotations

from tests.databases import (
    database,
    database_url,
    empty_url,
    postgresql_server,
    postgresql_template,
    postgresql_url,
    sqlite_url,
)

__all__ = [
    "database",
    "database_url",
    "empty_url",
    "postgresql_server",
    "postgresql_template",
    "postgresql_url",
    "sqlite_url",
]
