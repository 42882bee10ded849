"""The five phases of guiding a family (method B): getting to know, parenting interview, overview position and work
floor, interview again, winding down. Moving on is a joint decision, and every step is written down.

After the fourth it is back to the third, and then there is no third interview, or on to the fifth. Does not know what
is said about it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import Connection, select, update

from bot.care import guidance
from bot.care.guidance import Entry
from bot.care.people import Person
from bot.store.tables import families
from bot.store.vault import Vault

KIND = "phase"
AGREED = "agreed"
UNDONE = "undone"
"""The topic of an entry that takes back the step which it amends."""

FIRST, INTERVIEW, WORK_FLOOR, INTERVIEW_AGAIN, WINDING_DOWN = 1, 2, 3, 4, 5
_ROUNDS = {INTERVIEW: 1, INTERVIEW_AGAIN: 2}


def steps_of(entries: Sequence[Entry]) -> list[Entry]:
    """The steps that hold, the oldest first: without those that were taken back."""
    undone = {one.amends_id for one in entries if one.topic == UNDONE}
    return [one for one in entries if one.topic != UNDONE and one.id not in undone]


def way_of(entries: Sequence[Entry]) -> list[int]:
    """The phases that a family went through, the first to begin with; the last is where it is."""
    return [FIRST, *(int(one.topic) for one in steps_of(entries))]


def next_of(way: Sequence[int]) -> tuple[int, ...]:
    """The phases that may follow."""
    match way[-1]:
        case 1:
            return (INTERVIEW,)
        case 2:
            return (WORK_FLOOR,)
        case 3:
            return (WINDING_DOWN,) if INTERVIEW_AGAIN in way else (INTERVIEW_AGAIN,)
        case 4:
            return (WORK_FLOOR, WINDING_DOWN)
        case _:
            return ()


def round_of(way: Sequence[int]) -> int:
    """Which interview belongs here: the first, the second, or none (0)."""
    return _ROUNDS.get(way[-1], 0)


def had_both(way: Sequence[int]) -> bool:
    """Whether there is no interview any more."""
    return INTERVIEW_AGAIN in way and way[-1] != INTERVIEW_AGAIN


def move(
    connection: Connection,
    vault: Vault,
    family_id: int,
    mentor: Person,
    to: int,
    agreed: str,
    now: datetime,
) -> bool:
    """Writes down that all agreed to go to another phase; False when that does not follow here. `agreed` says who."""
    way = way_of(_held(connection, vault, family_id))
    if to not in next_of(way):
        return False
    today = mentor.local(now).date()
    _note(connection, vault, family_id, mentor, str(to), {AGREED: agreed}, today, now)
    _is_in(connection, family_id, to, today)
    return True


def take_back(
    connection: Connection, vault: Vault, family_id: int, mentor: Person, why: str, now: datetime
) -> int | None:
    """Writes down that the last step was not meant so; returns the phase that holds again, if there was a step."""
    steps = steps_of(_held(connection, vault, family_id))
    if not steps:
        return None
    today = mentor.local(now).date()
    _note(connection, vault, family_id, mentor, UNDONE, {AGREED: why}, today, now, amends_id=steps[-1].id)
    before = steps[-2] if len(steps) > 1 else None
    phase = int(before.topic) if before else FIRST
    _is_in(connection, family_id, phase, before.local_day if before else None)
    return phase


def _held(connection: Connection, vault: Vault, family_id: int) -> list[Entry]:
    """The entries so far; whoever else moves this family at the same time waits."""
    connection.execute(select(families.c.id).where(families.c.id == family_id).with_for_update())
    return guidance.of_family(connection, vault, family_id, KIND)


def _note(
    connection: Connection,
    vault: Vault,
    family_id: int,
    mentor: Person,
    topic: str,
    entry: dict[str, str],
    today: date,
    now: datetime,
    amends_id: int | None = None,
) -> None:
    guidance.add(
        connection,
        vault,
        family_id=family_id,
        author=mentor,
        kind=KIND,
        topic=topic,
        entry=entry,
        local_day=today,
        now=now,
        for_parents=True,
        amends_id=amends_id,
    )


def _is_in(connection: Connection, family_id: int, phase: int, since: date | None) -> None:
    connection.execute(update(families).where(families.c.id == family_id).values(phase=phase, phase_since=since))
