"""Sends a member's file to other members as one of ours: fetched, made clean, and uploaded, so that nothing of it leads
back to its sender. Knows no database.

It is fetched and cleaned once for all who get it. The first upload that succeeds gives it an id of ours, by which the
others get it; until then each uploads for itself, so that nobody waits for somebody else's trouble.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from telegram import Bot, InlineKeyboardMarkup, InputFile, Message
from telegram.constants import ParseMode
from telegram.error import BadRequest, TelegramError

from bot.telegram.cleaning import NotClean, clean
from bot.telegram.packing import fetch_all
from bot.telegram.replying import answering

log = structlog.get_logger()

_SECONDS = 12
"""For an upload: with getting the file, well within the time after which another sender takes the call over."""
_PATIENCE = 60.0
"""For how long a file is asked for that does not come, before it is done without."""
_REMEMBERED = 500
_AT_HAND = 20
"""How many clean files are kept at hand that have no id yet."""

_ABOUT_FILES = ("file", "media")
"""A word that stands in what Telegram says of an id that it does not know any more."""

Keep = Callable[[int, str], Awaitable[None]]
_Clean = tuple[str, bytes]


class NotFetched(TelegramError):
    """A file that did not come; nothing was sent."""

    def __init__(self) -> None:
        super().__init__("file not fetched")


class CleanFiles:
    """What was made clean lately."""

    def __init__(self, bot: Bot, keep: Keep | None = None) -> None:
        """`keep` is told the id of a clean file and the post that it is of."""
        self._bot, self._keep = bot, keep
        self._ids: OrderedDict[str, str] = OrderedDict()
        self._at_hand: OrderedDict[str, asyncio.Task[_Clean]] = OrderedDict()
        self._missed_since: OrderedDict[str, float] = OrderedDict()

    async def close(self) -> None:
        """Gives up what is being fetched."""
        tasks = list(self._at_hand.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def send(self, chat_id: int, call: dict[str, Any], keyboard: InlineKeyboardMarkup | None) -> int:
        """Sends the file of a `clean_file` call, or says what is to be said without it; returns the message's id.

        Raises telegram.error.TelegramError.
        """
        try:
            return await self._send_known(chat_id, call, keyboard) or await self._send_new(chat_id, call, keyboard)
        except (NotClean, BadRequest) as problem:  # Also a member who takes no voice notes.
            log.warning("clean file not sent", kind=call["kind"], problem=type(problem).__name__)
            return await self._say_otherwise(chat_id, call, keyboard)

    async def _send_known(
        self, chat_id: int, call: dict[str, Any], keyboard: InlineKeyboardMarkup | None
    ) -> int | None:
        """By the id that it has with us; None when it has none, or none any more."""
        known = self._ids.get(call["file_id"]) or call["clean_id"]
        if known is None:
            return None
        try:
            return (await self._send(chat_id, call, known, keyboard)).message_id
        except BadRequest as error:
            if not any(word in error.message.lower() for word in _ABOUT_FILES):
                raise
            self._ids.pop(call["file_id"], None)
            return None

    async def _send_new(self, chat_id: int, call: dict[str, Any], keyboard: InlineKeyboardMarkup | None) -> int:
        name, content = await self._cleaned(call["kind"], call["file_id"])
        sent = await self._send(chat_id, call, InputFile(content, filename=name), keyboard)
        await self._remember(call, sent)
        return sent.message_id

    async def _say_otherwise(self, chat_id: int, call: dict[str, Any], keyboard: InlineKeyboardMarkup | None) -> int:
        how: dict[str, Any] = {"parse_mode": ParseMode.HTML, "reply_markup": keyboard}
        how |= {"disable_notification": call["quiet"], "reply_parameters": answering(call)}
        return (await self._bot.send_message(chat_id, call["otherwise"], **how)).message_id

    async def _send(
        self, chat_id: int, call: dict[str, Any], file: str | InputFile, keyboard: InlineKeyboardMarkup | None
    ) -> Message:
        how: dict[str, Any] = {"reply_markup": keyboard, "disable_notification": call["quiet"]}
        how |= {"read_timeout": _SECONDS, "write_timeout": _SECONDS, "reply_parameters": answering(call)}
        words = {"caption": call["caption"], "parse_mode": ParseMode.HTML}
        if call["kind"] == "photo":
            return await self._bot.send_photo(chat_id, file, **words, **how)
        if call["kind"] == "voice":
            return await self._bot.send_voice(chat_id, file, **words, **how)
        return await self._bot.send_sticker(chat_id, file, **how)

    async def _remember(self, call: dict[str, Any], sent: Message) -> None:
        file_id = call["file_id"]
        ours = sent.photo[-1] if sent.photo else sent.voice or sent.sticker
        if ours is None or file_id in self._ids:
            return
        _put(self._ids, file_id, ours.file_id, _REMEMBERED)
        self._at_hand.pop(file_id, None)
        if self._keep and call["post_id"]:
            try:
                await self._keep(call["post_id"], ours.file_id)
            except Exception as error:  # The message is there; the next one uploads it again.
                log.warning("clean file not noted", problem=type(error).__name__)

    async def _cleaned(self, kind: str, file_id: str) -> _Clean:
        """The clean file, which all who want it wait for together. Raises NotClean or TelegramError."""
        task = self._at_hand.get(file_id)
        if task is None:
            task = asyncio.create_task(self._clean(kind, file_id))
            task.add_done_callback(lambda done: done.cancelled() or done.exception())
            _put(self._at_hand, file_id, task, _AT_HAND)
        try:
            return await asyncio.shield(task)
        except TelegramError:
            if self._at_hand.get(file_id) is task:
                del self._at_hand[file_id]
            raise

    async def _clean(self, kind: str, file_id: str) -> _Clean:
        content = await self._fetched(file_id)
        return await asyncio.to_thread(clean, kind, content)

    async def _fetched(self, file_id: str) -> bytes:
        found = (await fetch_all(self._bot, [[file_id, ""]]))[0]
        if found.content is not None:
            self._missed_since.pop(file_id, None)
            return found.content
        now = asyncio.get_running_loop().time()
        since = self._missed_since.get(file_id)
        if since is None:
            since = now
            _put(self._missed_since, file_id, now, _REMEMBERED)
        if found.missing == "later" and now - since < _PATIENCE:
            raise NotFetched
        raise NotClean


def _put(kept: OrderedDict[str, Any], name: str, value: Any, most: int) -> None:
    """Keeps a value, and no more than so many."""
    kept[name] = value
    while len(kept) > most:
        kept.popitem(last=False)
