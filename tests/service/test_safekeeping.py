"""Backups, moving and dead letters as an operator does them, by command."""

from __future__ import annotations

import shutil
import stat
from pathlib import Path

import pytest
from sqlalchemy import Connection, update

from bot.care import families, people
from bot.care.people import Role
from bot.store import inbox, tables
from bot.store.database import Database
from bot.store.inbox import Arrival
from bot.store.vault import Vault, read_key_file
from tests.databases import (
    postgresql_server,
    postgresql_template,
    postgresql_url,
    prepared_sqlite,
)
from tests.service.test_settings_and_cli import draaglicht, is_one_line
from tests.store.test_backups import MOMENT

__all__ = ["postgresql_server", "postgresql_template", "postgresql_url"]
KEYS = "1:" + "A" * 42 + "8="
CHAT = 4711


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where a service runs with one parent, and two inputs that could not be handled."""
    folder = tmp_path / "here"
    data = folder / "data"
    data.mkdir(parents=True)
    (data / "draaglicht.sqlite3").write_bytes(prepared_sqlite())
    (data / "draaglicht.keys").write_text(KEYS)
    vault = Vault(read_key_file(data / "draaglicht.keys"))

    def work(connection: Connection) -> None:
        family = families.found(connection, None, MOMENT)
        people.add(
            connection,
            vault,
            chat_id=CHAT,
            role=Role.PARENT,
            name="Noor",
            family_id=family,
            region="nl",
            zone="Europe/Amsterdam",
            now=MOMENT,
        )
        inbox.accept(connection, vault, [Arrival(CHAT, "update", b"secret"), Arrival(CHAT, "timer", b"secret")], MOMENT)
        connection.execute(update(tables.inbox).values(status="dead", attempts=3, problem="ValueError at x.py:3"))

    database = Database(f"sqlite:///{data / 'draaglicht.sqlite3'}")
    database.do(work)
    database.close()
    return folder


def test_a_backup_comes_back_on_a_clean_machine(folder: Path, tmp_path: Path) -> None:
    made = draaglicht(folder, "backup", "saturday")
    assert made.returncode == 0, made.stderr
    assert "A backup key was made: data/draaglicht.backup-keys. Copy it elsewhere" in made.stdout
    assert "at most 30 days" in made.stdout
    assert stat.S_IMODE((folder / "data" / "draaglicht.backup-keys").stat().st_mode) == 0o600
    is_one_line(draaglicht(folder, "backup", "saturday"), "saturday is there already")

    clean = tmp_path / "clean"
    clean.mkdir()
    keys = {"KEY_FILE": str(clean / "keys"), "BACKUP_KEY_FILE": str(folder / "data" / "draaglicht.backup-keys")}
    is_one_line(draaglicht(clean, "restore", "../here/saturday", **keys), "keys is missing; put there the key file")
    (clean / "keys").write_text("1:" + "B" * 43 + "=")
    is_one_line(draaglicht(clean, "restore", "../here/saturday", **keys), "not the key file that belongs to it")
    shutil.copy(folder / "data" / "draaglicht.keys", clean / "keys")
    looked = draaglicht(clean, "restore", "--look", "../here/saturday", **keys)
    assert "is whole and opens." in looked.stdout
    restored = draaglicht(clean, "restore", "../here/saturday", **keys)
    assert restored.returncode == 0, restored.stderr
    assert "  people: 1\n" in restored.stdout
    assert "4 rows; 4 sealed values opened." in restored.stdout
    assert draaglicht(clean, "dead", **keys).stdout == draaglicht(folder, "dead").stdout
    is_one_line(draaglicht(clean, "restore", "../here/saturday", **keys), "is not empty")


def test_moving_to_postgresql(folder: Path, postgresql_url: str) -> None:
    before = draaglicht(folder, "dead").stdout
    moved = draaglicht(folder, "migrate", "--to", postgresql_url)
    assert moved.returncode == 0, moved.stderr
    assert "  inbox: 2\n" in moved.stdout
    assert "Every row was read back and compared. Now set DRAAGLICHT_DATABASE_URL" in moved.stdout
    assert draaglicht(folder, "dead", DATABASE_URL=postgresql_url).stdout == before
    is_one_line(draaglicht(folder, "migrate", "--to", postgresql_url), "the database to move to is not empty")


def test_what_is_wrong_with_a_move_is_one_line(folder: Path) -> None:
    is_one_line(draaglicht(folder, "migrate", "--to", "my database"), "--to is not a database address")
    away = "postgresql://nobody@127.0.0.1:9/nothing"
    is_one_line(draaglicht(folder, "migrate", "--to", away), "the database of --to cannot be reached")
    (folder / "data" / "draaglicht.keys").unlink()
    is_one_line(draaglicht(folder, "migrate", "--to", "sqlite:///b.sqlite3"), "draaglicht.keys is missing")


def test_dead_letters_are_seen_tried_again_and_thrown_away(folder: Path) -> None:
    listed = draaglicht(folder, "dead").stdout
    assert [line.split("  ")[0] for line in listed.splitlines()] == ["in1", "in2"]
    shown = draaglicht(folder, "dead", "show", "in1").stdout
    assert "ValueError at x.py:3" in shown
    assert not {"secret", "Noor", str(CHAT)} & set((listed + shown).split())
    assert draaglicht(folder, "dead", "retry", "in1").stdout == "in1 waits again, as row 3.\n"
    again = draaglicht(folder, "dead", "retry", "in1", "out5")
    assert again.returncode == 1
    assert "in1 is no dead letter" in again.stdout
    is_one_line(draaglicht(folder, "dead", "drop", "all"), "this throws away 1 for good; add --yes")
    is_one_line(draaglicht(folder, "dead", "show", "1"), "no name of a dead letter")
    assert draaglicht(folder, "dead", "drop", "all", "--yes").stdout == "in2 is thrown away.\n"
    assert draaglicht(folder, "dead", "list").stdout == "There are no dead letters.\n"
