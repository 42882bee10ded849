"""Rows for every table there is, made from the tables as the database itself describes them.

So each migration is tried on a database with people in it, whatever it looked like at that time.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Date,
    DateTime,
    Integer,
    LargeBinary,
    MetaData,
    Numeric,
    SmallInteger,
    String,
    Table,
    func,
    insert,
    select,
    update,
)

COPIES = 3
_VERSION_TABLE = "alembic_version"
_MOMENT = datetime(2027, 3, 1, 18, 30, tzinfo=UTC)


def tables_of(connection: Connection) -> dict[str, Table]:
    """The tables of the service that this database has."""
    metadata = MetaData()
    metadata.reflect(connection)
    return {name: table for name, table in metadata.tables.items() if name != _VERSION_TABLE}


def fill(connection: Connection) -> None:
    """Puts rows in every table: first without what may be empty, then with everything, references included."""
    tables = tables_of(connection)
    waiting = dict(tables)
    while waiting:
        ready = [table for table in waiting.values() if not _needed(table) & (waiting.keys() - {table.name})]
        assert ready, f"tables that cannot be filled: {sorted(waiting)}"
        for table in ready:
            for copy in range(1, COPIES + 1):
                must = [column for column in table.c if not column.nullable]
                connection.execute(insert(table).values(_values(connection, must, copy)))
            del waiting[table.name]
    for table in tables.values():
        key = list(table.primary_key.columns)
        may = [column for column in table.c if column.nullable]
        if may:
            rows = connection.execute(select(*key).order_by(*key)).all()
            for copy, row in enumerate(rows, 1):
                same = [column == value for column, value in zip(key, row, strict=True)]
                connection.execute(update(table).where(*same).values(_values(connection, may, copy)))


def contents(connection: Connection) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table."""
    return {
        name: [dict(row) for row in connection.execute(select(table).order_by(*table.primary_key.columns)).mappings()]
        for name, table in tables_of(connection).items()
    }


def counts(connection: Connection) -> dict[str, int]:
    """How many rows each table has."""
    return {
        name: connection.execute(select(func.count()).select_from(table)).scalar_one()
        for name, table in tables_of(connection).items()
    }


def _needed(table: Table) -> set[str]:
    return {key.column.table.name for column in table.c if not column.nullable for key in column.foreign_keys}


def _values(connection: Connection, columns: Sequence[Column[Any]], copy: int) -> dict[str, Any]:
    return {column.name: _value(connection, column, copy) for column in columns}


def _value(connection: Connection, column: Column[Any], copy: int) -> Any:
    for key in column.foreign_keys:
        there = connection.execute(select(key.column).order_by(key.column)).scalars().all()
        return there[copy - 1]
    match column.type:
        case Boolean():
            return copy % 2 == 0
        case SmallInteger() | Integer() | BigInteger() | Numeric():
            return copy
        case String():
            return f"{copy}{column.name}"[: column.type.length or 30]
        case LargeBinary():
            return bytes([copy]) * 40
        case Date():
            return date(2027, 3, copy)
        case DateTime():
            moment = _MOMENT.replace(minute=copy)
            return moment if column.type.timezone else moment.replace(tzinfo=None)
    raise AssertionError(f"{column} has a type that filled.py does not know: {column.type!r}")
