"""Ten thousand reminders that are due at the same minute, until all are in the outbox.

Measured: the ticks that fire them and the inputs that handle them, with as many workers as the service runs, through
`Service.step_ticker` and `Service.step_worker`. Floor: for each reminder the bare transaction of a whole update (see
`updates`), on the same database, just after. Sending is not in it: Telegram lets a bot send thirty messages a second.
"""

from __future__ import annotations

import asyncio

from sqlalchemy import Connection, func, select

from bot.store.inbox import Arrival
from bot.store.tables import conversations, inbox, outbox
from tests.benchmarks.places import Place
from tests.benchmarks.stage import FIRST_CHAT, NOW, Stage, fill, know_sizes, open_stage
from tests.benchmarks.table import Result, Watch, per_second
from tests.benchmarks.updates import Bare, share

NAME = "burst"
_MANY, _QUICK_MANY = 10_000, 60
_BARE, _QUICK_BARE = 2_000, 60


async def run(place: Place, *, quick: bool) -> list[Result]:
    """One burst on a fresh database."""
    folder, url = place.fresh()
    many, count = (_QUICK_MANY, _QUICK_BARE) if quick else (_MANY, _BARE)
    with open_stage(folder, url, cache=place.cache) as stage:
        database = stage.service.database
        database.do(lambda connection: fill(connection, stage.vault, many, evening=NOW))
        database.do(know_sizes)
        watch = Watch()
        while await stage.service.step_ticker():
            pass
        fired = watch.seconds
        await asyncio.gather(*(stage.drain() for _ in range(database.threads)))
        seconds = watch.seconds
        _check(stage, many)
        state, call = database.do(_sizes)
        stage.deliver()
        stage.accept([Arrival(FIRST_CHAT + number, "update", bytes(150)) for number in range(count)])
        watch = Watch()
        bare = Bare(stage, bytes(state), bytes(call), bytes(80))
        await share(lambda: database.run(bare), count, database.threads)
        floor = watch.seconds / count
    name = f"{NAME} of {many:,} reminders to the outbox"
    return [
        Result(name, place.kind, f"{seconds:.1f} s", f"{floor * many:.1f} s", floor * many / seconds),
        Result(f"{NAME}, of which the ticks", place.kind, f"{fired:.1f} s", per_second(fired / many)),
    ]


def _check(stage: Stage, many: int) -> None:
    def work(connection: Connection) -> tuple[int, int]:
        left = select(func.count()).select_from(inbox).where(inbox.c.status != "done")
        made = select(func.count()).select_from(outbox).where(outbox.c.purpose == "ritual")
        return int(connection.execute(left).scalar_one()), int(connection.execute(made).scalar_one())

    left, made = stage.service.database.do(work)
    if left or made != many:
        raise SystemExit(f"{made} reminders of {many} reached the outbox; mend tests/benchmarks/burst.py")


def _sizes(connection: Connection) -> tuple[int, int]:
    state = select(func.avg(func.length(conversations.c.state_sealed)))
    call = select(func.avg(func.length(outbox.c.call_sealed)))
    return int(connection.execute(state).scalar_one()), int(connection.execute(call).scalar_one())
