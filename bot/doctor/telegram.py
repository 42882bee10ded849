"""What Telegram itself says: of the token, of the way in which updates come, and of the time."""

from __future__ import annotations

from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from time import monotonic

import httpx
from telegram import Bot, WebhookInfo
from telegram.error import InvalidToken, TelegramError
from telegram.request import HTTPXRequest

from bot.doctor import findings
from bot.doctor.findings import Finding, Level, Updates
from bot.settings import PREFIX, Settings


async def ask(settings: Settings, now: datetime) -> list[Finding]:
    """A line for each. `now` is the machine's own time. Telegram is asked nothing when there is no token."""
    if settings.token is None:
        return [Finding(Level.OK, "token", "none is set: the bot runs with its simulator")]
    began, apart = monotonic(), timedelta(0)

    async def note_time(answer: httpx.Response) -> None:
        nonlocal apart
        if (told := answer.headers.get("date")) and answer.is_success:
            here = now + timedelta(seconds=monotonic() - began)
            apart = here - parsedate_to_datetime(told)

    request = HTTPXRequest(httpx_kwargs={"event_hooks": {"response": [note_time]}})
    try:
        async with Bot(settings.token, base_url=settings.api_base, request=request) as bot:
            info = await bot.get_webhook_info()
    except InvalidToken:
        remedy = f"copy it again from BotFather to {PREFIX}TOKEN"
        return [Finding(Level.WRONG, "token", "Telegram refuses it", remedy)]
    except TelegramError as error:
        remedy = "check the connection of this machine"
        return [Finding(Level.WRONG, "token", f"Telegram does not answer ({type(error).__name__})", remedy)]
    return [
        Finding(Level.OK, "token", "Telegram knows it"),
        findings.clock_of_telegram(apart),
        findings.updates(_seen(info, settings, now)),
    ]


def _seen(info: WebhookInfo, settings: Settings, now: datetime) -> Updates:
    failed_at = info.last_error_date
    return Updates(
        expected=settings.webhook_url is not None,
        brought=bool(info.url),
        elsewhere=bool(info.url) and info.url != settings.webhook_url,
        waiting=info.pending_update_count,
        failed=info.last_error_message if info.url else None,
        failed_since=now - failed_at if failed_at else None,
    )
