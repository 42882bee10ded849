"""What parents add to a page of the workbook: to a report that was given, or to a month.

Whoever may read the page reads what was added to it. Does not know who that is.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Select, insert, select

from bot.care.people import NAME
from bot.store.tables import additions, people
from bot.store.types import new_id
from bot.store.vault import Vault
from flows.engine.values import dataclass

ADDITION = "additions.addition"


@dataclass(frozen=True, slots=True)
class Addition:
    """What somebody added to a page: words, a file by Telegram's id with its kind (voice, photo), or both."""

    id: int
    page: str
    person_id: int
    writer: str
    made_at: datetime
    text: str
    kind: str = ""
    file_id: str = ""


def report_page(report_id: int) -> str:
    """The page of a report."""
    return f"report:{report_id}"


def month_page(month: date) -> str:
    """The page of the month that this day is in."""
    return f"month:{month:%Y-%m}"


def add(
    connection: Connection,
    vault: Vault,
    *,
    family_id: int,
    person_id: int,
    page: str,
    text: str,
    now: datetime,
    kind: str = "",
    file_id: str = "",
) -> int:
    """Keeps an addition; returns its id."""
    addition_id = new_id(now)
    words = {"text": text, "kind": kind, "file_id": file_id}
    connection.execute(
        insert(additions).values(
            id=addition_id,
            family_id=family_id,
            person_id=person_id,
            page=page,
            made_at=now,
            addition_sealed=vault.seal_json(ADDITION, addition_id, words),
        )
    )
    return addition_id


def of_pages(connection: Connection, vault: Vault, family_id: int, pages: Iterable[str]) -> dict[str, list[Addition]]:
    """What was added to these pages of a family, by page, the oldest first; a page without any is not there."""
    found: dict[str, list[Addition]] = {}
    query = _ALL.where(additions.c.family_id == family_id, additions.c.page.in_(tuple(pages)))
    for one in _read(connection, vault, query):
        found.setdefault(one.page, []).append(one)
    return found


def of_person(connection: Connection, vault: Vault, person_id: int) -> list[Addition]:
    """What this parent added, the oldest first."""
    return _read(connection, vault, _ALL.where(additions.c.person_id == person_id))


_ALL = select(additions, people.c.name_sealed).join(people, people.c.id == additions.c.person_id)


def _read(connection: Connection, vault: Vault, query: Select[Any]) -> list[Addition]:
    rows = connection.execute(query.order_by(additions.c.made_at, additions.c.id))
    return [
        Addition(
            row.id,
            row.page,
            row.person_id,
            vault.open_text(NAME, row.person_id, row.name_sealed),
            row.made_at,
            **vault.open_json(ADDITION, row.id, row.addition_sealed),
        )
        for row in rows
    ]
