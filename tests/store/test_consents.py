"""Consent: given, taken back, given again; every yes stays written down."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import Connection, update

from bot.care import consents
from bot.care.consents import VERSIONS, Consent, Purpose
from bot.care.people import Person, Role
from bot.store import tables
from bot.store.database import Database
from bot.store.vault import Vault
from tests.store.household import HANNE, JONAS, Household


@pytest.fixture
def household(database: Database, vault: Vault, now: datetime) -> Household:
    return Household(database, vault, now)


class Hand:
    """One person's yes and no."""

    def __init__(self, household: Household, chat_id: int = HANNE) -> None:
        self.household = household
        self.person: Person = household.add(chat_id, Role.PARENT, "Hanne")

    def gives(self, purpose: str = "share") -> None:
        self.household.passes(minutes=1)
        now = self.household.now
        self.household.database.do(lambda connection: consents.give(connection, self.person.id, purpose, now))

    def withdraws(self, purpose: str = "share") -> None:
        self.household.passes(minutes=1)
        now = self.household.now
        self.household.database.do(lambda connection: consents.withdraw(connection, self.person.id, purpose, now))

    def said(self, purpose: str = "share") -> bool:
        return self.household.database.do(lambda connection: consents.holds(connection, self.person.id, purpose))

    def to_be_asked(self, purpose: str = "share") -> bool:
        return self.household.database.do(
            lambda connection: consents.is_to_be_asked_again(connection, self.person.id, purpose)
        )

    @property
    def history(self) -> list[Consent]:
        return self.household.database.do(lambda connection: consents.history(connection, self.person.id))


def test_nothing_is_agreed_to_by_itself(household: Household) -> None:
    hanne = Hand(household)
    assert not any(hanne.said(purpose) for purpose in Purpose)
    assert not any(hanne.to_be_asked(purpose) for purpose in Purpose)


def test_a_yes_is_for_one_purpose_of_one_person(household: Household) -> None:
    hanne, jonas = Hand(household), Hand(household, JONAS)
    hanne.gives("share")
    assert [purpose.value for purpose in Purpose if hanne.said(purpose)] == ["share"]
    assert not jonas.said("share")


def test_taken_back_it_does_not_hold_and_stays_written_down(household: Household) -> None:
    hanne, start = Hand(household), household.now
    hanne.gives()
    hanne.gives()
    hanne.withdraws()
    assert not hanne.said()
    hanne.gives()
    assert hanne.said()

    minute = timedelta(minutes=1)
    version = VERSIONS[Purpose.SHARE]
    assert hanne.history == [
        Consent("share", version, start + minute, start + 3 * minute),
        Consent("share", version, start + 4 * minute, None),
    ]


def test_a_yes_to_earlier_words_holds_and_is_asked_anew(household: Household) -> None:
    hanne = Hand(household)
    hanne.gives("use")
    _said_to_earlier_words(household, hanne.person.id)
    assert hanne.said("use")
    assert hanne.to_be_asked("use")

    hanne.gives("use")
    assert not hanne.to_be_asked("use")
    assert [one.version for one in hanne.history] == [VERSIONS[Purpose.USE] - 1, VERSIONS[Purpose.USE]]
    hanne.withdraws("use")
    assert not hanne.said("use")
    assert all(one.withdrawn_at for one in hanne.history)


def test_there_is_no_yes_to_what_nobody_asks(household: Household) -> None:
    with pytest.raises(ValueError, match="advertise"):
        Hand(household).gives("advertise")


def _said_to_earlier_words(household: Household, person_id: int) -> None:
    def work(connection: Connection) -> None:
        own = tables.consents.c.person_id == person_id
        connection.execute(update(tables.consents).where(own).values(version=tables.consents.c.version - 1))

    household.database.do(work)
