"""The statement that writes a row, or over the one that is there. Both databases have it, each in words of its own."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Executable, Table

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql, sqlite


def insert_into(dialect: str, table: Table) -> sqlite.Insert | postgresql.Insert:
    """An INSERT that may say what is to be done when the row is there already."""
    # What the other database needs stays unloaded: for PostgreSQL that is a good part of a start.
    if dialect == "sqlite":
        from sqlalchemy.dialects.sqlite import insert as for_sqlite

        return for_sqlite(table)
    from sqlalchemy.dialects.postgresql import insert as for_postgresql

    return for_postgresql(table)


def upsert(
    connection: Connection, table: Table, by: tuple[str, ...], over: tuple[str, ...], *, rising: str | None = None
) -> Executable:
    """To execute with rows: one that is there already under the columns `by` gets the new values of `over`.

    Without `over` it stays as it is; so it does with `rising` when its value of that column is not lower than the new.
    """
    return _statement(connection.dialect.name, table, by, over, rising)


@cache
def _statement(
    dialect: str, table: Table, by: tuple[str, ...], over: tuple[str, ...], rising: str | None
) -> Executable:
    """Made once: making it costs more than running it."""
    statement = insert_into(dialect, table).inline()
    if not over:
        return statement.on_conflict_do_nothing(index_elements=by)
    values = {name: statement.excluded[name] for name in over}
    lower = None if rising is None else table.c[rising] < statement.excluded[rising]
    return statement.on_conflict_do_update(index_elements=by, set_=values, where=lower)
