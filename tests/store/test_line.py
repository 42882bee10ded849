"""Several processes over one PostgreSQL: who does what only one may do, and who wakes whom."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager
from datetime import datetime

from sqlalchemy import Connection, text

from bot.store import inbox, leases, wakeups
from bot.store.database import Database
from bot.store.inbox import Arrival
from bot.store.leases import Duty, key_of_sender
from bot.store.line import Line
from bot.store.vault import Vault
from bot.store.wakeups import Channel

SENDER = "f" * 16
_PATIENCE = 10


class Process:
    """A line, and what it heard."""

    def __init__(self, database: Database, duties: Collection[Duty], sender: str | None) -> None:
        self.heard: list[Channel] = []
        self._changed = asyncio.Event()
        self.line = Line(database.engine, duties, key_of_sender(sender) if sender else None, self._hears)
        self.task = asyncio.create_task(self.line.run())

    def _hears(self, channel: Channel) -> None:
        self.heard.append(channel)
        self._changed.set()

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(_PATIENCE):
            while not condition():
                self._changed.clear()
                waits = [asyncio.ensure_future(self._changed.wait())]
                await asyncio.wait(waits, timeout=0.02)
                waits[0].cancel()

    async def stop(self) -> None:
        self.task.cancel()
        await asyncio.wait([self.task])


@asynccontextmanager
async def process(
    database: Database, duties: Collection[Duty] = (), sender: str | None = None
) -> AsyncIterator[Process]:
    """One whose line is there."""
    begun = Process(database, duties, sender)
    try:
        await begun.until(lambda: begun.line.hears)
        yield begun
    finally:
        await begun.stop()


async def test_a_duty_is_of_one_and_goes_over_when_that_one_is_gone(postgresql: Database) -> None:
    async with process(postgresql, [Duty.INTAKE, Duty.TICKER]) as first:
        assert first.line.holds(Duty.INTAKE)
        assert first.line.holds(Duty.TICKER)
        async with process(postgresql, [Duty.INTAKE]) as second, process(postgresql, [Duty.TICKER]) as third:
            assert not second.line.holds(Duty.INTAKE)
            assert not third.line.holds(Duty.TICKER)
            await first.stop()
            await second.until(lambda: second.line.holds(Duty.INTAKE))
            await third.until(lambda: third.line.holds(Duty.TICKER))
            assert not second.line.holds(Duty.TICKER)


async def test_other_databases_have_duties_of_their_own(postgresql: Database, postgresql_server: object) -> None:
    name = postgresql_server.create()  # type: ignore[attr-defined]
    other = Database(postgresql_server.url(name))  # type: ignore[attr-defined]
    async with process(postgresql, [Duty.INTAKE]) as here, process(other, [Duty.INTAKE]) as there:
        assert here.line.holds(Duty.INTAKE)
        assert there.line.holds(Duty.INTAKE)
    other.close()


def _end_sessions_of_lines(connection: Connection) -> None:
    listening = "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND pid <> pg_backend_pid()"
    assert connection.execute(text(listening)).all()


async def test_who_loses_the_line_keeps_the_duty_and_hears_again(postgresql: Database) -> None:
    async with process(postgresql, [Duty.INTAKE]) as one:
        one.heard.clear()
        postgresql.do(_end_sessions_of_lines)
        await one.until(lambda: not one.line.hears)
        assert one.line.holds(Duty.INTAKE)
        await one.until(lambda: one.line.hears)
        assert one.line.holds(Duty.INTAKE)
        assert set(one.heard) == set(Channel)  # Something may have been missed: whoever waits looks.


async def test_who_is_back_too_late_has_lost_the_duty(postgresql: Database) -> None:
    async with process(postgresql, [Duty.INTAKE]) as one:
        with postgresql.engine.connect() as other:
            _end_sessions_of_lines(other)
            other.execute(text("SELECT pg_advisory_lock(:key)"), {"key": Duty.INTAKE.key})
            await one.until(lambda: one.line.hears and not one.line.holds(Duty.INTAKE))
            other.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": Duty.INTAKE.key})
            other.commit()
            await one.until(lambda: one.line.holds(Duty.INTAKE))


async def test_a_database_that_is_away_is_waited_for(postgresql: Database) -> None:
    nowhere = Database("postgresql://nobody@127.0.0.1:1/nothing")
    one = Process(nowhere, [Duty.INTAKE], None)
    await asyncio.wait([one.task], timeout=0.05)
    assert not one.task.done()
    assert not one.line.hears
    assert not one.line.holds(Duty.INTAKE)
    await one.stop()
    nowhere.close()


async def test_workers_hear_what_comes_in_when_it_is_committed(
    postgresql: Database, vault: Vault, now: datetime
) -> None:
    arrivals = [Arrival(1, "update", b"{}", update_id=1), Arrival(2, "update", b"{}", update_id=2)]
    async with process(postgresql) as one:
        one.heard.clear()
        with postgresql.engine.connect() as connection:
            inbox.accept(connection, vault, arrivals, now)
            connection.rollback()
            inbox.accept(connection, vault, arrivals, now)
            wakeups.announce(connection, Channel.HANDLED)
            connection.commit()
        await one.until(lambda: Channel.HANDLED in one.heard)
        assert one.heard == [Channel.CAME, Channel.HANDLED]  # Once for them all, and not for what was taken back.


async def test_senders_are_there_as_long_as_their_line(postgresql: Database) -> None:
    def missed() -> set[str]:
        return postgresql.do(lambda connection: leases.absent(connection, [SENDER, "0" * 16]))

    async with process(postgresql, sender=SENDER) as one:
        await one.until(lambda: missed() == {"0" * 16})
    assert missed() == {SENDER, "0" * 16}


def test_announcing_on_sqlite_does_nothing(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    database.do(lambda connection: wakeups.announce(connection, Channel.CAME))
    database.close()
