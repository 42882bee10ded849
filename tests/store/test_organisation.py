"""What a coordinator sees: mentors, links, numbers and what does not arrive; and no word of a parent."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Connection, insert, update

from bot.care import invitations, organisation, people
from bot.care.organisation import Numbers, Trouble
from bot.care.people import Person, Role
from bot.store import outbox, tables
from bot.store.database import Database
from bot.store.outbox import Call, Settled
from bot.store.vault import Vault
from tests.store.household import HANNE, INGRID, JONAS, STRANGER, UNPACED, Household

ZONE = ZoneInfo("Europe/Amsterdam")
SAMIR, PETRA = 402, 403


class Office:
    """Two mentors, a coordinator, and a family of two parents with the first mentor."""

    def __init__(self, household: Household) -> None:
        self.household = household
        self.ingrid = household.add(INGRID, Role.MENTOR, "Ingrid")
        self.samir = household.add(SAMIR, Role.MENTOR, "Samir")
        self.petra = household.add(PETRA, Role.COORDINATOR, "Petra")
        self.family = household.found(self.ingrid)
        self.hanne = household.add(HANNE, Role.PARENT, "Hanne", self.family)
        self.jonas = household.add(JONAS, Role.PARENT, "Jonas", self.family)

    def asks(self, what: Any, *more: Any) -> Any:
        vault = self.household.vault
        return self.household.database.do(lambda connection: what(connection, vault, *more))

    def does(self, work: Any) -> Any:
        return self.household.database.do(work)

    @property
    def waiting(self) -> list[organisation.Waiting]:
        found: list[organisation.Waiting] = self.asks(organisation.waiting, self.household.now)
        return found


@pytest.fixture
def office(database: Database, vault: Vault, now: datetime) -> Office:
    return Office(Household(database, vault, now))


def test_mentors_by_name_with_how_many_families(office: Office) -> None:
    office.household.found(office.ingrid)
    other = office.household.found(office.samir)
    office.household.add(555, Role.PARENT, "Gül", other)
    office.household.add(556, Role.MENTOR, "Anna")
    stand_in = {"stand_in_id": office.samir.id}
    office.does(lambda connection: people.change(connection, office.ingrid.id, **stand_in))
    found = office.asks(organisation.mentors)
    assert [(one.person.name, one.families, one.stand_in) for one in found] == [
        ("Anna", 0, ""),
        ("Ingrid", 1, "Samir"),
        ("Samir", 1, ""),
    ]


# --- links ------------------------------------------------------------------------------------------------------------


def test_only_links_that_work_and_no_name_of_a_parent(office: Office) -> None:
    household = office.household
    household.invite(Role.MENTOR, "Anna", office.petra)
    household.invite(Role.PARENT, "Bea", office.ingrid)
    household.invite(Role.PARENT, "Cas", office.hanne, office.family)
    told = [(one.role, one.name, one.by, one.opened) for one in office.waiting]
    assert told == [
        (Role.MENTOR, "Anna", "Petra", False),
        (Role.PARENT, "", "Ingrid", False),
        (Role.PARENT, "", "", False),
    ]
    household.passes(days=4)
    assert office.waiting == []


def test_a_link_that_is_taken_back_lets_nobody_in(office: Office) -> None:
    household = office.household
    code = household.invite(Role.PARENT, "Bea", office.ingrid)
    (link,) = office.waiting
    gone = office.asks(organisation.withdraw, link.id)
    assert (gone.name, gone.maker.id, gone.guest) == ("Bea", office.ingrid.id, None)
    assert office.asks(invitations.open_by_code, code, STRANGER, household.now) is None
    assert office.asks(organisation.withdraw, link.id) is None


def _opened(office: Office, chat_id: int) -> int:
    """Somebody opened a link, and is in the middle of coming in."""
    household = office.household
    code = household.invite(Role.COORDINATOR, "", office.petra)
    invitation = office.asks(invitations.open_by_code, code, chat_id, household.now)
    state = {"chat_id": chat_id, "state_sealed": b"x", "active_at": household.now}
    office.does(lambda connection: connection.execute(insert(tables.conversations).values(state)))
    number: int = invitation.id
    return number


def _talks(office: Office) -> set[int]:
    return set(office.does(lambda connection: connection.execute(tables.conversations.select()).scalars().all()))


def test_a_guest_who_was_coming_in_is_let_go(office: Office) -> None:
    link = _opened(office, STRANGER)
    office.household.passes(days=9)
    assert [one.opened for one in office.waiting] == [True]
    assert office.asks(organisation.withdraw, link).guest == STRANGER
    assert STRANGER not in _talks(office)


def test_somebody_who_is_in_already_keeps_their_conversation(office: Office) -> None:
    link = _opened(office, SAMIR)
    assert office.asks(organisation.withdraw, link).guest is None
    assert SAMIR in _talks(office)


def test_a_link_that_was_used_stays(office: Office) -> None:
    link = _opened(office, STRANGER)
    office.does(lambda connection: invitations.use(connection, link, office.household.now))
    assert office.waiting == []
    assert office.asks(organisation.withdraw, link) is None
    assert STRANGER in _talks(office)


# --- numbers ----------------------------------------------------------------------------------------------------------


def _numbers(office: Office, now: datetime) -> Numbers:
    today = now.astimezone(ZONE).date()
    found: Numbers = office.does(lambda connection: organisation.numbers(connection, today, ZONE))
    return found


def _meets(office: Office, number: int, starts_at: datetime, status: str = "agreed") -> None:
    row = {
        "id": number,
        "family_id": office.family,
        "mentor_id": office.ingrid.id,
        "kind": "talk",
        "starts_at": starts_at,
        "minutes": 60,
        "zone": ZONE.key,
        "status": status,
        "created_at": starts_at,
        "changed_at": starts_at,
        "details_sealed": b"x",
    }
    office.does(lambda connection: connection.execute(insert(tables.appointments).values(row)))


def test_numbers_of_this_month(office: Office, now: datetime) -> None:
    office.household.found(office.samir)
    for number in range(3):
        office.household.keeps(office.hanne, f"aaaa.{number}")
    office.household.keeps(office.hanne, "bbbb.1", kind="moment")
    first = datetime(2027, 3, 1, tzinfo=ZONE)
    for number, (at, status) in enumerate(
        (
            (first, "agreed"),
            (first - timedelta(minutes=1), "happened"),
            (first + timedelta(days=31, minutes=-61), "happened"),
            (first + timedelta(days=31), "agreed"),
            (first, "cancelled"),
            (first, "proposed"),
        )
    ):
        _meets(office, number + 1, at, status)
    assert _numbers(office, now) == Numbers(families=1, rituals=3, appointments=2)
    assert _numbers(office, now + timedelta(days=31)).rituals == 0
    assert _numbers(office, datetime(2026, 12, 31, 22, 0, tzinfo=ZONE)) == Numbers(1, 0, 0)


# --- what does not arrive ---------------------------------------------------------------------------------------------


def _closes(office: Office, who: Person) -> None:
    closed = update(tables.people).where(tables.people.c.id == who.id).values(blocked_at=office.household.now)
    office.does(lambda connection: connection.execute(closed))


def _refused(office: Office, who: Person) -> None:
    household = office.household

    def work(connection: Connection) -> None:
        outbox.put(connection, household.vault, [Call(who.chat_id, "x")], household.now)
        (one,) = outbox.take(connection, household.vault, "a", UNPACED, household.now)
        outbox.settle(connection, "a", [Settled(one.id, "refused", 1)], household.now)

    household.database.do(work)


def test_what_does_not_arrive_by_mentor(office: Office) -> None:
    assert office.asks(organisation.trouble) == []
    _closes(office, office.hanne)
    _refused(office, office.jonas)
    _refused(office, office.jonas)
    _refused(office, office.petra)
    assert office.asks(organisation.trouble) == [Trouble("Ingrid", 1, 2)]
    _closes(office, office.samir)
    assert office.asks(organisation.trouble) == [Trouble("Ingrid", 1, 2), Trouble("Samir", 0, 0, own=True)]
    nobody = update(tables.families).values(mentor_id=None)
    office.does(lambda connection: connection.execute(nobody))
    assert office.asks(organisation.trouble) == [Trouble("", 1, 2), Trouble("Samir", 0, 0, own=True)]
