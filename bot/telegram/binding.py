"""Binds workbooks: gets the photos from Telegram, and sets the book in a process of its own. Knows no database.

Setting a year takes a second or two of one core and some 200 MB, and photos come from anywhere: a process gives all of
it back, holds up nobody, and takes nothing with it when it fails. Words go to it through a pipe, never through a file.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
from typing import Any

import structlog
from telegram import Bot

from bot.telegram.packing import fetch_all

log = structlog.get_logger()

_SECONDS = 45
_ONE_BY_ONE: dict[asyncio.AbstractEventLoop, asyncio.Lock] = {}


class NotBound(Exception):
    """A book that could not be made. Holds no word of it."""


async def bind(bot: Bot, call: dict[str, Any]) -> bytes:
    """The PDF of a `book` call. Raises NotBound, and telegram.error.RetryAfter when Telegram asks for patience."""
    fetched = await fetch_all(bot, call["photos"])
    photos = [(one.name, one.content) for one in fetched if one.content is not None]
    async with _turns():
        return await set_book(call["data"], photos)


async def set_book(data: dict[str, Any], photos: list[tuple[str, bytes]]) -> bytes:
    """The PDF of this data and these photos, by name, as they were sent. Raises NotBound."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot.pictures.workbook"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        pdf, _ = await asyncio.wait_for(process.communicate(_sheets(data, photos)), _SECONDS)
    except TimeoutError:
        log.error("workbook not bound", problem="late")
        raise NotBound from None
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    if process.returncode:
        log.error("workbook not bound", problem="failed")
        raise NotBound
    return pdf


def _sheets(data: dict[str, Any], photos: list[tuple[str, bytes]]) -> bytes:
    """What `bot.pictures.workbook` reads: a line of JSON with the data and the name and size of each photo, then these
    one after the other."""
    head = {"data": data, "photos": [[name, len(photo)] for name, photo in photos]}
    return b"".join((json.dumps(head).encode(), b"\n", *(photo for _, photo in photos)))


def _turns() -> asyncio.Lock:
    """One book at a time, so that many at once do not take all memory."""
    return _ONE_BY_ONE.setdefault(asyncio.get_running_loop(), asyncio.Lock())
