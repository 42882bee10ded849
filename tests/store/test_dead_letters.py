"""Dead letters: listed without what is in them, tried again behind what waits, thrown away."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Connection, select, update

from bot.care import people
from bot.store import dead_letters, inbox, outbox, tables
from bot.store.database import Database
from bot.store.inbox import MAX_ATTEMPTS, Arrival, Item
from bot.store.outbox import Call
from bot.store.vault import Vault
from tests.databases import is_waiting_for_a_lock, wait_until
from tests.store.household import HANNE, JONAS, Household


@pytest.fixture
def dead(database: Database, vault: Vault, now: datetime) -> int:
    """The row of a dead input of Hanne's; one of hers and one of Jonas's wait."""

    def work(connection: Connection) -> int:
        arrivals = [Arrival(HANNE, "update", b"first", 7, 70), Arrival(HANNE, "update", b"second", 8)]
        inbox.accept(connection, vault, [*arrivals, Arrival(JONAS, "timer", b"other")], now)
        for _ in range(MAX_ATTEMPTS):
            inbox.fail(connection, 1, "ValueError at x.py:3", now)
        return 1

    return database.do(work)


def _take(database: Database, vault: Vault, now: datetime) -> bytes | None:
    """Handles the next input; returns what was in it."""

    def work(connection: Connection) -> bytes | None:
        item: Item | None = inbox.take(connection, vault, now)
        if item is None:
            return None
        inbox.finish(connection, item)
        return item.payload

    return database.do(work)


def _refuse(database: Database, vault: Vault, now: datetime, **problems: int) -> None:
    """One call for each, refused for that reason."""
    calls = [Call(chat_id, {"do": "send", "text": "secret"}) for chat_id in problems.values()]

    def work(connection: Connection) -> None:
        outbox.put(connection, vault, calls, now)
        for row, problem in enumerate(problems, 1):
            gone = {"status": "refused", "problem": problem, "call_sealed": None, "settled_at": now}
            connection.execute(update(tables.outbox).where(tables.outbox.c.id == row).values(gone))

    database.do(work)


def test_they_are_listed_by_what_they_are_and_not_by_whose(
    database: Database, vault: Vault, now: datetime, dead: int
) -> None:
    household = Household(database, vault, now)
    hanne = household.add(HANNE, people.Role.PARENT, "Hanne")
    _refuse(
        database, vault, now + timedelta(minutes=1), **{"bad request": HANNE, "blocked": JONAS, "unreachable": JONAS}
    )
    first, second = database.do(dead_letters.all_of_them)
    assert (first.name, first.kind, first.at, first.attempts) == ("in1", "update", now, MAX_ATTEMPTS)
    assert (first.problem, first.lane, first.behind) == ("ValueError at x.py:3", hanne.id, 1)
    assert (second.name, second.kind, second.problem, second.lane) == ("out1", "answer", "bad request", hanne.id)
    for one in (first, second):
        assert not {"first", "secret", "Hanne", str(HANNE)} & set(str(one).replace("'", " ").split())
        assert database.do(lambda connection, one=one: dead_letters.all_of_them(connection, (one.side, one.row))) == [
            one
        ]
    assert database.do(lambda connection: dead_letters.all_of_them(connection, ("in", 2))) == []


@pytest.mark.parametrize("name", ["12", "in", "in-1", "in1x", "out 1", "in" + "9" * 30, "in٣", ""])
def test_what_is_no_name(name: str) -> None:
    assert dead_letters.named(name) is None


def test_one_that_is_tried_again_comes_behind_what_waits(
    database: Database, vault: Vault, now: datetime, dead: int
) -> None:
    database.do(lambda connection: dead_letters.retry(connection, dead))
    assert database.do(dead_letters.all_of_them) == []
    assert [_take(database, vault, now) for _ in range(4)] == [b"second", b"other", b"first", None]
    assert _take(database, vault, now + timedelta(hours=1)) is None


def test_a_repeat_of_its_update_stays_harmless(database: Database, vault: Vault, now: datetime, dead: int) -> None:
    database.do(lambda connection: dead_letters.retry(connection, dead))
    again = [Arrival(HANNE, "update", b"first", 7, 70)]
    assert database.do(lambda connection: inbox.accept(connection, vault, again, now)) == 0


def test_it_has_as_many_tries_as_at_first(database: Database, vault: Vault, now: datetime, dead: int) -> None:
    row = database.do(lambda connection: dead_letters.retry(connection, dead))
    assert row is not None
    tries = [database.do(lambda connection: inbox.fail(connection, row, "again", now)) for _ in range(MAX_ATTEMPTS)]
    assert tries == [False] * (MAX_ATTEMPTS - 1) + [True]


def test_only_what_is_dead_is_tried_again_or_thrown_away(
    database: Database, vault: Vault, now: datetime, dead: int
) -> None:
    _refuse(database, vault, now, **{"blocked": JONAS, "bad request": HANNE})
    waiting = 2

    def work(connection: Connection) -> list[object]:
        return [
            dead_letters.retry(connection, waiting),
            dead_letters.retry(connection, 99),
            dead_letters.drop(connection, "in", waiting),
            dead_letters.drop(connection, "out", 1),
            dead_letters.drop(connection, "in", dead),
            dead_letters.drop(connection, "in", dead),
            dead_letters.drop(connection, "out", 2),
        ]

    assert database.do(work) == [None, None, False, False, True, False, True]
    assert database.do(dead_letters.all_of_them) == []
    assert [_take(database, vault, now) for _ in range(3)] == [b"second", b"other", None]


def test_the_lane_has_one_end_while_somebody_handles_it(postgresql: Database, vault: Vault, now: datetime) -> None:
    """What is tried again is not taken beside the input that is being handled in the same chat."""
    arrivals = [Arrival(HANNE, "update", b"first"), Arrival(HANNE, "update", b"second")]

    def prepare(connection: Connection) -> None:
        inbox.accept(connection, vault, arrivals, now)
        connection.execute(update(tables.inbox).where(tables.inbox.c.id == 1).values(status="dead", attempts=3))

    postgresql.do(prepare)
    with postgresql.engine.begin() as busy:
        assert inbox.take(busy, vault, now)
        assert postgresql.do(lambda connection: dead_letters.retry(connection, 1)) == 3
        assert postgresql.do(lambda connection: inbox.take(connection, vault, now)) is None


def test_two_who_try_the_same_one_again_do_it_once(postgresql: Database, vault: Vault, now: datetime) -> None:
    def prepare(connection: Connection) -> None:
        inbox.accept(connection, vault, [Arrival(HANNE, "update", b"first")], now)
        connection.execute(update(tables.inbox).values(status="dead", attempts=3))

    postgresql.do(prepare)
    with ThreadPoolExecutor(1) as pool, postgresql.engine.begin() as first:
        assert dead_letters.retry(first, 1) == 2
        second = pool.submit(postgresql.do, lambda connection: dead_letters.retry(connection, 1))
        wait_until(lambda: is_waiting_for_a_lock(postgresql))
        first.commit()
        assert second.result(10) is None
    rows = postgresql.do(lambda connection: connection.execute(select(tables.inbox.c.id)).scalars().all())
    assert rows == [2]
