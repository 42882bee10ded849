"""How often a person begins which flow, for menus that put first what is used most. Knows no menus."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, select

from bot.store.tables import flow_uses
from bot.store.upsert import upsert


def note(connection: Connection, person_id: int, flow: str, now: datetime) -> None:
    """The person began a flow."""
    own = (flow_uses.c.person_id == person_id, flow_uses.c.flow == flow)
    times = connection.execute(select(flow_uses.c.times).where(*own)).scalar() or 0
    statement = upsert(connection, flow_uses, ("person_id", "flow"), ("times", "last_at"))
    connection.execute(statement, {"person_id": person_id, "flow": flow, "times": times + 1, "last_at": now})


def of(connection: Connection, person_id: int) -> dict[str, int]:
    """How often each flow was begun."""
    rows = connection.execute(select(flow_uses.c.flow, flow_uses.c.times).where(flow_uses.c.person_id == person_id))
    return {row.flow: row.times for row in rows}
