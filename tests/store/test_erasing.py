"""Erasing somebody: every table is searched for what still refers to them, also tables that do not exist yet."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
from sqlalchemy import Connection, select

from bot.care import own_data, people, privacy
from bot.care.people import Person, Role
from bot.store import inbox, outbox
from bot.store.database import Database
from bot.store.inbox import Arrival
from bot.store.outbox import Call
from bot.store.tables import metadata
from bot.store.vault import Vault
from tests.databases import is_waiting_for_a_lock, wait_until
from tests.store import filled
from tests.store.household import HANNE, INGRID, JONAS, Household

TRACES_FOR_A_WEEK = {"inbox", "outbox", "paces"}
"""Where the number of a chat stays until it is swept, without content: an update that comes twice must be known, and an
answer that is under way must get there."""


class Street:
    """A mentor and a family of two parents and a child, all of whom have been busy."""

    def __init__(self, household: Household) -> None:
        self.household = household
        self.mentor = household.add(INGRID, Role.MENTOR, "Ingrid")
        self.family = household.found(self.mentor)
        self.hanne = household.add(HANNE, Role.PARENT, "Hanne", self.family)
        self.jonas = household.add(JONAS, Role.PARENT, "Jonas", self.family)
        self.child = household.child(self.family, "Noor")
        household.lives(self.mentor, None)
        household.lives(self.hanne, self.child)
        household.lives(self.jonas, self.child)
        for writer, receiver in ((self.hanne, self.mentor), (self.mentor, self.jonas), (self.jonas, self.mentor)):
            household.writes(writer, receiver, "dag")
        for _ in range(2):
            household.looks(self.mentor, self.hanne)
        household.looks(self.hanne, self.jonas)
        household.invite(Role.PARENT, "Lies", self.hanne, self.family)
        household.invite(Role.PARENT, "Karim", self.mentor)

    def erase(self, person: Person) -> None:
        self.household.database.do(lambda connection: privacy.erase(connection, person))

    def numbers_in(self, wanted: Iterable[int]) -> dict[str, int]:
        """How often these numbers stand anywhere, by table."""
        numbers = set(wanted)

        def work(connection: Connection) -> dict[str, int]:
            found = {
                name: sum(value in numbers for row in connection.execute(select(table)) for value in row)
                for name, table in metadata.tables.items()
            }
            return {name: count for name, count in found.items() if count}

        return self.household.database.do(work)

    def counts(self) -> dict[str, int]:
        return self.household.database.do(filled.counts)


@pytest.fixture
def street(database: Database, vault: Vault, now: datetime) -> Street:
    return Street(Household(database, vault, now))


def test_the_street_uses_every_table(street: Street) -> None:
    """Or else the tests below would overlook one: whoever adds a table also makes a row of it in `household.py`."""
    assert [name for name, count in street.counts().items() if not count] == []


def test_nothing_refers_to_who_was_erased(street: Street) -> None:
    hanne = street.hanne
    street.erase(hanne)
    left = street.numbers_in({hanne.id, hanne.chat_id})
    assert left.keys() <= TRACES_FOR_A_WEEK
    street.household.passes(days=8)

    def sweep(connection: Connection) -> None:
        inbox.sweep(connection, street.household.now)
        outbox.sweep(connection, street.household.now)

    street.household.database.do(sweep)
    assert street.numbers_in({hanne.id, hanne.chat_id}) == {}


def test_a_trace_has_no_content(street: Street) -> None:
    street.erase(street.hanne)
    for table, sealed in (("inbox", "payload_sealed"), ("outbox", "call_sealed")):
        rows = street.household.database.do(filled.contents)[table]
        assert [row[sealed] for row in rows if row["chat_id"] == HANNE and row[sealed] is not None] == []


def test_the_others_keep_everything(street: Street) -> None:
    household = street.household

    def everything(connection: Connection) -> dict[str, object]:
        return own_data.everything_of(connection, household.vault, street.jonas, household.now)

    before = household.database.do(everything)
    street.erase(street.hanne)
    after = household.database.do(everything)
    assert after == before
    assert street.numbers_in({street.family}).keys() >= {"families", "people", "children"}


def test_the_family_goes_with_the_last_of_it(street: Street) -> None:
    street.erase(street.hanne)
    street.erase(street.jonas)
    everybody = {street.hanne.id, street.jonas.id, HANNE, JONAS, street.family, street.child}
    assert street.numbers_in(everybody).keys() <= TRACES_FOR_A_WEEK
    assert street.counts()["children"] == 0


def test_a_mentor_goes_and_the_families_stay(street: Street) -> None:
    street.erase(street.mentor)
    assert street.numbers_in({street.mentor.id, INGRID}).keys() <= TRACES_FOR_A_WEEK
    hanne = street.household.database.do(
        lambda connection: people.by_id(connection, street.household.vault, street.hanne.id)
    )
    assert hanne
    assert hanne.mentor_id is None
    assert hanne.family_id == street.family


def test_everybody_can_go_in_any_order(street: Street) -> None:
    for person in (street.mentor, street.jonas, street.hanne):
        street.erase(person)
    left = {name: count for name, count in street.counts().items() if count}
    assert left.keys() <= {*TRACES_FOR_A_WEEK, "invitations", "dossiers"}


def test_what_was_decided_before_still_gets_there(street: Street) -> None:
    """Also the goodbye, which is put in the outbox after the erasing."""
    household = street.household
    calls = [Call(HANNE, "goodbye"), Call(HANNE, "reminder", purpose="ritual")]
    household.database.do(lambda connection: outbox.put(connection, household.vault, calls, household.now))
    street.erase(street.hanne)
    rows = household.database.do(filled.contents)["outbox"]
    assert [row["status"] for row in rows if row["chat_id"] == HANNE] == ["waiting"]


def test_what_is_sent_after_the_erasing_is_not_lost(street: Street) -> None:
    household = street.household
    household.database.do(
        lambda connection: inbox.accept(
            connection, household.vault, [Arrival(HANNE, "update", b"/start code", 1)], household.now
        )
    )
    street.erase(street.hanne)
    item = household.database.do(lambda connection: inbox.take(connection, household.vault, household.now))
    assert item
    assert item.payload == b"/start code"


def test_both_parents_may_go_at_once(postgresql: Database, vault: Vault, now: datetime) -> None:
    """Each sees the other as still there; yet the family must not stay behind without anybody."""
    street = Street(Household(postgresql, vault, now))
    with ThreadPoolExecutor(1) as pool, postgresql.engine.begin() as one:
        privacy.erase(one, street.hanne)
        other = pool.submit(street.erase, street.jonas)
        wait_until(lambda: other.done() or is_waiting_for_a_lock(postgresql))
        one.commit()
        other.result(10)
    assert street.numbers_in({street.family, street.child}) == {}
