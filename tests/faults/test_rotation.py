"""A change of keys is killed again and again: at every moment everything can be read, and in the end it is finished."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import time
from pathlib import Path

from bot.store.database import Database
from bot.store.vault import Vault, new_key, read_key_file
from tests.databases import wait_until
from tests.faults.processes import Process
from tests.faults.rotate import NOW
from tests.store import sealed_rows

KILLS, KILLS_A_KEY = 50, 2
MORE = 600
AGAIN_AND_AGAIN, COMMAND = ("-m", "tests.faults.rotate"), ("-m", "bot", "keys", "rotate")
_LONGEST = 0.25


class Safe:
    """A database in which everything is sealed, and a file with the keys to it, the newest in front."""

    def __init__(self, url: str, folder: Path) -> None:
        self.folder, self.database = folder, Database(url)
        self._path = folder / "keys"
        self._path.write_text(new_key(1))
        self.newest = 1
        self._settings = {"DATABASE_URL": url, "KEY_FILE": str(self._path), "DATA_DIR": str(folder / "data")}
        vault = self.vault
        self.database.do(lambda connection: sealed_rows.fill(connection, vault, more=MORE))

    @property
    def vault(self) -> Vault:
        return Vault(read_key_file(self._path))

    def has_a_new_key(self) -> None:
        self.newest += 1
        self._write(f"{new_key(self.newest)}\n{self._path.read_text()}")

    def loses_all_but_the_newest(self) -> None:
        self._write(self._path.read_text().splitlines()[0])

    def _write(self, keys: str) -> None:
        draft = self.folder / "keys.new"
        draft.write_text(keys)
        draft.rename(self._path)

    def begin(self, command: tuple[str, ...]) -> Process:
        return Process(command, self._settings, self.folder, command[1])

    def unreadable(self) -> list[str]:
        vault = self.vault
        return self.database.do(lambda connection: sealed_rows.unreadable(connection, vault))

    def keys_in_use(self) -> int:
        return len(self.database.do(sealed_rows.numbers))

    def rotating(self) -> int:
        """The process that rotates now; 0 before the first."""
        path = self.folder / NOW
        return int(path.read_text()) if path.exists() else 0


def test_fifty_kills_leave_everything_readable(database_url: str, tmp_path: Path) -> None:
    """A new key often comes before the last change is finished, so that several are in use at once. Every second kill
    comes as soon as a change is under way, the others at any moment."""
    chance, safe = random.Random(7), Safe(database_url, tmp_path)
    safe.has_a_new_key()
    rotations = safe.begin(AGAIN_AND_AGAIN)
    half_way = killed = victim = 0
    try:
        while killed < KILLS:
            if killed % KILLS_A_KEY == 0:
                safe.has_a_new_key()
            wait_until(lambda before=victim: safe.rotating() != before, 30)
            if killed % 2:
                under_way = safe.rotating()
                wait_until(lambda one=under_way: safe.keys_in_use() > 1 or safe.rotating() != one, 30)
            else:
                time.sleep(chance.uniform(0, _LONGEST))
            victim = safe.rotating()
            with contextlib.suppress(ProcessLookupError):  # It was just done.
                os.kill(victim, signal.SIGKILL)
                killed += 1
            half_way += safe.keys_in_use() > 1
            assert safe.unreadable() == []
    finally:
        rotations.end()
    assert half_way > KILLS / 5

    safe.has_a_new_key()
    for _ in range(3):  # What a process that was killed still held is left for the next time, and it says so.
        command = safe.begin(COMMAND)
        wait_until(lambda begun=command: not begun.is_running, 60)
        said = (tmp_path / "bot.out").read_text()
        if "run this again" not in said:
            break
    assert f"Sealed anew with key {safe.newest}" in said, command.log
    for number in range(1, safe.newest):
        assert f"Key {number} is not used any more: it may be removed.\n" in said
    safe.loses_all_but_the_newest()
    assert safe.unreadable() == []
    safe.database.close()
