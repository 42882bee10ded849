"""Timers and rhythms as rows. Does not know local time: the next instant of a rhythm is worked out by `schedule`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, select, update

from bot.store.tables import timers
from bot.store.upsert import upsert
from flows.engine.values import dataclass


@dataclass(frozen=True, slots=True)
class Timer:
    """To come back at `due_at`; of no use more than `late_after` seconds later. A rhythm has the last three."""

    chat_id: int
    key: str
    due_at: datetime | None
    late_after: int
    turn: int | None = None
    local_time: str | None = None
    days: str | None = None
    zone: str | None = None


_COLUMNS = ("due_at", "late_after", "turn", "local_time", "days", "zone")
_NOW = bindparam("now", type_=timers.c.due_at.type)
_DUE = (
    select(timers)
    .where(timers.c.due_at <= _NOW)
    .order_by(timers.c.due_at)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)
_FIRST = select(func.min(timers.c.due_at)).where(timers.c.due_at.is_not(None))
_OF_CHAT = select(timers).where(timers.c.chat_id == bindparam("chat"))
_DROP = delete(timers).where(timers.c.chat_id == bindparam("chat"), timers.c.key.in_(bindparam("keys", expanding=True)))
_MOVE = update(timers).where(timers.c.id == bindparam("row")).values(due_at=_NOW)


def put(connection: Connection, timer: Timer) -> None:
    """Sets a timer; one of the same chat and key is replaced."""
    row = {"chat_id": timer.chat_id, "key": timer.key, **{name: getattr(timer, name) for name in _COLUMNS}}
    connection.execute(upsert(connection, timers, ("chat_id", "key"), _COLUMNS), row)


def drop(connection: Connection, chat_id: int, *keys: str) -> None:
    """Takes timers away; keys that are not set do not matter."""
    connection.execute(_DROP, {"chat": chat_id, "keys": keys})


def of_chat(connection: Connection, chat_id: int) -> dict[str, Timer]:
    """All timers of a chat, by key."""
    rows = connection.execute(_OF_CHAT, {"chat": chat_id})
    return {row.key: _timer(row) for row in rows}


def due(connection: Connection, now: datetime, most: int) -> list[tuple[int, Timer]]:
    """Up to `most` due timers with their row ids, the longest due first, locked until the transaction ends."""
    return [(row.id, _timer(row)) for row in connection.execute(_DUE, {"now": now, "most": most})]


def move(connection: Connection, moves: Sequence[tuple[int, datetime | None]]) -> None:
    """Sets the next instants of rhythms, by row id; without one a rhythm rests."""
    if moves:
        connection.execute(_MOVE, [{"row": row, "now": due_at} for row, due_at in moves])


def remove(connection: Connection, rows: Sequence[int]) -> None:
    """Deletes fired timers, by row id."""
    if rows:
        connection.execute(delete(timers).where(timers.c.id.in_(rows)))


def next_due(connection: Connection) -> datetime | None:
    """When the first timer is due."""
    return connection.execute(_FIRST).scalar()


def _timer(row: Any) -> Timer:
    return Timer(row.chat_id, row.key, row.due_at, row.late_after, row.turn, row.local_time, row.days, row.zone)
