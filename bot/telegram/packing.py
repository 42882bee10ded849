"""Gets somebody's files from Telegram and packs them with the rest of their data. Knows no database.

What Telegram does not give, or not in time, is named in the zip; it never holds up the rest.
"""

from __future__ import annotations

import asyncio
from pathlib import PurePosixPath
from typing import Any

import structlog
from telegram import Bot
from telegram.error import BadRequest, Forbidden, RetryAfter, TelegramError

from bot.conversation import archive
from bot.conversation.archive import Fetched

log = structlog.get_logger()

_SECONDS = 25
"""For all files together: well within the time after which another sender takes the call over."""
_AT_ONCE = 4
_TRIES = 2


async def pack(bot: Bot, call: dict[str, Any]) -> bytes:
    """The zip of an `archive` call. Raises telegram.error.RetryAfter when Telegram asks for patience."""
    files = await fetch_all(bot, call["files"])
    return await asyncio.to_thread(archive.build, call["data"], call["labels"], files)


async def fetch_all(bot: Bot, wanted: list[list[str]]) -> list[Fetched]:
    """Every file that comes in time, in the order in which they were asked for, no more at once than fits a zip."""
    gate = asyncio.Semaphore(_AT_ONCE)
    room = archive.MAX_ZIP

    async def one(file_id: str, name: str) -> Fetched:
        nonlocal room
        async with gate:
            if room <= 0:
                return Fetched(name, None, missing="too_big")
            found = await _fetch(bot, file_id, name)
            room -= len(found.content or b"")
            return found

    tasks = [asyncio.create_task(one(file_id, name)) for file_id, name in wanted]
    if not tasks:
        return []
    try:
        await asyncio.wait(tasks, timeout=_SECONDS)
    finally:
        for task in tasks:
            task.cancel()
    return [
        task.result() if task.done() and not task.cancelled() else Fetched(name, None, missing="later")
        for task, (_, name) in zip(tasks, wanted, strict=True)
    ]


async def _fetch(bot: Bot, file_id: str, name: str) -> Fetched:
    for _ in range(_TRIES):
        try:
            file = await bot.get_file(file_id)
            if (file.file_size or 0) > archive.MAX_FILE:
                return Fetched(name, None, missing="too_big")
            content = bytes(await file.download_as_bytearray())
        except RetryAfter:
            raise
        except BadRequest as error:
            return Fetched(name, None, missing="too_big" if "too big" in error.message.lower() else "gone")
        except Forbidden:
            return Fetched(name, None, missing="gone")
        except TelegramError as error:
            log.warning("file not fetched", problem=type(error).__name__)
        else:
            return Fetched(name, content, PurePosixPath(file.file_path or "").suffix.lower())
    return Fetched(name, None, missing="later")
