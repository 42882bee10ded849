"""Long lists a page at a time, each page fetched anew."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Generic, TypeVar

from sqlalchemy import Connection, Select, func, select

from flows.engine.values import dataclass

T = TypeVar("T")

SIZE = 8


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page. `number` counts from 0; `more` says whether another one follows."""

    items: Sequence[T]
    number: int
    more: bool


def fetch(connection: Connection, query: Select[Any], number: int) -> Page[Any]:
    """A page of the rows of an ordered query; the last one there is when the list has become shorter than that."""
    rows = _rows(connection, query, number)
    if not rows and number:
        count = connection.execute(select(func.count()).select_from(query.order_by(None).subquery())).scalar_one()
        number = last_page(count)
        rows = _rows(connection, query, number)
    return Page(rows[:SIZE], number, len(rows) > SIZE)


def cut(items: Sequence[T], number: int) -> Page[T]:
    """A page of what is at hand already; the last one there is when the list is shorter than that."""
    number = min(number, last_page(len(items)))
    start = number * SIZE
    return Page(items[start : start + SIZE], number, len(items) > start + SIZE)


def last_page(count: int) -> int:
    """The number of the last page of so many items."""
    return max(count - 1, 0) // SIZE


def _rows(connection: Connection, query: Select[Any], number: int) -> Sequence[Any]:
    return connection.execute(query.limit(SIZE + 1).offset(number * SIZE)).all()
