"""A SQLite file with rows in every table, all sealed, made once in a process."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

from bot.store.database import Database
from bot.store.vault import Vault
from tests.databases import prepared_sqlite
from tests.store import sealed_rows

KEY = bytes(range(32))


@cache
def full_sqlite() -> bytes:
    """What is in the file; sealed with KEY as number 1."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "full.sqlite3"
        path.write_bytes(prepared_sqlite())
        database = Database(f"sqlite:///{path}")
        database.do(lambda connection: sealed_rows.fill(connection, Vault([(1, KEY)])))
        database.close()
        return path.read_bytes()
