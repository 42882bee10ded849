"""Takes calls from the outbox, makes them at their moment, and writes down how they went.

At least once, and honest about it: a call that timed out may have arrived. A ritual is then left as it is, anything
else is made once more. Does not know what the calls say.
"""

from __future__ import annotations

import asyncio
import secrets
from collections import deque
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import structlog
from sqlalchemy import Connection
from telegram.error import BadRequest, Forbidden, InvalidToken, NetworkError, RetryAfter, TelegramError, TimedOut

from bot.store import outbox
from bot.store.database import Database
from bot.store.outbox import WHOLE_BOT, Pace, Settled, Taken
from bot.store.vault import Vault

log = structlog.get_logger()

BATCH = 10
MAX_FLYING = 60
MAX_ATTEMPTS = 6
_UNKNOWN_AGAIN = frozenset({"answer", "edit", "safety", "letter", "notice"})
_FLOODED_CHATS, _FLOODED_WITHIN = 3, timedelta(seconds=5)
_GONE = ("chat not found", "user is deactivated", "bot was kicked", "user not found")
_HARMLESS = ("message is not modified", "message to edit not found", "message can't be edited")

MakeCall = Callable[[int, dict[str, Any]], Awaitable[int | None]]
Unreachable = Callable[[Connection, int, datetime], None]


class Sender:
    """One sender; any number may work on the same outbox."""

    def __init__(
        self,
        database: Database,
        vault: Vault,
        make: MakeCall,
        unreachable: Unreachable,
        clock: Callable[[], datetime],
        pace: Pace | None = None,
        *,
        alone: bool,
    ) -> None:
        """`make` makes one call; `unreachable` is told of a chat that blocked the bot or is gone, in the transaction
        that settles; `alone`: no other sender exists, so that what was being sent at the start has no owner."""
        self._database, self._vault, self._make, self._unreachable = database, vault, make, unreachable
        self._clock, self._pace, self._alone = clock, pace or Pace(), alone
        self._name = secrets.token_hex(8)
        self._flying: dict[int, asyncio.Task[None]] = {}
        self._floods: deque[tuple[datetime, int]] = deque()
        self._recovered_at: datetime | None = None

    async def run_once(self) -> int:
        """Makes the calls whose turn it is, and waits until all have gone; returns how many."""
        launched = await self.launch_once()
        await self.finish()
        return launched

    async def launch_once(self) -> int:
        """Begins the calls whose turn it is; returns how many. One that hangs does not hold up the next ones."""
        if len(self._flying) >= MAX_FLYING:
            await asyncio.wait(self._flying.values(), return_when=asyncio.FIRST_COMPLETED)
        now = self._clock()
        await self._recover(now)
        taken = await self._database.run(
            lambda connection: outbox.take(connection, self._vault, self._name, self._pace, now, BATCH)
        )
        for one in taken:
            task = asyncio.create_task(self._send(one, now))
            self._flying[one.id] = task
            task.add_done_callback(partial(self._landed, one.id))
        if taken:
            await asyncio.sleep(max((taken[-1].send_at - self._clock()).total_seconds(), 0))
        return len(taken)

    def _landed(self, row: int, task: asyncio.Task[None]) -> None:
        """A call that could not even be written down stays with its lease, and is taken over when that ends."""
        self._flying.pop(row, None)
        if not task.cancelled() and (error := task.exception()):
            log.error("call not settled", outbox=row, problem=type(error).__name__)

    async def finish(self) -> None:
        """Waits until every call that was begun is settled."""
        await asyncio.gather(*self._flying.values(), return_exceptions=True)

    async def _recover(self, now: datetime) -> None:
        """Takes over calls of senders that died: at the start, then each half lease."""
        first = self._recovered_at is None
        if self._recovered_at and timedelta(0) <= now - self._recovered_at < outbox.LEASE / 2:
            return
        self._recovered_at = now
        mine = set(self._flying)
        count = await self._database.run(
            lambda connection: outbox.recover(connection, now, mine=mine, all_senders=first and self._alone)
        )
        if count:
            log.warning("calls of a dead sender taken over", count=count)

    async def _send(self, taken: Taken, now: datetime) -> None:
        delay = (taken.send_at - now).total_seconds()
        if delay > 0:
            await asyncio.sleep(delay)
        settled, gone, held = await self._try(taken)
        done_at = self._clock()

        def work(connection: Connection) -> None:
            outbox.settle(connection, self._name, [settled], done_at)
            if held:
                outbox.hold(connection, held)
            if gone:
                outbox.refuse_all(connection, taken.chat_id, "unreachable", done_at)
                self._unreachable(connection, taken.chat_id, done_at)

        await self._database.run(work)

    async def _try(self, taken: Taken) -> tuple[Settled, bool, list[tuple[int, datetime]]]:
        """How the call went, whether the chat is gone, and what is held back because of it."""
        try:
            message_id = await self._make(taken.chat_id, taken.call)
            return Settled(taken.id, "sent", message_id), False, []
        except RetryAfter as error:
            return self._flooded(taken, _seconds(error))
        except Forbidden:
            return Settled(taken.id, "refused", problem="blocked"), True, []
        except BadRequest as error:
            return self._bad_request(taken, error)
        except TimedOut:
            return self._unsure(taken), False, []
        except InvalidToken:
            raise
        except (NetworkError, TelegramError) as error:
            return self._later(taken, error), False, []

    def _flooded(self, taken: Taken, pause: timedelta) -> tuple[Settled, bool, list[tuple[int, datetime]]]:
        """Holds back this chat as Telegram says; the whole bot when several chats are told so at once."""
        now = self._clock()
        again_at = now + pause
        self._floods.append((now, taken.chat_id))
        while self._floods and now - self._floods[0][0] > _FLOODED_WITHIN:
            self._floods.popleft()
        held = [(taken.chat_id, again_at)]
        if len({chat for _, chat in self._floods}) >= _FLOODED_CHATS:
            held.append((WHOLE_BOT, again_at))
        log.warning("told to wait", outbox=taken.id, seconds=pause.total_seconds(), whole_bot=len(held) > 1)
        return Settled(taken.id, "waiting", again_at=again_at, problem="429"), False, held

    def _bad_request(self, taken: Taken, error: BadRequest) -> tuple[Settled, bool, list[tuple[int, datetime]]]:
        words = error.message.lower()
        if any(harmless in words for harmless in _HARMLESS):
            return Settled(taken.id, "sent", problem="nothing to change"), False, []
        gone = any(one in words for one in _GONE)
        if not gone:
            log.error("call refused", outbox=taken.id, purpose=taken.purpose, problem=error.message)
        return Settled(taken.id, "refused", problem=error.message[:200]), gone, []

    def _unsure(self, taken: Taken) -> Settled:
        """It timed out, so it may have arrived."""
        if taken.purpose in _UNKNOWN_AGAIN and taken.attempts == 0:
            return Settled(taken.id, "waiting", again_at=self._clock() + timedelta(seconds=2), problem="timed out")
        log.warning("call may have arrived", outbox=taken.id, purpose=taken.purpose)
        return Settled(taken.id, "unknown", problem="timed out")

    def _later(self, taken: Taken, error: TelegramError) -> Settled:
        """It did not arrive: the connection failed or the server said so."""
        problem = type(error).__name__
        if taken.attempts + 1 >= MAX_ATTEMPTS and taken.expires_at is None:
            log.error("call given up", outbox=taken.id, purpose=taken.purpose, problem=problem)
            return Settled(taken.id, "refused", problem=problem)
        pause = timedelta(seconds=min(2**taken.attempts, 60))
        return Settled(taken.id, "waiting", again_at=self._clock() + pause, problem=problem)


def _seconds(error: RetryAfter) -> timedelta:
    pause = error.retry_after
    return pause if isinstance(pause, timedelta) else timedelta(seconds=pause)
