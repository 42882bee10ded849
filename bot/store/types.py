"""Column types that the databases lack, and the ids that rows get before they are written."""

from __future__ import annotations

import itertools
import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, DateTime, Dialect, Integer, String, TypeDecorator, literal_column
from sqlalchemy.types import TypeEngine

_COUNTED_BITS = 22
_COUNTED = (1 << _COUNTED_BITS) - 1
_count = itertools.count(secrets.randbits(_COUNTED_BITS))

Id = BigInteger().with_variant(Integer(), "sqlite")
"""SQLite counts rows only in a column that is exactly INTEGER."""

MAX_ID = 2**63 - 1
"""The highest that a database can compare with an id; what people send may be higher."""


@cache
def _sqlite_instant() -> TypeEngine[Any]:
    """Made when it is asked for: beside PostgreSQL nothing of SQLite is loaded."""
    from sqlalchemy.dialects.sqlite import DATETIME

    class SqliteInstant(DATETIME):
        """Writes what SQLAlchemy's own type writes, four times as fast."""

        def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], str | None]:
            return lambda value: None if value is None else value.isoformat(" ", "microseconds")

    made: TypeEngine[Any] = SqliteInstant()  # type: ignore[no-untyped-call]
    return made


class UtcDateTime(TypeDecorator[datetime]):
    """An instant. Takes and gives aware datetimes in UTC; raises ValueError for a naive one."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return _sqlite_instant() if dialect.name == "sqlite" else dialect.type_descriptor(self.impl_instance)

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        instant: datetime = value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
        return instant


def fixed(word: str) -> ColumnElement[str]:
    """A word that stands in the statement itself, so that a database sees that a partial index is enough for it."""
    return literal_column(f"'{word}'", String())


ROW_BY_ROW: ColumnElement[int] = literal_column("0", Integer())
"""As the offset of an EXISTS: PostgreSQL then looks it up for one row at a time, with the same outcome. Without, it
joins the whole queue to itself when its statistics, which are minutes old, say that the queue is short: with 3,000 rows
waiting that took 2 seconds instead of 1 millisecond."""


def read_id(written: str) -> int:
    """The id that is written; 0, which no row has, for what is none."""
    is_number = written.isascii() and written.isdecimal() and len(written) <= len(str(MAX_ID))
    return int(written) if is_number and int(written) <= MAX_ID else 0


def new_id(now: datetime) -> int:
    """A fresh row id, known before the row is written, in order of time (milliseconds, then a number of its own).

    Two processes can only meet if they count alike within the same millisecond.
    """
    return int(now.timestamp() * 1000) << _COUNTED_BITS | next(_count) & _COUNTED
