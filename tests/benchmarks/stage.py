"""The service over a database full of parents, without a network: inputs go in the inbox, calls stay in the outbox."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, insert, text, update

from bot.app import Service, read_content
from bot.care import families as family_care
from bot.care import people as people_care
from bot.care import rituals
from bot.care.people import Role
from bot.settings import Settings
from bot.store import inbox
from bot.store.inbox import Arrival
from bot.store.outbox import Pace
from bot.store.tables import child_words, children, conversations, families, outbox, people, timers
from bot.store.tables import inbox as inbox_table
from bot.store.vault import Vault
from bot.telegram import inbound
from flows.engine.state import State, dump_state

NOW = datetime.fromisoformat("2027-03-01T19:00:00+01:00")
FIRST_CHAT = 5_000_000_000
_FIRST_ID = 1 << 40
_CHUNK = 5_000
_NAMES = ("Annelies", "Karim", "Joke", "Fatima", "Bart", "Wen", "Margriet", "Tom")
_CHILDREN = ("Noor", "Sam", "Bo", "Yara", "Lars", "Mila", "Daan")
_LATE_AFTER = int(rituals.RITUAL_USEFUL.total_seconds())


@dataclass
class Stage:
    """A service whose clock only moves when told."""

    service: Service
    clock: Clock

    @property
    def vault(self) -> Vault:
        return self.service.vault

    def take_in(self, updates: Sequence[dict[str, Any]]) -> None:
        """Puts raw updates in the inbox, as intake does."""
        arrivals = [inbound.arrival(update) for update in updates]
        self.accept(arrivals)

    def accept(self, arrivals: Sequence[Arrival]) -> None:
        now = self.clock.now()
        self.service.database.do(lambda connection: inbox.accept(connection, self.vault, arrivals, now))

    def deliver(self) -> None:
        """Writes down all that waits in the outbox as sent, each as a message of its own."""
        arrived = {"status": "sent", "message_id": outbox.c.id, "call_sealed": None, "settled_at": self.clock.now()}
        with self.service.database.engine.begin() as connection:
            connection.execute(update(outbox).where(outbox.c.status == "waiting").values(arrived))

    async def drain(self) -> int:
        """Handles all that waits; returns how much."""
        handled = 0
        while await self.service.step_worker():
            handled += 1
        return handled


class Clock:
    def __init__(self, now: datetime) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now

    def move(self, by: timedelta) -> None:
        self._now += by


@contextmanager
def open_stage(
    folder: Path,
    database_url: str | None = None,
    *,
    cache: Path | None = None,
    api: str = "http://127.0.0.1:9",
    pace: Pace | None = None,
) -> Iterator[Stage]:
    """A stage with the database as it is, at first empty; `database_url` None is an SQLite file in the folder. Calls
    are made only by who steps the sender."""
    clock = Clock(NOW)
    settings = Settings(data_dir=folder, database_url=database_url)
    content = read_content(cache) if cache else None
    service = Service(settings, clock=clock.now, token="1000:bench", api_base=f"{api}/bot", content=content, pace=pace)
    try:
        yield Stage(service, clock)
    finally:
        service.database.close()


def fill(connection: Connection, vault: Vault, count: int, *, evening: datetime = NOW + timedelta(minutes=30)) -> None:
    """Adds parents, each with a family, a child, an evening rhythm that comes at `evening`, and a conversation that
    is over."""
    over = dump_state(State(turn=12))
    for start in range(0, count, _CHUNK):
        numbers = range(start, min(start + _CHUNK, count))
        ids = {number: _FIRST_ID + number for number in numbers}
        _many(connection, families, [{"id": ids[n], "created_at": NOW} for n in numbers])
        _many(
            connection,
            people,
            [
                {
                    "id": ids[n],
                    "chat_id": FIRST_CHAT + n,
                    "roles": int(Role.PARENT),
                    "name_sealed": vault.seal_text(people_care.NAME, ids[n], _NAMES[n % len(_NAMES)]),
                    "family_id": ids[n],
                    "region": "nl",
                    "zone": "Europe/Amsterdam",
                    "created_at": NOW,
                }
                for n in numbers
            ],
        )
        _many(
            connection,
            children,
            [
                {
                    "id": ids[n],
                    "family_id": ids[n],
                    "name_sealed": vault.seal_text(family_care.CHILD, ids[n], _CHILDREN[n % len(_CHILDREN)]),
                    "pronoun": "she",
                    "age": 8,
                    "age_on": NOW.date(),
                }
                for n in numbers
            ],
        )
        _many(
            connection,
            child_words,
            [
                {
                    "child_id": ids[n],
                    "person_id": ids[n],
                    "calls_me_sealed": vault.seal_text(family_care.CALLS_ME, f"{ids[n]}/{ids[n]}", "mama"),
                }
                for n in numbers
            ],
        )
        _many(
            connection,
            conversations,
            [
                {
                    "chat_id": FIRST_CHAT + n,
                    "state_sealed": vault.seal(people_care.STATE, FIRST_CHAT + n, over),
                    "active_at": NOW - timedelta(days=1),
                }
                for n in numbers
            ],
        )
        _many(
            connection,
            timers,
            [
                {
                    "chat_id": FIRST_CHAT + n,
                    "key": rituals.EVENING,
                    "due_at": evening,
                    "late_after": _LATE_AFTER,
                    "local_time": "19:30",
                    "days": rituals.EVERY_DAY,
                    "zone": "Europe/Amsterdam",
                }
                for n in numbers
            ],
        )


def look_back(connection: Connection, count: int) -> None:
    """Adds what was handled before: so many inputs and their answers, which stay for a week."""
    for start in range(0, count, _CHUNK):
        numbers = range(start, min(start + _CHUNK, count))
        _many(
            connection,
            inbox_table,
            [
                {
                    "chat_id": FIRST_CHAT + n,
                    "update_id": 1 + n,
                    "received_at": NOW - timedelta(days=1),
                    "kind": "update",
                    "seal": f"{n:016x}",
                    "status": "done",
                }
                for n in numbers
            ],
        )
        _many(
            connection,
            outbox,
            [
                {
                    "chat_id": FIRST_CHAT + n,
                    "priority": 1,
                    "purpose": "answer",
                    "created_at": NOW - timedelta(days=1),
                    "seal": f"{n:016x}",
                    "status": "sent",
                    "settled_at": NOW - timedelta(days=1),
                    "message_id": n,
                    "turn": 5,
                }
                for n in numbers
            ],
        )


def _many(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    connection.execute(insert(table), rows)


def know_sizes(connection: Connection) -> None:
    """What PostgreSQL finds out about its tables by itself in a minute or so; SQLite never does."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("ANALYZE"))
