"""One answered question, stored and answered: ours against other libraries.

Both do the turns of `updates`: the answer is kept on the disk, the buttons go off the tapped message, and the next
question is sent, over HTTP, to the same Bot API on loopback that says yes to everything. Each bot is a process of its
own but ours, which runs where the measuring does. Ours is all from the row in the inbox until the answer of the Bot
API is written down, one worker, with encryption; how much of it is the whole update, up to its commit, stands beside
it. Theirs is from the update as JSON values until the handler is done.

With python-telegram-bot "stored" can mean two things, so there are two lines. *Written*: the conversation's state is on
its way to the disk before the next update, as ours is; this is the same work, and the one that the aim is about. It is
asked of PicklePersistence in the kindest way, one `flush` for each update (with `on_flush`, or it would write the file
several times). Every flush writes the data of all parents. *Default*: as it is installed, written once a minute, which
here is never: whatever was answered since then is lost in a crash, or asked again.
Neither does PicklePersistence wait for the disk (no fsync), which the database of ours does; the answers, by aiosqlite,
are committed with write-ahead logging, as ours. aiogram's states are in memory and gone at every restart.
"""

from __future__ import annotations

import os
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from bot.store import outbox
from bot.store.outbox import Pace
from tests.benchmarks.others.child import OWN, Child, child
from tests.benchmarks.places import SQLITE, Place
from tests.benchmarks.stage import Stage, fill, know_sizes, open_stage
from tests.benchmarks.table import Aim, Pair, Result, in_turns, per_second
from tests.benchmarks.updates import CHATS_PER_FLOW, Talks, whole

NAME = "answered question"
AIM: Aim = ("at least", 1.8)
AIOGRAM = "BENCH_AIOGRAM"
_UNHURRIED = Pace(bot_per_second=1e6, chat_seconds=0, group_seconds=0)
"""No limits: they are the same for everybody."""


async def run(place: Place, *, quick: bool) -> list[Result]:
    """By turns with each of the others. The ratio is how many times as fast ours is."""
    parents, rounds, chats = (200, 1, 1) if quick else (20_000, 11, CHATS_PER_FLOW)
    folder, url = place.fresh()
    results: list[Result] = []
    async with AsyncExitStack() as stack:
        api = await (await stack.enter_async_context(child(OWN / "loopback.py"))).said()
        stage = stack.enter_context(open_stage(folder, url, cache=place.cache, api=api, pace=_UNHURRIED))
        await stack.enter_async_context(stage.service)
        database = stage.service.database
        database.do(lambda connection: fill(connection, stage.vault, parents))
        database.do(know_sizes)
        talks = Talks(stage)
        await talks.scout()

        async def ours() -> float:
            return await whole(stage, talks, then=lambda: _send(stage), chats_per_flow=chats)

        async def stored() -> float:
            return await whole(stage, talks, chats_per_flow=chats)

        own = await in_turns(rounds, ours, stored)
        results.append(_line(f"{NAME}, of which up to the commit", place.kind, own, None))
        async with _others(api, place, parents, quick=quick) as others:
            for name, (other, aim) in others.items():

                async def theirs(other: Child = other) -> float:
                    return await _asked(other, chats)

                aim = aim if place.kind == SQLITE else None
                results.append(_line(f"{NAME}: {name}", place.kind, await in_turns(rounds, ours, theirs), aim))
    return results


async def _send(stage: Stage) -> None:
    while await stage.service.step_sender():
        pass
    if waiting := await stage.service.database.run(outbox.waiting):
        raise SystemExit(f"{waiting} calls were not made; mend tests/benchmarks/others/answering.py")


async def _asked(other: Child, chats: int) -> float:
    """The seconds for an answer of theirs. Every answer was kept."""
    seconds, kept, wanted = (await other.ask(str(chats))).split()
    if kept != wanted:
        raise SystemExit(f"{kept} of {wanted} answers were kept; mend tests/benchmarks/others")
    return float(seconds)


def _line(name: str, kind: str, pair: Pair, aim: Aim | None) -> Result:
    return Result(name, kind, per_second(pair.measured), per_second(pair.floor), pair.ratio, aim)


@asynccontextmanager
async def _others(
    api: str, place: Place, parents: int, *, quick: bool
) -> AsyncIterator[dict[str, tuple[Child, Aim | None]]]:
    found: dict[str, tuple[Child, Aim | None]] = {}
    async with AsyncExitStack() as stack:
        for how, aim in [("written", AIM), ("default", None)][: 1 if quick else 2]:
            folder, _ = place.fresh()
            one = await stack.enter_async_context(child(OWN / "with_ptb.py", api, folder, str(parents), how))
            found[f"ConversationHandler, {how}"] = one, aim
        if python := os.environ.get(AIOGRAM):
            folder, _ = place.fresh()
            one = await stack.enter_async_context(child(OWN / "with_aiogram.py", api, folder, python=python))
            found["aiogram, in memory"] = one, None
        else:
            how = "python -m venv other && other/bin/pip install aiogram aiosqlite"
            print(f"no aiogram: {how}, and {AIOGRAM}=other/bin/python", file=sys.stderr)
        yield found
