"""What a coordinator says to everybody at once: kept as a thing of the coordinator's own, gone out some at a time,
counted, and stopped when that is wanted.

A timer in the coordinator's lane rings while there is something left to do. Does not know what it looks like in a chat.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection, and_, func, select

from bot.care import people, records
from bot.care.people import Person, Role
from bot.care.records import Field
from bot.store import outbox, timers
from bot.store.tables import outbox as calls
from bot.store.tables import people as people_table
from bot.store.timers import Timer
from bot.store.types import new_id
from bot.store.vault import Vault
from flows.engine.values import dataclass

KIND = "announcement"
TIMER = "announcement:"
"""How the key of its timer begins; its id follows."""
BATCH = 100
"""How many get it in one transaction."""
EVERY = timedelta(seconds=5)
"""How often more go out, and the sender is told how far it is."""
TO = {"parents": Role.PARENT, "mentors": Role.MENTOR, "everybody": Role.PARENT | Role.MENTOR}
_STILL_GOES = int(timedelta(days=2).total_seconds())
_PROGRESS = "progress"


@dataclass(frozen=True, slots=True)
class Announcement:
    """`to` is one of TO, `total` how many were to get it. `after`: the last person whose turn it was; `first_call` the
    first row of the outbox that may be of it; `missed`: how many could not be reached to begin with; `told`: what the
    sender was told last; `state`: going, stopped or done."""

    id: int
    words: str
    to: str
    total: int
    after: int = 0
    first_call: int = 0
    missed: int = 0
    told: int = -1
    state: str = "going"

    @property
    def key(self) -> str:
        return f"{TIMER}{self.id}"


@dataclass(frozen=True, slots=True)
class Counts:
    """How it went so far. `later`: the moment for which what waits is held, when nothing can go before it."""

    sent: int
    refused: int
    waiting: int
    later: datetime | None


def how_many(connection: Connection, sender: Person) -> dict[str, int]:
    """How many would get it, of each of TO."""
    return {
        name: connection.execute(
            select(func.count()).select_from(people_table).where(people.has(role), people_table.c.id != sender.id)
        ).scalar_one()
        for name, role in TO.items()
    }


def begin(connection: Connection, vault: Vault, sender: Person, to: str, words: str, now: datetime) -> Announcement:
    """Keeps it, and lets its timer ring at once."""
    first = connection.execute(select(func.coalesce(func.max(calls.c.id), 0))).scalar_one()
    key = f"{TIMER}{new_id(now)}"
    made = Announcement(0, words, to, how_many(connection, sender)[to], first_call=first)
    _write(connection, vault, sender, key, made, now)
    kept = records.find(connection, vault, sender.id, key)
    assert kept is not None  # noqa: S101 - it was written the line before
    made = replace(made, id=kept.id)
    ring(connection, sender, made, now)
    return made


def find(connection: Connection, vault: Vault, sender: Person, announcement_id: int) -> Announcement | None:
    """The one with this id, if it is this person's."""
    kept = records.by_id(connection, vault, sender.id, announcement_id)
    return Announcement(**{**kept.value(_PROGRESS), "id": kept.id}) if kept and kept.kind == KIND else None


def note(connection: Connection, vault: Vault, sender: Person, one: Announcement, now: datetime) -> None:
    """Writes down how far it is."""
    kept = records.by_id(connection, vault, sender.id, one.id)
    if kept:
        _write(connection, vault, sender, kept.key, one, now)


def _write(connection: Connection, vault: Vault, sender: Person, key: str, one: Announcement, now: datetime) -> None:
    fields: dict[str, Field | None] = {"words": Field(one.words), _PROGRESS: Field(asdict(one))}
    today = sender.local(now).date()
    given = {"person_id": sender.id, "key": key, "kind": KIND, "child_id": None, "today": today, "now": now}
    records.keep(connection, vault, fields=fields, **given)  # type: ignore[arg-type]


def ring(connection: Connection, sender: Person, one: Announcement, moment: datetime) -> None:
    """Its timer rings at this moment."""
    timers.put(connection, Timer(sender.chat_id, one.key, moment, _STILL_GOES))


def next_ones(connection: Connection, vault: Vault, sender: Person, one: Announcement) -> Sequence[Person]:
    """Whose turn it is now, in order of coming in; nobody when everybody had it."""
    rows = (
        select(people_table.c.id)
        .where(people.has(TO[one.to]), people_table.c.id > one.after, people_table.c.id != sender.id)
        .order_by(people_table.c.id)
        .limit(BATCH)
    )
    found = people.by_ids(connection, vault, set(connection.execute(rows).scalars()))
    return sorted(found, key=lambda person: person.id)


def counts(connection: Connection, sender: Person, one: Announcement, now: datetime) -> Counts:
    """How it went so far, by the outbox."""
    own = and_(calls.c.id > one.first_call, calls.c.letter_id == one.id, calls.c.chat_id != sender.chat_id)
    by_status = select(calls.c.status, func.count()).where(own).group_by(calls.c.status)
    found = {row[0]: row[1] for row in connection.execute(by_status)}
    waits = and_(own, calls.c.status.in_(("waiting", "sending")))
    ready = connection.execute(
        select(func.count()).where(waits, func.coalesce(calls.c.not_before, now) <= now)
    ).scalar()
    later = connection.execute(select(func.min(calls.c.not_before)).where(waits)).scalar()
    return Counts(
        sent=found.get("sent", 0) + found.get("unknown", 0),
        refused=found.get("refused", 0) + found.get("expired", 0),
        waiting=found.get("waiting", 0) + found.get("sending", 0),
        later=None if ready else later,
    )


def message_of(connection: Connection, sender: Person, one: Announcement) -> int | None:
    """The message in which the sender sees how far it is, once it is there."""
    own = and_(calls.c.id > one.first_call, calls.c.letter_id == one.id, calls.c.chat_id == sender.chat_id)
    first = select(calls.c.message_id).where(own, calls.c.message_id.is_not(None)).order_by(calls.c.id).limit(1)
    return connection.execute(first).scalar()


def stop(connection: Connection, vault: Vault, sender: Person, one: Announcement, now: datetime) -> Announcement:
    """Nobody gets it any more: what waits is given up."""
    outbox.take_back_letters(connection, [one.id])
    stopped = replace(one, state="stopped")
    note(connection, vault, sender, stopped, now)
    return stopped
