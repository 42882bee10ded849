"""What is shared: listed, counted, a page at a time, and only by its owner."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import pytest
from sqlalchemy import Connection, update

from bot.care import families, notes, pages, sharing
from bot.care.notes import Piece
from bot.care.pages import SIZE
from bot.care.people import Person, Role
from bot.care.sharing import With
from bot.store import tables
from bot.store.database import Database
from bot.store.vault import Vault
from tests.store.house import House
from tests.store.household import JONAS, Household


@pytest.fixture
def house(database: Database, vault: Vault, now: datetime) -> House:
    return House(Household(database, vault, now))


def test_only_what_may_be_opened_is_listed_and_counted(house: House) -> None:
    def counted(viewer: Person, since: datetime | None = None) -> tuple[int, int]:
        owners = [house.hanne]

        def work(connection: Connection) -> tuple[int, int]:
            page = sharing.headings(connection, viewer, owners, 0)
            return len(page.items), sharing.count_shared(connection, viewer, owners, since)

        return house.database.do(work)

    other = house.household.add(JONAS + 1, Role.MENTOR, "Karel")
    assert (counted(house.mentor), counted(house.jonas), counted(other)) == ((3, 3), (3, 3), (0, 0))
    seen_at = house.household.now
    house.household.passes(minutes=1)
    house.database.do(lambda connection: sharing.only_me(connection, house.hanne.id, house.records[0]))
    assert counted(house.mentor, seen_at) == (2, 0)
    house.share(house.records[0], With.MENTOR)
    assert counted(house.mentor, seen_at) == (3, 1)
    assert counted(house.jonas) == (2, 2)
    gone = replace(house.mentor, roles=Role.COORDINATOR)
    assert counted(gone) == (0, 0)


def test_what_the_other_parent_gets_too_is_not_new_to_the_mentor(house: House) -> None:
    house.household.passes(minutes=1)
    record_id = house.records[0]
    house.database.do(lambda connection: sharing.stop_sharing(connection, house.hanne.id, With.CO_PARENT, record_id))
    seen_at = house.household.now
    house.household.passes(minutes=1)
    house.share(record_id, With.CO_PARENT)
    new = house.database.do(lambda connection: sharing.count_shared(connection, house.mentor, [house.hanne], seen_at))
    assert new == 0


def test_nobody_shares_or_throws_away_for_another(house: House) -> None:
    record_id = house.records[0]

    def work(connection: Connection) -> None:
        sharing.only_me(connection, house.jonas.id, record_id)
        sharing.stop_sharing(connection, house.jonas.id, With.MENTOR, record_id)
        sharing.stop_sharing(connection, house.jonas.id, With.MENTOR)
        sharing.mark(connection, house.jonas.id, record_id, for_appointment=True)
        sharing.share(connection, house.jonas.id, record_id, With.GROUP, house.household.now)

    before = house.own(house.hanne)
    house.database.do(work)
    assert house.own(house.hanne) == before


def test_one_s_own_the_newest_first_a_page_at_a_time(house: House) -> None:
    for number in range(SIZE):
        house.household.passes(seconds=1)
        house.household.keeps(house.hanne, f"bbbb.{number}")

    def page(number: int, *, marked: bool = False, whose: Person = house.hanne) -> tuple[list[str], int, bool]:
        found = house.database.do(
            lambda connection: sharing.own_page(connection, house.vault, whose.id, number, marked=marked)
        )
        return [entry.record.key for entry in found.items], found.number, found.more

    newest = [f"bbbb.{number}" for number in reversed(range(SIZE))]
    oldest = [f"aaaa.{number}" for number in reversed(range(3))]
    assert page(0) == (newest, 0, True)
    assert page(1) == (oldest, 1, False)
    assert page(9999) == (oldest, 1, False)
    assert page(0, whose=house.jonas) == ([], 0, False)
    house.database.do(
        lambda connection: sharing.mark(connection, house.hanne.id, house.records[1], for_appointment=True)
    )
    assert page(0, marked=True) == (["aaaa.1"], 0, False)
    assert house.database.do(lambda connection: sharing.marked_count(connection, house.hanne.id)) == 1


def test_what_is_not_decided_on_is_not_among_it(house: House) -> None:
    household = house.household
    piece = Piece("text", "dag")
    house.database.do(
        lambda connection: notes.add(
            connection, house.vault, house.jonas.id, "cccc.1", piece, date(2027, 3, 1), household.now
        )
    )

    def count(connection: Connection) -> int:
        return len(sharing.own_page(connection, house.vault, house.jonas.id, 0).items)

    assert house.database.do(count) == 0
    house.database.do(lambda connection: notes.decide_to_keep(connection, house.jonas.id, "cccc.1"))
    assert house.database.do(count) == 1


def test_the_families_of_a_mentor(house: House) -> None:
    other = house.household.add(JONAS + 1, Role.MENTOR, "Karel")
    house.household.found(house.mentor)

    def of(mentor: Person) -> list[int]:
        found = house.database.do(lambda connection: families.guided_by(connection, mentor.id, 0))
        return [family.id for family in found.items]

    def guides(mentor: Person) -> bool:
        return house.database.do(lambda connection: families.guided(connection, mentor.id, house.family)) is not None

    assert (of(house.mentor), of(other)) == ([house.family], [])
    assert (guides(house.mentor), guides(other)) == (True, False)
    now = house.household.now
    house.database.do(lambda connection: families.mentor_looked(connection, house.family, now))
    house.database.do(lambda connection: families.hand_over(connection, house.family, other.id))
    assert (of(house.mentor), of(other)) == ([], [house.family])
    assert (guides(house.mentor), guides(other)) == (False, True)
    taken = house.database.do(lambda connection: families.guided(connection, other.id, house.family))
    assert taken == families.Guided(house.family, None)


def test_sharing_with_the_group_shows_it_to_nobody_yet(house: House) -> None:
    record_id = house.records[0]
    house.database.do(
        lambda connection: connection.execute(
            update(tables.records).where(tables.records.c.id == record_id).values(shared_with=int(With.GROUP))
        )
    )
    assert house.opens(house.mentor, record_id) is None
    assert house.opens(house.jonas, record_id) is None


@pytest.mark.parametrize(("count", "last"), [(0, 0), (1, 0), (SIZE, 0), (SIZE + 1, 1), (3 * SIZE, 2)])
def test_pages_of_what_is_at_hand(count: int, last: int) -> None:
    found = [pages.cut(range(count), number) for number in range(last + 3)]
    assert [item for page in found[: last + 1] for item in page.items] == list(range(count))
    assert [page.more for page in found] == [*[True] * last, False, False, False]
    assert {page.number for page in found[last:]} == {last}
