"""What was deleted stands nowhere in the files of a SQLite database, however much its rows were moved about before."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection, delete, func, insert, select, update

from bot.care import privacy
from bot.care.people import Role
from bot.store import traces
from bot.store.database import Database
from bot.store.tables import conversations, people
from bot.store.vault import Vault
from tests.store.household import HANNE, Household

WORDS = b"words of somebody who left"


@pytest.fixture
def sqlite(sqlite_url: str) -> Iterator[Database]:
    opened = Database(sqlite_url)
    yield opened
    opened.close()


def _stands(database: Database) -> list[str]:
    """In which of the files."""
    path = Path(database.engine.url.database or "")
    return sorted(one.suffix for one in path.parent.glob(f"{path.name}*") if WORDS in one.read_bytes())


def _come_and_go(database: Database, now: datetime) -> None:
    """Rows of every length, so that SQLite moves them about between pages; then they change, or go."""
    chats = conversations.c.chat_id
    rows = [{"chat_id": chat, "state_sealed": WORDS * (chat % 20 + 1), "active_at": now} for chat in range(1000)]
    database.do(lambda connection: connection.execute(insert(conversations), rows))
    traces.remove(database)
    others = update(conversations).where(chats % 2 == 1).values(state_sealed=b"new")
    database.do(lambda connection: connection.execute(others))
    database.do(lambda connection: connection.execute(delete(conversations).where(chats % 2 == 0)))


def test_after_an_erasing_nothing_stays(sqlite: Database, now: datetime) -> None:
    _come_and_go(sqlite, now)
    assert _stands(sqlite)
    sqlite.do(traces.note)
    assert traces.remove(sqlite)
    assert _stands(sqlite) == []
    log = Path(f"{sqlite.engine.url.database}-wal")
    assert log.stat().st_size == 0
    count = select(func.count()).select_from(conversations)
    assert sqlite.do(lambda connection: connection.execute(count).scalar_one())


def test_without_an_erasing_the_log_is_emptied(sqlite: Database, now: datetime) -> None:
    """And the file is not written anew each time."""
    _come_and_go(sqlite, now)
    assert traces.remove(sqlite)
    assert ".sqlite3-wal" not in _stands(sqlite)
    before = Path(sqlite.engine.url.database or "").read_bytes()
    assert traces.remove(sqlite)
    assert Path(sqlite.engine.url.database or "").read_bytes() == before


def test_each_erasing_counts_until_it_is_done(sqlite: Database, vault: Vault, now: datetime) -> None:
    household = Household(sqlite, vault, now)
    hanne = household.add(HANNE, Role.PARENT, "Hanne")

    def counted() -> int:
        return sqlite.do(lambda connection: int(connection.exec_driver_sql("PRAGMA user_version").scalar_one()))

    sqlite.do(lambda connection: privacy.erase(connection, hanne))
    assert counted() == 1

    def comes_back(connection: Connection) -> None:
        traces.note(connection)
        raise LookupError

    with pytest.raises(LookupError):
        sqlite.do(comes_back)
    assert counted() == 1
    assert traces.remove(sqlite)
    assert counted() == 0
    assert not sqlite.do(lambda connection: connection.execute(select(people)).all())


def test_it_does_not_wait_for_who_reads(sqlite: Database, now: datetime) -> None:
    reader = sqlite3.connect(sqlite.engine.url.database or "", isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM families").fetchone()
    _come_and_go(sqlite, now)
    sqlite.do(traces.note)
    began = time.monotonic()
    assert not traces.remove(sqlite)
    assert time.monotonic() - began < 5
    reader.execute("ROLLBACK")
    reader.close()
    assert traces.remove(sqlite)
    assert _stands(sqlite) == []


def test_it_does_not_wait_for_who_writes(sqlite: Database, now: datetime) -> None:
    sqlite.do(traces.note)
    writer = sqlite3.connect(sqlite.engine.url.database or "", isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    assert not traces.remove(sqlite)
    writer.execute("ROLLBACK")
    writer.close()
    assert traces.remove(sqlite)


def test_postgresql_goes_its_own_way(postgresql: Database) -> None:
    postgresql.do(traces.note)
    assert traces.remove(postgresql)
