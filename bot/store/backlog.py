"""What waits and for how long: counts and ages, for the doctor and the metrics. Knows nobody, and reads no content."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, func, or_, select

from bot.store.outbox import Priority
from bot.store.tables import inbox, outbox, timers
from bot.store.types import fixed
from flows.engine.values import dataclass


@dataclass(frozen=True, slots=True)
class Waiting:
    """How much waits that could be done now, and for how long the oldest of it; no age when nothing does."""

    count: int = 0
    age: timedelta | None = None


NOTHING = Waiting()


@dataclass(frozen=True, slots=True)
class Backlog:
    """All that waits at one moment. `outbox` has what waits of each priority, `timer_late` how late the first timer is
    that should have gone off, `dead` how many inputs could not be handled."""

    inbox: Waiting = NOTHING
    outbox: Mapping[Priority, Waiting] = field(default_factory=dict)
    timer_late: timedelta | None = None
    dead: int = 0


_NOW = bindparam("now", type_=inbox.c.received_at.type)
_WAITING, _DEAD = fixed("waiting"), fixed("dead")
_INBOX = select(func.count(), func.min(inbox.c.received_at)).where(inbox.c.status == _WAITING)
_OUTBOX = (
    select(outbox.c.priority, func.count(), func.min(func.coalesce(outbox.c.not_before, outbox.c.created_at)))
    .where(outbox.c.status == _WAITING, or_(outbox.c.not_before.is_(None), outbox.c.not_before <= _NOW))
    .group_by(outbox.c.priority)
)
_FIRST_TIMER = select(func.min(timers.c.due_at)).where(timers.c.due_at <= _NOW)
_DEAD_LETTERS = select(func.count()).where(inbox.c.status == _DEAD, inbox.c.problem.is_not(None))
"""That each has a problem is what its index goes by."""


def look(connection: Connection, now: datetime) -> Backlog:
    """What waits now."""

    def waiting(count: int, since: datetime | None) -> Waiting:
        return Waiting(count, max(now - since, timedelta(0)) if since else None)

    calls = connection.execute(_OUTBOX, {"now": now})
    first = connection.execute(_FIRST_TIMER, {"now": now}).scalar()
    return Backlog(
        inbox=waiting(*connection.execute(_INBOX).one()),
        outbox={Priority(priority): waiting(count, since) for priority, count, since in calls},
        timer_late=now - first if first else None,
        dead=connection.execute(_DEAD_LETTERS).scalar_one(),
    )
