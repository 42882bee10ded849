"""What texts may know around the Kindreflex record: which ones a mentor may open now, and who is in those families.

Nothing of what is noted is here. Does not know which flow asks.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sqlalchemy import select

from bot.care import families, kindreflex_record, people
from bot.care.families import CHILD, Guided, spoken
from bot.care.people import NAME, Person, Role
from bot.store import tables
from flows.engine.templates import enumerate_dutch

if TYPE_CHECKING:
    from bot.conversation.facts import Facts


def open_records(facts: Facts) -> list[dict[str, str]]:
    """The families whose record this mentor may open: the own ones, and those that a colleague on leave opened."""
    person = facts.person
    if person is None or Role.MENTOR not in person.roles:
        return []
    own = [one.id for one in _all_guided(facts, person)]
    others = kindreflex_record.open_to_others(facts.connection, facts.vault, person, facts.now)
    names = _parents_of(facts, [*own, *others])
    found = []
    for family_id in (*own, *others):
        name = enumerate_dutch([name for _, name in names.get(family_id, [])])
        by = _mentor_name(facts, family_id) if family_id in others else ""
        found.append({"id": str(family_id), "name": name, "by": by})
    return found


def record_parents(facts: Facts) -> list[dict[str, str]]:
    """The parents of those families."""
    found = _parents_of(facts, [int(one["id"]) for one in _records(facts)])
    return [
        {"id": str(parent_id), "family": str(family_id), "name": name}
        for family_id, parents in found.items()
        for parent_id, name in parents
    ]


def record_children(facts: Facts) -> list[dict[str, object]]:
    """The children of those families, with the age that a parent said; it may be empty."""
    ids = [int(one["id"]) for one in _records(facts)]
    table, today = tables.children, facts.local.date()
    query = select(table).where(table.c.family_id.in_(ids), table.c.removed_at.is_(None)).order_by(table.c.id)
    return [
        {
            "id": str(row.id),
            "family": str(row.family_id),
            "name": spoken(facts.vault.open_text(CHILD, row.id, row.name_sealed)),
            "age": None if row.age is None else families.age_on(row.age, row.age_on, today),
        }
        for row in (facts.connection.execute(query) if ids else ())
    ]


def _records(facts: Facts) -> list[dict[str, str]]:
    found = facts["open_records"]
    return found if isinstance(found, list) else []


def _all_guided(facts: Facts, mentor: Person) -> Iterator[Guided]:
    number, more = 0, True
    while more:
        page = families.guided_by(facts.connection, mentor.id, number)
        yield from page.items
        number, more = page.number + 1, page.more


def _parents_of(facts: Facts, family_ids: list[int]) -> dict[int, list[tuple[int, str]]]:
    """The parents of each family by id and name, in one query."""
    found: dict[int, list[tuple[int, str]]] = {}
    table = tables.people
    query = select(table.c.id, table.c.family_id, table.c.roles, table.c.name_sealed).order_by(table.c.id)
    for row in facts.connection.execute(query.where(table.c.family_id.in_(family_ids))) if family_ids else ():
        if Role.PARENT in Role(row.roles):
            name = spoken(facts.vault.open_text(NAME, row.id, row.name_sealed))
            found.setdefault(row.family_id, []).append((row.id, name))
    return found


def _mentor_name(facts: Facts, family_id: int) -> str:
    table = tables.families
    mentor_id = facts.connection.execute(select(table.c.mentor_id).where(table.c.id == family_id)).scalar()
    mentor = people.by_id(facts.connection, facts.vault, mentor_id)
    return spoken(mentor.name) if mentor else ""
