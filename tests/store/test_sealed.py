"""The list of sealed columns: it is complete and says what the use cases do, and nothing opens in another row."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

import pytest
from sqlalchemy import Connection, LargeBinary

from bot.care.people import Role
from bot.store.database import Database
from bot.store.sealed import SEALED, SUFFIX, Sealed
from bot.store.tables import metadata
from bot.store.vault import Unreadable, Vault
from tests.store import sealed_rows
from tests.store.household import HANNE, INGRID, JONAS, Household
from tests.store.sealed_rows import rows_of

NOT_SEALED = {"invitations.code_hash", "looks.chain"}
"""Columns of bytes that hold hashes."""


def test_every_sealed_column_is_on_the_list_once() -> None:
    there = {str(column) for table in metadata.tables.values() for column in table.c if column.name.endswith(SUFFIX)}
    assert Counter(str(sealed.column) for sealed in SEALED) == Counter(there)


def test_every_column_of_bytes_is_sealed_or_a_hash() -> None:
    of_bytes = {
        str(column) for table in metadata.tables.values() for column in table.c if isinstance(column.type, LargeBinary)
    }
    assert of_bytes - {str(sealed.column) for sealed in SEALED} == NOT_SEALED


def test_what_the_service_seals_opens_as_the_list_says(database: Database, vault: Vault, now: datetime) -> None:
    """Of every table: `test_erasing.py` sees to it that the household uses them all."""
    household = Household(database, vault, now)
    mentor = household.add(INGRID, Role.MENTOR, "Ingrid")
    family = household.found(mentor)
    hanne = household.add(HANNE, Role.PARENT, "Hanne", family)
    jonas = household.add(JONAS, Role.PARENT, "Jonas", family)
    child = household.child(family, "Noor")
    for person, of in ((mentor, None), (hanne, child), (jonas, child)):
        household.lives(person, of)
    household.writes(hanne, mentor, "dag")

    def work(connection: Connection) -> None:
        for sealed in SEALED:
            for row in rows_of(connection, sealed):
                if row[sealed.column] is not None:
                    vault.open(sealed.place, sealed.row_name(row), row[sealed.column])

    database.do(work)


def test_nothing_opens_in_another_row(database: Database, vault: Vault) -> None:
    """Somebody who can write to the database swaps two values."""

    def swap(connection: Connection, sealed: Sealed) -> None:
        one, other, _ = rows_of(connection, sealed)
        sealed_rows.write(connection, sealed, one, other[sealed.column])
        sealed_rows.write(connection, sealed, other, one[sealed.column])

    def work(connection: Connection) -> None:
        sealed_rows.fill(connection, vault)
        for sealed in SEALED:
            swap(connection, sealed)
            for row in rows_of(connection, sealed)[:2]:
                with pytest.raises(Unreadable, match="does not open"):
                    vault.open(sealed.place, sealed.row_name(row), row[sealed.column])
            assert len(sealed_rows.unreadable(connection, vault)) == 2, sealed.place
            swap(connection, sealed)

    database.do(work)


def test_nothing_opens_in_another_column(vault: Vault) -> None:
    """Also not in the row of the same name."""
    for sealed in SEALED:
        value = vault.seal(sealed.place, "1", b"x")
        for other in SEALED:
            if other is not sealed:
                with pytest.raises(Unreadable):
                    vault.open(other.place, "1", value)


def test_without_the_key_nothing_opens(database: Database, vault: Vault) -> None:
    """Neither with another key of the same number nor with one of another number."""
    database.do(lambda connection: sealed_rows.fill(connection, vault))
    everything = database.do(lambda connection: sealed_rows.unreadable(connection, Vault([(1, bytes(32))])))
    assert {place.split()[0] for place in everything} == {sealed.place for sealed in SEALED}
    assert (
        database.do(lambda connection: sealed_rows.unreadable(connection, Vault([(2, bytes(range(32)))]))) == everything
    )
    assert database.do(lambda connection: sealed_rows.unreadable(connection, vault)) == []
