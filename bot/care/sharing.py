"""Who else may see what a parent keeps. For each record its owner says so; until then it is for the owner only.

What somebody else gets to read comes from `open_for` alone, which decides from the database at that moment and writes
the look down in the same transaction. Does not know how anything is shown.
"""

from __future__ import annotations

import enum
from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, case, false, func, or_, select, update

from bot.care import consents, looks, notes, pages, people
from bot.care import records as kept
from bot.care.consents import Purpose
from bot.care.looks import Look
from bot.care.months import month_of
from bot.care.pages import Page
from bot.care.people import Person, Role
from bot.care.records import Record
from bot.store.tables import records
from bot.store.vault import Vault
from flows.engine.values import dataclass


class With(enum.IntFlag):
    """With whom a record is shared, as kept; nothing is for the owner only. No group gets to see records yet."""

    MENTOR = 1
    CO_PARENT = 2
    GROUP = 4


ONLY_ME = With(0)
_ROLES = {With.MENTOR: "mentor", With.CO_PARENT: "co_parent"}


@dataclass(frozen=True, slots=True)
class Entry:
    """A record with what its owner decided about it."""

    owner_id: int
    record: Record
    shared_with: With
    for_appointment: bool
    in_workbook: bool


@dataclass(frozen=True, slots=True)
class Heading:
    """What may be known of a shared record before it is opened. `local_day` is the owner's."""

    id: int
    owner_id: int
    kind: str
    local_day: date


@dataclass(frozen=True, slots=True)
class Opened:
    """A record that somebody else opened just now."""

    record: Record
    owner: Person


# --- the decision -----------------------------------------------------------------------------------------------------


def ways_in(viewer: Person, owner: Person, agreed: Collection[str]) -> With:
    """By which ways of sharing this viewer sees things of the owner. `agreed`: what the owner's yes stands for now."""
    found = ONLY_ME
    if viewer.id == owner.id or Role.PARENT not in owner.roles:
        return found
    if Role.MENTOR in viewer.roles and owner.mentor_id == viewer.id and Purpose.SHARE in agreed:
        found |= With.MENTOR
    if Role.PARENT in viewer.roles and owner.family_id is not None and viewer.family_id == owner.family_id:
        found |= With.CO_PARENT
    return found


def may_see(viewer: Person, owner: Person, shared_with: With, agreed: Collection[str]) -> bool:
    """Whether the viewer may see a record of the owner that is shared so."""
    return viewer.id == owner.id or bool(shared_with & ways_in(viewer, owner, agreed))


# --- the owner --------------------------------------------------------------------------------------------------------


def own_page(
    connection: Connection, vault: Vault, person_id: int, number: int, *, marked: bool = False, kind: str = ""
) -> Page[Entry]:
    """A page of what this person keeps, the newest first. `marked`: only what is for the appointment; `kind`: only of
    that kind."""
    query = select(records).where(records.c.person_id == person_id, records.c.kind != notes.UNDECIDED)
    if marked:
        query = query.where(records.c.for_appointment)
    if kind:
        query = query.where(records.c.kind == kind)
    found = pages.fetch(connection, query.order_by(records.c.created_at.desc(), records.c.id.desc()), number)
    return Page([_entry(row, vault) for row in found.items], found.number, found.more)


def all_of(connection: Connection, vault: Vault, person_id: int) -> list[Entry]:
    """Everything this person keeps, the oldest first."""
    query = select(records).where(records.c.person_id == person_id).order_by(records.c.created_at, records.c.id)
    return [_entry(row, vault) for row in connection.execute(query)]


def own_entry(connection: Connection, vault: Vault, person_id: int, record_id: int) -> Entry | None:
    """One thing this person keeps; None when it is gone, or somebody else's."""
    row = connection.execute(select(records).where(_own(person_id, record_id))).first()
    return _entry(row, vault) if row else None


def marked_count(connection: Connection, person_id: int) -> int:
    """How much this person keeps for the appointment."""
    wanted = and_(records.c.person_id == person_id, records.c.for_appointment)
    return connection.execute(select(func.count()).select_from(records).where(wanted)).scalar_one()


def workbook_months(connection: Connection, person_id: int) -> list[date]:
    """The months, by their first day, of which something is in this person's workbook."""
    days = select(records.c.local_day).where(records.c.person_id == person_id, records.c.in_workbook).distinct()
    return sorted({month_of(day) for day in connection.execute(days).scalars()})


def workbook_entries(connection: Connection, vault: Vault, person_id: int, since: date, until: date) -> list[Entry]:
    """What is in this person's workbook from the day `since` up to, not with, `until`; the oldest first."""
    within = and_(records.c.local_day >= since, records.c.local_day < until)
    query = select(records).where(records.c.person_id == person_id, records.c.in_workbook, within)
    rows = connection.execute(query.order_by(records.c.local_day, records.c.created_at, records.c.id))
    return [_entry(row, vault) for row in rows]


def workbook_headings(connection: Connection, viewer: Person, owners: Sequence[Person]) -> list[Heading]:
    """Of what is in the workbooks of these owners, resolutions among it, that which this viewer may open now; the
    oldest day first."""
    inside = or_(records.c.in_workbook, records.c.kind == _ALWAYS_INSIDE)
    query = select(records.c.id, records.c.person_id, records.c.kind, records.c.local_day)
    query = query.where(_visible(connection, viewer, owners), inside).order_by(records.c.local_day, records.c.id)
    return [Heading(*row) for row in connection.execute(query)]


_ALWAYS_INSIDE = "resolution"


def put_in_workbook(connection: Connection, person_id: int, record_id: int, *, inside: bool) -> None:
    """Whether the record is in the parent's workbook. That shows it to nobody."""
    connection.execute(update(records).where(_own(person_id, record_id)).values(in_workbook=inside))


def kinds_of(connection: Connection, person_id: int) -> list[tuple[str, int]]:
    """The kinds of what this person keeps, and how many of each, the most first."""
    count = func.count()
    query = select(records.c.kind, count).where(records.c.person_id == person_id, records.c.kind != notes.UNDECIDED)
    rows = connection.execute(query.group_by(records.c.kind).order_by(count.desc(), records.c.kind))
    return [(kind, number) for kind, number in rows]


def share(connection: Connection, person_id: int, record_id: int, who: With, now: datetime) -> None:
    """From now on `who` may see the record as well."""
    # What the mentor has already is not new to the mentor because somebody else gets it too.
    since = now if who is With.MENTOR else case((_shared(With.MENTOR), records.c.shared_at), else_=now)
    connection.execute(
        update(records)
        .where(_own(person_id, record_id), ~_shared(who))
        .values(shared_with=records.c.shared_with.op("|")(int(who)), shared_at=since)
    )


def stop_sharing(connection: Connection, person_id: int, who: With, record_id: int | None = None) -> None:
    """From now on `who` sees the record no longer; without `record_id` nothing at all of this person."""
    which = records.c.person_id == person_id if record_id is None else _own(person_id, record_id)
    left = records.c.shared_with.op("&")(~int(who))
    connection.execute(update(records).where(which, _shared(who)).values(shared_with=left))


def only_me(connection: Connection, person_id: int, record_id: int) -> None:
    """From now on nobody else sees the record."""
    connection.execute(
        update(records).where(_own(person_id, record_id)).values(shared_with=int(ONLY_ME), shared_at=None)
    )


def mark(connection: Connection, person_id: int, record_id: int, *, for_appointment: bool) -> None:
    """Whether the record is kept for the appointment. That is a reminder to the owner, and shows it to nobody."""
    connection.execute(update(records).where(_own(person_id, record_id)).values(for_appointment=for_appointment))


# --- everybody else ---------------------------------------------------------------------------------------------------


def headings(connection: Connection, viewer: Person, owners: Sequence[Person], number: int) -> Page[Heading]:
    """A page of what this viewer may open of these owners now, the newest day first."""
    query = select(records.c.id, records.c.person_id, records.c.kind, records.c.local_day)
    query = query.where(_visible(connection, viewer, owners)).order_by(records.c.local_day.desc(), records.c.id.desc())
    found = pages.fetch(connection, query, number)
    return Page([Heading(*row) for row in found.items], found.number, found.more)


def newest_of_kind(connection: Connection, viewer: Person, owner: Person, kind: str, most: int) -> list[Heading]:
    """What this viewer may open now of one kind of this owner's, the newest day first."""
    query = select(records.c.id, records.c.person_id, records.c.kind, records.c.local_day)
    query = query.where(_visible(connection, viewer, [owner]), records.c.kind == kind)
    rows = connection.execute(query.order_by(records.c.local_day.desc(), records.c.id.desc()).limit(most))
    return [Heading(*row) for row in rows]


def count_shared(
    connection: Connection, viewer: Person, owners: Sequence[Person], since: datetime | None = None
) -> int:
    """How much of these owners the viewer may open now; with `since`, how much of that was shared later."""
    query = select(func.count()).select_from(records).where(_visible(connection, viewer, owners))
    if since:
        query = query.where(records.c.shared_at > since)
    return connection.execute(query).scalar_one()


def open_for(connection: Connection, vault: Vault, viewer: Person, record_id: int, now: datetime) -> Opened | None:
    """A record of somebody else, and the look written down; None when the viewer may not see it at this moment."""
    owner_id = connection.execute(select(records.c.person_id).where(records.c.id == record_id)).scalar()
    if owner_id is None or owner_id == viewer.id or not looks.hold(connection, owner_id):
        return None
    owner = people.by_id(connection, vault, owner_id)
    row = connection.execute(select(records).where(_own(owner_id, record_id))).first()
    if owner is None or row is None:
        return None
    ways = ways_in(viewer, owner, consents.standing(connection, owner_id)) & row.shared_with
    if not ways:
        return None
    role = next(role for way, role in _ROLES.items() if way & ways)
    looks.add(connection, vault, owner_id, Look(viewer.name, role, row.kind, now))
    return Opened(kept.of_row(row, vault), owner)


def _visible(connection: Connection, viewer: Person, owners: Sequence[Person]) -> ColumnElement[bool]:
    """`may_see`, for the database."""
    ways = [(owner.id, ways_in(viewer, owner, consents.standing(connection, owner.id))) for owner in owners]
    return or_(false(), *(and_(records.c.person_id == owner_id, _shared(way)) for owner_id, way in ways if way))


def _own(person_id: int, record_id: int) -> ColumnElement[bool]:
    return and_(records.c.id == record_id, records.c.person_id == person_id)


def _shared(who: With) -> ColumnElement[bool]:
    """Shared with any of `who`."""
    return records.c.shared_with.op("&")(int(who)) != 0


def _entry(row: Any, vault: Vault) -> Entry:
    return Entry(row.person_id, kept.of_row(row, vault), With(row.shared_with), row.for_appointment, row.in_workbook)
