"""Keeps updates before it confirms them: the next offset is asked for only when everything before it is in the inbox,
or, while the database is away and more wait than Telegram hands out at once, in the overflow. Updates that Telegram
brings by itself are confirmed one by one.

A call for help is answered from memory before anything else. Does not know what updates mean otherwise.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError
from telegram import Bot
from telegram.error import TelegramError

from bot.conversation.handle import HELPED
from bot.store import inbox
from bot.store.database import Database
from bot.store.vault import Vault
from bot.telegram.help_at_once import PATIENCE_SECONDS, Given
from bot.telegram.inbound import KIND, arrival, is_tap_in_group
from bot.telegram.overflow import Overflow, WithKind

log = structlog.get_logger()

ALLOWED_UPDATES = ("message", "edited_message", "callback_query", "my_chat_member", "message_reaction")
POLL_SECONDS = 25
SETTLE_SECONDS = 1.0
BATCH = 100
_REMEMBERED = 1000
"""How many calls for help that Telegram brought are remembered as answered: it brings one again when our word that it
is kept gets lost."""

Fetch = Callable[[int, int], Awaitable[list[dict[str, Any]]]]
"""Asks Telegram for updates from an offset on, waiting so many seconds; gives them raw."""

HelpAtOnce = Callable[[dict[str, Any]], Awaitable[Given]]
"""Gives help at once, if an update asks for it."""


class Intake:
    """Takes updates from Telegram and puts them in the inbox."""

    def __init__(
        self,
        database: Database,
        vault: Vault,
        overflow: Overflow,
        bot: Bot,
        fetch: Fetch,
        help_at_once: HelpAtOnce,
        arrived: Callable[[], None],
        clock: Callable[[], datetime],
    ) -> None:
        """`arrived` is called after each commit that brought something new."""
        self._database, self._vault, self._overflow, self._bot = database, vault, overflow, bot
        self._fetch, self._help_at_once, self._arrived, self._clock = fetch, help_at_once, arrived, clock
        self.taken = 0
        """How many updates were taken in."""
        self._offset = 0
        self._helped: dict[int, Given] = {}
        self._background: set[asyncio.Task[None]] = set()
        self._in_order = asyncio.Lock()

    @property
    def sets_aside(self) -> bool:
        """Whether updates wait on the disk for the database."""
        return not self._overflow.is_empty

    async def poll_once(self, seconds: int = POLL_SECONDS) -> int:
        """Waits up to `seconds` for updates and keeps them; returns how many came.

        Raises telegram.error.TelegramError, and a database error when they could not be kept: they are then asked for
        again, unless so many wait that there may be more behind them.
        """
        updates = await self._fetch(self._offset, seconds if self._overflow.is_empty else 0)
        if not updates and self._overflow.is_empty:
            return 0
        try:
            await self.keep(updates)
        except DBAPIError:
            if len(updates) < BATCH:
                raise
            await self._set_aside(updates)
        else:
            self._confirm(updates)
        return len(updates)

    def _confirm(self, updates: Sequence[dict[str, Any]]) -> None:
        self._offset = max([self._offset, *(update["update_id"] + 1 for update in updates)])

    async def _set_aside(self, updates: Sequence[dict[str, Any]]) -> None:
        """So that what Telegram has behind them is heard too: somebody may call for help there."""
        await asyncio.to_thread(self._overflow.add, self._with_kinds(updates))
        self._confirm(updates)
        self._let_go(updates)

    async def keep(self, updates: Sequence[dict[str, Any]]) -> None:
        """Answers calls for help, then puts the updates in the inbox."""
        for update in updates:
            await self._help(update)
        await self._watching(self._take_in(self._with_kinds(updates)))
        self._arrived()
        self._let_go(updates)

    def _let_go(self, updates: Sequence[dict[str, Any]]) -> None:
        self.taken += len(updates)
        for update in updates:
            self._helped.pop(update["update_id"], None)
            self._stop_waiting(update)

    async def take(self, update: dict[str, Any]) -> None:
        """Keeps an update that Telegram brought, as `keep` does; returns when it may be confirmed.

        What the database does not take at once goes to the overflow. Left with Telegram it would hold up what the same
        person says next, and behind so many refused ones all others: somebody may call for help there. Raises OSError
        when the disk does not take it either, and a database error when it is the update that is wrong.
        """
        await self._help(update)
        some = self._with_kinds([update])
        if self.sets_aside or not await self._is_in_soon(some):
            await asyncio.to_thread(self._overflow.add, some)
        self.taken += 1
        self._arrived()
        self._stop_waiting(update)
        for number in list(self._helped)[:-_REMEMBERED]:
            del self._helped[number]

    async def _is_in_soon(self, updates: Sequence[WithKind]) -> bool:
        task = asyncio.create_task(self._in_turn(updates))
        try:
            if not (await asyncio.wait({task}, timeout=PATIENCE_SECONDS))[0]:
                return False
            await task
        except DBAPIError as error:
            if not self._database.is_gone(error):
                raise
            return False
        finally:
            task.cancel()
        return True

    async def _in_turn(self, updates: Sequence[WithKind]) -> None:
        """One after another, so that what was set aside is not brought in twice."""
        async with self._in_order:
            await self._take_in(updates)

    async def take_up(self) -> None:
        """Brings what was set aside into the inbox, if the database is back. Raises a database error."""
        if self.sets_aside:
            await self._in_turn([])
            self._arrived()

    async def _take_in(self, updates: Sequence[WithKind]) -> None:
        """First what was set aside, which is older."""
        while not self._overflow.is_empty:
            for some in self._overflow.batches():
                await self._accept(some)
            self._overflow.clear()
        await self._accept(updates)

    async def _accept(self, updates: Sequence[WithKind]) -> None:
        arrivals, now = [arrival(update, kind) for update, kind in updates], self._clock()

        def work(connection: Connection) -> int:
            return inbox.accept(connection, self._vault, arrivals, now)

        await self._database.run(work)

    async def _watching(self, keeping: Coroutine[Any, Any, None]) -> None:
        """While the database takes long, calls for help that came since are still answered, and kept later."""
        task, patience = asyncio.create_task(keeping), PATIENCE_SECONDS
        try:
            while not (await asyncio.wait({task}, timeout=patience))[0]:
                updates = await self._fetch(self._offset, 0)
                for update in updates:
                    await self._help(update)
                there_may_be_more = len(updates) == BATCH
                if there_may_be_more:
                    await self._set_aside(updates)
                patience = 0 if there_may_be_more else PATIENCE_SECONDS
        except TelegramError as error:
            log.debug("nothing heard while keeping", problem=type(error).__name__)
        except asyncio.CancelledError:
            task.cancel()
            raise
        await task

    def _with_kinds(self, updates: Sequence[dict[str, Any]]) -> list[WithKind]:
        helped = {number for number, given in self._helped.items() if given is Given.ALL}
        return [(update, HELPED if update["update_id"] in helped else KIND) for update in updates]

    async def _help(self, update: dict[str, Any]) -> None:
        """At most one answer to one call, also when keeping it fails and it comes again."""
        if update["update_id"] in self._helped:
            return
        given = await self._help_at_once(update)
        if given is not Given.NOTHING:
            self._helped[update["update_id"]] = given

    def _stop_waiting(self, update: dict[str, Any]) -> None:
        """Ends the little clock on a tapped button; in a group it ends with an answer. It matters to nobody if this
        fails."""
        query = update.get("callback_query")
        if not isinstance(query, dict) or is_tap_in_group(update):
            return

        async def answer() -> None:
            try:
                await self._bot.answer_callback_query(query["id"])
            except TelegramError as error:
                log.debug("tap not answered", problem=type(error).__name__)

        task = asyncio.get_running_loop().create_task(answer())
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    async def settle(self) -> None:
        """Waits a little for what still goes on beside the polling, and then leaves it."""
        if self._background:
            await asyncio.wait(self._background, timeout=SETTLE_SECONDS)
        for task in self._background:
            task.cancel()
