"""Updates that Telegram brings: an address that takes them from whoever knows the secret, and has Telegram told of it.

An update is kept before it is answered with 200. Loaded only where updates come this way. Does not know what they mean.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from sqlalchemy.exc import DBAPIError
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from telegram import Bot

from bot.store.types import MAX_ID
from bot.telegram.intake import ALLOWED_UPDATES

log = structlog.get_logger()

HEADER = "x-telegram-bot-api-secret-token"
MOST_BYTES = 1024 * 1024
"""No update comes near it: a message holds 4,096 characters."""
READ_SECONDS = 10.0
"""How long somebody who knows the secret may take to bring an update."""
CONNECTIONS = 20
"""On how many Telegram brings updates at once: one chat's come one after another all the same."""

Take = Callable[[dict[str, Any]], Awaitable[None]]
"""Keeps an update."""


class _Refused(Exception):
    """A request that brings no update. `status` answers it, `reason` is counted."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status, self.reason = status, reason


def derived_secret(token: str) -> str:
    """The secret when none is set: the same in every process, and of no use to find the token."""
    return hmac.new(token.encode(), b"draaglicht webhook", hashlib.sha256).hexdigest()


async def announce(bot: Bot, url: str, secret: str) -> None:
    """Has Telegram bring updates here from now on. Raises telegram.error.TelegramError."""
    await bot.set_webhook(url, secret_token=secret, allowed_updates=list(ALLOWED_UPDATES), max_connections=CONNECTIONS)


class Webhook:
    """Takes updates in, one a request."""

    def __init__(self, secret: str, take: Take, refused: Callable[[str], None]) -> None:
        """`take` raises a database error or OSError when an update could not be kept; `refused` is told why a request
        was none of Telegram's."""
        self._secret, self._take, self._refused = secret.encode(), take, refused

    async def receive(self, request: Request) -> Response:
        """200 once the update is kept; anything else has Telegram come again."""
        try:
            update = await self._read(request)
        except _Refused as refused:
            log.debug("webhook refused", problem=refused.reason)
            self._refused(refused.reason)
            return Response(status_code=refused.status, headers={"connection": "close"})
        try:
            await self._take(update)
        except (DBAPIError, OSError) as error:
            log.error("update not kept, Telegram comes again", problem=type(error).__name__)
            return Response(status_code=503)
        return Response()

    async def _read(self, request: Request) -> dict[str, Any]:
        """Nothing is read of who does not know the secret. Raises _Refused."""
        given = request.headers.get(HEADER, "").encode("latin-1")
        if not hmac.compare_digest(given, self._secret):
            raise _Refused(403, "secret")
        length = request.headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > MOST_BYTES:
            raise _Refused(413, "too large")
        try:
            async with asyncio.timeout(READ_SECONDS):
                body = await _body(request)
        except (TimeoutError, ClientDisconnect):
            raise _Refused(408, "not whole") from None
        try:
            update = json.loads(body)
        except (ValueError, RecursionError):
            raise _Refused(400, "not JSON") from None
        number = update.get("update_id") if isinstance(update, dict) else None
        if type(number) is not int or not 0 <= number <= MAX_ID:
            raise _Refused(400, "no update")
        return dict(update)


async def _body(request: Request) -> bytes:
    """Read no further than is allowed, whatever length was announced."""
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > MOST_BYTES:
            raise _Refused(413, "too large")
        parts.append(part)
    return b"".join(parts)
