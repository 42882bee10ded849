"""What a coordinator sees of the organisation: mentors, open invitations, numbers, and what does not arrive.

Numbers of families, never what anybody keeps; of parents and children no name at all. Does not know how it is shown.
"""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, Select, and_, delete, func, or_, select

from bot.care import invitations, people, privacy
from bot.care.appointment_rules import AGREED, HAPPENED
from bot.care.months import month_after, month_of
from bot.care.people import Person, Role
from bot.schedule.local_time import instant_on
from bot.store.tables import appointments, families, outbox
from bot.store.tables import invitations as invitation_table
from bot.store.tables import people as people_table
from bot.store.tables import records as record_table
from bot.store.vault import Vault
from flows.engine.values import dataclass

_RITUAL = "reflection"
HIDDEN_BELOW = 5
"""Smaller numbers could be about somebody whom one knows."""


@dataclass(frozen=True, slots=True)
class Colleague:
    """A mentor, with how many families there are to guide; `stand_in` is empty when there is none."""

    person: Person
    families: int
    stand_in: str


def mentors(connection: Connection, vault: Vault) -> list[Colleague]:
    """Every mentor, by name."""
    everybody = people.with_role(connection, vault, Role.MENTOR)
    names = {one.id: one.name for one in everybody}
    number = func.count(func.distinct(families.c.id))
    counted = _by_mentor(connection, select(families.c.mentor_id, number).join(people_table, _in_a_family()))
    found = [Colleague(one, counted[one.id], names.get(one.stand_in_id or 0, "")) for one in everybody]
    return sorted(found, key=lambda one: one.person.name.casefold())


def _by_mentor(connection: Connection, query: Select[Any]) -> Counter[int | None]:
    """What a query counts for each mentor; None stands for families without one."""
    rows = connection.execute(query.group_by(families.c.mentor_id)).all()
    return Counter({row[0]: row[1] for row in rows})


def _in_a_family() -> ColumnElement[bool]:
    """Joins the parents of a family to it."""
    return and_(families.c.id == people_table.c.family_id, people.has(Role.PARENT))


# --- invitations ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Waiting:
    """A link that still lets somebody in. `name` is that of a colleague; of whom mentors and parents invite it is
    empty. `by`: who made it, empty when that was a parent; `opened`: somebody is coming in by it."""

    id: int
    role: Role
    name: str
    by: str
    expires_at: datetime
    opened: bool


def waiting(connection: Connection, vault: Vault, now: datetime) -> list[Waiting]:
    """The links that can be used now, the first to expire first."""
    query = (
        select(invitation_table, people_table.c.name_sealed.label("maker"), people_table.c.roles)
        .outerjoin(people_table, people_table.c.id == invitation_table.c.made_by)
        .where(invitation_table.c.used_at.is_(None), _works(now))
        .order_by(invitation_table.c.expires_at, invitation_table.c.id)
    )
    found = []
    for row in connection.execute(query):
        role = Role(row.role)
        name = vault.open_text(invitations.NAME, row.id, row.name_sealed) if role is not Role.PARENT else ""
        at_work = row.maker is not None and row.roles & (Role.MENTOR | Role.COORDINATOR)
        by = vault.open_text(people.NAME, row.made_by, row.maker) if at_work else ""
        found.append(Waiting(row.id, role, name, by, row.expires_at, row.opened_by is not None))
    return found


def _works(now: datetime) -> ColumnElement[bool]:
    return or_(invitation_table.c.opened_by.is_not(None), invitation_table.c.expires_at > now)


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """A link that lets nobody in any more. `maker` made it; `guest` is the chat that was coming in by it."""

    name: str
    maker: Person | None
    guest: int | None


def withdraw(connection: Connection, vault: Vault, invitation_id: int) -> Withdrawn | None:
    """Takes a link back, and lets go of the guest who was coming in by it; None when it was used or is gone."""
    row = connection.execute(select(invitation_table).where(invitation_table.c.id == invitation_id)).first()
    gone = delete(invitation_table).where(invitation_table.c.id == invitation_id, invitation_table.c.used_at.is_(None))
    if row is None or connection.execute(gone).rowcount != 1:
        return None
    name = vault.open_text(invitations.NAME, row.id, row.name_sealed)
    maker = people.by_id(connection, vault, row.made_by)
    is_in = select(people_table.c.id).where(people_table.c.chat_id == row.opened_by)
    guest = None if connection.execute(is_in).first() else row.opened_by
    if guest is not None:
        privacy.forget_chat(connection, guest)
    return Withdrawn(name, maker, guest)


# --- numbers ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Numbers:
    """How much there is, without whose it is. `rituals` and `appointments` of one month."""

    families: int
    rituals: int
    appointments: int


def numbers(connection: Connection, today: date, zone: ZoneInfo) -> Numbers:
    """Families with somebody in them, evenings on which the ritual was done, and appointments held or agreed on, in the
    month of `today`."""
    first = month_of(today)
    after = month_after(first)
    inhabited = select(func.count(func.distinct(people_table.c.family_id))).where(people.has(Role.PARENT))
    evenings = select(func.count()).where(
        record_table.c.kind == _RITUAL, record_table.c.local_day >= first, record_table.c.local_day < after
    )
    start, end = (instant_on(day, time(), zone) for day in (first, after))
    meetings = select(func.count()).where(
        appointments.c.status.in_((AGREED, HAPPENED)),
        appointments.c.starts_at >= start,
        appointments.c.starts_at < end,
    )
    return Numbers(*(connection.execute(query).scalar_one() for query in (inhabited, evenings, meetings)))


# --- what does not arrive ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Trouble:
    """Of the families of one mentor: how many parents' chats are closed to us, and how many messages Telegram refused
    as far as that is still known. `own`: the mentor's own chat is closed. Without a name: of families without one."""

    mentor: str
    closed: int
    refused: int
    own: bool = False


def trouble(connection: Connection, vault: Vault) -> list[Trouble]:
    """Where something does not arrive, by mentor."""
    of_mentor = select(families.c.mentor_id, func.count()).join(people_table, _in_a_family())
    chats = _by_mentor(connection, of_mentor.where(people_table.c.blocked_at.is_not(None)))
    sent = of_mentor.join(outbox, outbox.c.chat_id == people_table.c.chat_id)
    calls = _by_mentor(connection, sent.where(outbox.c.status == "refused"))
    everybody: dict[int | None, tuple[str, bool]] = {None: ("", False)}
    for one in mentors(connection, vault):
        everybody[one.person.id] = (one.person.name, one.person.blocked)
    found = [Trouble(name, chats[own], calls[own], blocked) for own, (name, blocked) in everybody.items()]
    return [one for one in found if one.closed or one.refused or one.own]
