"""Help ahead of every queue: a call for help is answered from memory, before the update is even kept.

With the database down it still is. What needs the database then gets a kind word and a number to call, and is done as
soon as it is back. Does not know what follows from an update otherwise.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from enum import Enum
from typing import Any

import structlog
from sqlalchemy.exc import DBAPIError
from telegram import Bot
from telegram.error import TelegramError

from bot.care import people
from bot.care.people import Person
from bot.conversation import outgoing
from bot.conversation.outgoing import Rows
from bot.safety.access import asker
from bot.safety.help import HELP, Asker, HelpCards
from bot.store import outbox
from bot.store.database import Database
from bot.store.vault import Vault
from bot.telegram import outbound
from bot.telegram.inbound import chat_of, tap_of, text_of

log = structlog.get_logger()

PATIENCE_SECONDS = 0.5
"""How long the database may take, before help goes on without it."""


class Given(Enum):
    """What was done about an update at once."""

    NOTHING = "nothing"
    ALL = "all"
    MEANWHILE = "meanwhile"
    """Something to go on with until the update can be handled."""


class HelpDesk:
    """Answers calls for help and the buttons of the help card."""

    def __init__(
        self,
        database: Database,
        vault: Vault,
        bot: Bot,
        help_cards: HelpCards,
        region: str,
        clock: Callable[[], datetime],
    ) -> None:
        """`region` is the organisation's own, for who is not known."""
        self._database, self._vault, self._bot, self._help, self._region = database, vault, bot, help_cards, region
        self._clock = clock

    async def answer(self, update: dict[str, Any]) -> Given:
        """Gives help if the update asks for it. One that Telegram does not take now is left to the inbox."""
        chat_id, text = chat_of(update), text_of(update)
        verb, _, wanted = tap_of(update).partition(":")
        if text and self._help.is_asked_by(text):
            return await self._card(chat_id)
        if verb == HELP and wanted in self._help.regions:
            return await self._card(chat_id, wanted)
        if verb == HELP and self._help.offers(wanted):
            return await self._offer(chat_id, wanted)
        return Given.NOTHING

    async def _card(self, chat_id: int, region: str | None = None) -> Given:
        try:
            person = await self._who(chat_id)
            own, who, known = (person.region if person else self._region), asker(person, chat_id), True
        except (TimeoutError, DBAPIError):
            known = False
            own, who = self._region, Asker.GROUP if chat_id < 0 else Asker.GUIDED
        text, rows = self._help.card(region or own, who)
        return Given.ALL if await self._send(chat_id, text, rows, remember=known) else Given.NOTHING

    async def _offer(self, chat_id: int, flow: str) -> Given:
        """What is offered needs the database; without it there is something to say instead."""
        try:
            await self._who(chat_id)
        except (TimeoutError, DBAPIError):
            return Given.MEANWHILE if await self._send(chat_id, self._help.otherwise(flow)) else Given.NOTHING
        return Given.NOTHING

    async def _who(self, chat_id: int) -> Person | None:
        """Who is in a chat. Raises TimeoutError or a database error when the database does not answer at once."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            present = await self._database.run(lambda connection: people.present(connection, self._vault, chat_id))
        return present.person

    async def _send(self, chat_id: int, text: str, rows: Rows = (), *, remember: bool = False) -> bool:
        """`remember`: the database answers, and is to know of this message, which somebody may want to be gone."""
        try:
            message_id = await outbound.make(self._bot, chat_id, outgoing.send(text, rows))
        except TelegramError as error:
            log.error("help not given at once", problem=type(error).__name__)
            return False
        if remember and message_id is not None:
            now = self._clock()
            self._database.later(lambda connection: outbox.note_sent(connection, chat_id, message_id, now))
        return True
