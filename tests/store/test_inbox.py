"""The inbox: nothing twice, each chat one at a time and in order, and a lane that goes on after a dead letter."""

from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Connection, func, select, update

from bot.store import inbox
from bot.store.database import Database
from bot.store.inbox import MAX_ATTEMPTS, Arrival, Item
from bot.store.tables import inbox as table
from bot.store.vault import Unreadable, Vault
from tests.databases import is_waiting_for_a_lock, wait_until

HANNE, JONAS = 501, 502


def _text(chat_id: int, words: str, update_id: int | None = None) -> Arrival:
    return Arrival(chat_id, "update", words.encode(), update_id)


class Box:
    """The inbox of one database, at one moment."""

    def __init__(self, database: Database, vault: Vault, now: datetime) -> None:
        self.database, self.vault, self.now = database, vault, now

    def accept(self, *arrivals: Arrival) -> int:
        return self.database.do(lambda connection: inbox.accept(connection, self.vault, arrivals, self.now))

    def take(self, connection: Connection) -> Item | None:
        return inbox.take(connection, self.vault, self.now)

    def handle(self, note: str | None = None) -> str | None:
        """Takes and finishes the next one; returns what it says."""

        def work(connection: Connection) -> str | None:
            item = self.take(connection)
            if item is None:
                return None
            inbox.finish(connection, item, note)
            return item.payload.decode()

        return self.database.do(work)

    def handle_all(self) -> list[str]:
        return list(iter(self.handle, None))

    def head(self) -> Item:
        """The next one, put back at once."""
        item = self.database.do(self.take)
        assert item is not None
        return item

    def fail(self, row: int, problem: str = "KeyError at bot.care.people:1") -> bool:
        return self.database.do(lambda connection: inbox.fail(connection, row, problem, self.now))

    def passes(self, **time: float) -> None:
        self.now += timedelta(**time)

    def row(self, row: int) -> object:
        return self.database.do(lambda connection: connection.execute(select(table).where(table.c.id == row)).one())


@pytest.fixture
def box(database: Database, vault: Vault, now: datetime) -> Box:
    return Box(database, vault, now)


@pytest.fixture
def postgresql_box(postgresql: Database, vault: Vault, now: datetime) -> Box:
    return Box(postgresql, vault, now)


# --- arriving ---------------------------------------------------------------------------------------------------------


def test_an_update_is_kept_once(box: Box) -> None:
    assert box.accept(_text(HANNE, "een", 1), _text(HANNE, "twee", 2)) == 2
    assert box.accept(_text(HANNE, "twee", 2), _text(HANNE, "drie", 3)) == 1
    assert box.accept(_text(HANNE, "drie", 3)) == 0
    assert box.handle_all() == ["een", "twee", "drie"]


def test_an_update_that_was_handled_stays_known(box: Box) -> None:
    box.accept(_text(HANNE, "een", 1))
    box.handle_all()
    assert box.accept(_text(HANNE, "een", 1)) == 0
    assert box.handle_all() == []


def test_the_same_update_twice_in_one_go_is_kept_once(box: Box) -> None:
    assert box.accept(_text(HANNE, "een", 1), _text(HANNE, "een", 1)) == 1


def test_what_is_not_an_update_is_always_kept(box: Box) -> None:
    assert box.accept(_text(HANNE, "wekker"), _text(HANNE, "wekker")) == 2
    assert box.accept(_text(HANNE, "wekker"), _text(HANNE, "een", 1)) == 2
    assert box.accept() == 0


def test_the_same_update_from_two_sides_at_once_is_kept_once(box: Box) -> None:
    def accept(_: int) -> int:
        return box.accept(*(_text(HANNE, str(number), number) for number in range(20)))

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(accept, range(8))) == 20
    assert box.handle_all() == [str(number) for number in range(20)]


def test_what_was_said_is_not_readable_in_the_table(box: Box) -> None:
    box.accept(_text(HANNE, "heel persoonlijk", 1))
    assert b"persoonlijk" not in box.row(box.head().id).payload_sealed


# --- taking -----------------------------------------------------------------------------------------------------------


def test_a_lane_goes_in_order_of_arrival(box: Box) -> None:
    box.accept(*(_text(HANNE, str(number), number) for number in (7, 3, 9, 1)))
    assert box.handle_all() == ["7", "3", "9", "1"]


def test_what_is_done_lets_go_of_its_content(box: Box) -> None:
    box.accept(_text(HANNE, "een", 1))
    row = box.head().id
    box.handle("late")
    kept = box.row(row)
    assert (kept.status, kept.payload_sealed, kept.problem) == ("done", None, "late")


def test_what_is_not_finished_comes_again(box: Box) -> None:
    box.accept(_text(HANNE, "een", 1))
    assert box.head().id == box.head().id
    with pytest.raises(ZeroDivisionError):
        box.database.do(lambda connection: box.take(connection) and 1 / 0)
    assert box.handle_all() == ["een"]


def test_how_many_wait(box: Box) -> None:
    box.accept(_text(HANNE, "een", 1), _text(JONAS, "twee", 2))
    assert box.database.do(inbox.waiting) == 2
    box.handle()
    assert box.database.do(inbox.waiting) == 1


def test_of_each_lane_only_the_head_is_taken(postgresql_box: Box) -> None:
    box = postgresql_box
    box.accept(_text(HANNE, "h1", 1), _text(HANNE, "h2", 2), _text(JONAS, "j1", 3), _text(JONAS, "j2", 4))
    engine = box.database.engine
    with engine.begin() as one, engine.begin() as two, engine.begin() as three:
        first, second = box.take(one), box.take(two)
        assert first
        assert second
        assert [first.payload, second.payload] == [b"h1", b"j1"]
        assert box.take(three) is None
        inbox.finish(one, first)
        assert box.take(three) is None
        one.commit()
        third = box.take(three)
        assert third
        assert third.payload == b"h2"


def test_a_row_that_becomes_visible_late_does_not_open_its_lane_twice(postgresql_box: Box) -> None:
    """Two that arrive at once are numbered before they are committed; the higher number may be there first."""
    box = postgresql_box
    engine = box.database.engine
    with ThreadPoolExecutor(1) as pool, engine.begin() as slow:
        inbox.accept(slow, box.vault, [_text(HANNE, "first", 1)], box.now)
        fast = pool.submit(box.accept, _text(HANNE, "second", 2))
        with engine.begin() as one:
            wait_until(lambda: fast.done() or is_waiting_for_a_lock(box.database))
            early = box.take(one)
            slow.commit()
            fast.result()
            with engine.begin() as two:
                late = box.take(two)
                assert early is None or late is None, "two at once in one lane"
    assert box.handle_all() == ["first", "second"]


def test_many_hands_never_take_one_lane_twice_at_once(
    database_url: str, vault: Vault, now: datetime, database: Database
) -> None:
    """Four connections, each as it were of its own process; arrivals come in meanwhile."""
    chats, each = 5, 12
    busy: Counter[int] = Counter()
    seen: dict[int, list[int]] = {chat: [] for chat in range(1, chats + 1)}
    guard, clashes, done = threading.Lock(), [], threading.Event()

    def hand(_: int) -> None:
        own = Database(database_url)
        box = Box(own, vault, now)

        def work(connection: Connection) -> bool:
            item = box.take(connection)
            if item is None:
                return False
            with guard:
                busy[item.chat_id] += 1
                if busy[item.chat_id] > 1:
                    clashes.append(item.id)
            inbox.finish(connection, item)
            with guard:
                seen[item.chat_id].append(int(item.payload))
                busy[item.chat_id] -= 1
            return True

        while not (done.is_set() and own.do(inbox.waiting) == 0):
            own.do(work)
        own.close()

    def arrive(start: int) -> None:
        own = Database(database_url)
        box = Box(own, vault, now)
        for number in range(start, each, 2):
            box.accept(*(_text(chat, str(number), chat * 1000 + number) for chat in seen))
        own.close()

    with ThreadPoolExecutor(6) as pool:
        hands = [pool.submit(hand, number) for number in range(4)]
        for arrival in [pool.submit(arrive, start) for start in range(2)]:
            arrival.result()
        done.set()
        for one in hands:
            one.result()
    assert clashes == []
    for numbers in seen.values():
        assert sorted(numbers) == list(range(each))
        for start in range(2):
            assert [number for number in numbers if number % 2 == start] == list(range(start, each, 2))


# --- failing ----------------------------------------------------------------------------------------------------------


def test_a_failure_rests_longer_each_time_and_holds_up_its_own_lane_only(box: Box) -> None:
    box.accept(_text(HANNE, "kapot", 1), _text(HANNE, "erna", 2), _text(JONAS, "ander", 3))
    row = box.head().id
    assert not box.fail(row)
    assert box.handle_all() == ["ander"]
    box.passes(seconds=1.9)
    assert box.handle_all() == []
    box.passes(seconds=0.2)
    assert box.head().id == row
    assert box.head().attempts == 1
    assert not box.fail(row)
    box.passes(seconds=3.9)
    assert box.handle_all() == []
    box.passes(seconds=0.2)
    assert box.handle_all() == ["kapot", "erna"]


def test_after_the_last_try_it_is_a_dead_letter_and_the_lane_goes_on(box: Box) -> None:
    box.accept(_text(HANNE, "kapot", 1), _text(HANNE, "erna", 2))
    row = box.head().id
    outcomes = [box.fail(row) for _ in range(MAX_ATTEMPTS)]
    assert outcomes == [False, False, True]
    kept = box.row(row)
    assert (kept.status, kept.attempts, kept.problem) == ("dead", 3, "KeyError at bot.care.people:1")
    assert box.vault.open(inbox.PLACE, kept.seal, kept.payload_sealed) == b"kapot"
    assert box.handle_all() == ["erna"]


def test_a_long_problem_is_cut(box: Box) -> None:
    box.accept(_text(HANNE, "kapot", 1))
    row = box.head().id
    box.fail(row, "x" * 999)
    assert box.row(row).problem == "x" * 200


def test_what_somebody_else_handled_meanwhile_does_not_fail_any_more(box: Box) -> None:
    """Between our attempt and our noting that it failed, another process may have taken the row and done it."""
    box.accept(_text(HANNE, "een", 1))
    row = box.head().id
    box.handle()
    assert not box.fail(row)
    assert box.row(row).status == "done"
    assert box.handle_all() == []


def test_what_is_gone_meanwhile_does_not_fail_any_more(box: Box) -> None:
    assert not box.fail(4711)


def test_a_dead_letter_does_not_die_twice(box: Box) -> None:
    box.accept(_text(HANNE, "kapot", 1))
    row = box.head().id
    assert [box.fail(row) for _ in range(5)] == [False, False, True, False, False]


def test_failing_at_once_from_two_sides_is_counted_twice(postgresql_box: Box) -> None:
    box = postgresql_box
    box.accept(_text(HANNE, "kapot", 1))
    row = box.head().id
    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(lambda _: box.fail(row), range(2))) == [False, False]
    assert box.row(row).attempts == 2


@pytest.mark.parametrize("damage", ["bytes", "nothing", "other row"])
def test_a_row_that_cannot_be_opened_is_still_taken_so_that_it_can_fail(box: Box, damage: str) -> None:
    """Were it refused here, it would be the head for ever, and the head of all lanes besides."""
    box.accept(_text(HANNE, "kapot", 1), _text(JONAS, "ander", 2))
    row = box.head().id
    sealed = box.row(row).payload_sealed
    value = {"bytes": {"payload_sealed": sealed[:-1]}, "nothing": {"payload_sealed": None}, "other row": {"seal": "x"}}
    box.database.do(lambda connection: connection.execute(update(table).where(table.c.id == row).values(value[damage])))
    item = box.head()
    assert item.id == row
    with pytest.raises(Unreadable):
        _ = item.payload
    for _ in range(MAX_ATTEMPTS):
        box.fail(row)
    assert box.handle_all() == ["ander"]


# --- keeping tidy -----------------------------------------------------------------------------------------------------


def test_what_was_done_is_swept_after_a_week(box: Box) -> None:
    box.accept(_text(HANNE, "gedaan", 1), _text(HANNE, "wacht", 2), _text(JONAS, "kapot", 3))
    box.handle()
    dead = box.database.do(
        lambda connection: connection.execute(select(table.c.id).where(table.c.chat_id == JONAS)).scalar_one()
    )
    for _ in range(MAX_ATTEMPTS):
        box.fail(dead)
    for days, left in ((6.9, 3), (0.2, 2)):
        box.passes(days=days)
        box.database.do(lambda connection: inbox.sweep(connection, box.now))
        count = box.database.do(lambda connection: connection.execute(select(func.count()).select_from(table)).scalar())
        assert count == left
