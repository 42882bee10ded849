"""Gated flows: a family has them once its mentor switches them on, and sees who did so and why (method D).

Does not know which flows are gated: their files say so.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, insert, select, update

from bot.care.people import Person
from bot.store.tables import families, switches
from bot.store.types import new_id
from bot.store.vault import Vault
from flows.engine.values import dataclass

WHY = "switches.why"


@dataclass(frozen=True, slots=True)
class Switch:
    """A gated flow that is on for a family. `by_person` is the mentor who did it, if still here."""

    flow: str
    by_person: int | None
    on_at: datetime
    why: str


def flows_on(connection: Connection, family_id: int) -> frozenset[str]:
    """The gated flows that this family has now."""
    return frozenset(connection.execute(select(switches.c.flow).where(*_on(family_id))).scalars())


def on_by_family(connection: Connection, mentor_id: int) -> dict[int, set[str]]:
    """The same of all families that this mentor guides now, in one go; those with nothing on are not there."""
    query = (
        select(switches.c.family_id, switches.c.flow)
        .join(families, families.c.id == switches.c.family_id)
        .where(families.c.mentor_id == mentor_id, switches.c.off_at.is_(None))
    )
    found: dict[int, set[str]] = {}
    for family_id, flow in connection.execute(query):
        found.setdefault(family_id, set()).add(flow)
    return found


def of_family(connection: Connection, vault: Vault, family_id: int) -> list[Switch]:
    """What is on for this family, in order of switching on."""
    rows = connection.execute(select(switches).where(*_on(family_id)).order_by(switches.c.id))
    return [Switch(row.flow, row.by_person, row.on_at, vault.open_text(WHY, row.id, row.why_sealed)) for row in rows]


def switch_on(
    connection: Connection, vault: Vault, family_id: int, flow: str, mentor: Person, why: str, now: datetime
) -> None:
    """The family has the flow from now on; whoever switched it on before made room."""
    switch_off(connection, family_id, flow, now)
    row_id = new_id(now)
    connection.execute(
        insert(switches),
        {
            "id": row_id,
            "family_id": family_id,
            "flow": flow,
            "by_person": mentor.id,
            "on_at": now,
            "why_sealed": vault.seal_text(WHY, row_id, why),
        },
    )


def switch_off(connection: Connection, family_id: int, flow: str, now: datetime) -> None:
    """The family does not have the flow any more."""
    connection.execute(update(switches).where(*_on(family_id), switches.c.flow == flow).values(off_at=now))


def _on(family_id: int) -> tuple[ColumnElement[bool], ...]:
    return (switches.c.family_id == family_id, switches.c.off_at.is_(None))
