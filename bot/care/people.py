"""People and their roles: who is in this chat, in which family, with which settings."""

from __future__ import annotations

import enum
from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, FromClause, Select, bindparam, exists, insert, select, update

from bot.care import looks
from bot.store.tables import conversations, families, peer_members, people
from bot.store.types import new_id
from bot.store.vault import Vault
from flows.engine.values import dataclass

NAME = "people.name"
STATE = "conversations.state"
STOPPED = date.max
"""The day until which reminders are silent of somebody who stopped, and did not come back."""


class Role(enum.IntFlag):
    """What a person may do; somebody may be several things at once."""

    PARENT = 1
    MENTOR = 2
    COORDINATOR = 4


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who came in. `paused_until`, `evening_done_on`, `away_from` and `away_until` are days in the person's
    own `zone`."""

    id: int
    chat_id: int
    roles: Role
    name: str
    family_id: int | None
    mentor_id: int | None
    region: str
    zone: ZoneInfo
    paused_until: date | None = None
    named_reminder: bool = False
    evenings_silent: int = 0
    evening_done_on: date | None = None
    blocked: bool = False
    silent_reminders: bool = False
    reminder_hours: str | None = None
    office_hours: str | None = None
    stand_in_id: int | None = None
    reminders_a_day: int = 3
    away_from: date | None = None
    away_until: date | None = None
    speaks_in: int | None = None
    speaks_until: datetime | None = None

    @property
    def has_stopped(self) -> bool:
        """Whether this person wants to hear nothing until coming back."""
        return self.paused_until == STOPPED

    def local(self, now: datetime) -> datetime:
        """`now` on this person's clock."""
        return now.astimezone(self.zone)

    def is_paused(self, now: datetime) -> bool:
        """Whether reminders are silent on this local day."""
        return self.paused_until is not None and self.local(now).date() < self.paused_until

    def is_away(self, now: datetime) -> bool:
        """Whether this mentor is on leave on this local day."""
        if self.away_from is None or self.away_until is None:
            return False
        return self.away_from <= self.local(now).date() <= self.away_until


_KNOWS_GROUPS = exists().where(peer_members.c.person_id == people.c.id).label("knows_groups")
_OF_LANE = (*people.c, families.c.mentor_id, conversations.c.state_sealed, conversations.c.active_at, _KNOWS_GROUPS)


def beside(lane: FromClause) -> Select[Any]:
    """The query for all columns of `lane` and, for the chat in its column of that name, who is present there."""
    return select(*lane.c, *_OF_LANE).select_from(
        lane.outerjoin(people, people.c.chat_id == lane.c.lane)
        .outerjoin(families, families.c.id == people.c.family_id)
        .outerjoin(conversations, conversations.c.chat_id == lane.c.lane)
    )


_PRESENT = beside(select(bindparam("chat", type_=people.c.chat_id.type).label("lane")).subquery("chat"))
_BY_ID = select(people, families.c.mentor_id).outerjoin(families, families.c.id == people.c.family_id)
_CHANGE = update(people).where(people.c.id == bindparam("person"))


@dataclass(frozen=True, slots=True)
class Present:
    """Who is in a chat, if anybody came in there, and what is kept of the conversation. `children` are the rows of
    their children, still sealed, where these were looked up along with them: see `families.beside`. `knows_groups`:
    whether they ever were in a peer group, or asked for one."""

    person: Person | None
    state: bytes | None
    active_at: datetime | None
    children: Sequence[Any] | None = None
    knows_groups: bool = True


def present(connection: Connection, vault: Vault, chat_id: int) -> Present:
    """The person and the state of a chat, in one query."""
    return present_of_row(connection.execute(_PRESENT, {"chat": chat_id}).one(), vault)


def present_of_row(row: Any, vault: Vault) -> Present:
    """Who is present, in a row that holds the columns of `beside`."""
    state = vault.open(STATE, row.lane, row.state_sealed) if row.state_sealed else None
    person = _person(row, vault) if row.id is not None else None
    return Present(person, state, row.active_at, knows_groups=row.knows_groups)


def sealed_sample(connection: Connection) -> tuple[str, int, bytes] | None:
    """Place, row and ciphertext of something sealed, to try the key on; None in a database without people."""
    row = connection.execute(select(people.c.id, people.c.name_sealed).order_by(people.c.id.desc()).limit(1)).first()
    return (NAME, row.id, row.name_sealed) if row else None


def by_id(connection: Connection, vault: Vault, person_id: int | None) -> Person | None:
    """The person with this id, if there is one."""
    if person_id is None:
        return None
    row = connection.execute(_BY_ID.where(people.c.id == person_id)).first()
    return _person(row, vault) if row else None


def name_of(connection: Connection, vault: Vault, person_id: int | None) -> str | None:
    """The name of the person with this id, if there is one."""
    found = by_id(connection, vault, person_id)
    return found.name if found else None


def by_ids(connection: Connection, vault: Vault, ids: Collection[int]) -> list[Person]:
    """The people with these ids who are there, in order of coming in."""
    rows = connection.execute(_BY_ID.where(people.c.id.in_(ids)).order_by(people.c.id)) if ids else ()
    return [_person(row, vault) for row in rows]


def guided_by(connection: Connection, vault: Vault, mentor_id: int) -> list[Person]:
    """The parents of all families that this mentor guides now, in order of coming in."""
    rows = connection.execute(_BY_ID.where(families.c.mentor_id == mentor_id).order_by(people.c.id))
    return [_person(row, vault) for row in rows]


def parents_of(connection: Connection, vault: Vault, family_id: int) -> list[Person]:
    """The parents of a family, in order of coming in."""
    own = (people.c.family_id == family_id, has(Role.PARENT))
    rows = connection.execute(_BY_ID.where(*own).order_by(people.c.id))
    return [_person(row, vault) for row in rows]


def with_role(connection: Connection, vault: Vault, role: Role) -> list[Person]:
    """Everybody who has this role."""
    rows = connection.execute(_BY_ID.where(has(role)).order_by(people.c.id))
    return [_person(row, vault) for row in rows]


def has(role: Role) -> ColumnElement[bool]:
    """That somebody has this role, said of the rows of people."""
    return people.c.roles.op("&")(int(role)) != 0


def _person(row: Any, vault: Vault) -> Person:
    return Person(
        id=row.id,
        chat_id=row.chat_id,
        roles=Role(row.roles),
        name=vault.open_text(NAME, row.id, row.name_sealed),
        family_id=row.family_id,
        mentor_id=row.mentor_id,
        region=row.region,
        zone=ZoneInfo(row.zone),
        paused_until=row.paused_until,
        named_reminder=row.named_reminder,
        evenings_silent=row.evenings_silent,
        evening_done_on=row.evening_done_on,
        blocked=row.blocked_at is not None,
        office_hours=row.office_hours,
        stand_in_id=row.stand_in_id,
        reminders_a_day=row.reminders_a_day,
        silent_reminders=row.silent_reminders,
        reminder_hours=row.reminder_hours,
        away_from=row.away_from,
        away_until=row.away_until,
        speaks_in=row.speaks_in,
        speaks_until=row.speaks_until,
    )


def add(
    connection: Connection,
    vault: Vault,
    *,
    chat_id: int,
    role: Role,
    name: str,
    family_id: int | None,
    region: str,
    zone: str,
    now: datetime,
) -> int:
    """Somebody comes in; returns the new person's id."""
    person_id = new_id(now)
    connection.execute(
        insert(people).values(
            id=person_id,
            chat_id=chat_id,
            roles=int(role),
            name_sealed=vault.seal_text(NAME, person_id, name),
            family_id=family_id,
            region=region,
            zone=zone,
            created_at=now,
            looks_end_sealed=looks.sealed_beginning(vault, person_id),
        )
    )
    return person_id


def change(connection: Connection, person_id: int, **values: Any) -> None:
    """Sets columns of a person."""
    connection.execute(_CHANGE, {"person": person_id, **values})
