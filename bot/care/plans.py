"""A parent's own safety plan: who I call, what helps me, what keeps my child safe. There is one, which grows.

It is kept as records of the flow that asks for it; each time that something is filled in or changed makes one, and
`gather` makes them one again. Does not know who else may see it: that is the record's own.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Connection, select, update

from bot.care import records
from bot.care.records import Field, Record
from bot.store import tables
from bot.store.vault import Vault

KIND = "safety_plan"
FIELDS = ("calls", "helps", "keeps_safe")
_OF_THE_RECORD = ("shared_with", "shared_at", "for_appointment")


def plan_of(connection: Connection, vault: Vault, person_id: int) -> dict[str, str]:
    """What the plan says, by field, in the parent's words; a field that was never filled in is empty."""
    found = _merged(records.of_kind(connection, vault, person_id, KIND))
    return {name: str(found[name].value) if name in found else "" for name in FIELDS}


def _merged(plans: list[Record]) -> dict[str, Field]:
    """The newest words for each field."""
    return {name: field for plan in plans for name, field in plan.fields.items()}


def gather(connection: Connection, vault: Vault, person_id: int, key: str, today: date, now: datetime) -> None:
    """Makes the record `key` the whole plan, shared as the plan was; earlier ones go."""
    plans = records.of_kind(connection, vault, person_id, KIND)
    earlier = [plan for plan in plans if plan.key != key]
    if not earlier:
        return
    fields: dict[str, Field | None] = {**_merged([*earlier, *(plan for plan in plans if plan.key == key)])}
    shared = connection.execute(
        select(*(tables.records.c[name] for name in _OF_THE_RECORD)).where(tables.records.c.id == earlier[-1].id)
    ).one()
    records.keep(
        connection,
        vault,
        person_id=person_id,
        key=key,
        kind=KIND,
        fields=fields,
        child_id=None,
        today=today,
        now=now,
    )
    own = (tables.records.c.person_id == person_id, tables.records.c.key == key)
    connection.execute(update(tables.records).where(*own).values(**shared._mapping))
    for plan in earlier:
        records.throw_away(connection, person_id, plan.key)
