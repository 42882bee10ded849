"""The service as a process for fault tests: `draaglicht run` without Telegram's limits, which would only slow it."""

from __future__ import annotations

import asyncio
import signal

from bot.app import Service
from bot.settings import read_settings
from bot.store.outbox import Pace

UNPACED = Pace(bot_per_second=1e9, chat_seconds=0, group_seconds=0)


async def _serve() -> None:
    async with Service(read_settings(), pace=UNPACED) as service:
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, service.stop)
        await service.run()


if __name__ == "__main__":
    asyncio.run(_serve())
