"""Leaving: stopping for a while, and being erased, with the proof of it and what the law asks to keep."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from sqlalchemy import Connection, insert, select

from bot.care import consents, counting, dossiers, leaving, people
from bot.care.counting import Count
from bot.care.dossiers import ByLaw
from bot.care.people import Person
from bot.store import outbox, tables
from bot.store.database import Database
from bot.store.outbox import Call
from bot.store.tables import metadata
from bot.store.vault import Vault
from tests.store import filled
from tests.store.household import HANNE, Household
from tests.store.test_erasing import TRACES_FOR_A_WEEK, Street

NOTHING, LETTERS = ByLaw(), ByLaw(("letters", "looks"), years=20)


@pytest.fixture
def street(database: Database, vault: Vault, now: datetime) -> Street:
    return Street(Household(database, vault, now))


def _erase(street: Street, person: Person, law: ByLaw = NOTHING) -> leaving.Erased:
    household = street.household
    return household.database.do(
        lambda connection: leaving.erase(connection, household.vault, law, person, household.now)
    )


def _dossiers(street: Street) -> list[dossiers.Dossier]:
    return street.household.database.do(dossiers.all_of_them)


# --- being erased -----------------------------------------------------------------------------------------------------


def test_what_went_is_told_in_numbers(street: Street) -> None:
    gone = _erase(street, street.hanne)
    told = {one.sort: one.number for one in gone.counts}
    assert told["evenings"] == 1
    assert told["notes"] == 1
    assert told["letters"] == 3
    assert "children" not in told, "another parent is still there"
    assert gone.kept_until is None

    told = {one.sort: one.number for one in _erase(street, street.jonas).counts}
    assert told["children"] == 1


def test_what_there_is_none_of_is_not_counted(street: Street) -> None:
    stranger = street.household.add(777, people.Role.COORDINATOR, "Petra")
    assert _erase(street, stranger).counts == []


def test_the_search_finds_everything_that_points_at_somebody(street: Street) -> None:
    """Or else that it finds nothing would prove nothing."""
    wanted = {street.hanne.id, HANNE}
    found = street.household.database.do(lambda connection: leaving.numbers_left(connection, wanted))
    everywhere = street.numbers_in(wanted)
    assert found.keys() == everywhere.keys() - TRACES_FOR_A_WEEK
    assert {"people", "records", "consents", "letters", "timers", "answers", "looks", "child_words"} <= found.keys()


def test_nothing_is_erased_when_something_would_be_left(street: Street) -> None:
    """A table that somebody forgot: here one that belongs to nobody yet."""
    forgotten = tables.Table(
        "forgotten", metadata, tables.Column("id", tables.BigInteger, primary_key=True, autoincrement=False)
    )
    database = street.household.database
    try:
        database.do(lambda connection: forgotten.create(connection))
        database.do(lambda connection: connection.execute(insert(forgotten).values(id=street.hanne.id)))
        before = database.do(filled.contents)
        with pytest.raises(leaving.NotErased, match=r"^forgotten$"):
            _erase(street, street.hanne)
        assert database.do(filled.contents) == before
    finally:
        metadata.remove(forgotten)


def test_the_family_goes_with_the_last_and_is_searched_for(street: Street) -> None:
    _erase(street, street.hanne)
    _erase(street, street.jonas)
    everybody = {street.hanne.id, street.jonas.id, street.family, street.child}
    left = street.household.database.do(lambda connection: leaving.numbers_left(connection, everybody))
    assert left == {}


# --- what the law asks ------------------------------------------------------------------------------------------------


def test_nothing_is_kept_unless_the_organisation_must(street: Street) -> None:
    before = len(_dossiers(street))
    _erase(street, street.hanne)
    assert len(_dossiers(street)) == before


def test_what_must_be_kept_is_kept_sealed_until_its_day(street: Street) -> None:
    household, known = street.household, {one.id for one in _dossiers(street)}
    gone = _erase(street, street.hanne, LETTERS)
    [made] = [one for one in _dossiers(street) if one.id not in known]
    assert gone.kept_until == made.kept_until
    assert made.kept_until.year == household.now.year + 20
    content = household.database.do(lambda connection: dossiers.read(connection, household.vault, made.id))
    assert content
    assert content.keys() == {"naam", "rollen", "weggezet", "berichten", "wie_keek"}
    assert content["naam"] == "Hanne"
    assert [one["tekst"] for one in content["berichten"]] == ["Dag. Hoe is het?", "Het gaat.", "dag"]

    row = household.database.do(
        lambda connection: connection.execute(select(tables.dossiers).where(tables.dossiers.c.id == made.id)).one()
    )
    assert b"Hanne" not in row.dossier_sealed
    assert street.numbers_in({street.hanne.id, HANNE}).keys() <= TRACES_FOR_A_WEEK


def test_a_dossier_goes_on_its_day(street: Street) -> None:
    database = street.household.database
    ends = [one.kept_until for one in _dossiers(street)]
    day_before = date.fromordinal(min(ends).toordinal() - 1)
    assert database.do(lambda connection: dossiers.let_go(connection, day_before, 10)) == 0
    assert database.do(lambda connection: dossiers.let_go(connection, max(ends), 2)) == 2
    assert database.do(lambda connection: dossiers.let_go(connection, max(ends), 10)) == len(ends) - 2
    assert _dossiers(street) == []


def test_twenty_years_after_the_29th_of_february() -> None:
    assert dossiers.ends_on(ByLaw(("letters",), 20), date(2028, 2, 29)) == date(2048, 2, 29)
    assert dossiers.ends_on(ByLaw(("letters",), 1), date(2028, 2, 29)) == date(2029, 2, 28)


def test_somebody_without_such_things_leaves_no_dossier(street: Street) -> None:
    petra = street.household.add(777, people.Role.COORDINATOR, "Petra")
    known = len(_dossiers(street))
    assert _erase(street, petra, LETTERS).kept_until is None
    assert len(_dossiers(street)) == known


# --- stopping ---------------------------------------------------------------------------------------------------------


def test_who_stops_keeps_everything_and_hears_nothing(street: Street) -> None:
    household, hanne = street.household, street.hanne
    calls = [Call(HANNE, "reminder", purpose="ritual"), Call(HANNE, "answer")]

    def work(connection: Connection) -> Person:
        outbox.put(connection, household.vault, calls, household.now)
        leaving.stop(connection, hanne, household.now)
        found = people.by_id(connection, household.vault, hanne.id)
        assert found
        return found

    counts = household.database.do(lambda connection: counting.of_person(connection, hanne))
    stopped = household.database.do(work)
    assert stopped.has_stopped
    assert stopped.is_paused(household.now.replace(year=household.now.year + 50))
    waiting = [row["purpose"] for row in household.database.do(filled.contents)["outbox"] if row["status"] == "waiting"]
    assert waiting == ["answer"]
    assert household.database.do(lambda connection: counting.of_person(connection, hanne)) == counts
    assert not household.database.do(lambda connection: consents.holds(connection, hanne.id, "use"))


def test_who_comes_back_is_where_they_were(street: Street) -> None:
    household, hanne = street.household, street.hanne

    def work(connection: Connection) -> Person | None:
        leaving.stop(connection, hanne, household.now)
        leaving.come_back(connection, hanne, household.now)
        return people.by_id(connection, household.vault, hanne.id)

    assert household.database.do(work) == hanne
    assert household.database.do(lambda connection: consents.holds(connection, hanne.id, "use"))


def test_counts_are_in_the_order_in_which_they_are_told(street: Street) -> None:
    counts = street.household.database.do(lambda connection: counting.of_person(connection, street.hanne))
    assert counts[0] == Count("evenings", 1)
    assert all(one.number for one in counts)
