"""The service as a process for fault tests: `draaglicht run`, without Telegram's limits, which would only slow it.

Prints the name of its sender as soon as it runs.
"""

from __future__ import annotations

import sys

from bot import app, cli
from bot.settings import Settings
from bot.store.outbox import Pace

UNPACED = Pace(bot_per_second=1e9, chat_seconds=0, group_seconds=0)


class Unpaced(app.Service):
    """The service, in a hurry."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings, pace=UNPACED)

    async def run(self) -> None:
        """As the service does, after saying so."""
        print(self.sender.name, flush=True)
        await super().run()


if __name__ == "__main__":
    app.Service = Unpaced  # type: ignore[misc]
    sys.exit(cli.main(["run"]))
