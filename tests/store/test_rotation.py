"""Changing to another key: everything is sealed anew, nobody's change is lost, and what is left is said."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection, select, update

from bot.store import inbox, rotation, tables
from bot.store.database import Database
from bot.store.inbox import Arrival
from bot.store.rotation import Outcome
from bot.store.sealed import SEALED
from bot.store.vault import Unreadable, Vault, new_key, read_key_file
from tests.databases import wait_until
from tests.store import sealed_rows

FIRST, SECOND = (1, bytes(range(32))), (2, bytes(range(32, 64)))
MORE = 250


@pytest.fixture
def after() -> Vault:
    """The keys after the change: the new one in front."""
    return Vault([SECOND, FIRST])


def _rotate(database: Database, vault: Vault, batch: int = rotation.BATCH) -> Outcome:
    return rotation.rotate(database, vault, batch=batch, rest=lambda seconds: None)


@pytest.mark.parametrize("batch", [1, 2, 7, 1000])
def test_everything_is_sealed_anew(database: Database, vault: Vault, after: Vault, batch: int) -> None:
    database.do(lambda connection: sealed_rows.fill(connection, vault))
    before = database.do(sealed_rows.numbers)

    outcome = _rotate(database, after, batch)

    assert (outcome.resealed, outcome.free, outcome.is_done) == (before[1], [1], True)
    assert database.do(sealed_rows.numbers) == {2: before[1]}
    assert database.do(lambda connection: sealed_rows.unreadable(connection, Vault([SECOND]))) == []


def test_a_second_time_there_is_nothing_to_do(database: Database, vault: Vault, after: Vault) -> None:
    database.do(lambda connection: sealed_rows.fill(connection, vault))
    _rotate(database, after)
    assert _rotate(database, after) == Outcome(2, 0, frozenset({1, 2}))


def test_an_empty_database_needs_no_key(database: Database, after: Vault) -> None:
    assert _rotate(database, after).free == [1]


def test_what_is_empty_or_damaged_stays_and_holds_nothing_up(database: Database, vault: Vault, after: Vault) -> None:
    def work(connection: Connection) -> None:
        sealed_rows.fill(connection, vault)
        connection.execute(update(tables.inbox).values(payload_sealed=None))
        connection.execute(update(tables.outbox).values(call_sealed=b""))
        connection.execute(update(tables.letters).where(tables.letters.c.id == 2).values(text_sealed=b"\1damaged"))

    database.do(work)
    outcome = _rotate(database, after, batch=1)
    assert (outcome.damaged, outcome.free) == (1, [1])
    unreadable = database.do(lambda connection: sealed_rows.unreadable(connection, Vault([SECOND])))
    assert {line.split()[0] for line in unreadable} == {"inbox.payload", "outbox.call", "letters.text"}
    assert "letters.text 2" in unreadable
    assert "letters.text 1" not in unreadable


def test_a_key_that_is_missing_is_named(database: Database, vault: Vault) -> None:
    database.do(lambda connection: sealed_rows.fill(connection, vault))
    count = database.do(sealed_rows.numbers)[1]
    outcome = _rotate(database, Vault([SECOND]))
    assert (outcome.resealed, outcome.needed, outcome.free) == (0, {1: count}, [])
    assert not outcome.is_done
    assert database.do(lambda connection: sealed_rows.unreadable(connection, vault)) == []


def test_what_somebody_holds_is_left_and_said(postgresql: Database, vault: Vault, after: Vault) -> None:
    """It is not waited for: whoever holds it may be waiting for us."""
    postgresql.do(lambda connection: sealed_rows.fill(connection, vault))
    held = select(tables.dossiers.c.id).where(tables.dossiers.c.id == 2).with_for_update()
    with postgresql.engine.begin() as other:
        other.execute(held)
        with ThreadPoolExecutor(1) as pool:
            outcome = pool.submit(_rotate, postgresql, after).result(20)
    assert outcome.needed == {1: 1}
    assert _rotate(postgresql, after).resealed == 1


def test_nobody_s_change_is_lost(database: Database, database_url: str, vault: Vault, after: Vault) -> None:
    """While it goes on, another process that does not know the new key yet counts up in rows here and there."""
    sealed = next(one for one in SEALED if one.place == "letters.text")
    database.do(lambda connection: sealed_rows.fill(connection, vault, more=MORE))
    other, old_process = Database(database_url), Vault([FIRST, SECOND])
    rows, rounds, stop = range(1000, 1000 + MORE, 25), dict.fromkeys(range(1000, 1000 + MORE, 25), 0), threading.Event()

    def count_up(row: int, connection: Connection) -> None:
        mine = select(tables.letters).where(tables.letters.c.id == row).with_for_update()
        found = connection.execute(mine).mappings().one()
        words = old_process.open(sealed.place, row, found[sealed.column])
        number = json.loads(words) if words.isdigit() else 0
        sealed_rows.write(connection, sealed, found, old_process.seal_json(sealed.place, row, number + 1))

    def work() -> None:
        while not stop.is_set():
            for row in rows:
                other.do(lambda connection, row=row: count_up(row, connection))
                rounds[row] += 1

    with ThreadPoolExecutor(1) as pool:
        busy = pool.submit(work)
        wait_until(lambda: all(rounds.values()) or busy.done())
        _rotate(database, after, batch=5)
        stop.set()
        busy.result(20)
    other.close()
    outcome = _rotate(database, after)
    assert outcome.is_done
    alone = Vault([SECOND])

    def counted(connection: Connection) -> dict[int, int]:
        query = select(tables.letters).where(tables.letters.c.id.in_(rows))
        return {
            row["id"]: alone.open_json(sealed.place, row["id"], row["text_sealed"])
            for row in connection.execute(query).mappings()
        }

    assert database.do(counted) == rounds
    assert min(rounds.values()) > 0


def test_two_rotations_at_once(database: Database, database_url: str, vault: Vault, after: Vault) -> None:
    database.do(lambda connection: sealed_rows.fill(connection, vault, more=MORE))
    other = Database(database_url)
    with ThreadPoolExecutor(2) as pool:
        done = [pool.submit(_rotate, one, after, 3) for one in (database, other)]
        outcomes = [one.result(60) for one in done]
    other.close()
    _rotate(database, after)
    assert sum(outcome.resealed for outcome in outcomes) <= database.do(sealed_rows.numbers)[2]
    assert database.do(lambda connection: sealed_rows.unreadable(connection, Vault([SECOND]))) == []


def test_it_rests_as_long_as_it_works(database: Database, vault: Vault, after: Vault) -> None:
    database.do(lambda connection: sealed_rows.fill(connection, vault))
    rests: list[float] = []
    rotation.rotate(database, after, batch=1, rest=rests.append)
    assert len(rests) == database.do(sealed_rows.numbers)[2]
    assert min(rests) > 0


# --- a service that runs meanwhile ------------------------------------------------------------------------------------


def test_a_key_that_was_added_is_learnt_when_it_is_met(tmp_path: Path) -> None:
    path = tmp_path / "keys"
    path.write_text(f"{new_key(1)}\n")
    runs = Vault(read_key_file(path), lambda: read_key_file(path))
    before = runs.seal("letters.text", 1, b"before")
    path.write_text(f"{new_key(2)}\n{path.read_text()}")
    rotates = Vault(read_key_file(path))
    assert runs.open("letters.text", 1, rotates.seal("letters.text", 1, b"after")) == b"after"
    assert runs.open("letters.text", 1, before) == b"before"
    assert (runs.sealing, runs.numbers) == (2, {1, 2})


def test_a_key_file_that_is_being_written_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "keys"
    path.write_text(f"{new_key(1)}\n")
    runs = Vault(read_key_file(path), lambda: read_key_file(path))
    path.write_text("2:half")
    with pytest.raises(Unreadable, match="key 2 is not known"):
        runs.open("letters.text", 1, b"\2whatever")
    assert runs.sealing == 1


def test_a_key_never_changes_under_its_number(tmp_path: Path) -> None:
    """A file put in its place by mistake must not make us seal what the right file cannot open."""
    path = tmp_path / "keys"
    path.write_text(f"{new_key(1)}\n")
    right = Vault(read_key_file(path))
    runs = Vault(read_key_file(path), lambda: read_key_file(path))
    path.write_text(f"{new_key(1)}\n")
    with pytest.raises(Unreadable):
        runs.open("letters.text", 1, b"\2whatever")
    assert right.open("letters.text", 1, runs.seal("letters.text", 1, b"x")) == b"x"


def test_an_input_that_a_rotation_met_is_handled(database: Database, tmp_path: Path, now: datetime) -> None:
    path = tmp_path / "keys"
    path.write_text(f"{new_key(1)}\n")
    runs = Vault(read_key_file(path), lambda: read_key_file(path))
    database.do(lambda connection: inbox.accept(connection, runs, [Arrival(1, "update", b"{}")], now))
    path.write_text(f"{new_key(2)}\n{path.read_text()}")
    _rotate(database, Vault(read_key_file(path)))
    item = database.do(lambda connection: inbox.take(connection, runs, now))
    assert item
    assert item.payload == b"{}"
