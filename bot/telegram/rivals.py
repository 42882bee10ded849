"""Whether another program takes the updates of our bot. Telegram hands them to whoever asked last, so that two of them
each get a part, and each tells the other's people nothing.

Within one database that cannot be: `leases`. Does not ask Telegram anything itself.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog

from bot.settings import PREFIX, SettingsProblem

log = structlog.get_logger()

_NEW, _TOO_OFTEN = timedelta(minutes=1), 3


class Rivals:
    """How often Telegram said that another one asked. A process that just started gives way; one that has run for a
    while is in its right, and goes on."""

    def __init__(self) -> None:
        self._began_at: datetime | None = None
        self._times = 0

    def begin(self, now: datetime) -> None:
        """We ask, from now on."""
        self._began_at = self._began_at or now

    def met(self, now: datetime) -> None:
        """Telegram ended our asking because of another one: once may be what is left of ourselves before a restart.
        Raises SettingsProblem."""
        self._times += 1
        if self._began_at and now - self._began_at < _NEW and self._times >= _TOO_OFTEN:
            raise SettingsProblem(
                f"{PREFIX}TOKEN: another program takes the updates of this bot (Telegram says 409); "
                "stop that one, or give this one a token of its own"
            )
        log.error("another program takes updates of this bot", count=self._times)
