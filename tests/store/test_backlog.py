"""What waits and for how long, as the doctor and the metrics hear it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection

from bot.store import backlog, inbox, outbox, timers
from bot.store.backlog import Backlog, Waiting
from bot.store.database import Database
from bot.store.inbox import Arrival
from bot.store.outbox import Call, Priority
from bot.store.timers import Timer
from bot.store.vault import Vault

NOW = datetime(2027, 3, 1, 18, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def look(database: Database, later: timedelta = timedelta(0)) -> Backlog:
    return database.do(lambda connection: backlog.look(connection, NOW + later))


def test_nothing(database: Database) -> None:
    assert look(database) == Backlog()


def test_what_waits(database: Database, vault: Vault) -> None:
    def work(connection: Connection) -> None:
        for minutes in (0, 1):
            inbox.accept(connection, vault, [Arrival(5 + minutes, "update", b"{}")], NOW + minutes * MINUTE)
        answers = [Call(5, "x"), Call(6, "x", not_before=NOW + 2 * MINUTE), Call(6, "x", not_before=NOW + 9 * MINUTE)]
        outbox.put(connection, vault, [*answers, Call(7, "x", priority=Priority.BULK)], NOW)
        timers.put(connection, Timer(5, "pause", NOW + 3 * MINUTE, 60))
        timers.put(connection, Timer(6, "pause", None, 60))

    database.do(work)
    seen = look(database, 4 * MINUTE)
    assert seen.inbox == Waiting(2, 4 * MINUTE)
    assert seen.outbox == {Priority.ANSWER: Waiting(2, 4 * MINUTE), Priority.BULK: Waiting(1, 4 * MINUTE)}
    assert seen.timer_late == MINUTE
    assert look(database, 2 * MINUTE).timer_late is None


def test_what_is_put_aside_waits_no_more(database: Database, vault: Vault) -> None:
    def work(connection: Connection) -> None:
        inbox.accept(connection, vault, [Arrival(5, "update", b"{}")], NOW)
        item = inbox.take(connection, vault, NOW)
        assert item
        for _ in range(inbox.MAX_ATTEMPTS):
            inbox.fail(connection, item.id, "ValueError at bot.x:1", NOW)

    database.do(work)
    assert look(database) == Backlog(dead=1)


def test_a_clock_that_was_set_back_gives_no_age_below_nothing(database: Database, vault: Vault) -> None:
    database.do(lambda connection: inbox.accept(connection, vault, [Arrival(5, "update", b"{}")], NOW))
    assert look(database, -MINUTE).inbox == Waiting(1, timedelta(0))
