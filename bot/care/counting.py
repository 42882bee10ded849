"""How much is kept of a person, in numbers: what would go if everything went. Does not know how it is said."""

from __future__ import annotations

from sqlalchemy import Connection, func, or_, select

from bot.care.people import Person
from bot.store import tables
from bot.store.vault import SEALED_NOTHING
from flows.engine.values import dataclass


@dataclass(frozen=True, slots=True)
class Count:
    """So many of a sort; sorts are those of the texts `kept_<sort>`."""

    sort: str
    number: int


_SORT_OF_RECORD = {
    "reflection": "evenings",
    "moment": "moments",
    "note": "notes",
    "loose": "notes",
    "safety_plan": "plan",
    "thought": "thoughts",
    "saying": "sentences",
    "sentence_kept": "sentences",
}
_ORDER = (
    "children",
    "evenings",
    "moments",
    "notes",
    "plan",
    "thoughts",
    "sentences",
    "answers",
    "additions",
    "letters",
    "posts",
    "alerts",
    "looks",
    "invitations",
)


def of_person(connection: Connection, person: Person) -> list[Count]:
    """What goes with this person, without what there is none of. Children stay while another parent is there."""
    found = dict.fromkeys(_ORDER, 0)
    records, letters = tables.records, tables.letters
    by_kind = select(records.c.kind, func.count()).where(records.c.person_id == person.id).group_by(records.c.kind)
    for kind, number in connection.execute(by_kind):
        found[_SORT_OF_RECORD.get(kind, "answers")] += number
    own_letters = or_(letters.c.from_person == person.id, letters.c.to_person == person.id)
    found["letters"] = _count(connection, select(func.count()).select_from(letters).where(own_letters))
    for sort, column in (
        ("additions", tables.additions.c.person_id),
        ("alerts", tables.alerts.c.person_id),
        ("invitations", tables.invitations.c.made_by),
    ):
        found[sort] = _count(connection, select(func.count()).where(column == person.id))
    written = select(tables.peer_posts.c.id).join(
        tables.peer_members, tables.peer_members.c.id == tables.peer_posts.c.member_id
    )
    mine = tables.peer_members.c.person_id == person.id, tables.peer_posts.c.post_sealed.is_not(None)
    found["posts"] = _count(connection, select(func.count()).select_from(written.where(*mine).subquery()))
    told = (tables.looks.c.owner_id == person.id, func.length(tables.looks.c.look_sealed) > SEALED_NOTHING)
    found["looks"] = _count(connection, select(func.count()).where(*told))
    if person.family_id and is_last_of_family(connection, person):
        children = tables.children
        listed = (children.c.family_id == person.family_id, children.c.removed_at.is_(None))
        found["children"] = _count(connection, select(func.count()).select_from(children).where(*listed))
    return [Count(sort, number) for sort, number in found.items() if number]


def is_last_of_family(connection: Connection, person: Person) -> bool:
    """Whether nobody else is in this person's family."""
    people = tables.people
    others = select(people.c.id).where(people.c.family_id == person.family_id, people.c.id != person.id)
    return connection.execute(others.limit(1)).first() is None


def _count(connection: Connection, query: object) -> int:
    number: int = connection.execute(query).scalar_one()  # type: ignore[call-overload]
    return number
