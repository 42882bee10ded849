"""Backups: made while others write, restored into either kind of database, and refused when anything is not right."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection, event, func, insert, select, update

import migrations
from bot.store import backups, schema, tables
from bot.store.database import Database, DatabaseProblem
from bot.store.sealed_file import BackupProblem, read_pieces, write_pieces
from bot.store.vault import Vault
from tests.databases import wait_until
from tests.store import filled, sealed_rows
from tests.store.full_house import full_sqlite
from tests.store.test_copying import empty, everything

__all__ = ["empty"]
KEY, OTHER_KEY = bytes(range(32)), bytes(range(1, 33))
MOMENT = datetime(2027, 3, 1, 18, 30, tzinfo=UTC)


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[Database]:
    """A database without tables, as on a clean machine."""
    opened = Database(f"sqlite:///{tmp_path / 'elsewhere.sqlite3'}")
    yield opened
    opened.close()


@pytest.fixture
def old(tmp_path: Path) -> Iterator[Database]:
    """A SQLite file with rows in every table, all sealed."""
    path = tmp_path / "old.sqlite3"
    path.write_bytes(full_sqlite())
    opened = Database(f"sqlite:///{path}")
    yield opened
    opened.close()


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """The folder of the data of the service that is backed up."""
    folder = tmp_path / "here"
    folder.mkdir()
    return folder


@pytest.fixture
def there(tmp_path: Path) -> Path:
    """The folder of the data on a clean machine."""
    folder = tmp_path / "there"
    folder.mkdir()
    return folder


@pytest.fixture
def backup(old: Database, here: Path, tmp_path: Path) -> Path:
    """A backup of `old`."""
    path = tmp_path / "backup"
    (here / "overflow").write_bytes(b"12 c2VhbGVk\n" * 50_000)
    (here / "draaglicht.keys").write_text("1:secret")
    backups.make(old, here, path, KEY, MOMENT)
    return path


def test_what_was_backed_up_comes_back(
    database: Database, empty: Database, vault: Vault, here: Path, there: Path, tmp_path: Path
) -> None:
    """From each kind of database into the other."""
    database.do(lambda connection: sealed_rows.fill(connection, vault))
    made = backups.make(database, here, tmp_path / "backup", KEY, MOMENT)
    restored = backups.restore(empty, there, tmp_path / "backup", [OTHER_KEY, KEY], vault)
    assert empty.do(everything) == database.do(everything)
    assert empty.do(schema.revision_of) == migrations.HEAD
    assert restored.counts == made.counts == database.do(filled.counts)
    assert (restored.opener.opened, restored.made_at) == (database.do(sealed_rows.numbers)[1], MOMENT)


def test_the_files_beside_it_come_along_and_the_keys_do_not(
    backup: Path, elsewhere: Database, vault: Vault, here: Path, there: Path
) -> None:
    restored = backups.restore(elsewhere, there, backup, [KEY], vault)
    assert restored.files == [file.name for file in there.iterdir()] == ["overflow"]
    assert (there / "overflow").read_bytes() == (here / "overflow").read_bytes()
    with backup.open("rb") as file:
        assert not any(b"secret" in piece for piece in read_pieces(file, [KEY]))


def test_only_its_owner_can_read_it_and_only_with_the_key(backup: Path) -> None:
    assert backup.stat().st_mode & 0o777 == 0o600
    content = backup.read_bytes()
    assert b"people" not in content
    assert content.count(b"rows") == 0


def test_while_others_write_it_is_of_one_moment(database: Database, vault: Vault, here: Path, tmp_path: Path) -> None:
    """Two tables are counted up together all the time, and nobody has to wait; in each backup they are level."""
    database.do(lambda connection: sealed_rows.fill(connection, vault))
    other, stop, rounds = Database(database.engine.url.render_as_string(hide_password=False)), threading.Event(), [0]

    def count_up(connection: Connection) -> None:
        connection.execute(insert(tables.paces).values(chat_id=1000 + rounds[0], free_at=MOMENT))
        connection.execute(update(tables.timers).where(tables.timers.c.id == 1).values(late_after=rounds[0] + 1))

    def work() -> None:
        while not stop.is_set():
            other.do(count_up)
            rounds[0] += 1

    with ThreadPoolExecutor(1) as pool:
        busy = pool.submit(work)
        try:
            for number in range(3):
                before = rounds[0]
                wait_until(lambda before=before: rounds[0] > before)
                backups.make(database, here, tmp_path / str(number), KEY, MOMENT)
        finally:
            stop.set()
        busy.result(20)
    other.close()
    for number in range(3):
        target = Database(f"sqlite:///{tmp_path / f'{number}.sqlite3'}")
        backups.restore(target, tmp_path / f"there{number}", tmp_path / str(number), [KEY], vault)
        assert target.do(_counted) == target.do(_paced)
        target.close()


def _counted(connection: Connection) -> int:
    return connection.execute(select(tables.timers.c.late_after).where(tables.timers.c.id == 1)).scalar_one()


def _paced(connection: Connection) -> int:
    return connection.execute(select(func.count()).where(tables.paces.c.chat_id >= 1000)).scalar_one()


def test_what_is_not_whole_is_refused_and_nothing_is_restored(
    backup: Path, vault: Vault, there: Path, tmp_path: Path
) -> None:
    content = backup.read_bytes()
    front, pieces = _taken_apart(content)
    assert len(pieces) > 5
    cut, other_key, none = "cut off or was changed", "another backup key", "no backup"
    changed = {
        "first half": (content[: len(content) // 2], cut),
        "without its last piece": (front + b"".join(pieces[:-1]), cut),
        "without its front": (content[10:], none),
        "a bit is changed": (content[:-1] + bytes([content[-1] ^ 1]), cut),
        "its front is changed": (b"DRAAGLICHT BACKUP 1\n" + bytes(8) + content[28:], other_key),
        "two pieces are swapped": (front + pieces[0] + pieces[2] + pieces[1] + b"".join(pieces[3:]), cut),
        "a piece is there twice": (front + pieces[0] + pieces[1] + b"".join(pieces[1:]), cut),
        "something is added": (content + pieces[-1], cut),
        "empty": (b"", none),
    }
    target = Database(f"sqlite:///{tmp_path / 'target.sqlite3'}")
    for what, (bytes_, says) in changed.items():
        backup.write_bytes(bytes_)
        with pytest.raises(BackupProblem) as problem:
            backups.restore(target, there, backup, [KEY], vault)
        assert says in str(problem.value), what
        assert sum(target.do(filled.counts).values()) == 0, what
        assert list(there.iterdir()) == [], what
    target.close()


def _taken_apart(content: bytes) -> tuple[bytes, list[bytes]]:
    front, rest, pieces = content[:60], content[60:], []
    while rest:
        length = 4 + int.from_bytes(rest[:4], "big")
        pieces.append(rest[:length])
        rest = rest[length:]
    return front, pieces


def test_pieces_of_another_file_under_the_same_key_do_not_fit(tmp_path: Path) -> None:
    for name in ("one", "two"):
        with (tmp_path / name).open("wb") as file:
            write_pieces(file, KEY, [b"a", b"b", b"c"])
    (front, one), (_, two) = (_taken_apart((tmp_path / name).read_bytes()) for name in ("one", "two"))
    (tmp_path / "mixed").write_bytes(front + one[0] + two[1] + one[2])
    with (tmp_path / "mixed").open("rb") as file, pytest.raises(BackupProblem, match="at piece 2"):
        list(read_pieces(file, [KEY]))


def test_another_backup_key_is_named(backup: Path, vault: Vault, there: Path) -> None:
    with pytest.raises(BackupProblem, match="another backup key"):
        backups.restore(None, there, backup, [OTHER_KEY], vault)


def test_the_wrong_key_file_is_named_and_nothing_is_restored(backup: Path, elsewhere: Database, there: Path) -> None:
    """Those that open what people wrote, which are not in the backup."""
    with pytest.raises(BackupProblem, match="not the key file that belongs to it"):
        backups.restore(elsewhere, there, backup, [KEY], Vault([(1, OTHER_KEY)]))
    assert sum(elsewhere.do(filled.counts).values()) == 0
    assert list(there.iterdir()) == []


def test_a_look_alone_restores_nothing(backup: Path, vault: Vault, there: Path, old: Database) -> None:
    seen = backups.restore(None, there, backup, [KEY], vault)
    assert seen.counts == old.do(filled.counts)
    assert list(there.iterdir()) == []


def test_nothing_is_restored_over_what_is_there(
    backup: Path, elsewhere: Database, vault: Vault, there: Path, old: Database
) -> None:
    with pytest.raises(DatabaseProblem, match="is not empty"):
        backups.restore(old, there, backup, [KEY], vault)
    (there / "overflow").write_bytes(b"1 somebody's\n")
    with pytest.raises(BackupProblem, match="overflow is there already"):
        backups.restore(elsewhere, there, backup, [KEY], vault)
    assert (there / "overflow").read_bytes() == b"1 somebody's\n"


def test_an_older_backup_is_brought_up_to_date(elsewhere: Database, vault: Vault, there: Path, tmp_path: Path) -> None:
    older = Database(f"sqlite:///{tmp_path / 'older.sqlite3'}")
    schema.upgrade(older, "0004")
    older.do(filled.fill)
    sealed = vault.seal("people.name", 1, b"Noor")
    older.do(lambda connection: connection.exec_driver_sql("UPDATE people SET name_sealed = ? WHERE id = 1", (sealed,)))
    backups.make(older, there, tmp_path / "backup", KEY, MOMENT)
    restored = backups.restore(elsewhere, there, tmp_path / "backup", [KEY], vault)
    assert elsewhere.do(schema.revision_of) == migrations.HEAD
    assert restored.counts == older.do(filled.counts)
    assert restored.opener.opened == 1
    older.close()


def test_a_backup_of_a_newer_version_is_named(
    old: Database, elsewhere: Database, vault: Vault, here: Path, there: Path, tmp_path: Path
) -> None:
    old.do(lambda connection: connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'"))
    backups.make(old, here, tmp_path / "backup", KEY, MOMENT)
    with pytest.raises(DatabaseProblem, match="newer version"):
        backups.restore(elsewhere, there, tmp_path / "backup", [KEY], vault)


def test_what_breaks_off_leaves_no_half_file(old: Database, here: Path, tmp_path: Path) -> None:
    class PulledOut(Exception):
        pass

    def pull(connection: Connection, cursor: object, statement: str, *_: object) -> None:
        if "FROM peer_log" in statement:
            raise PulledOut

    event.listen(old.engine, "before_cursor_execute", pull)
    folder = tmp_path / "backups"
    folder.mkdir()
    with pytest.raises(PulledOut):
        backups.make(old, here, folder / "backup", KEY, MOMENT)
    assert list(folder.iterdir()) == []


def test_a_backup_is_not_written_over(backup: Path, old: Database, here: Path) -> None:
    before = backup.read_bytes()
    with pytest.raises(BackupProblem, match="is there already"):
        backups.make(old, here, backup, KEY, MOMENT)
    assert backup.read_bytes() == before
