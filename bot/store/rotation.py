"""Seals everything anew with the sealing key, while the service runs.

A few rows a transaction, each locked while it is read and written, so that nobody's change is lost; rows that somebody
is busy with are left for the next pass. There is nothing to remember: what has been done carries the new key's number,
so it can be killed at any moment and simply begun again. Does not know what it seals.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import field
from functools import partial

from sqlalchemy import ColumnElement, Connection, LargeBinary, RowMapping, and_, func, literal, select, tuple_, update

from bot.store.database import Database
from bot.store.sealed import SEALED, Sealed
from bot.store.vault import Unreadable, Vault
from flows.engine.values import dataclass

BATCH = 100
_PASSES = 3
"""The first does nearly all; the others what was locked, or sealed by a process that does not know the key yet."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a rotation did. `needed`: how many values can still only be opened with each other key, by its number;
    `damaged`: how many open with none, though their key is known."""

    sealing: int
    resealed: int
    known: frozenset[int]
    needed: Mapping[int, int] = field(default_factory=dict)
    damaged: int = 0

    @property
    def is_done(self) -> bool:
        """Whether everything that can be opened opens with the sealing key."""
        return not self.needed

    @property
    def free(self) -> list[int]:
        """The numbers of keys that nothing needs any more."""
        return sorted(self.known - self.needed.keys() - {self.sealing})


def rotate(
    database: Database, vault: Vault, *, batch: int = BATCH, rest: Callable[[float], object] = time.sleep
) -> Outcome:
    """Seals everything with the sealing key of `vault`; values that do not open stay as they are.

    Rests between transactions for as long as they take, so that the service gets its turn.
    """
    total = 0
    for _ in range(_PASSES):
        done = sum(_column(database, vault, sealed, batch, rest) for sealed in SEALED)
        total += done
        if not done:
            break
    return _outcome(database, vault, total)


def _column(database: Database, vault: Vault, sealed: Sealed, batch: int, rest: Callable[[float], object]) -> int:
    """One pass over a column; returns how many values it sealed anew."""
    total = 0
    last: RowMapping | None = None
    while True:
        began = time.monotonic()
        done, last = database.do(partial(_some, vault, sealed, last, batch))
        total += done
        if last is None:
            return total
        rest(time.monotonic() - began)


def _some(
    vault: Vault, sealed: Sealed, after: RowMapping | None, batch: int, connection: Connection
) -> tuple[int, RowMapping | None]:
    """The next rows of a column in order of their key; returns how many were sealed anew, and the last one, if any."""
    key = tuple(sealed.table.primary_key.columns)
    query = (
        select(*dict.fromkeys((*key, *sealed.named_by, sealed.column)))
        .where(_is_old(vault, sealed))
        .order_by(*key)
        .limit(batch)
        .with_for_update(skip_locked=True)
    )
    if after is not None:
        query = query.where(tuple_(*key) > tuple_(*(literal(after[one], one.type) for one in key)))
    done = 0
    rows = connection.execute(query).mappings().all()
    for row in rows:
        try:
            anew = _anew(vault, sealed, row)
        except Unreadable:
            continue
        same = (column == row[column] for column in key)
        done += connection.execute(update(sealed.table).where(*same).values({sealed.column: anew})).rowcount
    return done, rows[-1] if rows else None


def _anew(vault: Vault, sealed: Sealed, row: RowMapping) -> bytes:
    name = sealed.row_name(row)
    return vault.seal(sealed.place, name, vault.open(sealed.place, name, row[sealed.column]))


def _outcome(database: Database, vault: Vault, resealed: int) -> Outcome:
    """What is left, after looking at every value that is not sealed with the sealing key."""
    needed: Counter[int] = Counter()
    damaged = 0
    for sealed in SEALED:
        for number, opens in database.do(partial(_left, vault, sealed)):
            if number in vault.numbers and not opens:
                damaged += 1
            else:
                needed[number] += 1
    return Outcome(vault.sealing, resealed, vault.numbers, needed, damaged)


def _left(vault: Vault, sealed: Sealed, connection: Connection) -> list[tuple[int, bool]]:
    """The key's number of each value that was not sealed anew, and whether it opens."""
    rows = connection.execute(select(*sealed.named_by, sealed.column).where(_is_old(vault, sealed))).mappings()
    return [(row[sealed.column][0], _opens(vault, sealed, row)) for row in rows]


def _opens(vault: Vault, sealed: Sealed, row: RowMapping) -> bool:
    try:
        _anew(vault, sealed, row)
    except Unreadable:
        return False
    return True


def _is_old(vault: Vault, sealed: Sealed) -> ColumnElement[bool]:
    """Whether another key than the sealing one made a value: the key's number stands in front of it."""
    number = func.substr(sealed.column, 1, 1, type_=LargeBinary)
    return and_(func.length(sealed.column) > 0, number != bytes((vault.sealing,)))
