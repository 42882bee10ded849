"""Families: children, what they call each parent, and who guides."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Select, and_, bindparam, insert, select, update

from bot.care import alerts, appointments, pages
from bot.care.pages import Page
from bot.care.people import NAME, Person, Role, has
from bot.store.tables import child_words, children, families, people
from bot.store.types import new_id
from bot.store.upsert import upsert
from bot.store.vault import Vault
from flows.engine.harmless import harmless_name
from flows.engine.templates import enumerate_dutch
from flows.engine.values import dataclass

CHILD = "children.name"
CALLS_ME = "child_words.calls_me"
PRONOUNS = ("he", "she", "name")


@dataclass(frozen=True, slots=True)
class Child:
    """A child as one parent speaks of it. `age` in years; `calls_me` is what it calls this parent."""

    id: int
    name: str
    pronoun: str
    age: int | None
    calls_me: str


def found(connection: Connection, mentor_id: int | None, now: datetime) -> int:
    """A new family; returns its id."""
    family_id = new_id(now)
    connection.execute(insert(families).values(id=family_id, mentor_id=mentor_id, created_at=now))
    return family_id


_COLUMNS = (
    children.c.id.label("child_id"),
    children.c.name_sealed.label("child_name_sealed"),
    children.c.pronoun,
    children.c.age,
    children.c.age_on,
    child_words.c.calls_me_sealed,
)
_CHILDREN = (
    select(*_COLUMNS)
    .outerjoin(
        child_words,
        and_(child_words.c.child_id == children.c.id, child_words.c.person_id == bindparam("person")),
    )
    .where(children.c.family_id == bindparam("family"))
)
_IS_LISTED = children.c.removed_at.is_(None)
_LISTED = _CHILDREN.where(_IS_LISTED)


def beside(somebody: Select[Any]) -> Select[Any]:
    """A query for people, with the columns of their children: a row for each child, or one with none."""
    return (
        somebody.outerjoin(children, and_(children.c.family_id == people.c.family_id, _IS_LISTED))
        .outerjoin(child_words, and_(child_words.c.child_id == children.c.id, child_words.c.person_id == people.c.id))
        .add_columns(*_COLUMNS)
    )


def children_of(
    connection: Connection, vault: Vault, family_id: int, person_id: int, today: date, *, removed: bool = False
) -> list[Child]:
    """The family's children, the oldest first. `today` is the parent's local day; `removed`: also those taken out."""
    rows = connection.execute(_CHILDREN if removed else _LISTED, {"family": family_id, "person": person_id})
    return of_rows(rows, vault, person_id, today)


def of_rows(rows: Iterable[Any], vault: Vault, person_id: int, today: date) -> list[Child]:
    """The children in rows of these columns, as this parent speaks of them, the oldest first."""
    found = [_child(row, vault, person_id, today) for row in rows if row.child_id is not None]
    return sorted(found, key=lambda child: (-(child.age or 0), child.id))


def _child(row: Any, vault: Vault, person_id: int, today: date) -> Child:
    word = f"{row.child_id}/{person_id}"
    return Child(
        id=row.child_id,
        name=vault.open_text(CHILD, row.child_id, row.child_name_sealed),
        pronoun=row.pronoun,
        age=None if row.age is None else age_on(row.age, row.age_on, today),
        calls_me=vault.open_text(CALLS_ME, word, row.calls_me_sealed) if row.calls_me_sealed else "",
    )


def age_on(age: int, said_on: date, today: date) -> int:
    """The age on `today` of a child that was `age` on `said_on`: one more each time that day of the year returns."""
    years = today.year - said_on.year - ((today.month, today.day) < (said_on.month, said_on.day))
    return age + max(years, 0)


def add_child(
    connection: Connection,
    vault: Vault,
    *,
    family_id: int,
    name: str,
    age: int | None,
    pronoun: str,
    today: date,
    now: datetime,
) -> int:
    """A child joins the family; returns its id."""
    child_id = new_id(now)
    connection.execute(
        insert(children).values(
            id=child_id,
            family_id=family_id,
            name_sealed=vault.seal_text(CHILD, child_id, name),
            pronoun=pronoun if pronoun in PRONOUNS else "name",
            age=age,
            age_on=today,
        )
    )
    return child_id


def set_calls_me(connection: Connection, vault: Vault, child_id: int, person_id: int, word: str) -> None:
    """What the child calls this parent."""
    sealed = vault.seal_text(CALLS_ME, f"{child_id}/{person_id}", word)
    connection.execute(
        upsert(connection, child_words, ("child_id", "person_id"), ("calls_me_sealed",)),
        {"child_id": child_id, "person_id": person_id, "calls_me_sealed": sealed},
    )


def rename_child(connection: Connection, vault: Vault, family_id: int, child_id: int, name: str) -> None:
    """A child's new name; a child of another family is left alone, as in the functions below."""
    _change(connection, family_id, child_id, name_sealed=vault.seal_text(CHILD, child_id, name))


def set_child_age(connection: Connection, family_id: int, child_id: int, age: int, today: date) -> None:
    """A child's age in years, as of `today`."""
    _change(connection, family_id, child_id, age=age, age_on=today)


def set_child_pronoun(connection: Connection, family_id: int, child_id: int, pronoun: str) -> None:
    """How a child is spoken of: he, she, or by its name."""
    _change(connection, family_id, child_id, pronoun=pronoun if pronoun in PRONOUNS else "name")


def remove_child(connection: Connection, family_id: int, child_id: int, now: datetime) -> None:
    """Takes a child out of the family's list; what was kept about it stays."""
    _change(connection, family_id, child_id, removed_at=now)


def _change(connection: Connection, family_id: int, child_id: int, **values: object) -> None:
    connection.execute(
        update(children).where(children.c.id == child_id, children.c.family_id == family_id).values(**values)
    )


def spoken(name: str) -> str:
    """A name as it may stand in a sentence for somebody else: see `harmless_name`."""
    return harmless_name(name)


def names_in_words(everybody: Iterable[Person]) -> str:
    """Their names as they stand in a sentence: "Hanne en Jonas"."""
    return enumerate_dutch([spoken(one.name) for one in everybody])


# --- the mentor of a family -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Guided:
    """A family as its mentor has it. `looked_at`: when this mentor last saw the list of what it shares."""

    id: int
    looked_at: datetime | None


_GUIDED = select(families.c.id, families.c.mentor_looked_at).where(families.c.mentor_id == bindparam("mentor"))


def guided_by(connection: Connection, mentor_id: int, number: int) -> Page[Guided]:
    """A page of the families with somebody in them that this mentor guides now, the first to come in first."""
    somebody = select(people.c.id).where(people.c.family_id == families.c.id).exists()
    found = pages.fetch(connection, _GUIDED.params(mentor=mentor_id).where(somebody).order_by(families.c.id), number)
    return Page([Guided(*row) for row in found.items], found.number, found.more)


def guided(connection: Connection, mentor_id: int, family_id: int) -> Guided | None:
    """The family, if this mentor guides it now."""
    row = connection.execute(_GUIDED.where(families.c.id == family_id), {"mentor": mentor_id}).first()
    return Guided(*row) if row else None


def names_guided(connection: Connection, vault: Vault, mentor_id: int) -> dict[int, list[str]]:
    """The parents' names of every family that this mentor guides now, by family, the first to come in first."""
    query = (
        select(families.c.id, people.c.id, people.c.name_sealed)
        .join(people, people.c.family_id == families.c.id)
        .where(families.c.mentor_id == mentor_id, has(Role.PARENT))
        .order_by(families.c.id, people.c.id)
    )
    found: dict[int, list[str]] = {}
    for family_id, person_id, sealed in connection.execute(query):
        found.setdefault(family_id, []).append(spoken(vault.open_text(NAME, person_id, sealed)))
    return found


def mentor_looked(connection: Connection, family_id: int, now: datetime) -> None:
    """The mentor saw the list of what the family shares."""
    connection.execute(update(families).where(families.c.id == family_id).values(mentor_looked_at=now))


def hand_over(connection: Connection, family_id: int, mentor_id: int | None) -> None:
    """From now on another mentor guides the family, or nobody; the one before sees nothing of it any more. A parent who
    asked for a person and still waits is soon told who is asked now."""
    connection.execute(
        update(families).where(families.c.id == family_id).values(mentor_id=mentor_id, mentor_looked_at=None)
    )
    appointments.hand_over(connection, family_id, mentor_id)
    alerts.hurry_for_family(connection, family_id)


@dataclass(frozen=True, slots=True)
class WithMentor:
    """A family with the mentor who guides it, by the names of its parents."""

    id: int
    mentor_id: int
    names: list[str]


def guided_at_all(connection: Connection, vault: Vault) -> list[WithMentor]:
    """Every family with somebody in it that has a mentor, the first to come in first."""
    rows = connection.execute(
        select(families.c.id, families.c.mentor_id, people.c.id.label("person"), people.c.name_sealed)
        .join(people, people.c.family_id == families.c.id)
        .where(families.c.mentor_id.is_not(None))
        .order_by(families.c.id, people.c.id)
    )
    found: dict[int, WithMentor] = {}
    for row in rows:
        one = found.setdefault(row.id, WithMentor(row.id, row.mentor_id, []))
        one.names.append(vault.open_text(NAME, row.person, row.name_sealed))
    return list(found.values())


def names_of_children(connection: Connection, vault: Vault, ids: Collection[int]) -> dict[int, list[str]]:
    """The names of the children of each of these families, in order of coming in."""
    rows = connection.execute(
        select(children.c.id, children.c.family_id, children.c.name_sealed)
        .where(children.c.family_id.in_(ids), children.c.removed_at.is_(None))
        .order_by(children.c.id)
    )
    found: dict[int, list[str]] = {}
    for row in rows:
        found.setdefault(row.family_id, []).append(vault.open_text(CHILD, row.id, row.name_sealed))
    return found
