"""Transactions: all or nothing, tried again when another one went first, and what counts as "the database is away"."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection, func, insert, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from bot.store import traces
from bot.store.database import Database, DatabaseProblem
from bot.store.tables import conversations, families, paces


def _count(database: Database) -> int:
    return database.do(lambda connection: connection.execute(select(func.count()).select_from(families)).scalar_one())


def _found(connection: Connection, number: int, now: datetime) -> None:
    connection.execute(insert(families).values(id=number, created_at=now))


def test_a_transaction_is_all_or_nothing(database: Database, now: datetime) -> None:
    def work(connection: Connection) -> None:
        _found(connection, 1, now)
        raise LookupError

    with pytest.raises(LookupError):
        database.do(work)
    assert _count(database) == 0
    database.do(lambda connection: _found(connection, 1, now))
    assert _count(database) == 1


async def test_work_runs_in_a_thread_of_the_database(database: Database, now: datetime) -> None:
    names = (
        await database.run(lambda _: threading.current_thread().name),
        await database.call(lambda: threading.current_thread().name),
    )
    assert all(name.startswith("database") for name in names)


async def test_many_at_once_all_happen(database: Database, now: datetime) -> None:
    await asyncio.gather(
        *(database.run(lambda connection, own=number: _found(connection, own, now)) for number in range(50))
    )
    assert _count(database) == 50


def test_two_that_wait_for_each_other_both_get_through(postgresql: Database, now: datetime) -> None:
    """PostgreSQL ends one of them; it is tried again, and may meet the other once more."""
    postgresql.do(
        lambda connection: connection.execute(
            insert(paces), [{"chat_id": 1, "free_at": now}, {"chat_id": 2, "free_at": now}]
        )
    )
    both_began = threading.Barrier(2)
    tries: list[int] = []

    def work(connection: Connection, first: int, second: int) -> None:
        tries.append(first)
        connection.execute(update(paces).where(paces.c.chat_id == first).values(free_at=now))
        if len(tries) <= 2:
            both_began.wait(10)
        connection.execute(update(paces).where(paces.c.chat_id == second).values(free_at=now))

    through: list[int] = []

    def run(first: int, second: int) -> None:
        postgresql.do(lambda connection: work(connection, first, second))
        through.append(first)

    threads = [threading.Thread(target=run, args=pair) for pair in ((1, 2), (2, 1))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(through) == [1, 2]
    assert len(tries) > 2


def _problem(database: Database, statement: str) -> DBAPIError:
    with pytest.raises(DBAPIError) as caught:
        database.do(lambda connection: connection.execute(text(statement)))
    return caught.value


@pytest.mark.parametrize(
    "statement", ["SELECT nothing FROM nowhere", "SELEKT 1", "INSERT INTO families (id) VALUES (1)"]
)
def test_a_wrong_question_does_not_mean_that_the_database_is_away(database: Database, statement: str) -> None:
    """Else what asks it would be tried for ever, and hold up everybody behind it."""
    assert not database.is_gone(_problem(database, statement))


def test_other_errors_do_not_mean_that_the_database_is_away(database: Database, now: datetime) -> None:
    assert not database.is_gone(ValueError())
    database.do(lambda connection: _found(connection, 1, now))
    with pytest.raises(IntegrityError) as caught:
        database.do(lambda connection: _found(connection, 1, now))
    assert not database.is_gone(caught.value)


def test_too_many_values_in_one_question_are_a_wrong_question(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    wanted = select(conversations.c.chat_id).where(conversations.c.chat_id.in_(range(300_000)))
    with pytest.raises(DBAPIError) as caught:
        database.do(lambda connection: connection.execute(wanted))
    assert not database.is_gone(caught.value)
    database.close()


def test_a_cut_connection_means_that_the_database_is_away_until_the_next_try(postgresql: Database) -> None:
    error = _problem(postgresql, "SELECT pg_terminate_backend(pg_backend_pid())")
    assert postgresql.is_gone(error)
    assert _count(postgresql) == 0


def test_no_server_means_that_the_database_is_away() -> None:
    database = Database("postgresql://nobody@127.0.0.1:1/none")
    assert database.is_gone(_problem(database, "SELECT 1"))
    database.close()


def test_a_locked_file_means_that_the_database_is_away(sqlite_url: str) -> None:
    path = sqlite_url.removeprefix("sqlite:///")
    database = Database(sqlite_url)
    database.do(lambda connection: connection.exec_driver_sql("PRAGMA busy_timeout=20"))
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    assert database.is_gone(_problem(database, "SELECT 1"))
    other.execute("ROLLBACK")
    other.close()
    assert _count(database) == 0
    database.close()


def test_a_file_that_another_process_is_making_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "new.sqlite3"
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    rests: list[float] = []

    def let_go(seconds: float) -> None:
        rests.append(seconds)
        other.close()

    monkeypatch.setattr("time.sleep", let_go)
    database = Database(f"sqlite:///{path}")
    assert database.do(lambda connection: connection.exec_driver_sql("PRAGMA journal_mode").scalar()) == "wal"
    assert len(rests) == 1
    database.close()


def test_a_full_disk_means_that_the_database_is_away(sqlite_url: str, now: datetime) -> None:
    database = Database(sqlite_url)
    database.do(lambda connection: connection.exec_driver_sql("PRAGMA max_page_count=1"))
    big = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000) "
    error = _problem(database, f"{big} INSERT INTO conversations SELECT i, zeroblob(900), '2027-03-01' FROM n")
    assert database.is_gone(error)
    database.do(lambda connection: connection.exec_driver_sql("PRAGMA max_page_count=1000000"))
    database.do(lambda connection: _found(connection, 1, now))
    assert _count(database) == 1
    database.close()


def test_a_file_that_is_no_database_is_away(tmp_path: Path) -> None:
    path = tmp_path / "draaglicht.sqlite3"
    path.write_bytes(b"not a database at all, " * 100)
    database = Database(f"sqlite:///{path}")
    assert database.is_gone(_problem(database, "SELECT 1"))
    database.close()


def test_sqlite_keeps_what_is_committed_and_checks_references(sqlite_url: str) -> None:
    database = Database(sqlite_url)

    def settings(connection: Connection) -> list[object]:
        names = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout", "secure_delete", "temp_store")
        return [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in names]

    assert database.do(settings) == ["wal", 2, 1, 10_000, 1, 2]
    assert traces.remove(database)
    assert database.do(settings) == ["wal", 2, 1, 10_000, 1, 2]
    assert database.threads == 1
    database.close()


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("draaglicht", "DRAAGLICHT_DATABASE_URL is not a database address; write sqlite:///FILE"),
        ("mysql://host/name", "DRAAGLICHT_DATABASE_URL: mysql is not supported; use sqlite or postgresql"),
        ("nosuch://host/name", "DRAAGLICHT_DATABASE_URL: nosuch is not supported; use sqlite or postgresql"),
    ],
)
def test_an_address_that_is_wrong_gives_one_clear_line(url: str, words: str) -> None:
    with pytest.raises(DatabaseProblem) as caught:
        Database(url)
    assert str(caught.value) == words


def test_an_error_does_not_say_what_was_to_be_written(database: Database, now: datetime) -> None:
    state = {"chat_id": 4711, "state_sealed": b"words of somebody", "active_at": now}

    def work(connection: Connection) -> None:
        for _ in range(2):
            connection.execute(insert(conversations).values(**state))

    with pytest.raises(IntegrityError) as caught:
        database.do(work)
    assert "words" not in str(caught.value)
    assert "state_sealed" in str(caught.value)
