"""What a tick costs, with few and with very many timers.

Measured: `ticker.fire_due` in its transaction, in one hop to a database thread, as the service does each second. Every
timer is somebody's evening rhythm; they come spread over a day.

Idle, nothing is due: the floor is the same with a thousand timers. With a hundred due: the floor is the bare database
transaction that such a tick cannot do without, on the same database: read the hundred, write a hundred rows of the
inbox, write a hundred next instants.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from random import Random

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from bot.care import rituals
from bot.schedule.ticker import KIND, fire_due
from bot.store.tables import inbox, timers
from tests.benchmarks.places import Place
from tests.benchmarks.stage import FIRST_CHAT, NOW, Stage, know_sizes, open_stage
from tests.benchmarks.table import Aim, Result, Watch, milliseconds

NAME = "tick"
AIM: Aim = ("at most", 1.2)
DUE = 100
_MINUTES_IN_A_DAY = 24 * 60
SIZES = (1_000, 10_000, 100_000, 1_000_000)
QUICK_SIZES = (1_000, 4_000, 16_000)
_COPIED = ("key", "due_at", "late_after", "local_time", "days", "zone")


async def run(place: Place, *, quick: bool) -> list[Result]:
    """All sizes at once, by turns."""
    sizes = QUICK_SIZES if quick else SIZES
    with ExitStack() as stack:
        stages = {}
        for size in sizes:
            folder, url = place.fresh()
            stage = stack.enter_context(open_stage(folder, url, cache=place.cache))
            stage.service.database.do(lambda connection, size=size: fill_timers(connection, size))
            stage.service.database.do(know_sizes)
            stages[size] = stage
        idle = {size: _Timing() for size in sizes}
        busy = {size: _Timing() for size in sizes}
        bare = {size: _Timing() for size in sizes}
        order, chance = list(stages.items()), Random(1)
        for number in range(10 if quick else 300):
            chance.shuffle(order)  # Whose thread wakes on whose core is then not the same each time.
            for size, stage in order:
                await idle[size].of(stage, lambda connection, stage=stage: _fire(connection, stage), number, wanted=0)
        for number in range(3 if quick else 30):
            for size, stage in stages.items():
                for timing, work in ((busy[size], _fire), (bare[size], _bare)):
                    await make_due(stage)
                    await timing.of(
                        stage, lambda connection, stage=stage, work=work: work(connection, stage), number, wanted=DUE
                    )
    results = []
    for size in sizes:
        over, under = idle[size].median, idle[sizes[0]].median
        first = size == sizes[0]
        aim = None if first else AIM
        results.append(
            Result(
                f"{NAME}, {size:,} timers, none due",
                place.kind,
                milliseconds(over),
                "" if first else milliseconds(under),
                None if first else over / under,
                aim,
            )
        )
    for size in sizes:
        over, under = busy[size].median, bare[size].median
        name = f"{NAME}, {size:,} timers, {DUE} due"
        results.append(Result(name, place.kind, milliseconds(over), milliseconds(under), over / under))
    return results


@dataclass
class _Timing:
    """How long something took, each time but the first."""

    seconds: list[float] | None = None

    async def of(self, stage: Stage, work: Callable[[Connection], int], number: int, *, wanted: int) -> None:
        watch = Watch()
        fired = await stage.service.database.run(work)
        taken = watch.seconds
        if fired != wanted:
            raise SystemExit(f"{fired} timers fired instead of {wanted}; mend tests/benchmarks/ticks.py")
        if number:
            self.seconds = [*(self.seconds or []), taken]

    @property
    def median(self) -> float:
        return statistics.median(self.seconds or [0])


def fill_timers(connection: Connection, count: int, first_chat: int = FIRST_CHAT) -> None:
    """Adds so many evening rhythms of as many chats, none of them due within the hour."""
    first = min(count, 1_000)
    connection.execute(
        insert(timers),
        [
            {
                "chat_id": first_chat + number,
                "key": rituals.EVENING,
                "due_at": NOW + timedelta(hours=1, minutes=number * 7 % _MINUTES_IN_A_DAY),
                "late_after": 7200,
                "local_time": "19:30",
                "days": rituals.EVERY_DAY,
                "zone": "Europe/Amsterdam",
            }
            for number in range(first)
        ],
    )
    have = first
    while have < count:
        more = min(have, count - have)
        copied = [timers.c[name] for name in _COPIED]
        doubled = (
            select(timers.c.chat_id + have, *copied)
            .where(timers.c.chat_id >= first_chat, timers.c.chat_id < first_chat + more)
            .order_by(timers.c.chat_id)
        )
        connection.execute(insert(timers).from_select(["chat_id", *_COPIED], doubled))
        have += more


async def make_due(stage: Stage) -> None:
    """Makes the first hundred timers due, and forgets what they put in the inbox before."""

    def work(connection: Connection) -> None:
        connection.execute(delete(inbox))
        connection.execute(update(timers).where(timers.c.chat_id < FIRST_CHAT + DUE).values(due_at=stage.clock.now()))

    await stage.service.database.run(work)


def _fire(connection: Connection, stage: Stage) -> int:
    return fire_due(connection, stage.vault, stage.clock.now())


_DUE = (
    select(timers).where(timers.c.due_at <= bindparam("now", type_=timers.c.due_at.type)).order_by(timers.c.due_at)
).limit(500)
_MOVE = (
    update(timers).where(timers.c.id == bindparam("row")).values(due_at=bindparam("next", type_=timers.c.due_at.type))
)
_ARRIVE = insert(inbox)
_PAYLOAD = 150


def _bare(connection: Connection, stage: Stage) -> int:
    now = stage.clock.now()
    rows = connection.execute(_DUE, {"now": now}).all()
    sealed = bytes(_PAYLOAD)
    connection.execute(
        _ARRIVE,
        [
            {
                "chat_id": row.chat_id,
                "received_at": now,
                "kind": KIND,
                "seal": "0" * 16,
                "payload_sealed": sealed,
                "status": "waiting",
            }
            for row in rows
        ],
    )
    tomorrow = now + timedelta(days=1)
    connection.execute(_MOVE, [{"row": row.id, "next": tomorrow} for row in rows])
    return len(rows)
