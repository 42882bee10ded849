"""A whole town on one machine: Telegram's emulator, the service over real HTTP, and a clock that only moves when told.

Nothing here sleeps: the service is stepped until it has nothing left to do.
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from bot.app import Service, read_content
from bot.care import invitations
from bot.care.people import Role
from bot.settings import Settings
from bot.simulator import Emulator, Phone, SimulatedClock, SimulatorServer
from bot.store.outbox import Pace
from tests.databases import free_port, prepared_sqlite

HOME = ZoneInfo("Europe/Amsterdam")
TOKEN = "1000:test"
UNPACED = Pace(bot_per_second=1e9, chat_seconds=0, group_seconds=0)

T = TypeVar("T")


class Town:
    """The emulator, the service and the clock."""

    def __init__(self, emulator: Emulator, service: Service, clock: SimulatedClock) -> None:
        self.emulator, self.service, self.clock = emulator, service, clock
        self._taken = 0

    def phone(self, who: str) -> Phone:
        """Somebody's phone, by the persona's key."""
        return self.emulator.person(who)

    def do(self, work: Callable[[Connection], T]) -> T:
        """Looks at, or changes, what is kept, past everybody."""
        return self.service.database.do(work)

    async def settle(self) -> None:
        """Lets everything happen that can happen now."""
        while True:
            done = await self._take_in()
            await self.service.intake.settle()
            done += await self.service.step_ticker()
            while await self.service.step_worker():
                done += 1
            while sent := await self.service.step_sender():
                done += sent
            if not done:
                return

    async def _take_in(self) -> int:
        """Asks for updates where there can be some: most of what a town does would else be asking in vain."""
        produced = self.emulator.updates.produced
        if self._taken >= produced:
            return 0
        came = await self.service.step_intake()
        self._taken = self._taken + came if came else produced
        return came

    async def passes(self, time: timedelta) -> None:
        """Time passes; everything that falls due on the way happens at its own moment."""
        until = self.clock.now() + time
        while (moment := await self.service.next_moment()) and moment <= until:
            if moment > self.clock.now():
                self.clock.move_to(moment)
            await self.settle()
        self.clock.move_to(until)
        await self.settle()

    async def until(self, local: str) -> None:
        """Time passes until this local moment in Amsterdam, such as 2027-03-01T19:30."""
        await self.passes(datetime.fromisoformat(local).replace(tzinfo=HOME) - self.clock.now())

    async def says(self, who: str, text: str) -> None:
        self.phone(who).says(text)
        await self.settle()

    async def taps(self, who: str, label: str) -> None:
        self.phone(who).taps(label)
        await self.settle()

    def invite(self, role: Role, name: str, made_by: int | None = None) -> str:
        """A fresh invitation's code."""
        service = self.service
        return service.database.do(
            lambda connection: invitations.make(
                connection, service.vault, role=role, name=name, made_by=made_by, now=self.clock.now()
            )
        )


class BroughtTown(Town):
    """A town where Telegram brings updates by itself."""

    async def _take_in(self) -> int:
        came = len(self.emulator.updates.waiting)
        assert await self.emulator.until(lambda: not self.emulator.updates.waiting, 30), "an update is not taken"
        with contextlib.suppress(DBAPIError):  # Where the database is slow or away, they wait on the disk.
            await self.service.intake.take_up()
        return came


def brought() -> dict[str, str]:
    """Settings with which updates are brought, for `open_town`."""
    address = f"127.0.0.1:{free_port()}"
    return {"token": TOKEN, "webhook_url": f"http://{address}/telegram/updates", "listen": address}


shared_content = functools.cache(read_content)
"""The content, read once in a process for each folder of compiled copies."""


def _put_database(folder: Path) -> None:
    """An empty database with its tables, unless there is one: quicker than making them."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "draaglicht.sqlite3"
    if not file.exists():
        file.write_bytes(prepared_sqlite())


@asynccontextmanager
async def open_town(
    folder: Path,
    start: str = "2027-03-01T19:00",
    *,
    database_url: str | None = None,
    pace: Pace = UNPACED,
    cache: Path | None = None,
    **more: Any,
) -> AsyncIterator[Town]:
    """A town that begins at this local moment in Amsterdam, with an empty database. `more` are settings."""
    clock = SimulatedClock(datetime.fromisoformat(start).replace(tzinfo=HOME), frozen=True)
    emulator = Emulator(clock)
    settings = Settings(data_dir=folder, database_url=database_url, **more)
    if database_url is None:
        _put_database(folder)
    async with SimulatorServer(emulator) as server:
        content = shared_content(cache) if cache else None
        service = Service(settings, clock=clock.now, token=TOKEN, api_base=server.api_url, pace=pace, content=content)
        async with service:
            front = await service.listen()
            try:
                yield (BroughtTown if front else Town)(emulator, service, clock)
            finally:
                if front:
                    await front.close()
