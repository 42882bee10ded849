"""Transactions: plain synchronous functions on a connection, run in threads. One writer thread on SQLite, a few on
PostgreSQL.

Does not know what the functions do.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar, cast

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, OperationalError

T = TypeVar("T")

POSTGRES_THREADS = 4
_TRIES = 3
_PATIENCE_SECONDS = 10.0
PATIENCE = f"busy_timeout={_PATIENCE_SECONDS * 1000:.0f}"
_PRAGMAS = (
    "synchronous=FULL",
    "foreign_keys=ON",
    PATIENCE,
    "secure_delete=ON",
    "temp_store=MEMORY",
)
"""What is deleted is written over, and nothing is put in files of its own meanwhile."""


class DatabaseProblem(Exception):
    """The database cannot be used: the message says which, and how to mend it."""


class Database:
    """One database. `do` runs a transaction here and now, `run` in a thread of its own."""

    def __init__(self, url: str, *, threads: int | None = None) -> None:
        """Raises DatabaseProblem for an address that is none, or of a database that is not supported."""
        self.engine = make_engine(url, threads)
        self.is_sqlite = self.engine.dialect.name == "sqlite"
        self.threads = 1 if self.is_sqlite else threads or POSTGRES_THREADS
        self._pool = ThreadPoolExecutor(self.threads, thread_name_prefix="database")

    def do(self, work: Callable[[Connection], T]) -> T:
        """Runs `work` in one transaction; tries again when the database gave way to another one."""
        for attempt in range(1, _TRIES + 1):
            try:
                with self.engine.begin() as connection:
                    return work(connection)
            except DBAPIError as error:
                if attempt == _TRIES or not _gave_way(error):
                    raise
        raise AssertionError("unreachable")

    async def run(self, work: Callable[[Connection], T]) -> T:
        """Runs `work` in one transaction, in a thread."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, self.do, work)

    async def call(self, work: Callable[[], T]) -> T:
        """Runs `work`, which makes its own transactions, in a database thread."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, work)

    @staticmethod
    @contextlib.contextmanager
    def together(connection: Connection) -> Iterator[None]:
        """Sends the statements inside and the commit in one go, where the database can. They are the last of their
        transaction, and nothing may be read from them."""
        if connection.dialect.name != "postgresql":
            yield
            return
        from psycopg import Connection as Raw
        from psycopg import Error

        raw = cast(Raw[Any], connection.connection.driver_connection)
        try:
            with raw.pipeline():
                yield
                raw.execute("COMMIT")
        except Error as error:
            raise DBAPIError.instance(
                None, None, error, Error, hide_parameters=True, dialect=connection.dialect
            ) from error

    def later(self, work: Callable[[Connection], object]) -> None:
        """Runs `work` in one transaction, in a thread, and lets nobody wait for it. It is let go when the database has
        trouble."""

        def attempt() -> None:
            with contextlib.suppress(DBAPIError):
                self.do(work)

        self._pool.submit(attempt)

    def is_gone(self, error: Exception) -> bool:
        """Whether the database cannot be reached, so that nothing is wrong with what was being done."""
        if not isinstance(error, DBAPIError):
            return False
        if self.is_sqlite:
            return _sqlite_is_away(error.orig)
        return isinstance(error, OperationalError) or error.connection_invalidated

    def close(self) -> None:
        self._pool.shutdown(wait=True)
        self.engine.dispose()


def make_engine(url: str, threads: int | None = None) -> Engine:
    """Raises DatabaseProblem."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise DatabaseProblem("DRAAGLICHT_DATABASE_URL is not a database address; write sqlite:///FILE") from None
    if parsed.get_backend_name() == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")
    try:
        if parsed.get_backend_name() == "sqlite":
            engine = create_engine(parsed, connect_args={"check_same_thread": False}, hide_parameters=True)
            event.listen(engine, "connect", _prepare_sqlite)
            event.listen(engine, "begin", _begin_sqlite)
            return engine
        if parsed.get_backend_name() == "postgresql":
            return create_engine(
                parsed,
                pool_size=threads or POSTGRES_THREADS,
                max_overflow=2,
                pool_pre_ping=True,
                hide_parameters=True,
                use_native_hstore=False,  # We have none, and each new connection would ask for it.
            )
    except (NoSuchModuleError, ModuleNotFoundError):
        pass
    raise DatabaseProblem(
        f"DRAAGLICHT_DATABASE_URL: {parsed.get_backend_name()} is not supported; use sqlite or postgresql"
    )


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    _keep_a_write_ahead_log(cursor)
    cursor.close()


def _keep_a_write_ahead_log(cursor: Any) -> None:
    """A process that makes the file together with another is refused at once: here SQLite has no patience itself."""
    import sqlite3

    until = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
        time.sleep(0.02)


def _begin_sqlite(connection: Connection) -> None:
    """With the option `reads` nothing is written, and nobody has to wait."""
    connection.exec_driver_sql("BEGIN" if connection.get_execution_options().get("reads") else "BEGIN IMMEDIATE")


def _sqlite_is_away(error: BaseException | None) -> bool:
    """By its own codes, since it also calls a wrong question an OperationalError."""
    import sqlite3  # Beside PostgreSQL it need not be loaded.

    return getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF in {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_INTERRUPT,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_NOTADB,
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_PROTOCOL,
        sqlite3.SQLITE_READONLY,
    }


def _gave_way(error: DBAPIError) -> bool:
    """Whether the database ended this transaction for another's sake, so that it may simply be tried again."""
    return getattr(error.orig, "sqlstate", None) in {"40001", "40P01"}
