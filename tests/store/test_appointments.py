"""Appointments and their timers, on SQLite and PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Connection

from bot.care import appointment_timers, appointments, families, people, privacy
from bot.care.appointment_rules import AGREED, CANCELLED, HAPPENED, MISSED, PROPOSED, Appointment, Details, Side
from bot.care.people import Person, Role
from bot.store import timers
from bot.store.database import Database
from bot.store.vault import Vault
from tests.store.household import HANNE, INGRID, JONAS, Household

START = datetime(2027, 3, 1, 12, tzinfo=UTC)
HOME = ZoneInfo("Europe/Amsterdam")
IN_TWO_DAYS = START + timedelta(days=2, hours=1, minutes=30)


class House(Household):
    """A family with two parents and a mentor."""

    def __init__(self, database: Database, vault: Vault) -> None:
        super().__init__(database, vault, START)
        self.ingrid = self.add(INGRID, Role.MENTOR, "Ingrid")
        self.samir = self.add(402, Role.MENTOR, "Samir")
        self.family = self.found(self.ingrid)
        self.hanne = self.add(HANNE, Role.PARENT, "Hanne", self.family)
        self.jonas = self.add(JONAS, Role.PARENT, "Jonas", self.family)

    def proposes(
        self, by: Person, at: datetime = IN_TWO_DAYS, family: int | None = None, minutes: int = 60
    ) -> Appointment:
        self.passes(seconds=1)

        def work(connection: Connection) -> Appointment:
            made = appointments.propose(
                connection,
                self.vault,
                family_id=family or self.family,
                mentor_id=self.ingrid.id,
                by=by.id,
                kind="talk",
                starts_at=at,
                minutes=minutes,
                zone=HOME,
                details=Details("office", "Kerkstraat 1", "", "Over slapen."),
                now=self.now,
            )
            found = appointments.find(connection, self.vault, made)
            assert found
            return found

        return self.database.do(work)

    def does(self, act: str, one: Appointment, side: Side, *more: object) -> Appointment | None:
        self.passes(seconds=1)
        named = getattr(appointments, act)
        return self.database.do(lambda connection: named(connection, self.vault, one.id, side, *more, self.now))

    def agrees(self, one: Appointment, side: Side = Side.PARENT) -> Appointment:
        agreed = self.does("agree", one, side, one.wanted_at)
        assert agreed
        return agreed

    def due(self, chat_id: int, key: str) -> datetime | None:
        timer = self.database.do(lambda connection: timers.of_chat(connection, chat_id)).get(key)
        return timer.due_at if timer else None


@pytest.fixture
def house(database: Database, vault: Vault) -> House:
    return House(database, vault)


def test_what_was_proposed_is_what_is_read(house: House) -> None:
    one = house.proposes(house.ingrid)
    assert (one.status, one.asked_by, one.mentor_id, one.minutes) == (PROPOSED, house.ingrid.id, house.ingrid.id, 60)
    assert one.starts_at == IN_TWO_DAYS
    assert one.details == Details("office", "Kerkstraat 1", "", "Over slapen.")
    assert one.waits_for is Side.PARENT
    found = house.database.do(lambda connection: appointments.of_family(connection, house.vault, house.family))
    assert found == [one]


def test_the_other_side_says_yes_to_the_time_it_saw(house: House) -> None:
    one = house.proposes(house.ingrid)
    assert house.does("agree", one, Side.MENTOR, one.starts_at) is None
    assert house.does("agree", one, Side.PARENT, one.starts_at + timedelta(hours=1)) is None
    agreed = house.agrees(one)
    assert (agreed.status, agreed.asked_by, agreed.version) == (AGREED, None, 1)
    assert house.does("agree", one, Side.PARENT, one.starts_at) is None


def test_an_agreed_time_stands_until_the_other_says_yes_to_another(house: House) -> None:
    one, later = house.agrees(house.proposes(house.ingrid)), IN_TWO_DAYS + timedelta(days=1)
    asked = house.does("ask_to_move", one, Side.PARENT, house.hanne.id, later)
    assert asked
    assert (asked.starts_at, asked.move_to, asked.status) == (IN_TWO_DAYS, later, AGREED)
    moved = house.does("agree", asked, Side.MENTOR, later)
    assert moved
    assert (moved.starts_at, moved.move_to, moved.version) == (later, None, 2)


def test_a_time_that_was_asked_for_can_be_left(house: House) -> None:
    one = house.agrees(house.proposes(house.ingrid))
    asked = house.does("ask_to_move", one, Side.PARENT, house.hanne.id, IN_TWO_DAYS + timedelta(days=1))
    assert asked
    kept = house.does("keep_time", asked, Side.MENTOR)
    assert kept
    assert (kept.starts_at, kept.move_to, kept.asked_by, kept.version) == (IN_TWO_DAYS, None, None, 1)


def test_another_time_in_the_past_is_not_asked_for(house: House) -> None:
    one = house.agrees(house.proposes(house.ingrid))
    assert house.does("ask_to_move", one, Side.MENTOR, house.ingrid.id, START - timedelta(hours=1)) is None


def test_what_did_not_take_place_and_what_did(house: House) -> None:
    one = house.agrees(house.proposes(house.ingrid))
    assert house.does("happened", one, Side.MENTOR) is None
    house.now = IN_TWO_DAYS + timedelta(hours=2)
    assert house.does("happened", one, Side.PARENT) is None
    assert house.does("cancel", one, Side.MENTOR) is None
    said = house.does("parents_say", one, Side.PARENT, False)
    assert said
    assert said.details == Details("office", "Kerkstraat 1", "", "Over slapen.", "no")
    missed = house.does("missed", one, Side.MENTOR)
    assert missed
    assert missed.status == MISSED
    held = house.does("happened", one, Side.MENTOR)
    assert held
    assert held.status == HAPPENED


# --- timers -----------------------------------------------------------------------------------------------------------


def test_both_parents_and_the_mentor_are_reminded(house: House) -> None:
    one = house.agrees(house.proposes(house.ingrid))
    key = appointment_timers.key_of(one.id)
    assert house.due(HANNE, key) == house.due(JONAS, key) == IN_TWO_DAYS - timedelta(days=1)
    assert house.due(INGRID, key) == IN_TWO_DAYS + timedelta(hours=1, minutes=15)
    assert house.due(INGRID, appointment_timers.TODAY) == datetime(2027, 3, 3, 6, 30, tzinfo=UTC)


def test_moving_moves_the_timers_and_cancelling_takes_them_away(house: House) -> None:
    one, later = house.agrees(house.proposes(house.ingrid)), IN_TWO_DAYS + timedelta(days=1)
    key = appointment_timers.key_of(one.id)
    asked = house.does("ask_to_move", one, Side.MENTOR, house.ingrid.id, later)
    assert house.due(HANNE, key) == IN_TWO_DAYS - timedelta(days=1)
    assert asked
    house.agrees(asked)
    assert house.due(HANNE, key) == later - timedelta(days=1)
    assert house.due(INGRID, appointment_timers.TODAY) == datetime(2027, 3, 4, 6, 30, tzinfo=UTC)
    gone = house.does("cancel", one, Side.PARENT)
    assert gone
    assert (gone.status, gone.version) == (CANCELLED, 3)
    assert house.due(HANNE, key) is house.due(INGRID, key) is house.due(INGRID, appointment_timers.TODAY) is None


def test_after_a_hand_over_the_new_mentor_has_them(house: House) -> None:
    agreed = house.agrees(house.proposes(house.ingrid))
    asked = house.proposes(house.ingrid, IN_TWO_DAYS + timedelta(days=7))
    by_parent = house.proposes(house.hanne, IN_TWO_DAYS + timedelta(days=14))
    house.database.do(lambda connection: families.hand_over(connection, house.family, house.samir.id))

    def look(connection: Connection) -> tuple[list[Appointment], list[Appointment]]:
        return (
            appointments.of_mentor(connection, house.vault, house.ingrid.id),
            appointments.of_mentor(connection, house.vault, house.samir.id),
        )

    before, after = house.database.do(look)
    assert before == []
    assert [one.id for one in after] == [agreed.id, asked.id, by_parent.id]
    assert [one.waits_for for one in after] == [None, Side.PARENT, Side.MENTOR]
    key = appointment_timers.key_of(agreed.id)
    assert house.due(INGRID, key) is None
    assert house.due(402, key) == IN_TWO_DAYS + timedelta(hours=1, minutes=15)
    assert house.due(402, appointment_timers.TODAY)


def test_while_nobody_guides_the_family_nothing_is_agreed_and_nothing_lost(house: House) -> None:
    one = house.proposes(house.ingrid)
    house.database.do(lambda connection: families.hand_over(connection, house.family, None))
    assert house.does("agree", one, Side.PARENT, one.starts_at) is None
    house.database.do(lambda connection: families.hand_over(connection, house.family, house.samir.id))
    agreed = house.does("agree", one, Side.PARENT, one.starts_at)
    assert agreed
    assert agreed.mentor_id == house.samir.id


# --- looking over many ------------------------------------------------------------------------------------------------


def test_a_mentor_is_busy_when_it_overlaps_with_another_family(house: House) -> None:
    one = house.proposes(house.ingrid, minutes=90)
    later = IN_TWO_DAYS + timedelta(minutes=60)

    def busy(connection: Connection, at: datetime, but: int | None = None) -> list[int]:
        found = appointments.clashing(connection, house.vault, house.ingrid.id, at, 30, but=but)
        return [each.id for each in found]

    assert house.database.do(lambda connection: busy(connection, later)) == [one.id]
    assert house.database.do(lambda connection: busy(connection, later, one.id)) == []
    assert house.database.do(lambda connection: busy(connection, later + timedelta(minutes=30))) == []
    house.does("cancel", one, Side.MENTOR)
    assert house.database.do(lambda connection: busy(connection, later)) == []


def test_somebody_elses_is_not_found(house: House) -> None:
    one = house.proposes(house.ingrid)
    other = house.add(777, Role.PARENT, "Gul", house.found(house.samir))

    def found_by(person: Person) -> Appointment | None:
        return house.database.do(lambda connection: appointments.find_for(connection, house.vault, person, one.id))

    assert found_by(house.hanne) == found_by(house.ingrid) == one
    assert found_by(other) is found_by(house.samir) is None


def test_the_last_of_each_family(house: House) -> None:
    house.proposes(house.ingrid)
    last = house.proposes(house.ingrid, IN_TWO_DAYS + timedelta(days=7))
    found = house.database.do(
        lambda connection: appointments.last_of_families(connection, house.vault, house.ingrid.id)
    )
    assert found == {house.family: last}
    assert (
        house.database.do(lambda connection: appointments.last_of_family(connection, house.vault, house.family)) == last
    )
    assert house.database.do(lambda connection: appointments.last_of_family(connection, house.vault, 1)) is None


def test_a_parent_who_asked_and_left_leaves_it_to_the_mentor(house: House) -> None:
    one = house.proposes(house.hanne)
    house.database.do(lambda connection: privacy.erase(connection, house.hanne))
    found = house.database.do(lambda connection: appointments.find(connection, house.vault, one.id))
    assert found
    assert (found.asked_by, found.waits_for) == (None, Side.MENTOR)
    assert house.agrees(one, Side.MENTOR).status == AGREED
    jonas = house.database.do(lambda connection: people.by_id(connection, house.vault, house.jonas.id))
    assert jonas
    house.database.do(lambda connection: privacy.erase(connection, jonas))
    assert house.database.do(lambda connection: appointments.find(connection, house.vault, one.id)) is None
