"""Brings a database to the newest tables. Alembic is loaded only when there is something to do.

Processes of an older and a newer version may run side by side: the newer one brings the tables further, under a lock,
and writes down how old a program may be that still works with them.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, inspect, text

import migrations
from bot.store.database import Database, DatabaseProblem
from bot.store.wakeups import Channel, announce

_FOLDER = Path(migrations.__file__).parent
_LOCK = 7_241_946
"""An arbitrary number that PostgreSQL knows our migrations by."""


def revision_of(connection: Connection) -> str | None:
    """The revision that a database is at; None for an empty one."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def upgrade(database: Database, target: str = "head") -> None:
    """Brings the tables to `target`; newer ones that this program can work with stay as they are. Raises
    DatabaseProblem when it cannot."""

    def work(connection: Connection) -> None:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _LOCK})
        if target == "head" and check(connection):
            return
        _run_alembic(connection, target)
        if target == "head":
            connection.execute(text("UPDATE alembic_version SET oldest = :oldest"), {"oldest": migrations.OLDEST})
            announce(connection, Channel.TABLES)

    database.do(work)


def check(connection: Connection) -> bool:
    """Whether the tables are those of this program, or newer ones that it can work with; False when they are older.
    Raises DatabaseProblem when they are too new."""
    revision = revision_of(connection)
    if revision is None or revision < migrations.HEAD:
        return False
    if revision == migrations.HEAD:
        return True
    oldest = connection.execute(text("SELECT oldest FROM alembic_version")).scalar()
    if oldest is None or oldest > migrations.HEAD:
        problem = f"the database does not fit this version of Draaglicht (its tables are of revision {revision})"
        raise DatabaseProblem(f"{problem}; run the version that last used it, or newer")
    return True


def _run_alembic(connection: Connection, target: str) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, target)
    except CommandError as error:
        problem = f"the database does not fit this version of Draaglicht ({error})"
        raise DatabaseProblem(f"{problem}; run the version that last used it, or newer") from None
