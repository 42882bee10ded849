"""What is known of all families of a mentor: as many queries for sixty as for one, and nothing that is not shared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, event, insert, update

from bot.care import (
    alerts,
    appointment_rules,
    caseload,
    consents,
    families,
    letters,
    people,
    records,
    sharing,
)
from bot.care.attention import Lately, Why, lately
from bot.care.caseload import Case
from bot.care.consents import Purpose
from bot.care.people import Person, Role
from bot.care.records import Field
from bot.care.sharing import With
from bot.store import tables
from bot.store.database import Database
from bot.store.vault import Vault
from tests.store.house import House
from tests.store.household import JONAS, Household
from tests.support.caseload import fill

QUERIES = 10
"""For all families of a mentor at once."""


@pytest.fixture
def house(database: Database, vault: Vault, now: datetime) -> House:
    return House(Household(database, vault, now))


def _all(house: House, mentor: Person | None = None) -> list[Case]:
    who, now = mentor or house.mentor, house.household.now
    return house.database.do(lambda connection: caseload.of_mentor(connection, house.vault, who, now))


def _one(house: House) -> Case:
    (found,) = _all(house)
    return found


def _closely(house: House, mentor: Person | None = None) -> Case | None:
    who, now = mentor or house.mentor, house.household.now
    return house.database.do(lambda connection: caseload.of_family(connection, house.vault, who, house.family, now))


def _why(house: House) -> list[Why]:
    return [one.why for one in _one(house).reasons]


def _do(house: House, work: Any) -> Any:
    return house.database.do(work)


@contextmanager
def _counting(database: Database) -> Iterator[list[str]]:
    asked: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        asked.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    yield asked
    event.remove(database.engine, "before_cursor_execute", note)


# --- how much is asked ------------------------------------------------------------------------------------------------


def test_sixty_families_and_ten_thousand_entries_in_as_many_queries_as_one(
    database: Database, vault: Vault, now: datetime
) -> None:
    household = Household(database, vault, now)
    few, many = household.add(401, Role.MENTOR, "Ingrid"), household.add(402, Role.MENTOR, "Samir")
    database.do(lambda connection: fill(connection, vault, few.id, 1, 20, now))
    ids = database.do(lambda connection: fill(connection, vault, many.id, 60, 10_000, now))
    asked = {}
    for mentor in (few, many):
        with _counting(database) as statements:
            found = database.do(lambda connection, mentor=mentor: caseload.of_mentor(connection, vault, mentor, now))
            asked[mentor.name] = sum(one.lstrip().upper().startswith("SELECT") for one in statements)
    assert len(found) == 60
    assert {one.id for one in found} == set(ids)
    assert asked["Ingrid"] == asked["Samir"] <= QUERIES
    assert sum(sum(one.shared.values()) for one in found) == sum(
        database.do(lambda connection, one=one: _shared_as_told(connection, vault, many, one)) for one in found
    )
    with _counting(database) as statements:
        one = database.do(lambda connection: caseload.of_family(connection, vault, many, ids[0], now))
    assert one
    assert len(statements) <= QUERIES + 2


def _shared_as_told(connection: Connection, vault: Vault, mentor: Person, case: Case) -> int:
    return sharing.count_shared(connection, mentor, people.parents_of(connection, vault, case.id))


# --- what is shared, and nothing else ---------------------------------------------------------------------------------


def test_only_what_may_be_opened_counts(house: House) -> None:
    assert _one(house).shared == {"reflection": 3}
    assert _one(house).signs.new == 3
    _do(house, lambda connection: sharing.only_me(connection, house.hanne.id, house.records[0]))
    assert _one(house).shared == {"reflection": 2}
    stop = With.MENTOR
    _do(house, lambda connection: sharing.stop_sharing(connection, house.hanne.id, stop, house.records[1]))
    assert _one(house).shared == {"reflection": 1}
    house.household.passes(minutes=1)
    now = house.household.now
    _do(house, lambda connection: families.mentor_looked(connection, house.family, now))
    assert (_one(house).signs.new, Why.SHARED in _why(house)) == (0, False)
    _do(house, lambda connection: consents.withdraw(connection, house.hanne.id, Purpose.SHARE, now))
    assert _one(house).shared == {}


def test_nobody_else_has_the_family(house: House) -> None:
    other = house.household.add(JONAS + 1, Role.MENTOR, "Karel")
    assert _all(house, other) == []
    assert _closely(house, other) is None
    _do(house, lambda connection: families.hand_over(connection, house.family, other.id))
    assert _all(house) == []
    assert _closely(house) is None
    assert [one.id for one in _all(house, other)] == [house.family]


def test_a_family_without_anybody_is_not_there(house: House) -> None:
    house.household.found(house.mentor)
    assert [one.id for one in _all(house)] == [house.family]


# --- signs ------------------------------------------------------------------------------------------------------------


def _writes(house: House, writer: Person, reader: Person) -> None:
    house.household.passes(minutes=1)
    now = house.household.now
    _do(house, lambda connection: letters.write(connection, house.vault, writer.id, reader.id, "dag", now))


def test_a_letter_waits_until_the_mentor_writes(house: House) -> None:
    assert Why.LETTER not in _why(house)
    _writes(house, house.hanne, house.mentor)
    _writes(house, house.mentor, house.jonas)
    (letter,) = (one for one in _one(house).reasons if one.why is Why.LETTER)
    assert letter.who == (house.hanne.id,)
    _writes(house, house.mentor, house.hanne)
    assert Why.LETTER not in _why(house)
    _writes(house, house.jonas, house.mentor)
    house.household.passes(days=40)
    assert Why.LETTER not in _why(house)


def test_what_was_planned_before_a_letter_is_no_answer(house: House) -> None:
    made_at = house.household.now
    plan = {
        "id": 77,
        "mentor_id": house.mentor.id,
        "made_at": made_at,
        "status": "open",
        "rhythm": "weeks:1",
        "local_time": "10:00",
        "zone": "Europe/Amsterdam",
        "content_sealed": b"x",
    }
    _do(house, lambda connection: connection.execute(insert(tables.follow_ups).values(plan)))
    _writes(house, house.hanne, house.mentor)
    _writes(house, house.mentor, house.hanne)
    by_plan = update(tables.letters).where(tables.letters.c.to_person == house.hanne.id).values(follow_up_id=77)
    _do(house, lambda connection: connection.execute(by_plan))
    assert Why.LETTER in _why(house)
    later = update(tables.follow_ups).values(made_at=house.household.now)
    _do(house, lambda connection: connection.execute(later))
    assert Why.LETTER not in _why(house)


def _meets(house: House, status: str, minutes: int, **more: object) -> None:
    """An appointment that begins in so many minutes."""
    house.household.passes(seconds=1)
    now = house.household.now
    row: Mapping[str, object] = {
        "id": int(now.timestamp() * 1000),
        "family_id": house.family,
        "mentor_id": house.mentor.id,
        "kind": "talk",
        "starts_at": now + timedelta(minutes=minutes),
        "minutes": 60,
        "zone": "Europe/Amsterdam",
        "status": status,
        "created_at": now,
        "changed_at": now,
        "details_sealed": b"x",
        **more,
    }
    _do(house, lambda connection: connection.execute(insert(tables.appointments).values(row)))


@pytest.mark.parametrize(
    ("status", "minutes", "wanted"),
    [
        (appointment_rules.AGREED, 30, {Why.TODAY}),
        (appointment_rules.AGREED, -30, {Why.TODAY}),
        (appointment_rules.AGREED, -90, {Why.TOOK_PLACE}),
        (appointment_rules.AGREED, 24 * 60, {Why.TOMORROW}),
        (appointment_rules.AGREED, 3 * 24 * 60, set()),
        (appointment_rules.PROPOSED, 30, {Why.TODAY, Why.ASKED}),
        (appointment_rules.PROPOSED, -90, set()),
        (appointment_rules.HAPPENED, -90, set()),
        (appointment_rules.MISSED, -90, set()),
        (appointment_rules.CANCELLED, 30, set()),
    ],
)
def test_an_appointment(house: House, status: str, minutes: int, wanted: set[Why]) -> None:
    _meets(house, status, minutes)
    assert set(_why(house)) - {Why.SHARED} == wanted


def test_whose_turn_it_is_to_say_yes(house: House) -> None:
    _meets(house, appointment_rules.PROPOSED, 5000, asked_by=house.mentor.id)
    assert Why.ASKED not in _why(house)
    move = {"asked_by": house.hanne.id, "move_to": house.household.now + timedelta(days=9)}
    _meets(house, appointment_rules.AGREED, 6000, **move)
    assert Why.ASKED in _why(house)


def test_a_talk_answers_a_letter(house: House) -> None:
    _writes(house, house.hanne, house.mentor)
    _meets(house, appointment_rules.HAPPENED, 1)
    house.household.passes(hours=3)
    assert Why.LETTER not in _why(house)


def test_who_asks_for_help_and_who_cannot_be_reached(house: House) -> None:
    now = house.household.now
    alert = _do(house, lambda connection: alerts.make(connection, house.hanne.id, now))
    assert _why(house)[0] is Why.HELP
    _do(house, lambda connection: alerts.call(connection, alert.id, house.mentor.id, now))
    _do(house, lambda connection: alerts.take_up(connection, alert.id, house.mentor.id, now))
    assert Why.HELP_SEEN in _why(house)
    _do(house, lambda connection: alerts.end(connection, alert.id, now))
    assert not {Why.HELP, Why.HELP_SEEN} & set(_why(house))
    closed = update(tables.people).where(tables.people.c.id == house.jonas.id).values(blocked_at=now)
    _do(house, lambda connection: connection.execute(closed))
    (reason,) = (one for one in _one(house).reasons if one.why is Why.UNREACHABLE)
    assert _one(house).names_of(reason.who) == ["Jonas"]


def test_how_long_it_is_quiet(house: House) -> None:
    sign = house.household.now
    row = {"chat_id": house.hanne.chat_id, "state_sealed": b"x", "active_at": sign}
    _do(house, lambda connection: connection.execute(insert(tables.conversations).values(row)))
    assert lately(_one(house).signs.last_sign, sign) == (Lately.THIS_WEEK, 0)
    house.household.passes(days=16)
    assert _why(house)[-1] is Why.SILENT
    resting = update(tables.people).values(paused_until=(house.household.now + timedelta(days=3)).date())
    _do(house, lambda connection: connection.execute(resting))
    assert Why.SILENT not in _why(house)


def _report(house: House, status: str, given_at: datetime | None, number: int = 1) -> None:
    now = house.household.now
    row = {
        "id": number,
        "family_id": house.family,
        "mentor_id": house.mentor.id,
        "status": status,
        "made_at": now,
        "changed_at": now,
        "given_at": given_at,
        "parts_sealed": b"x",
    }
    _do(house, lambda connection: connection.execute(insert(tables.reports).values(row)))


def _proposal(house: House, number: int, status: str = "open", **more: object) -> None:
    row = {"id": number, "report_id": 1, "family_id": house.family, "status": status, "words_sealed": b"x", **more}
    _do(house, lambda connection: connection.execute(insert(tables.proposals).values(row)))


def test_reports_and_what_came_of_them(house: House) -> None:
    given = house.household.now
    _report(house, "given", given)
    _report(house, "draft", None, 2)
    _proposal(house, 11)
    assert Why.REPORT in _why(house)
    assert Why.PROPOSALS not in _why(house)
    house.household.passes(days=3)
    assert Why.PROPOSALS in _why(house)

    taken = _resolution(house, "cccc.1", "open")
    decided = {"person_id": house.hanne.id, "record_id": taken, "decided_at": given}
    _do(house, lambda connection: connection.execute(update(tables.proposals).values(status="taken", **decided)))
    assert not {Why.PROPOSALS, Why.DUE} & set(_why(house))
    assert _one(house).running == 1
    house.household.passes(days=12)
    assert Why.DUE in _why(house)
    _meets(house, appointment_rules.HAPPENED, -60)
    assert Why.DUE not in _why(house)


def _resolution(house: House, key: str, status: str) -> int:
    def work(connection: Connection) -> int:
        now = house.household.now
        fields = {"text": Field("Als we eten."), "status": Field(status)}
        given: dict[str, Any] = {"person_id": house.hanne.id, "key": key, "kind": "resolution", "fields": fields}
        records.keep(connection, house.vault, **given, child_id=None, today=now.date(), now=now)
        found = records.find(connection, house.vault, house.hanne.id, key)
        assert found
        return found.id

    return house.database.do(work)


def test_resolutions_on_the_card_are_those_that_are_shared_and_open(house: House) -> None:
    for number, status in enumerate(("open", "kept", "open")):
        record = _resolution(house, f"dddd.{number}", status)
        if number < 2:
            house.share(record, With.MENTOR)
    card = _closely(house)
    assert card
    assert card.running == 1
    assert _one(house).running == 0


# --- the order, and looking by name -----------------------------------------------------------------------------------


def test_who_asks_for_help_comes_first_and_the_rest_by_name(house: House) -> None:
    household = house.household
    ids = {}
    for number, name in enumerate(("Zeger", "adam", "Émile")):
        family_id = household.found(house.mentor)
        household.add(800 + number, Role.PARENT, name, family_id)
        ids[name] = family_id
    zeger = next(one for one in _all(house) if one.name == "Zeger").parents[0]
    _do(house, lambda connection: alerts.make(connection, zeger.id, household.now))
    assert [one.name for one in _all(house)] == ["Zeger", "Hanne en Jonas", "adam", "Émile"]

    household.child(ids["adam"], "Noor de Vries")

    def found(typed: str) -> list[str]:
        return [one.name for one in caseload.matching(_all(house), typed)]

    assert found("EMI") == ["Émile"]
    assert found("vri") == ["adam"]
    assert found("an") == ["Hanne en Jonas"]
    assert found(" jon ") == ["Hanne en Jonas"]
    assert found("a") == ["adam", "Hanne en Jonas"]
    assert found("x") == found("  ") == []
