"""The workbook of a parent, month by month: what was planned and took place, the pages of meetings, resolutions and how
they went, what the parent put in it and wrote with it (method B4).

Each parent has one of their own; appointments and reports are the family's. Does not know how it is shown or bound, nor
who else may read of it: for a mentor `of_family` gives what both have, and `sharing` what parents share.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from sqlalchemy import Connection

from bot.care import additions, appointment_rules, appointments, records, reports, resolutions, sharing
from bot.care.additions import Addition
from bot.care.appointment_rules import Appointment
from bot.care.months import month_after, month_of
from bot.care.people import Person
from bot.care.reports import Given
from bot.care.resolutions import Tried
from bot.care.sharing import Entry
from bot.store.vault import Vault
from flows.engine.values import dataclass

_PLANNED = (appointment_rules.AGREED, appointment_rules.HAPPENED, appointment_rules.MISSED)
"""What was on the calendar: a proposal is not, and what was cancelled is not any more."""


@dataclass(frozen=True, slots=True)
class Activity:
    """A kind of meeting in a month, the local days for which it was planned, and those on which it took place. `words`
    when the kind is the family's own."""

    kind: str
    words: str
    planned: Sequence[date]
    held: Sequence[date]


@dataclass(frozen=True, slots=True)
class Month:
    """What is in the workbook of the month that begins on `first`, each list in order of time."""

    first: date
    activities: Sequence[Activity] = ()
    reports: Sequence[Given] = ()
    resolutions: Sequence[Tried] = ()
    entries: Sequence[Entry] = ()
    additions: Sequence[Addition] = ()

    @property
    def is_empty(self) -> bool:
        return not (self.activities or self.reports or self.resolutions or self.entries or self.additions)


def read_month(written: str) -> date | None:
    """The month that is written as "2026-11"; None when it is none."""
    try:
        return date.fromisoformat(f"{written}-01")
    except ValueError:
        return None


def nearest(months: Sequence[date], wanted: date) -> date | None:
    """Of these months the wanted one, else the last before it, else the first after it."""
    before = [one for one in months if one <= wanted]
    return max(before) if before else min(months, default=None)


# --- pure -------------------------------------------------------------------------------------------------------------


def activities_of(found: Iterable[Appointment], first: date) -> list[Activity]:
    """What was planned and took place in the month, a line for each kind, in the order of the kinds."""
    known: dict[tuple[str, str], tuple[list[date], list[date]]] = {}
    for one in found:
        day = one.starts_at.astimezone(one.zone).date()
        if month_of(day) != first or one.status not in _PLANNED:
            continue
        planned, held = known.setdefault((one.kind, one.details.kind if one.kind == _OWN else ""), ([], []))
        planned.append(day)
        if one.status == appointment_rules.HAPPENED:
            held.append(day)
    in_order = sorted(known, key=lambda key: (appointment_rules.KINDS.index(key[0]), key[1]))
    return [
        Activity(kind, words, tuple(known[kind, words][0]), tuple(known[kind, words][1])) for kind, words in in_order
    ]


_OWN = "own"


def bound(
    firsts: Iterable[date],
    planned: Sequence[Appointment],
    given: Sequence[Given],
    tried: Sequence[resolutions.Month],
    entries: Sequence[Entry],
    added: Sequence[Addition],
) -> list[Month]:
    """These months, without those in which there is nothing."""
    by_month = {month.first: month.tried for month in tried}
    months = [
        Month(
            first,
            activities_of(planned, first),
            [one for one in given if month_of(one.date) == first],
            by_month.get(first, ()),
            [one for one in entries if month_of(one.record.local_day) == first],
            [one for one in added if one.page == additions.month_page(first)],
        )
        for first in firsts
    ]
    return [month for month in months if not month.is_empty]


# --- read -------------------------------------------------------------------------------------------------------------


def calendar(connection: Connection, vault: Vault, parent: Person) -> list[date]:
    """The months in which there is anything, the first first."""
    found = set(sharing.workbook_months(connection, parent.id))
    found |= {month.first for month in _resolutions(connection, vault, parent)}
    for addition in _added(connection, vault, parent):
        page, _, month = addition.page.partition(":")
        first = read_month(month) if page == "month" else None
        found |= {first} if first else set()
    return sorted(found | _family_months(connection, vault, parent.family_id))


def of_parent(connection: Connection, vault: Vault, parent: Person, first: date, last: date) -> list[Month]:
    """The months from `first` up to and with `last`, as this parent has them, without those in which there is
    nothing; the first first."""
    planned, given = _of_both(connection, vault, parent.family_id)
    entries = sharing.workbook_entries(connection, vault, parent.id, first, month_after(last))
    tried = _resolutions(connection, vault, parent)
    return bound(_between(first, last), planned, given, tried, entries, _added(connection, vault, parent))


def of_family(connection: Connection, vault: Vault, family_id: int, first: date) -> Month:
    """What the family and its mentor both have of a month, and nothing that is a parent's own."""
    planned, given = _of_both(connection, vault, family_id)
    return next(iter(bound([first], planned, given, (), (), ())), Month(first))


def family_calendar(
    connection: Connection, vault: Vault, mentor: Person, family_id: int, parents: Sequence[Person]
) -> list[date]:
    """The months of which a mentor may read something, the first first."""
    found = {month_of(one.local_day) for one in sharing.workbook_headings(connection, mentor, parents)}
    return sorted(found | _family_months(connection, vault, family_id))


def report_of(connection: Connection, vault: Vault, family_id: int | None, report_id: int) -> Given | None:
    """The page of a meeting of this family; None when there is none for its parents."""
    if family_id is None:
        return None
    return next((one for one in reports.given_of_family(connection, vault, family_id) if one.id == report_id), None)


def _family_months(connection: Connection, vault: Vault, family_id: int | None) -> set[date]:
    planned, given = _of_both(connection, vault, family_id)
    days = {one.starts_at.astimezone(one.zone).date() for one in planned if one.status in _PLANNED}
    return {month_of(day) for day in days | {one.date for one in given}}


def _of_both(connection: Connection, vault: Vault, family_id: int | None) -> tuple[list[Appointment], list[Given]]:
    if family_id is None:
        return [], []
    planned = appointments.of_family(connection, vault, family_id)
    return planned, reports.given_of_family(connection, vault, family_id)


def _resolutions(connection: Connection, vault: Vault, parent: Person) -> list[resolutions.Month]:
    kept, checks = (
        records.of_kind(connection, vault, parent.id, kind) for kind in (resolutions.KIND, resolutions.CHECK_KIND)
    )
    return resolutions.months(kept, checks)


def _added(connection: Connection, vault: Vault, parent: Person) -> list[Addition]:
    return additions.of_person(connection, vault, parent.id)


def _between(first: date, last: date) -> list[date]:
    months = [first]
    while months[-1] < last:
        months.append(month_after(months[-1]))
    return months
