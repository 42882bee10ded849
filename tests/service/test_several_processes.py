"""Several processes over one PostgreSQL: who takes over, who wakes whom, an older and a newer version side by side."""

from __future__ import annotations

import asyncio
import selectors
from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, event, text

import migrations
from bot import app
from bot.app import Content, Service
from bot.care import families, people, records
from bot.care.people import Role as PersonRole
from bot.conversation.turn import LOOSE_FLOW
from bot.settings import Role, Settings, SettingsProblem
from bot.simulator import Emulator, SimulatedClock, SimulatorServer
from bot.store import inbox, timers, wakeups
from bot.store.database import Database, DatabaseProblem
from bot.store.leases import Duty
from bot.store.line import Alone
from bot.store.timers import Timer
from bot.store.wakeups import Channel
from tests.service.town import TOKEN, UNPACED, shared_content

PARENT, REMINDED = 1_000_001, 1_000_002
_PATIENCE = 30


class Street:
    """Telegram, one clock, one database, and processes in this one."""

    def __init__(self, folder: Path, url: str | None, content: Content, api_url: str, emulator: Emulator) -> None:
        self.folder, self.url, self.content, self.api_url = folder, url, content, api_url
        self.emulator, self.clock = emulator, emulator.clock
        self.stack = AsyncExitStack()

    async def opened(self, role: Role = Role.ALL, **more: Any) -> Service:
        """A process that does not run yet."""
        url = more.pop("database_url", self.url)
        settings = Settings(data_dir=self.folder, database_url=url, role=role)
        given = {"clock": self.clock.now, "content": self.content, **more}
        service = Service(settings, token=TOKEN, api_base=self.api_url, pace=UNPACED, **given)
        return await self.stack.enter_async_context(service)

    async def running(self, role: Role = Role.ALL, **more: Any) -> tuple[Service, asyncio.Task[None]]:
        """A process that runs, and hears if it can."""
        service = await self.opened(role, **more)
        task = asyncio.create_task(service.run())
        self.stack.push_async_callback(stopped, service, task)
        await until(lambda: service.standing.hears or service.database.is_sqlite)
        return service, task

    def moves_in(self, service: Service, chat_id: int = PARENT) -> None:
        """A parent, who is known."""

        def work(connection: Connection) -> None:
            family = families.found(connection, None, self.clock.now())
            people.add(
                connection,
                service.vault,
                chat_id=chat_id,
                role=PersonRole.PARENT,
                name="Ouder",
                family_id=family,
                region="nl",
                zone="Europe/Amsterdam",
                now=self.clock.now(),
            )

        service.database.do(work)

    def got(self, chat_id: int = PARENT) -> list[str]:
        return [message.text for message in self.emulator.person(chat_id).from_bot]


async def stopped(service: Service, task: asyncio.Task[None]) -> None:
    service.stop()
    await asyncio.wait([task])


async def until(condition: Callable[[], object]) -> None:
    """Looks again and again, while the processes go on."""
    async with asyncio.timeout(_PATIENCE):
        while not condition():  # noqa: ASYNC110 - what is waited for happens in threads and in the database
            await asyncio.sleep(0.01)


@asynccontextmanager
async def open_street(folder: Path, url: str | None, cache: Path, clock: SimulatedClock) -> AsyncIterator[Street]:
    emulator = Emulator(clock)
    async with SimulatorServer(emulator) as server:
        street = Street(folder, url, shared_content(cache), server.api_url, emulator)
        async with street.stack:
            yield street


@pytest.fixture
async def street(tmp_path: Path, postgresql_url: str, cache: Path) -> AsyncIterator[Street]:
    """A street over PostgreSQL."""
    async with open_street(tmp_path, postgresql_url, cache, SimulatedClock()) as opened:
        yield opened


@pytest.fixture
def only_by_being_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody looks for work within the time of a test."""
    for name in ("_LISTENING_WORKER", "_LISTENING_SENDER", "_LISTENING_TICKER", "_LONG"):
        monkeypatch.setattr(app, name, 3600.0)


# --- who does what ----------------------------------------------------------------------------------------------------


async def test_what_only_one_may_do_goes_over_when_that_one_ends(street: Street) -> None:
    first, task = await street.running()
    second, _ = await street.running()
    street.moves_in(first)
    assert [one.standing.holds(Duty.INTAKE) for one in (first, second)] == [True, False]
    street.emulator.person(PARENT).says("een")
    await until(lambda: len(street.got()) == 1)
    await stopped(first, task)
    street.emulator.person(PARENT).says("twee")
    await until(lambda: len(street.got()) == 2)
    assert second.standing.holds(Duty.TICKER)
    assert all(call.outcome == "ok" for call in street.emulator.calls.all("getUpdates"))


@pytest.mark.usefixtures("only_by_being_told")
async def test_each_part_is_woken_by_the_one_before_it(street: Street) -> None:
    """Intake wakes the worker, the worker the sender, and a timer that was set meanwhile the ticker."""
    intake, _ = await street.running(Role.INTAKE)
    for role in (Role.WORKER, Role.SENDER, Role.TICKER):
        await street.running(role)
    street.moves_in(intake)
    street.moves_in(intake, REMINDED)
    street.emulator.private_chat(REMINDED)
    street.emulator.person(PARENT).says("lang verhaal")
    await until(lambda: len(street.got()) == 1)

    def work(connection: Connection) -> None:
        timers.put(connection, Timer(REMINDED, "evening", street.clock.now(), 3600, None, "04:00", "1234567", "UTC"))
        wakeups.announce(connection, Channel.HANDLED)

    intake.database.do(work)
    await until(lambda: street.got(REMINDED))


async def test_who_hears_nothing_looks_by_itself(street: Street, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Service, "_place", lambda _: Alone())
    service = await street.opened()
    task = asyncio.create_task(service.run())
    street.stack.push_async_callback(stopped, service, task)
    street.moves_in(service)
    street.emulator.person(PARENT).says("lang verhaal")
    await until(lambda: len(street.got()) == 1)


# --- a second poller --------------------------------------------------------------------------------------------------


async def test_a_second_poller_with_the_same_token_gives_way(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Over a database of its own; the first one goes on."""
    monkeypatch.setattr(app, "_ERROR_SECONDS", 0.05)
    clock = SimulatedClock()
    async with open_street(tmp_path, None, cache, clock) as street:
        first, task = await street.running()
        street.moves_in(first)
        await until(lambda: street.emulator.polls_waiting)
        clock.advance(timedelta(minutes=5))
        other = await street.opened(database_url=f"sqlite:///{tmp_path}/other.sqlite3")
        with pytest.raises(SettingsProblem, match=r"^DRAAGLICHT_TOKEN: another program .*409.*$"):
            await other.run()
        assert not task.done()
        street.emulator.person(PARENT).says("lang verhaal")
        await until(lambda: len(street.got()) == 1)


# --- the cost of doing nothing ----------------------------------------------------------------------------------------


class Skipping(selectors.DefaultSelector):
    """Does not wait while nothing can happen: time goes on at once to when something is to be done."""

    def __init__(self) -> None:
        super().__init__()
        self.ahead, self.busy = 0.0, 0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if self.busy or not timeout or timeout <= 0:
            return super().select(timeout)
        found = super().select(min(timeout, 0.01))
        if not found:
            self.ahead += timeout
        return found


class QuickLoop(asyncio.SelectorEventLoop):
    """A loop whose time skips what nobody does anything in. Work in threads takes as long as it takes."""

    def __init__(self) -> None:
        self.skipping = Skipping()
        super().__init__(self.skipping)

    def time(self) -> float:
        return super().time() + self.skipping.ahead

    def run_in_executor(self, executor: Any, func: Any, *args: Any) -> Any:
        self.skipping.busy += 1
        done = super().run_in_executor(executor, func, *args)
        done.add_done_callback(self._is_back)
        return done

    def _is_back(self, _: object) -> None:
        self.skipping.busy -= 1


def _in_quick_time(work: Callable[[], Coroutine[object, object, Counter[str]]]) -> Counter[str]:
    with asyncio.Runner(loop_factory=QuickLoop) as runner:
        return runner.run(work())


def test_who_is_woken_asks_little_while_nothing_happens(
    tmp_path: Path, postgresql_url: str, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Transactions in an idle minute of a worker, a sender and a ticker, beside those of the same three who have to
    look all the time."""

    def counting(service: Service, role: Role, counted: Counter[str]) -> None:
        event.listen(service.database.engine, "begin", lambda _: counted.update([role]))

    async def idle() -> Counter[str]:
        counted: Counter[str] = Counter()
        content, loop = shared_content(cache), asyncio.get_running_loop()
        start = datetime.now(UTC) - timedelta(seconds=loop.time())
        services = [
            Service(
                Settings(data_dir=tmp_path, database_url=postgresql_url, role=role),
                clock=lambda: start + timedelta(seconds=loop.time()),
                token=TOKEN,
                api_base="http://127.0.0.1:9/bot",
                content=content,
            )
            for role in (Role.WORKER, Role.SENDER, Role.TICKER)
        ]
        tasks = [asyncio.create_task(service.run()) for service in services]
        await until(lambda: all(one.standing.hears or isinstance(one.standing, Alone) for one in services))
        for service in services:
            counting(service, service.settings.role, counted)
        await asyncio.sleep(60)
        before = Counter(counted)
        for service in services:
            service.stop()
        await asyncio.wait(tasks)
        for service in services:
            service.database.close()
        return before

    told = _in_quick_time(idle)
    monkeypatch.setattr(Service, "_place", lambda _: Alone())
    looking = _in_quick_time(idle)
    assert told[Role.WORKER] <= 30
    assert told[Role.SENDER] <= 40
    assert told[Role.TICKER] <= 8
    assert told.total() * 5 < looking.total()


# --- an older and a newer version -------------------------------------------------------------------------------------


async def _two_versions(street: Street) -> tuple[Service, Service]:
    """A parent stands at a step that the second of these does not have."""
    newer = await street.opened()
    flow = street.content.library.flows[LOOSE_FLOW]
    steps = {f"{name}_once": step for name, step in flow.steps.items()}
    flows = {**street.content.library.flows, LOOSE_FLOW: replace(flow, start=f"{flow.start}_once", steps=steps)}
    library = replace(street.content.library, flows=flows)
    older = await street.opened(content=replace(street.content, library=library))
    street.moves_in(newer)
    street.emulator.person(PARENT).says("lang verhaal")
    await _handles(newer)
    street.emulator.person(PARENT).taps("Bewaar als notitie")
    await _handles(older)
    assert newer.database.do(inbox.waiting) == 1
    assert len(street.got()) == 1
    return newer, older


async def _handles(service: Service) -> None:
    await service.step_intake()
    while await service.step_worker():
        pass
    while await service.step_sender():
        pass


async def test_a_conversation_goes_on_with_the_version_that_knows_it(street: Street) -> None:
    newer, _ = await _two_versions(street)
    street.clock.advance(timedelta(seconds=2))
    await _handles(newer)
    assert newer.database.do(lambda connection: _kinds(connection, newer)) == ["note"]


async def test_where_nobody_knows_it_any_more_it_is_brought_to_the_start(street: Street) -> None:
    _, older = await _two_versions(street)
    street.clock.advance(timedelta(seconds=21))
    await _handles(older)
    assert older.database.do(inbox.waiting) == 0
    assert street.got()[1:]


def _kinds(connection: Connection, service: Service) -> list[str]:
    person = people.present(connection, service.vault, PARENT).person
    assert person
    return [record.kind for record in records.of_kind(connection, service.vault, person.id, "note")]


def _grow(connection: Connection) -> None:
    """What a next version may do: new columns that may be left out, and new tables."""
    for table in ("inbox", "outbox", "conversations", "people", "records", "timers"):
        connection.execute(text(f"ALTER TABLE {table} ADD COLUMN brand_new INTEGER NOT NULL DEFAULT 7"))
    connection.execute(text("CREATE TABLE brand_new (id BIGINT PRIMARY KEY)"))
    values = {"oldest": migrations.HEAD}
    connection.execute(text("UPDATE alembic_version SET version_num = '9998', oldest = :oldest"), values)
    wakeups.announce(connection, Channel.TABLES)


async def test_inputs_are_handled_while_a_newer_version_makes_its_tables(street: Street) -> None:
    service, task = await street.running()
    street.moves_in(service)
    phone = street.emulator.person(PARENT)
    newer = Database(street.url or "")
    for number in range(15):
        phone.says(f"tekst {number}")
        if number == 5:
            await asyncio.gather(newer.run(_grow), until(lambda: len(street.got()) > 5))
    await until(lambda: len(street.got()) == 15)
    beside = await street.opened()  # One of this version may still start.
    assert not task.done()

    def close(connection: Connection) -> None:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999', oldest = '9998'"))
        wakeups.announce(connection, Channel.TABLES)

    newer.do(close)
    newer.close()
    with pytest.raises(DatabaseProblem, match="does not fit this version of Draaglicht"):
        await task
    with pytest.raises(DatabaseProblem, match="does not fit this version of Draaglicht"):
        await street.opened()
    assert beside.database.do(inbox.waiting) == 0
