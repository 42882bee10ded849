"""The one connection to PostgreSQL that stays open as long as the process: it hears announcements and holds duties.

While it is away nobody is woken, and the parts look for work by themselves. A duty that was held stays held meanwhile,
as help must be heard also without a database; it is lost when somebody else has it by the time we are back.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Any, Protocol

import structlog

from bot.store.leases import Duty
from bot.store.wakeups import Channel

if TYPE_CHECKING:
    from psycopg import AsyncConnection
    from sqlalchemy import Engine

log = structlog.get_logger()

TRY_SECONDS = 2.0
"""How often who stands by looks whether a duty is free."""
_AGAIN_SECONDS, _AGAIN_STANDING_BY = 0.25, 1.0
"""Who had a duty is back first."""
_CONNECT = {"connect_timeout": 5, "keepalives_idle": 5, "keepalives_interval": 2, "keepalives_count": 3}
_PREPARE = (
    *("SET tcp_keepalives_idle = 5", "SET tcp_keepalives_interval = 2", "SET tcp_keepalives_count = 3"),
    "SET idle_session_timeout = 0",
    *(f"LISTEN {channel}" for channel in Channel),
)
"""Both ends notice within some ten seconds that the other's machine is gone, without a statement."""


class Standing(Protocol):
    """What the service asks of its place among the processes."""

    @property
    def hears(self) -> bool:
        """Whether we are told of work, so that there is no need to look all the time."""

    def holds(self, duty: Duty) -> bool:
        """Whether this is ours to do now."""

    async def until_held(self, duty: Duty) -> None:
        """Waits until it is."""

    async def run(self) -> None:
        """Keeps our place until cancelled."""


class Alone:
    """The only process: all is ours, and nobody tells us anything."""

    hears = False

    def holds(self, duty: Duty) -> bool:
        return True

    async def until_held(self, duty: Duty) -> None:
        return None

    async def run(self) -> None:
        await asyncio.Event().wait()


class Line:
    """A place among several processes over one PostgreSQL."""

    def __init__(
        self, engine: Engine, duties: Collection[Duty], own_key: int | None, heard: Callable[[Channel], None]
    ) -> None:
        """`duties` are wanted; `own_key` is a lock that says that we live; `heard` is told what is announced, and of
        every channel when the line is back, as something may have been missed."""
        self._engine, self._own_key, self._heard = engine, own_key, heard
        self._held = {duty: asyncio.Event() for duty in duties}
        self.hears = False

    def holds(self, duty: Duty) -> bool:
        return duty in self._held and self._held[duty].is_set()

    async def until_held(self, duty: Duty) -> None:
        await self._held[duty].wait()

    async def run(self) -> None:
        from psycopg import Error

        while True:
            try:
                async with await self._connect() as connection:
                    await self._stay(connection)
            except (Error, OSError) as error:
                log.warning("line to the database is away", problem=type(error).__name__)
            finally:
                self.hears = False
            has_duty = any(event.is_set() for event in self._held.values())
            await asyncio.sleep(_AGAIN_SECONDS if has_duty else _AGAIN_STANDING_BY)

    async def _connect(self) -> AsyncConnection[Any]:
        from psycopg import AsyncConnection

        _, given = self._engine.dialect.create_connect_args(self._engine.url)
        return await AsyncConnection.connect(**{**_CONNECT, **given, "autocommit": True})

    async def _stay(self, connection: AsyncConnection[Any]) -> None:
        await connection.execute("; ".join(_PREPARE))
        missing = {duty.key: duty for duty in self._held}
        keys = [*missing] if self._own_key is None else [*missing, self._own_key]
        first = True
        while True:
            keys = await self._try(connection, keys)
            lacking = {missing[key] for key in keys if key in missing}
            self._note(lacking)
            if first:
                first, self.hears = False, True
                for channel in Channel:
                    self._heard(channel)
            async for said in connection.notifies(timeout=TRY_SECONDS if keys else None):
                self._heard(Channel(said.channel))

    @staticmethod
    async def _try(connection: AsyncConnection[Any], keys: Collection[int]) -> list[int]:
        """Those of these locks that another session holds; the others are ours now."""
        if not keys:
            return []
        tried = await connection.execute(
            "SELECT key FROM unnest(%s::bigint[]) AS wanted(key) WHERE NOT pg_try_advisory_lock(key)", [list(keys)]
        )
        return [key for (key,) in await tried.fetchall()]

    def _note(self, lacking: Collection[Duty]) -> None:
        for duty, held in self._held.items():
            if duty not in lacking and not held.is_set():
                log.info("duty taken", part=duty.name.lower())
                held.set()
            elif duty in lacking and held.is_set():
                log.warning("duty lost", part=duty.name.lower())
                held.clear()
