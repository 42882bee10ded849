"""The sender against a Telegram that enforces its limits and says 429 now and then, or takes calls and never answers.

Lived in moved time, over real Bots and the emulator: `python -m tests.faults.limits` does it at full size and prints
the numbers. What a machine adds of its own is not in them: see tests/benchmarks.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import sys
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

from sqlalchemy import event, func, select
from telegram import Bot
from telegram.request import HTTPXRequest

from bot import logs
from bot.conversation import outgoing
from bot.simulator import ApiCall, Emulator
from bot.store import outbox
from bot.store.database import Database
from bot.store.outbox import WHOLE_BOT, Call, Pace, Priority, Purpose
from bot.store.tables import outbox as table
from bot.store.tables import paces
from bot.store.vault import Vault
from bot.telegram import outbound
from bot.telegram.sender import Sender
from tests.databases import prepared_sqlite
from tests.support.moved_time import MovedClock, Wire, live

START = datetime(2027, 3, 1, 18, 30, tzinfo=UTC)
WAY_SECONDS = 0.03
"""How long a call is under way at most, there and back each."""
_FIRST_CHAT, _FIRST_PERSON, _GROUPS = 1_000, 500_000, 10


class Post:
    """An outbox, a sender and the Telegram at the other side."""

    def __init__(self, database: Database, emulator: Emulator, clock: MovedClock, bot: Bot) -> None:
        self.database, self.emulator, self.clock = database, emulator, clock
        self.vault = Vault([(1, bytes(range(32)))])
        self._sender = Sender(
            database,
            self.vault,
            lambda chat_id, call: outbound.make(bot, chat_id, call),
            lambda *_: None,
            clock.now,
            Pace(),
            alone=True,
        )
        self._task = asyncio.create_task(self._send())

    async def _send(self) -> None:
        while True:
            while await self._sender.launch_once():
                pass
            await asyncio.sleep(0.2)

    async def close(self) -> None:
        """Stops sending."""
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task
        await self._sender.finish()

    async def put(self, calls: Sequence[Call]) -> None:
        now = self.clock.now()
        await self.database.run(lambda connection: outbox.put(connection, self.vault, calls, now))

    async def left(self) -> int:
        """How many calls are not settled."""
        return await self.database.run(outbox.waiting)

    def sent(self, *chats: int) -> list[ApiCall]:
        """What arrived; in these chats."""
        return [call for call in self.emulator.calls.all("sendMessage") if not chats or call.chat_id in chats]

    async def empty(self) -> None:
        """Waits until everything is settled."""
        while await self.left():  # noqa: ASYNC110 - what is waited for lies in the database
            await asyncio.sleep(0.5)

    async def whole_bot_was_held(self) -> bool:
        """Whether every chat has to wait for more than a moment."""
        query = select(paces.c.free_at).where(paces.c.chat_id == WHOLE_BOT)
        free_at = await self.database.run(lambda connection: connection.execute(query).scalar())
        return free_at is not None and free_at > self.clock.now() + timedelta(seconds=1)

    def outcomes(self) -> Counter[tuple[str, str]]:
        """How many calls of each purpose ended how."""
        query = select(table.c.purpose, table.c.status, func.count()).group_by(table.c.purpose, table.c.status)
        rows = self.database.do(lambda connection: connection.execute(query).all())
        return Counter({(row[0], row[1]): row[2] for row in rows})


def _in_a_hurry(connection: Any, _record: Any) -> None:
    """Nothing is pulled out here, so nothing has to be on the disk."""
    connection.execute("PRAGMA synchronous=OFF")


@asynccontextmanager
async def open_post(folder: Path, *, seed: int, read_timeout: float = 20) -> AsyncIterator[Post]:
    """A sender with an empty outbox, which runs."""
    file = folder / "post.sqlite3"
    file.write_bytes(prepared_sqlite())
    database, clock = Database(f"sqlite:///{file}"), MovedClock(START)
    event.listen(database.engine, "connect", _in_a_hurry)
    emulator = Emulator(clock)
    wire = {"transport": Wire(emulator, WAY_SECONDS, seed)}
    request = HTTPXRequest(connection_pool_size=100, read_timeout=read_timeout, httpx_kwargs=wire)
    async with Bot("1000:limits", base_url="http://telegram/bot", request=request) as bot:
        post = Post(database, emulator, clock, bot)
        try:
            yield post
        finally:
            await post.close()
            database.close()


# --- limits -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Kept:
    """How the limits were kept. Times in seconds. `longest_pause`: between two calls while much waited, whatever had
    been said to one chat. `held`: how often the whole bot was."""

    messages: int
    breaches: int
    told_to_wait: int
    lost: int
    doubled: int
    answers: int
    answer_p99: float
    longest_pause: float
    held: int
    seconds: float

    @property
    def rate(self) -> float:
        return self.messages / self.seconds

    def __str__(self) -> str:
        return (
            f"{self.messages:,} messages, {self.told_to_wait} times 429: {self.breaches} breaches, {self.lost} lost, "
            f"{self.doubled} doubled, in {self.seconds:.0f} s of moved time ({self.rate:.1f} a second);\n"
            f"{self.answers} answers to people meanwhile: p99 {self.answer_p99:.2f} s; the longest pause of all "
            f"{self.longest_pause:.2f} s; the whole bot was held {self.held} times"
        )


async def _limits(folder: Path, messages: int, floods: int, seed: int) -> Kept:
    dice = random.Random(seed)
    async with open_post(folder, seed=seed) as post:
        emulator = post.emulator
        chats = [_FIRST_CHAT + number for number in range(max(messages // 8, 60))]
        for chat_id in chats:
            emulator.private_chat(chat_id)
        groups = _make_groups(emulator, chats[0])
        in_groups = messages // 40
        to = [dice.choice(chats) for _ in range(messages - in_groups)] + [dice.choice(groups) for _ in range(in_groups)]
        dice.shuffle(to)
        emulator.enforce_limits(True)
        calls = [Call(one, outgoing.send(f"bericht {row}"), Priority.BULK, "letter") for row, one in enumerate(to)]
        await post.put(calls)
        started = post.clock.now()
        asked: dict[int, datetime] = {}
        held = 0
        faults = asyncio.create_task(_flood(post, to, floods, dice))
        while await post.left() > len(chats) // 20:
            held += await post.whole_bot_was_held()
            person = _FIRST_PERSON + len(asked)
            emulator.private_chat(person)
            asked[person] = post.clock.now()
            await post.put([Call(person, outgoing.send("antwoord"))])
            await asyncio.sleep(dice.uniform(0.2, 1.2))
        busy_until = post.clock.now()
        await faults
        emulator.faults.clear()
        await post.empty()
        performed = [call for call in post.sent() if call.performed]
        waits = sorted((call.at - asked[call.chat_id]).total_seconds() for call in performed if call.chat_id in asked)
        moments = sorted(call.at for call in post.sent() if call.at <= busy_until)
        pauses = [(later - earlier).total_seconds() for earlier, later in pairwise(moments)]
        statuses = post.outcomes()
        return Kept(
            messages + len(asked),
            emulator.limits.breaches,
            sum("too_many" in call.outcome for call in post.sent()),
            messages + len(asked) - sum(count for (_, status), count in statuses.items() if status == "sent"),
            len(performed) - messages - len(asked),
            len(waits),
            waits[int(len(waits) * 0.99)],
            max(pauses),
            held,
            (max(call.at for call in performed) - started).total_seconds(),
        )


async def _flood(post: Post, to: Sequence[int], floods: int, dice: random.Random) -> None:
    """Here and there, while the queue goes on, a chat whose turn is yet to come is said to have had too much."""
    every = 0.8 * len(to) / 28 / floods
    for number in range(floods):
        ahead = to[int((0.15 + 0.8 * number / floods) * len(to)) :]
        post.emulator.add_fault(
            "too_many_requests", chat_id=dice.choice([one for one in ahead if one > 0]), seconds=dice.randrange(1, 30)
        )
        await asyncio.sleep(every)


def _make_groups(emulator: Emulator, owner: int) -> list[int]:
    return [emulator.create_group(f"groep {number}", [owner]).chat_id for number in range(_GROUPS)]


# --- ambiguity --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Classified:
    """What became of calls that were taken and never answered. `arrived`: how often, at most, a message of each purpose
    did; `open`: how many are not settled."""

    outcomes: Counter[tuple[str, str]]
    arrived: dict[str, int]
    open: int

    def __str__(self) -> str:
        said = ", ".join(f"{count} {purpose} {status}" for (purpose, status), count in sorted(self.outcomes.items()))
        most = ", ".join(f"{purpose} {count}" for purpose, count in sorted(self.arrived.items()))
        return f"{said}; {self.open} not classified; arrived at most: {most} times"


async def _ambiguity(folder: Path, many: int, seed: int) -> Classified:
    purposes: tuple[Purpose, ...] = ("ritual", "ritual", "ritual", "answer", "safety")
    async with open_post(folder, seed=seed) as post:
        calls = []
        for number in range(many):
            chat_id, purpose = _FIRST_CHAT + number, purposes[number % len(purposes)]
            post.emulator.private_chat(chat_id)
            post.emulator.add_fault("lost_answer", chat_id=chat_id)
            calls.append(Call(chat_id, outgoing.send("dag"), Priority.REMINDER, purpose))
        await post.put(calls)
        await post.empty()
        arrived: dict[str, int] = {}
        for number, call in enumerate(calls):
            count = len(post.emulator.person(_FIRST_CHAT + number).from_bot)
            arrived[call.purpose] = max(count, arrived.get(call.purpose, 0))
        return Classified(post.outcomes(), arrived, await post.left())


def limits(folder: Path, *, messages: int, floods: int, seed: int = 7) -> Kept:
    """So many messages at once and so many 429s, while people get their answers."""
    return live(_limits(folder, messages, floods, seed))


def ambiguity(folder: Path, *, many: int, seed: int = 7) -> Classified:
    """So many calls that Telegram takes, and never answers."""
    return live(_ambiguity(folder, many, seed))


def main(say: Callable[[Any], object] = print) -> int:
    """At full size."""
    logs.set_up("error")
    with tempfile.TemporaryDirectory() as first, tempfile.TemporaryDirectory() as second:
        kept = limits(Path(first), messages=10_000, floods=200)
        say(kept)
        classified = ambiguity(Path(second), many=500)
        say(classified)
    is_well = not (kept.breaches or kept.lost or kept.doubled or classified.open)
    return 0 if is_well and kept.answer_p99 < 3 and classified.arrived["ritual"] == 1 else 1


if __name__ == "__main__":
    sys.exit(main())
