"""Moving a database: everything arrives, in every direction, or nothing does; and the source is only read."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, event, func, insert, select, update

import migrations
from bot.store import copying, inbox, outbox, schema, tables, timers
from bot.store.database import Database, DatabaseProblem
from bot.store.inbox import Arrival
from bot.store.leases import Duty
from bot.store.outbox import Call
from bot.store.timers import Timer
from bot.store.vault import Vault, new_key, parse_keys
from tests.store import filled, sealed_rows
from tests.store.full_house import full_sqlite

CHAT = 4711


@pytest.fixture
def empty(database: Database, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database without tables, of the other kind than `database`."""
    server = request.getfixturevalue("postgresql_server") if database.is_sqlite else None
    name = server.create() if server else ""
    opened = Database(server.url(name) if server else f"sqlite:///{tmp_path / 'empty.sqlite3'}")
    yield opened
    opened.close()
    if server:
        server.drop(name)


@pytest.fixture
def old(tmp_path: Path) -> Iterator[Database]:
    """A SQLite file with rows in every table, all sealed."""
    path = tmp_path / "old.sqlite3"
    path.write_bytes(full_sqlite())
    opened = Database(f"sqlite:///{path}")
    yield opened
    opened.close()


@pytest.fixture
def new(postgresql: Database) -> Database:
    """A PostgreSQL with tables and no rows."""
    return postgresql


def everything(connection: Connection) -> dict[str, list[dict[str, Any]]]:
    """Every row as the program reads it, whichever database keeps it."""
    return {
        table.name: [dict(row) for row in connection.execute(table.select().order_by(*table.primary_key)).mappings()]
        for table in tables.metadata.tables.values()
    }


def test_every_row_arrives(database: Database, empty: Database, vault: Vault) -> None:
    database.do(lambda connection: sealed_rows.fill(connection, vault))
    database.do(_add_many)
    before = database.do(everything)
    moved = copying.move(database, empty, vault)
    assert empty.do(everything) == before == database.do(everything)
    assert moved.counts == {name: len(rows) for name, rows in before.items()}
    assert (moved.opener.opened, moved.opener.damaged) == (database.do(sealed_rows.numbers)[1], 0)
    assert empty.do(lambda connection: sealed_rows.unreadable(connection, vault)) == []
    assert empty.do(schema.revision_of) == migrations.HEAD


def test_the_new_place_goes_on_counting(old: Database, new: Database, vault: Vault, now: datetime) -> None:
    """Inbox, outbox and timers count their rows themselves: the next is no number that is there."""

    def work(connection: Connection) -> list[list[int]]:
        inbox.accept(connection, vault, [Arrival(CHAT, "update", b"{}")], now)
        outbox.put(connection, vault, [Call(CHAT, {"do": "send"})], now)
        timers.put(connection, Timer(CHAT, "evening", now, 3600, None, "19:00", "1234567", "Europe/Amsterdam"))
        counted = (tables.inbox, tables.outbox, tables.timers)
        return [sorted(connection.execute(table.select()).scalars()) for table in counted]

    copying.move(old, new, vault)
    assert new.do(work) == [[1, 2, 3, 4]] * 3


def test_what_refers_to_nothing_is_refused_there_too(old: Database, new: Database, vault: Vault) -> None:
    """The references hold in the new place as they did in the old one."""
    copying.move(old, new, vault)
    wrong = insert(tables.child_words).values(child_id=99, person_id=99, calls_me_sealed=b"-")
    with pytest.raises(Exception, match=r"(?i)foreign key"):
        new.do(lambda connection: connection.execute(wrong))


def test_an_older_database_is_brought_up_to_date_there_alone(tmp_path: Path, vault: Vault) -> None:
    older = Database(f"sqlite:///{tmp_path / 'older.sqlite3'}")
    schema.upgrade(older, "0004")
    empty = Database(f"sqlite:///{tmp_path / 'empty.sqlite3'}")
    older.do(filled.fill)
    try:
        with pytest.raises(DatabaseProblem, match="no sealed value opens"):
            copying.move(older, empty, vault)
        older.do(lambda connection: _seal_one(connection, vault))
        before = older.do(filled.counts)
        moved = copying.move(older, empty, vault)
        assert older.do(schema.revision_of) == "0004"
    finally:
        older.close()
    assert empty.do(schema.revision_of) == migrations.HEAD
    assert moved.counts == before == {name: count for name, count in empty.do(filled.counts).items() if count}
    empty.close()


def _seal_one(connection: Connection, vault: Vault) -> None:
    people = tables.people
    sealed = vault.seal("people.name", 1, b"Noor")
    connection.execute(update(people).where(people.c.id == 1).values(name_sealed=sealed))


def test_nothing_goes_over_what_is_there(old: Database, new: Database, vault: Vault) -> None:
    copying.move(old, new, vault)
    before = new.do(everything)
    with pytest.raises(DatabaseProblem, match=r"is not empty \(there are rows in additions, "):
        copying.move(old, new, vault)
    assert new.do(everything) == before


def test_a_move_that_breaks_off_can_be_begun_again(old: Database, new: Database, vault: Vault) -> None:
    before = old.do(everything)

    class PulledOut(Exception):
        pass

    def pull(connection: Connection, cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("INSERT INTO peer_log"):
            raise PulledOut

    event.listen(new.engine, "before_cursor_execute", pull)
    with pytest.raises(PulledOut):
        copying.move(old, new, vault)
    event.remove(new.engine, "before_cursor_execute", pull)
    assert sum(new.do(filled.counts).values()) == 0
    copying.move(old, new, vault)
    assert new.do(everything) == before


def test_a_service_that_still_writes_is_noticed(old: Database, new: Database, vault: Vault) -> None:
    """While it is being copied, somebody does something: it would be lost, so nothing is moved."""
    words = vault.seal("letters.text", 2, b"changed")

    def change(connection: Connection, cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("INSERT INTO peer_log"):
            changed = update(tables.letters).where(tables.letters.c.id == 2).values(text_sealed=words)
            old.do(lambda connection: connection.execute(changed))

    event.listen(new.engine, "before_cursor_execute", change)
    with pytest.raises(DatabaseProblem, match="rows of letters changed while they were copied: stop"):
        copying.move(old, new, vault)
    assert sum(new.do(filled.counts).values()) == 0


def test_a_service_that_runs_is_noticed_at_once(old: Database, new: Database, vault: Vault) -> None:
    """On each kind of database; and it can be done once that has stopped."""
    holds = f"import fcntl; f = open({str(old.engine.url.database)!r} + '.lock', 'w'); "
    holds += f"fcntl.lockf(f, fcntl.LOCK_EX, 1, {Duty.WORKER.value}); print(flush=True); input()"
    with subprocess.Popen([sys.executable, "-c", holds], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as running:
        assert running.stdin
        assert running.stdout
        running.stdout.readline()
        with pytest.raises(DatabaseProblem, match="the service runs over the database to move from; stop"):
            copying.move(old, new, vault)
        running.stdin.close()
    copying.move(old, new, vault)
    with new.engine.connect() as another:
        another.execute(select(func.pg_try_advisory_xact_lock(Duty.TICKER.key)))
        with pytest.raises(DatabaseProblem, match="the service runs"), copying.nobody_runs(new):
            pass
    with copying.nobody_runs(new):
        pass


def test_with_the_wrong_keys_nothing_is_moved(old: Database, new: Database, vault: Vault) -> None:
    with pytest.raises(DatabaseProblem, match="no sealed value opens"):
        copying.move(old, new, Vault(parse_keys(new_key(1), "test")))
    assert sum(new.do(filled.counts).values()) == 0


def test_a_value_that_was_damaged_before_goes_along_and_is_counted(old: Database, new: Database, vault: Vault) -> None:
    damaged = update(tables.letters).where(tables.letters.c.id == 2).values(text_sealed=b"\1damaged")
    missing = update(tables.letters).where(tables.letters.c.id == 3).values(text_sealed=b"\7of another key")
    old.do(lambda connection: (connection.execute(damaged), connection.execute(missing)))
    moved = copying.move(old, new, vault)
    assert (moved.opener.damaged, moved.opener.missing) == (1, {7: 1})


def test_a_database_without_tables_or_of_a_newer_version_is_named(
    old: Database, new: Database, tmp_path: Path, vault: Vault
) -> None:
    nothing = Database(f"sqlite:///{tmp_path / 'nothing.sqlite3'}")
    with pytest.raises(DatabaseProblem, match="there are no tables"):
        copying.move(nothing, new, vault)
    nothing.close()
    newer = "UPDATE alembic_version SET version_num = '9999'"
    old.do(lambda connection: connection.exec_driver_sql(newer))
    with pytest.raises(DatabaseProblem, match="newer version"):
        copying.move(old, new, vault)


def _add_many(connection: Connection) -> None:
    moment = datetime(2027, 3, 1, 18, 30, 0, 123456, tzinfo=UTC)
    rows = [{"chat_id": number, "free_at": moment} for number in range(1000, 1001 + 2 * copying.BATCH)]
    connection.execute(insert(tables.paces), rows)


def test_only_some_rows_are_in_memory(database: Database) -> None:
    database.do(_add_many)
    with copying.one_moment(database) as connection:
        sizes = [len(some) for _, some in copying.rows_of(connection, copying.shapes_of(connection))]
    assert max(sizes) == copying.BATCH
    assert sum(sizes) == sum(database.do(filled.counts).values())
