"""Brings a database to the newest tables. Alembic is loaded only when there is something to do."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, inspect, text

import migrations
from bot.store.database import Database, DatabaseProblem

_FOLDER = Path(migrations.__file__).parent
_LOCK = 7_241_946
"""An arbitrary number that PostgreSQL knows our migrations by."""


def revision_of(connection: Connection) -> str | None:
    """The revision that a database is at; None for an empty one."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def upgrade(database: Database, target: str = "head") -> None:
    """Brings the tables to `target`. Raises DatabaseProblem when the database is newer than this program."""

    def work(connection: Connection) -> None:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _LOCK})
        if target == "head" and revision_of(connection) == migrations.HEAD:
            return
        _run_alembic(connection, target)

    database.do(work)


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
