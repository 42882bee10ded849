"""Who does what only one may do, among all processes over one database.

On PostgreSQL a duty is an advisory lock of a session that lives as long as its process (`line`): it is free the moment
that the process or its machine is gone, nothing has to be renewed, and who stands by has it within seconds. On SQLite
every duty is a byte of a file beside the database, locked by the process that does it; a second one is refused. Does
not know what the duties are about.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Collection, Iterable
from enum import IntEnum
from pathlib import Path

from sqlalchemy import Connection, func, select

from bot.store.database import Database, DatabaseProblem

_FIRST_KEY = 7_241_950
"""Arbitrary, and apart from the other locks that PostgreSQL knows us by."""


class Duty(IntEnum):
    """What one process does at a time. On PostgreSQL only the first two: workers and senders may be many there."""

    INTAKE = 0
    TICKER = 1
    WORKER = 2
    SENDER = 3

    @property
    def key(self) -> int:
        """The number of its lock on PostgreSQL."""
        return _FIRST_KEY + self


def key_of_sender(name: str) -> int:
    """The number of the lock that says that a sender lives. `name` is 16 hexadecimal digits."""
    return int.from_bytes(bytes.fromhex(name), signed=True)


def absent(connection: Connection, senders: Collection[str]) -> set[str]:
    """Those of these senders that have no session now: they died, or are on their way back."""
    return {
        name
        for name in senders
        if connection.execute(select(func.pg_try_advisory_xact_lock(key_of_sender(name)))).scalar_one()
    }


class FileLock:
    """Duties over one SQLite file, until it is closed or the process ends."""

    def __init__(self, database: Database, duties: Iterable[Duty]) -> None:
        """Raises DatabaseProblem when another process does one of them."""
        path = Path(f"{database.engine.url.database}.lock")
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        for duty in duties:
            try:
                fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, duty)
            except OSError:
                self.close()
                raise DatabaseProblem(
                    f"another process runs over {database.engine.url.database}; stop that one, "
                    "or set DRAAGLICHT_DATABASE_URL to a PostgreSQL for more than one"
                ) from None

    def close(self) -> None:
        os.close(self._file)
