"""What professionals note in guiding a family: rows that are only added, each with its author's name sealed inside.

Only a parent who takes back a yes has something taken out.

Does not know what the kinds mean, nor who may read them: whoever shows an entry has asked `families.guided` or
`of_parent` at that moment.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, or_, select, update

from bot.care.people import Person
from bot.store.tables import families, guidance
from bot.store.types import new_id
from bot.store.vault import Vault
from flows.engine.values import dataclass

ENTRY = "guidance.entry"
_AUTHOR, _NOTED = "author", "noted"


@dataclass(frozen=True, slots=True)
class Entry:
    """One note. `author` is the name as it was then, `author_id` whoever is still here. `about_id` is the one parent
    whom it is about: it goes with them, and no other parent reads it. `amends_id` is the note that this one adds to or
    sets right. `local_day` in the author's own time zone."""

    id: int
    family_id: int
    author_id: int | None
    author: str
    kind: str
    topic: str
    round: int
    child_id: int | None
    about_id: int | None
    local_day: date
    made_at: datetime
    for_parents: bool
    amends_id: int | None
    entry: Mapping[str, Any]


def add(
    connection: Connection,
    vault: Vault,
    *,
    family_id: int,
    author: Person,
    kind: str,
    topic: str,
    entry: Mapping[str, Any],
    local_day: date,
    now: datetime,
    round: int = 1,
    child_id: int | None = None,
    about_id: int | None = None,
    for_parents: bool = False,
    amends_id: int | None = None,
) -> int:
    """A note for good; returns its id. `entry` holds JSON values."""
    row_id = new_id(now)
    connection.execute(
        insert(guidance),
        {
            "id": row_id,
            "family_id": family_id,
            "author_id": author.id,
            "kind": kind,
            "topic": topic,
            "round": round,
            "child_id": child_id,
            "about_id": about_id,
            "local_day": local_day,
            "made_at": now,
            "for_parents": for_parents,
            "amends_id": amends_id,
            "entry_sealed": vault.seal_json(ENTRY, row_id, {_AUTHOR: author.name, _NOTED: dict(entry)}),
        },
    )
    return row_id


def of_family(connection: Connection, vault: Vault, family_id: int, kind: str) -> list[Entry]:
    """The notes of a kind about a family, the oldest first."""
    query = select(guidance).where(guidance.c.family_id == family_id, guidance.c.kind == kind)
    return [_entry(row, vault) for row in connection.execute(query.order_by(guidance.c.id))]


def of_mentor(connection: Connection, vault: Vault, mentor_id: int, kind: str) -> list[Entry]:
    """The notes of a kind about all families that this mentor guides now, the oldest first."""
    guided = select(families.c.id).where(families.c.mentor_id == mentor_id)
    query = select(guidance).where(guidance.c.family_id.in_(guided), guidance.c.kind == kind)
    return [_entry(row, vault) for row in connection.execute(query.order_by(guidance.c.id))]


def take_out(connection: Connection, about_id: int, kind: str, round: int, but: Collection[str]) -> None:
    """Deletes what was noted about one parent, apart from the topics `but`: the parent took back the yes to it."""
    own = (guidance.c.about_id == about_id, guidance.c.kind == kind, guidance.c.round == round)
    gone = select(guidance.c.id).where(*own, guidance.c.topic.not_in(but))
    connection.execute(update(guidance).where(guidance.c.amends_id.in_(gone)).values(amends_id=None))
    connection.execute(delete(guidance).where(*own, guidance.c.topic.not_in(but)))


def of_parent(connection: Connection, vault: Vault, parent: Person) -> list[Entry]:
    """What this parent may read of the notes about their family, the oldest first."""
    if parent.family_id is None:
        return []
    query = select(guidance).where(
        guidance.c.family_id == parent.family_id,
        guidance.c.for_parents,
        or_(guidance.c.about_id.is_(None), guidance.c.about_id == parent.id),
    )
    return [_entry(row, vault) for row in connection.execute(query.order_by(guidance.c.id))]


def _entry(row: Any, vault: Vault) -> Entry:
    sealed = vault.open_json(ENTRY, row.id, row.entry_sealed)
    return Entry(
        id=row.id,
        family_id=row.family_id,
        author_id=row.author_id,
        author=sealed[_AUTHOR],
        kind=row.kind,
        topic=row.topic,
        round=row.round,
        child_id=row.child_id,
        about_id=row.about_id,
        local_day=row.local_day,
        made_at=row.made_at,
        for_parents=row.for_parents,
        amends_id=row.amends_id,
        entry=sealed[_NOTED],
    )
