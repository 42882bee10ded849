"""Reminders that are due all at once, in a process of its own, so that its memory and its loop are seen alone.

`python -m tests.benchmarks.others.fire ours FOLDER MANY ADDED URL CACHE`, after which they lie there overdue, as after
a restart: the first claim is counted from when the ticker begins. `... jobqueue|apscheduler FOLDER MANY ADDED` adds
them with all settings as they are installed, and waits for the moment. Prints one line of JSON, the fields of `Fired`.
"""

from __future__ import annotations

import asyncio
import gc
import json
import logging
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from time import perf_counter
from typing import Any

import psutil

_BEAT = 0.005
_BEFORE = 0.2
"""So many seconds before the moment begins what is measured."""
_QUIET_SECONDS = 1.5
"""Who fires nothing for so long fires nothing any more."""


@dataclass
class Fired:
    """What came of it. `adding`: seconds for each that was added; `first`: until the first claim; `held`: the longest
    time that the loop did nothing else; `grown`: megabytes at most more than before."""

    adding: float
    fired: int
    seconds: float
    first: float
    held: float
    grown: float


class Pulse:
    """How late a loop is that only wants to wake up now and then, and how much memory its process holds."""

    def __init__(self) -> None:
        self._process = psutil.Process()
        self._before = self._most = self._process.memory_info().rss
        self.held, self._beats = 0.0, 0

    async def beat(self) -> None:
        """Until cancelled."""
        while True:
            slept = perf_counter()
            await asyncio.sleep(_BEAT)
            self.held = max(self.held, perf_counter() - slept - _BEAT)
            self._beats += 1
            if self._beats % 10 == 0 or self.held > 1:
                self._most = max(self._most, self._process.memory_info().rss)

    @property
    def grown(self) -> float:
        return (max(self._most, self._process.memory_info().rss) - self._before) / 1e6


@asynccontextmanager
async def pulse() -> AsyncIterator[Pulse]:
    gc.freeze()  # As `draaglicht` does when it has started; for the others too.
    one = Pulse()
    beating = asyncio.create_task(one.beat())
    await asyncio.sleep(0)
    try:
        yield one
    finally:
        await asyncio.sleep(2 * _BEAT)
        beating.cancel()


async def ours(folder: Path, many: int, added: int, url: str, cache: str) -> Fired:
    """The ticker of the service, and its database."""
    from sqlalchemy import func, select, update

    from bot.store import timers
    from bot.store.tables import inbox
    from bot.store.tables import timers as table
    from tests.benchmarks.stage import FIRST_CHAT, NOW, know_sizes, open_stage
    from tests.benchmarks.ticks import fill_timers

    daily = {"late_after": 7200, "local_time": "19:30", "days": "1234567", "zone": "Europe/Amsterdam"}
    with open_stage(folder, url, cache=Path(cache)) as stage:
        database = stage.service.database

        def add(number: int) -> None:
            timer = timers.Timer(FIRST_CHAT - 1 - number, "evening", NOW + timedelta(days=1), **daily)
            database.do(lambda connection: timers.put(connection, timer))

        adding = _each(add, added)
        database.do(lambda connection: fill_timers(connection, many))
        overdue = update(table).where(table.c.chat_id >= FIRST_CHAT).values(due_at=NOW - timedelta(minutes=5))
        database.do(lambda connection: connection.execute(overdue))
        database.do(know_sizes)
    with open_stage(folder, url, cache=Path(cache)) as stage:
        database = stage.service.database
        async with pulse() as own:
            start = perf_counter()
            await stage.service.step_ticker()
            first = perf_counter() - start
            while await stage.service.step_ticker():
                pass
            seconds = perf_counter() - start
        rows = select(func.count()).select_from(inbox)
        fired = database.do(lambda connection: connection.execute(rows).scalar_one())
    return Fired(adding, fired, seconds, first, own.held, own.grown)


_count = 0


async def _remind(*_: object) -> None:
    global _count
    _count += 1


async def _burst(scheduler: Any, add: Callable[[int, datetime], Any], many: int, added: int) -> Fired:
    """Adds to a scheduler that was started, lets the moment come, and waits until nothing is fired any more."""
    far = datetime.now(UTC) + timedelta(days=1)
    adding = _each(lambda number: add(number, far), added)
    scheduler.remove_all_jobs()
    scheduler.pause()  # Else it would look for due jobs after each that is added.
    due = datetime.now(UTC) + timedelta(seconds=0.5 + 2 * adding * many)
    for number in range(many):
        add(number, due)
    if datetime.now(UTC) > due - timedelta(seconds=_BEFORE):
        raise SystemExit("the machine was too busy to add all reminders before they were due; try again")
    scheduler.resume()
    await asyncio.sleep((due - datetime.now(UTC)).total_seconds() - _BEFORE)
    async with pulse() as own:
        start, first, last, seen = perf_counter(), 0.0, perf_counter(), 0
        while _count < many and perf_counter() - last < _QUIET_SECONDS:
            await asyncio.sleep(_BEAT)
            if _count != seen:
                first = first or perf_counter() - start - _BEFORE
                seen, last = _count, perf_counter()
    return Fired(adding, _count, last - start, first, own.held, own.grown)


async def jobqueue(_: Path, many: int, added: int) -> Fired:
    """python-telegram-bot's, with a daily job for each parent."""
    from telegram.ext import Application

    application = Application.builder().token("1000:bench").build()
    queue = application.job_queue
    assert queue
    await queue.start()

    def add(number: int, due: datetime) -> None:
        queue.run_daily(_remind, time(19, 30), chat_id=number, job_kwargs={"next_run_time": due})

    return await _burst(queue.scheduler, add, many, added)


async def apscheduler(folder: Path, many: int, added: int) -> Fired:
    """APScheduler's, with its jobs in SQLite by SQLAlchemy."""
    from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
    from apscheduler.schedulers.asyncio import AsyncIOScheduler

    store = SQLAlchemyJobStore(f"sqlite:///{folder / 'jobs.sqlite3'}")
    scheduler = AsyncIOScheduler(jobstores={"default": store}, timezone=UTC)
    scheduler.start()

    def add(number: int, due: datetime) -> None:
        scheduler.add_job(_remind, "cron", [number], hour=19, minute=30, next_run_time=due)

    return await _burst(scheduler, add, many, added)


def _each(do: Callable[[int], Any], times: int) -> float:
    start = perf_counter()
    for number in range(times):
        do(number)
    return (perf_counter() - start) / times


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    of: dict[str, Callable[..., Awaitable[Fired]]] = {"ours": ours, "jobqueue": jobqueue, "apscheduler": apscheduler}
    kind, where, number, to_add, *address = sys.argv[1:]
    print(json.dumps(asdict(asyncio.run(of[kind](Path(where), int(number), int(to_add), *address)))), flush=True)
