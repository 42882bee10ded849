"""What others reach of this process: the address that Telegram brings updates to, health and metrics.

Loaded only where it listens.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from datetime import datetime
from time import monotonic

import structlog
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from telegram import Bot
from telegram.error import BadRequest, TelegramError

from bot.operating.watch import Watch
from bot.operating.web import Hook, Web, make_app
from bot.settings import PREFIX, Settings, SettingsProblem
from bot.store import backlog
from bot.store.database import Database
from bot.telegram.intake import Intake

log = structlog.get_logger()

ANSWER_SECONDS = 2.0
"""How long the database may take when somebody asks how it goes."""
_AGAIN_SECONDS = 2.0
_FIRST = select(1)


class Front:
    """The open side of one process."""

    def __init__(
        self,
        settings: Settings,
        bot: Bot,
        database: Database,
        intake: Intake,
        watch: Watch,
        clock: Callable[[], datetime],
        stopping: asyncio.Event,
        *,
        is_brought_updates: bool,
    ) -> None:
        """`is_brought_updates`: Telegram is to bring updates here."""
        self._settings, self._bot, self._database, self._intake = settings, bot, database, intake
        self._watch, self._clock, self._stopping = watch, clock, stopping
        self._is_brought_updates = is_brought_updates
        self._web = Web(make_app(self._troubles, self._measure, self._hook() if is_brought_updates else None))

    def _hook(self) -> Hook:
        from bot.telegram.webhook import Webhook

        def refused(reason: str) -> None:
            self._watch.refused[reason] += 1

        return Hook(self._settings.webhook_path, Webhook(self._secret, self._intake.take, refused).receive)

    @property
    def _secret(self) -> str:
        from bot.telegram.webhook import derived_secret

        return self._settings.webhook_secret or derived_secret(self._bot.token)

    @property
    def port(self) -> int:
        """On which it listens."""
        return self._web.port

    async def open(self) -> None:
        """Listens from now on, and says so to Telegram, for as long as that takes. Raises SettingsProblem."""
        host, port = self._settings.listen_host_and_port
        try:
            await self._web.open(host, port)
        except OSError as error:
            problem = f"{PREFIX}LISTEN: cannot listen on {host}:{port} ({error.strerror})"
            raise SettingsProblem(f"{problem}; give each process a free address of its own") from None
        try:
            while self._is_brought_updates and not self._stopping.is_set() and not await self._is_announced():
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(_AGAIN_SECONDS):
                        await self._stopping.wait()
        except BaseException:
            await self.close()
            raise

    async def _is_announced(self) -> bool:
        """At every start: what Telegram knows of the secret cannot be asked."""
        from bot.telegram.webhook import announce

        try:
            await announce(self._bot, self._settings.webhook_url or "", self._secret)
        except BadRequest as error:
            problem = f"Telegram does not take {PREFIX}WEBHOOK_URL ({error.message})"
            remedy = "it must be an https address that can be reached from the internet"
            raise SettingsProblem(f"{problem}; {remedy}") from None
        except TelegramError as error:
            log.error("webhook not set, trying again", problem=type(error).__name__)
            return False
        return True

    async def close(self) -> None:
        """Takes no more requests, and lets those that came in end."""
        await self._web.close()

    # --- how it goes ------------------------------------------------------------------------------------------------

    async def _troubles(self) -> list[str]:
        if self._stopping.is_set():
            return ["stopping"]
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                await self._database.run(lambda connection: connection.execute(_FIRST).first())
        except (TimeoutError, DBAPIError):
            return ["database"]
        return []

    async def _measure(self) -> tuple[bytes, str]:
        from bot.operating import metrics

        now, begin, seen = self._clock(), monotonic(), None
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                seen = await self._database.run(lambda connection: backlog.look(connection, now))
        except (TimeoutError, DBAPIError) as error:
            log.warning("nothing known of the database", problem=type(error).__name__)
        told = metrics.Seen(self._watch, seen, monotonic() - begin, self._intake.taken, self._intake.sets_aside)
        return metrics.as_text(told), metrics.CONTENT_TYPE
