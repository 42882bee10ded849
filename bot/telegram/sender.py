"""Takes calls from the outbox, makes them at their moment, and writes down how they went.

At least once, and honest about it: a call that timed out may have arrived. A ritual is then left as it is, anything
else is made once more. Does not know what the calls say.
"""

from __future__ import annotations

import asyncio
import secrets
from collections import deque
from collections.abc import Awaitable, Callable, Collection, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import httpx
import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError
from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken, NetworkError, RetryAfter, TelegramError

from bot.store import outbox
from bot.store.database import Database
from bot.store.outbox import WHOLE_BOT, Pace, Settled, Taken
from bot.store.vault import Vault
from flows.engine.values import dataclass

log = structlog.get_logger()

BATCH = 10
MAX_FLYING = 60
MAX_ATTEMPTS = 16
"""How often a call is made that Telegram fails to answer properly: for some ten minutes. Waiting for Telegram to be
there, or because it says so, does not count."""
MAX_FAULTS = 3
STOP_SECONDS = 5.0
_UNKNOWN_AGAIN = frozenset({"answer", "edit", "safety", "letter", "notice", "group"})
_UNSURE = "timed out"
_FLOODED_CHATS, _FLOODED_WITHIN = 3, timedelta(seconds=5)
_TOKEN_REFUSED = timedelta(seconds=30)
_LONGEST_AWAY = 30
_RECOVER_EVERY, _DEAD_AFTER = timedelta(seconds=10), timedelta(seconds=5)
"""Who is absent for so long is taken for dead; who only lost the database is back sooner."""
_GONE = ("chat not found", "user is deactivated", "bot was kicked", "user not found")
_REASONS = (
    "can't parse entities",
    "message text is empty",
    "message is too long",
    "message caption is too long",
    "message to be replied not found",
    "wrong file identifier",
    "file is too big",
    "can't use file of type",
    "button_data_invalid",
    "voice_messages_forbidden",
    "not enough rights",
    "have no rights",
    "group chat was upgraded",
    "need administrator rights",
)
_HARMLESS = (
    "message is not modified",
    "message to edit not found",
    "message can't be edited",
    "query is too old",
)
_NEVER_LEFT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
)

MakeCall = Callable[[int, dict[str, Any]], Awaitable[int | None]]
Unreachable = Callable[[Connection, int, datetime], None]
NotDelivered = Callable[[Connection, Taken, datetime], None]
HasMoved = Callable[[Connection, int, int, datetime], None]
Noted = Callable[[str, str | None], object]
Absent = Callable[[Connection, Collection[str]], set[str]]


@dataclass(frozen=True, slots=True)
class _Outcome:
    """How a call went, whether the chat is gone or has another number, and what is held back because of it."""

    settled: Settled
    gone: bool = False
    moved_to: int | None = None
    held: Sequence[tuple[int, datetime]] = ()


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
        not_delivered: NotDelivered | None = None,
        has_moved: HasMoved | None = None,
        noted: Noted | None = None,
        absent: Absent | None = None,
    ) -> None:
        """`make` makes one call; `unreachable` is told of a chat that blocked the bot or is gone, `not_delivered` of
        any other call that was refused, `has_moved` of a group that became another chat, each in the transaction that
        settles, and `noted` after it of each result and problem; `alone`: no other sender exists, so that what was
        being sent at the start has no owner; `absent` says which senders of these names are not there now."""
        self._database, self._vault, self._make, self._unreachable = database, vault, make, unreachable
        self._clock, self._pace, self._alone = clock, pace or Pace(), alone
        self._not_delivered, self._has_moved, self._noted = not_delivered, has_moved, noted
        self._absent, self._missed = absent, dict[str, datetime]()
        self.name = secrets.token_hex(8)
        self._flying: dict[int, asyncio.Task[None]] = {}
        self._floods: deque[tuple[datetime, int]] = deque()
        self._recovered_at: datetime | None = None
        self._tries_in_vain = 0

    async def run_once(self) -> int:
        """Makes the calls whose turn it is, and waits until all have gone; returns how many."""
        launched = await self.launch_once()
        await asyncio.gather(*self._flying.values(), return_exceptions=True)
        return launched

    async def launch_once(self) -> int:
        """Begins the calls whose turn it is; returns how many. One that hangs does not hold up the next ones."""
        if len(self._flying) >= MAX_FLYING:
            await asyncio.wait(self._flying.values(), return_when=asyncio.FIRST_COMPLETED)
        now = self._clock()
        await self._recover(now)
        taken = await self._database.run(
            lambda connection: outbox.take(connection, self._vault, self.name, self._pace, now, BATCH)
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

    async def finish(self, seconds: float = STOP_SECONDS) -> None:
        """Settles every call that was begun. One that takes longer than this is given up, as if it had timed out."""
        if self._flying:
            await asyncio.wait(self._flying.values(), timeout=seconds)
        for _ in range(2):
            for task in self._flying.values():
                task.cancel()
            if self._flying:
                await asyncio.wait(self._flying.values(), timeout=1)

    async def _recover(self, now: datetime) -> None:
        """Takes over calls of senders that died: at the start, then each now and then, sooner while somebody who has
        calls in hand is missed."""
        first = self._recovered_at is None
        every = _DEAD_AFTER if self._missed else _RECOVER_EVERY
        if self._recovered_at and timedelta(0) <= now - self._recovered_at < every:
            return
        self._recovered_at = now
        mine = set(self._flying)

        def work(connection: Connection) -> int:
            dead = self._dead(self._absent, connection, now) if self._absent else ()
            return outbox.recover(connection, now, mine=mine, all_senders=first and self._alone, dead=dead)

        count = await self._database.run(work)
        if count:
            log.warning("calls of a dead sender taken over", count=count)

    def _dead(self, absent: Absent, connection: Connection, now: datetime) -> list[str]:
        """Those with calls in hand who are absent, and were so some time ago."""
        missing = absent(connection, outbox.senders(connection) - {self.name})
        self._missed = {name: self._missed.get(name, now) for name in missing}
        return [name for name, since in self._missed.items() if now - since >= _DEAD_AFTER]

    async def _send(self, taken: Taken, now: datetime) -> None:
        begun = False
        try:
            await asyncio.sleep(max((taken.send_at - now).total_seconds(), 0))
            begun = True
            outcome = await self._try(taken)
        except asyncio.CancelledError:
            outcome = _Outcome(self._unsure(taken) if begun else Settled(taken.id, "waiting", counts=False))
        done_at = self._clock()
        held = [*outcome.held]
        if taken.purpose != "edit":
            held.append((taken.chat_id, done_at + self._pace.after(taken.chat_id)))

        def work(connection: Connection) -> None:
            outbox.settle(connection, self.name, [outcome.settled], done_at)
            if held:
                outbox.hold(connection, held)
            if outcome.moved_to is not None and self._has_moved:
                self._has_moved(connection, taken.chat_id, outcome.moved_to, done_at)
            if outcome.gone:
                outbox.refuse_all(connection, taken.chat_id, "unreachable", done_at)
                self._unreachable(connection, taken.chat_id, done_at)
            elif outcome.settled.result == "refused" and self._not_delivered:
                self._not_delivered(connection, taken, done_at)

        await self._write_down(taken, work)
        if self._noted:
            self._noted(outcome.settled.result, outcome.settled.problem)

    async def _write_down(self, taken: Taken, work: Callable[[Connection], None]) -> None:
        """Waits for the database if need be: a call that was made and is forgotten would be made again."""
        pause = 0.25
        while True:
            try:
                return await self._database.run(work)
            except DBAPIError as error:
                if not self._database.is_gone(error):
                    raise
                log.error("call not settled yet", outbox=taken.id, problem=type(error).__name__)
            await asyncio.sleep(pause)
            pause = min(2 * pause, 4)

    async def _try(self, taken: Taken) -> _Outcome:
        try:
            message_id = await self._make(taken.chat_id, taken.call)
        except RetryAfter as error:
            return self._flooded(taken, _seconds(error))
        except ChatMigrated as error:
            return self._moved(taken, error.new_chat_id)
        except Forbidden:
            return _Outcome(Settled(taken.id, "refused", problem="blocked"), gone=True)
        except BadRequest as error:
            return self._bad_request(taken, error)
        except InvalidToken:
            log.error("Telegram refuses the token", outbox=taken.id)
            return self._put_off(taken, "token refused", self._clock() + _TOKEN_REFUSED)
        except NetworkError as error:
            return self._network(taken, error)
        except TelegramError as error:
            return _Outcome(self._later(taken, error, MAX_ATTEMPTS))
        except Exception as error:
            log.error("call cannot be made", outbox=taken.id, purpose=taken.purpose, problem=type(error).__name__)
            return _Outcome(self._later(taken, error, MAX_FAULTS))
        self._tries_in_vain = 0
        self._floods.clear()
        return _Outcome(Settled(taken.id, "sent", message_id))

    def _network(self, taken: Taken, error: NetworkError) -> _Outcome:
        """Tells apart what never left from what may have arrived, and both from what the server says went wrong."""
        cause = error.__cause__
        if isinstance(cause, _NEVER_LEFT):
            self._tries_in_vain += 1
            pause = timedelta(seconds=min(2 ** min(self._tries_in_vain, 9) / 2, _LONGEST_AWAY))
            log.error("Telegram cannot be reached", outbox=taken.id, problem=type(cause).__name__)
            return self._put_off(taken, type(cause).__name__, self._clock() + pause)
        if isinstance(cause, httpx.TransportError):
            return _Outcome(self._unsure(taken))
        return _Outcome(self._later(taken, error, MAX_ATTEMPTS))

    def _put_off(self, taken: Taken, problem: str, until: datetime) -> _Outcome:
        """It has nothing to do with this call: everything waits."""
        settled = Settled(taken.id, "waiting", problem=_remembered(taken, problem), counts=False)
        return _Outcome(settled, held=[(WHOLE_BOT, until)])

    def _flooded(self, taken: Taken, pause: timedelta) -> _Outcome:
        """Holds back this chat as Telegram says; the whole bot when several are told so and nothing arrives."""
        now = self._clock()
        again_at = now + pause
        self._floods.append((now, taken.chat_id))
        while self._floods and now - self._floods[0][0] > _FLOODED_WITHIN:
            self._floods.popleft()
        held = [(taken.chat_id, again_at)]
        if len({chat for _, chat in self._floods}) >= _FLOODED_CHATS:
            held.append((WHOLE_BOT, again_at))
        log.warning("told to wait", outbox=taken.id, seconds=pause.total_seconds(), whole_bot=len(held) > 1)
        problem = _remembered(taken, "429")
        return _Outcome(Settled(taken.id, "waiting", again_at=again_at, problem=problem, counts=False), held=held)

    def _moved(self, taken: Taken, new_chat_id: int) -> _Outcome:
        """What was to be said goes to the new chat; a message that stands in the old one cannot be changed any more."""
        log.info("group has moved", outbox=taken.id)
        if self._has_moved is None:
            settled = Settled(taken.id, "refused", problem="group chat was upgraded")
        elif taken.purpose == "edit":
            settled = Settled(taken.id, "sent", problem="nothing to change")
        else:
            settled = Settled(taken.id, "waiting", problem=_remembered(taken, "moved"), counts=False)
        return _Outcome(settled, moved_to=new_chat_id)

    def _bad_request(self, taken: Taken, error: BadRequest) -> _Outcome:
        words = error.message.lower()
        if any(harmless in words for harmless in _HARMLESS):
            return _Outcome(Settled(taken.id, "sent", problem="nothing to change"))
        gone = any(one in words for one in _GONE)
        if not gone:
            log.error("call refused", outbox=taken.id, purpose=taken.purpose, problem=_reason(words))
        return _Outcome(Settled(taken.id, "refused", problem=_reason(words)), gone)

    def _unsure(self, taken: Taken) -> Settled:
        """It may have arrived."""
        if taken.purpose in _UNKNOWN_AGAIN and not _was_unsure(taken):
            return Settled(taken.id, "waiting", again_at=self._clock() + timedelta(seconds=2), problem=_UNSURE)
        log.warning("call may have arrived", outbox=taken.id, purpose=taken.purpose)
        return Settled(taken.id, "unknown", problem=_UNSURE)

    def _later(self, taken: Taken, error: Exception, most: int) -> Settled:
        """It did not arrive, or so the server says."""
        problem = type(error).__name__
        if taken.attempts + 1 >= most and taken.expires_at is None:
            log.error("call given up", outbox=taken.id, purpose=taken.purpose, problem=problem)
            return Settled(taken.id, "refused", problem=problem)
        again_at = self._clock() + timedelta(seconds=min(2**taken.attempts, 60))
        return Settled(taken.id, "waiting", again_at=again_at, problem=_remembered(taken, problem))


def _was_unsure(taken: Taken) -> bool:
    """Whether the call may have arrived at an earlier attempt."""
    return (taken.problem or "").startswith(_UNSURE)


def _remembered(taken: Taken, problem: str) -> str:
    """The problem; behind the doubt whether the call arrived, if there is one."""
    return f"{_UNSURE}, then {problem}" if _was_unsure(taken) else problem


def _reason(words: str) -> str:
    """What Telegram has against a call: only what it is known to say, as it may quote from the message."""
    return next((reason for reason in (*_GONE, *_REASONS) if reason in words), "bad request")


def _seconds(error: RetryAfter) -> timedelta:
    pause = error.retry_after
    return pause if isinstance(pause, timedelta) else timedelta(seconds=pause)
