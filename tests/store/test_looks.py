"""Who looked: written down with each opening, in a chain that shows what was changed, moved or taken out."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Connection, delete, func, insert, select, update

from bot.care import consents, families, looks, privacy, sharing
from bot.care.consents import Purpose
from bot.care.looks import LOOK, Look
from bot.care.people import Role
from bot.care.sharing import With
from bot.store import tables
from bot.store.database import Database
from bot.store.vault import Vault
from tests.databases import is_waiting_for_a_lock, wait_until
from tests.store.house import TABLE, House
from tests.store.household import JONAS, Household


@pytest.fixture
def house(database: Database, vault: Vault, now: datetime) -> House:
    return House(Household(database, vault, now))


@pytest.fixture
def read_house(house: House) -> House:
    """Four looks by two people."""
    for viewer, number in ((house.mentor, 0), (house.jonas, 1), (house.mentor, 2), (house.mentor, 0)):
        assert house.opens(viewer, house.records[number])
    return house


def test_what_is_opened_is_written_down_and_nothing_of_what_it_said(read_house: House) -> None:
    log = read_house.log(read_house.hanne)
    assert [(look.who, look.role, look.kind) for look in log.looks] == [
        ("Ingrid", "mentor", "reflection"),
        ("Ingrid", "mentor", "reflection"),
        ("Jonas", "co_parent", "reflection"),
        ("Ingrid", "mentor", "reflection"),
    ]
    assert log.looks[0].at == read_house.household.now
    assert log.broken is None
    for row in read_house.rows():
        said = read_house.vault.open_json(LOOK, row.id, row.look_sealed)
        assert said.keys() == {"who", "role", "kind", "at", "salt"}
        assert b"Ingrid" not in row.look_sealed
        assert "vroeg" not in str(said)


def test_alike_looks_have_chains_that_nobody_can_guess(read_house: House) -> None:
    chains = {row.chain for row in read_house.rows()}
    salts = {read_house.vault.open_json(LOOK, row.id, row.look_sealed)["salt"] for row in read_house.rows()}
    assert len(chains) == len(salts) == 4


def test_what_may_not_be_seen_is_not_opened_and_not_written_down(house: House) -> None:
    other = house.household.add(JONAS + 1, Role.MENTOR, "Karel")
    stranger = house.household.add(JONAS + 2, Role.PARENT, "Lies", house.household.found(other))
    coordinator = house.household.add(JONAS + 3, Role.COORDINATOR, "Petra")
    for viewer in (other, stranger, coordinator, house.hanne):
        assert house.opens(viewer, house.records[0]) is None
    assert house.opens(house.mentor, 12345) is None
    house.database.do(lambda connection: sharing.only_me(connection, house.hanne.id, house.records[0]))
    for viewer in (house.mentor, house.jonas):
        assert house.opens(viewer, house.records[0]) is None
    assert house.rows() == []


def test_taking_back_the_yes_closes_everything_to_the_mentor_at_once(house: House) -> None:
    now = house.household.now
    house.database.do(lambda connection: consents.withdraw(connection, house.hanne.id, Purpose.SHARE, now))
    assert house.opens(house.mentor, house.records[0]) is None
    assert house.opens(house.jonas, house.records[0]) is not None


def test_a_new_mentor_sees_and_the_one_before_does_not(house: House) -> None:
    new = house.household.add(JONAS + 1, Role.MENTOR, "Karel")
    house.database.do(lambda connection: families.hand_over(connection, house.family, new.id))
    assert house.opens(house.mentor, house.records[0]) is None
    opened = house.opens(new, house.records[0])
    assert opened
    assert opened.owner.name == "Hanne"


def test_nothing_is_opened_when_it_cannot_be_written_down(house: House) -> None:
    """The look and the words are of one transaction: what undoes the one, undoes the other."""
    with house.database.engine.connect() as connection:
        assert sharing.open_for(connection, house.vault, house.mentor, house.records[0], house.household.now)
        assert connection.execute(select(func.count()).select_from(TABLE)).scalar_one() == 1
        connection.rollback()
    assert house.rows() == []


def test_a_look_says_what_it_was_given(house: House) -> None:
    look = Look("Ingrid", "mentor", "note", house.household.now)

    def work(connection: Connection) -> None:
        assert looks.hold(connection, house.hanne.id)
        looks.add(connection, house.vault, house.hanne.id, look)

    house.database.do(work)
    assert house.log(house.hanne).looks == [look]
    assert not house.database.do(lambda connection: looks.hold(connection, 999))


# --- the chain --------------------------------------------------------------------------------------------------------


def test_a_changed_look_shows(read_house: House) -> None:
    row = read_house.rows()[1]
    said = read_house.vault.open_json(LOOK, row.id, row.look_sealed)
    changed = read_house.vault.seal_json(LOOK, row.id, {**said, "who": "Nobody"})
    read_house.writes(row.id, look_sealed=changed)
    assert read_house.broken() == row.id
    assert [look.who for look in read_house.log(read_house.hanne).looks].count("Nobody") == 1


def test_a_changed_moment_shows(read_house: House) -> None:
    row = read_house.rows()[2]
    read_house.writes(row.id, looked_at=row.looked_at - timedelta(minutes=1))
    assert read_house.broken() == row.id


def test_damage_shows_and_the_rest_can_still_be_read(read_house: House) -> None:
    row = read_house.rows()[1]
    read_house.writes(row.id, look_sealed=row.look_sealed[:-1] + bytes([row.look_sealed[-1] ^ 1]))
    assert read_house.broken() == row.id
    assert len(read_house.log(read_house.hanne).looks) == 3


@pytest.mark.parametrize("gone", [0, 1, 2])
def test_a_gap_shows_at_the_look_after_it(read_house: House, gone: int) -> None:
    rows = read_house.rows()
    read_house.database.do(lambda connection: connection.execute(delete(TABLE).where(TABLE.c.id == rows[gone].id)))
    assert read_house.broken() == rows[gone + 1].id


@pytest.mark.parametrize("left", [0, 1, 3])
def test_an_end_that_was_cut_off_shows(read_house: House, left: int) -> None:
    rows = read_house.rows()
    gone = [row.id for row in rows[left:]]
    read_house.database.do(lambda connection: connection.execute(delete(TABLE).where(TABLE.c.id.in_(gone))))
    assert read_house.broken() == looks.ENDS_EARLY


def test_a_new_look_does_not_hide_that_an_end_was_cut_off(read_house: House) -> None:
    rows = read_house.rows()
    read_house.database.do(lambda connection: connection.execute(delete(TABLE).where(TABLE.c.id == rows[-1].id)))
    assert read_house.opens(read_house.mentor, read_house.records[0])
    assert read_house.broken() == read_house.rows()[-1].id
    assert read_house.opens(read_house.mentor, read_house.records[1])
    assert read_house.broken() == read_house.rows()[-2].id


def test_an_end_that_is_damaged_or_of_somebody_else_shows(read_house: House) -> None:
    people = tables.people

    def end_of(person_id: int) -> bytes:
        own = select(people.c.looks_end_sealed).where(people.c.id == person_id)
        return read_house.database.do(lambda connection: connection.execute(own).scalar_one())

    def put(end: bytes) -> None:
        own = update(people).where(people.c.id == read_house.hanne.id)
        read_house.database.do(lambda connection: connection.execute(own.values(looks_end_sealed=end)))

    right = end_of(read_house.hanne.id)
    for wrong in (end_of(read_house.jonas.id), right[:-1] + bytes([right[-1] ^ 1]), b""):
        put(wrong)
        assert read_house.broken() == looks.ENDS_EARLY
    assert read_house.opens(read_house.mentor, read_house.records[0])
    assert read_house.broken() == read_house.rows()[-1].id


def test_who_came_in_before_ends_were_kept_gets_one_at_the_next_look(read_house: House) -> None:
    people, rows = tables.people, read_house.rows()
    read_house.database.do(lambda connection: connection.execute(update(people).values(looks_end_sealed=None)))
    assert read_house.broken() is None
    assert read_house.database.do(lambda connection: looks.survey(connection, read_house.vault)).open_ended == 3
    assert read_house.opens(read_house.mentor, read_house.records[0])
    assert read_house.broken() is None
    assert read_house.database.do(lambda connection: looks.survey(connection, read_house.vault)).open_ended == 2
    read_house.database.do(lambda connection: connection.execute(delete(TABLE).where(TABLE.c.id > rows[-1].id)))
    assert read_house.broken() == looks.ENDS_EARLY


def test_a_survey_counts_the_logs_that_are_not_as_they_were_written(read_house: House) -> None:
    def survey() -> looks.Survey:
        return read_house.database.do(lambda connection: looks.survey(connection, read_house.vault))

    assert survey() == looks.Survey(logs=1, broken=0, open_ended=0)
    read_house.database.do(lambda connection: connection.execute(delete(TABLE)))
    assert survey() == looks.Survey(logs=1, broken=1, open_ended=0)


def test_looks_that_changed_places_show(read_house: House) -> None:
    one, other = read_house.rows()[1:3]
    read_house.writes(one.id, look_sealed=other.look_sealed, chain=other.chain, looked_at=other.looked_at)
    read_house.writes(other.id, look_sealed=one.look_sealed, chain=one.chain, looked_at=one.looked_at)
    assert read_house.broken() == one.id


def test_looks_that_were_sealed_anew_in_another_order_show(read_house: House) -> None:
    """Also by somebody who has the key, unless they work through the whole chain from there."""
    one, other = read_house.rows()[1:3]
    for to, of in ((one, other), (other, one)):
        said = read_house.vault.open(LOOK, of.id, of.look_sealed)
        read_house.writes(to.id, look_sealed=read_house.vault.seal(LOOK, to.id, said), looked_at=of.looked_at)
    assert read_house.broken() == one.id


def test_a_look_that_was_put_in_between_shows(read_house: House) -> None:
    one, other = read_house.rows()[1:3]
    between = one.id + 1
    assert between < other.id
    values = {**one._mapping, "id": between, "look_sealed": read_house.vault.seal(LOOK, between, b'{"who":"x"}')}
    read_house.database.do(lambda connection: connection.execute(insert(TABLE).values(values)))
    assert read_house.broken() == between


def test_the_chain_of_one_owner_does_not_fit_another(read_house: House) -> None:
    read_house.database.do(lambda connection: connection.execute(update(TABLE).values(owner_id=read_house.jonas.id)))
    log = read_house.log(read_house.jonas)
    assert log.broken == read_house.rows()[0].id


def test_another_key_leaves_the_chain_as_it_was(read_house: House) -> None:
    new = Vault([(2, bytes(range(1, 33))), (1, bytes(range(32)))])
    for row in read_house.rows():
        said = new.open(LOOK, row.id, row.look_sealed)
        read_house.writes(row.id, look_sealed=new.seal(LOOK, row.id, said))
    read_house.vault = new
    assert read_house.broken() is None
    assert read_house.opens(read_house.mentor, read_house.records[0])
    assert read_house.broken() is None


def test_a_clock_that_is_behind_does_not_break_the_chain(read_house: House) -> None:
    assert read_house.opens(read_house.mentor, read_house.records[0], read_house.household.now - timedelta(minutes=5))
    assert read_house.opens(read_house.mentor, read_house.records[1], read_house.household.now - timedelta(minutes=9))
    assert read_house.broken() is None
    assert len(read_house.rows()) == 6


def test_each_owner_has_a_chain(read_house: House) -> None:
    household = read_house.household
    household.keeps(read_house.jonas, "bbbb.1")
    [entry] = read_house.own(read_house.jonas)
    read_house.database.do(
        lambda connection: sharing.share(
            connection, read_house.jonas.id, entry.record.id, With.CO_PARENT, household.now
        )
    )
    assert read_house.opens(read_house.hanne, entry.record.id)
    assert read_house.opens(read_house.mentor, read_house.records[0])
    assert [look.who for look in read_house.log(read_house.jonas).looks] == ["Hanne"]
    assert (read_house.log(read_house.jonas).broken, read_house.broken()) == (None, None)


# --- several at once --------------------------------------------------------------------------------------------------


def test_two_at_once_follow_one_another(postgresql: Database, vault: Vault, now: datetime) -> None:
    """The second must wait for the first, and not follow the same look as that one does."""
    house = House(Household(postgresql, vault, now))
    assert house.opens(house.mentor, house.records[0])
    with ThreadPoolExecutor(1) as pool, postgresql.engine.begin() as one:
        assert sharing.open_for(one, vault, house.mentor, house.records[1], house.household.now)
        other = pool.submit(house.opens, house.jonas, house.records[2])
        wait_until(lambda: other.done() or is_waiting_for_a_lock(postgresql))
        assert not other.done()
        one.commit()
        assert other.result(10)
    assert house.broken() is None
    assert [look.who for look in house.log(house.hanne).looks] == ["Jonas", "Ingrid", "Ingrid"]


def test_many_at_once_make_one_chain(postgresql: Database, vault: Vault, now: datetime) -> None:
    house = House(Household(postgresql, vault, now))
    viewers = [(house.mentor, house.jonas)[number % 2] for number in range(40)]
    with ThreadPoolExecutor(4) as pool:
        opened = list(pool.map(lambda viewer: house.opens(viewer, house.records[0]), viewers))
    assert all(opened)
    assert len(house.rows()) == 40
    assert house.broken() is None


def test_a_parent_may_erase_everything_while_a_mentor_looks(postgresql: Database, vault: Vault, now: datetime) -> None:
    house = House(Household(postgresql, vault, now))
    with ThreadPoolExecutor(1) as pool, postgresql.engine.begin() as one:
        assert sharing.open_for(one, vault, house.mentor, house.records[0], house.household.now)
        gone = pool.submit(postgresql.do, lambda connection: privacy.erase(connection, house.hanne))
        wait_until(lambda: gone.done() or is_waiting_for_a_lock(postgresql))
        one.commit()
        gone.result(10)
    assert house.rows() == []
    assert house.opens(house.mentor, house.records[0]) is None


def test_a_mentor_who_looks_while_the_parent_keeps_something_holds_nobody_up(
    postgresql: Database, vault: Vault, now: datetime
) -> None:
    house = House(Household(postgresql, vault, now))
    with postgresql.engine.begin() as one:
        assert sharing.open_for(one, vault, house.mentor, house.records[0], house.household.now)
        house.household.keeps(house.hanne, "cccc.1")
    assert len(house.own(house.hanne)) == 4
