"""Turns due timers into inputs: each becomes a row of the inbox, in one transaction with its own next instant.

Does not know what timers are for, nor whether one that comes late is still of use: that is decided when it is handled.
"""

from __future__ import annotations

import json
from datetime import datetime, time
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import structlog
from sqlalchemy import Connection

from bot.schedule.local_time import next_instant
from bot.store import inbox, timers
from bot.store.inbox import Arrival
from bot.store.timers import Timer
from bot.store.vault import Vault

log = structlog.get_logger()

BATCH = 500
KIND = "timer"


def fire_due(connection: Connection, vault: Vault, now: datetime, most: int = BATCH) -> int:
    """Fires up to `most` due timers; returns how many. A rhythm moves on to its next instant after `now`.

    One whose time, days or zone are not understood (any more) rests from then on.
    """
    first = timers.next_due(connection)  # Asked before: for what is due by now PostgreSQL makes a plan at each tick.
    if first is None or first > now:
        return 0
    due = timers.due(connection, now, most)
    if not due:  # Another process has them in hand.
        return 0
    inbox.accept(connection, vault, [_arrival(timer) for _, timer in due], now)
    moves: list[tuple[int, datetime | None]] = []
    over: list[int] = []
    for row, timer in due:
        try:
            following = next_of(timer, now)
        except (ValueError, ZoneInfoNotFoundError) as error:
            log.error("timer not understood", timer=row, problem=type(error).__name__)
            moves.append((row, None))
        else:
            if following:
                moves.append((row, following))
            else:
                over.append(row)
    timers.move(connection, moves)
    timers.remove(connection, over)
    return len(due)


def next_of(timer: Timer, now: datetime) -> datetime | None:
    """When a rhythm comes next; None for a timer that comes once."""
    if not (timer.local_time and timer.days and timer.zone):
        return None
    days = frozenset(int(day) - 1 for day in timer.days)
    return next_instant(now, time.fromisoformat(timer.local_time), ZoneInfo(timer.zone), days)


def _arrival(timer: Timer) -> Arrival:
    due_at = timer.due_at.isoformat() if timer.due_at else None
    payload = {"key": timer.key, "due_at": due_at, "late_after": timer.late_after, "turn": timer.turn}
    return Arrival(timer.chat_id, KIND, json.dumps(payload).encode())
