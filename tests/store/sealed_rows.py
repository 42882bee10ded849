"""Something sealed in every sealed column, which says where it stands, so that one can tell whether it still opens."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

from sqlalchemy import Connection, RowMapping, insert, select, update

from bot.store import tables
from bot.store.sealed import SEALED, Sealed
from bot.store.vault import Unreadable, Vault
from tests.store import filled

_MOMENT = datetime(2027, 3, 1, 18, 30, tzinfo=UTC)


def fill(connection: Connection, vault: Vault, *, more: int = 0) -> None:
    """A few rows in every table, and so many more of two of them."""
    filled.fill(connection)
    if more:
        _add(connection, range(1000, 1000 + more))
    for sealed in SEALED:
        for row in rows_of(connection, sealed):
            name = sealed.row_name(row)
            write(connection, sealed, row, vault.seal(sealed.place, name, _words(sealed, row)))


def _add(connection: Connection, numbers: range) -> None:
    letter = {"from_person": 1, "to_person": 2, "sent_at": _MOMENT, "text_sealed": b"-"}
    connection.execute(insert(tables.letters), [{"id": number, **letter} for number in numbers])
    call = {"chat_id": 1, "priority": 1, "purpose": "answer", "created_at": _MOMENT, "call_sealed": b"-"}
    calls = [{"id": number, "seal": f"seal{number}", "status": "waiting", **call} for number in numbers]
    connection.execute(insert(tables.outbox), calls)


def rows_of(connection: Connection, sealed: Sealed) -> list[RowMapping]:
    """All rows of the table of a sealed column, in order of their key."""
    query = select(sealed.table).order_by(*sealed.table.primary_key.columns)
    return list(connection.execute(query).mappings())


def write(connection: Connection, sealed: Sealed, row: RowMapping, value: bytes) -> None:
    """Puts a value in the sealed column of a row."""
    same = (column == row[column] for column in sealed.table.primary_key.columns)
    connection.execute(update(sealed.table).where(*same).values({sealed.column: value}))


def numbers(connection: Connection) -> Counter[int]:
    """How many values each key has sealed."""
    values = (row[sealed.column] for sealed in SEALED for row in rows_of(connection, sealed))
    return Counter(value[0] for value in values if value)


def unreadable(connection: Connection, vault: Vault) -> list[str]:
    """The rows of which the sealed column does not open, or to something else than was put in it."""
    return [
        f"{sealed.place} {sealed.row_name(row)}"
        for sealed in SEALED
        for row in rows_of(connection, sealed)
        if not _is_as_sealed(vault, sealed, row)
    ]


def _is_as_sealed(vault: Vault, sealed: Sealed, row: RowMapping) -> bool:
    try:
        return vault.open(sealed.place, sealed.row_name(row), row[sealed.column]) == _words(sealed, row)
    except Unreadable:
        return False


def _words(sealed: Sealed, row: RowMapping) -> bytes:
    return f"in {sealed.place}, row {sealed.row_name(row)}".encode()
