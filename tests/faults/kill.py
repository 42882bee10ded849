"""Kills the service at random moments while people write and reminders fall due, and counts what became of it all.

    python -m tests.faults.kill --kills 50 --updates 2000 --reminders 2000 --database sqlite

"Telegram" (the emulator) lives on; the service is real processes that get SIGKILL, also while they start, and are
started again at once. Every text must be kept exactly once and in order; every reminder must be handled exactly once
and arrive; a message may arrive twice only if its call was in flight when a sender died.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, func, select
from sqlalchemy.exc import DBAPIError

from bot.app import open_database, open_vault
from bot.care import families, notes, people, records
from bot.care.people import Role
from bot.settings import Settings
from bot.simulator import Emulator, SimulatorServer
from bot.store import inbox, outbox, timers
from bot.store.database import Database
from bot.store.tables import inbox as inbox_table
from bot.store.tables import outbox as outbox_table
from bot.store.tables import timers as timers_table
from bot.store.timers import Timer
from bot.store.vault import Vault
from tests.databases import POSTGRESQL, SQLITE, some_server, wait_until

WRITERS = 200
FIRST_WRITER, FIRST_REMINDED = 1_000_000, 2_000_000
_QUIET_SECONDS = 120
_USEFUL = 3600
_ROLES = {SQLITE: ("all",), POSTGRESQL: ("all", "worker", "sender")}


@dataclass(frozen=True, slots=True)
class Report:
    """What was done and what became of it. Everything but the first block and `doubled_sends` must be zero."""

    database: str
    kills: int
    updates: int
    reminders: int
    calls_in_flight_at_kills: int
    doubled_sends: int
    lost_updates: int
    double_effects: int
    out_of_order: int
    lost_reminders: int
    reminders_handled_twice: int
    dead_letters: int
    messages_not_sent: int

    @property
    def is_good(self) -> bool:
        must_be_zero = (
            self.lost_updates,
            self.double_effects,
            self.out_of_order,
            self.lost_reminders,
            self.reminders_handled_twice,
            self.dead_letters,
            self.messages_not_sent,
        )
        return not any(must_be_zero) and self.doubled_sends <= self.calls_in_flight_at_kills

    def __str__(self) -> str:
        return "\n".join(f"{name.replace('_', ' '):26} {value}" for name, value in asdict(self).items())


class Processes:
    """The service's processes over one database."""

    def __init__(self, environment: dict[str, str], roles: Sequence[str], log: Path) -> None:
        self._environment, self._log = environment, log.open("ab")
        self._running = {role: self._start(role) for role in roles}

    def _start(self, role: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", "tests.faults.serve"],
            env={**self._environment, "DRAAGLICHT_ROLE": role},
            stdout=self._log,
            stderr=self._log,
        )

    def kill(self, role: str) -> None:
        """SIGKILL, and wait until it is gone."""
        self._running[role].kill()
        self._running[role].wait()

    def restart(self, role: str) -> None:
        self._running[role] = self._start(role)

    @property
    def roles(self) -> list[str]:
        return list(self._running)

    def died_alone(self) -> list[str]:
        """Roles whose process ended without being killed."""
        return [role for role, process in self._running.items() if process.poll() is not None]

    def stop(self) -> list[int]:
        """SIGTERM; returns the exit codes."""
        for process in self._running.values():
            process.terminate()
        return [process.wait(15) for process in self._running.values()]


def run(*, kills: int, updates: int, reminders: int, kind: str, seed: int, folder: Path) -> Report:
    """One whole run in an empty folder."""
    chance = random.Random(seed)
    with ExitStack() as stack:
        url = stack.enter_context(_database_url(kind, folder))
        settings = Settings(data_dir=folder / "data", database_url=url, _env_file=None)
        vault, database = open_vault(settings), open_database(settings)
        stack.callback(database.close)
        emulator = Emulator()
        server = stack.enter_context(SimulatorServer(emulator))
        duration = timedelta(seconds=kills * 0.9)
        _people(database, vault, min(WRITERS, updates), reminders, duration, chance)
        for number in range(reminders):
            emulator.private_chat(FIRST_REMINDED + number)
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("DRAAGLICHT_")},
            "DRAAGLICHT_TOKEN": "1000:fault",
            "DRAAGLICHT_API_URL": server.api_url,
            "DRAAGLICHT_DATA_DIR": str(settings.data_dir),
            "DRAAGLICHT_LOG_LEVEL": "error",
            **({"DRAAGLICHT_DATABASE_URL": url} if url else {}),
        }
        processes = Processes(environment, _ROLES[kind], folder / "service.log")
        sent: list[tuple[int, int]] = []
        in_flight: set[int] = set()
        for kill in range(kills):
            _write(emulator, sent, updates * (kill + 1) // kills, chance)
            time.sleep(chance.uniform(0.1, 2.4))
            role = chance.choice(processes.roles)
            processes.kill(role)
            in_flight |= _in_flight(database)
            processes.restart(role)
        wait_until(lambda: _is_quiet(database, emulator), _QUIET_SECONDS)
        wait_until(lambda: not processes.died_alone(), 5)
        processes.stop()
        return _counted(database, vault, emulator, sent, kills, reminders, len(in_flight), kind)


@contextmanager
def _database_url(kind: str, folder: Path) -> Iterator[str | None]:
    if kind == SQLITE:
        yield None
        return
    with some_server() as server:
        name = server.create()
        yield server.url(name)
        server.drop(name)


def _people(
    database: Database, vault: Vault, writers: int, reminded: int, duration: timedelta, chance: random.Random
) -> None:
    """Parents who will write, and parents whose evening falls at some moment of the run."""
    start = datetime.now(UTC) + timedelta(seconds=3)

    def work(connection: Connection) -> None:
        for chat_id in (
            *range(FIRST_WRITER, FIRST_WRITER + writers),
            *range(FIRST_REMINDED, FIRST_REMINDED + reminded),
        ):
            family_id = families.found(connection, None, start)
            people.add(
                connection,
                vault,
                chat_id=chat_id,
                role=Role.PARENT,
                name="Ouder",
                family_id=family_id,
                region="nl",
                zone="Europe/Amsterdam",
                now=start,
            )
            if chat_id >= FIRST_REMINDED:
                due_at = start + duration * chance.random()
                timers.put(connection, Timer(chat_id, "evening", due_at, _USEFUL, None, "04:00", "1234567", "UTC"))

    database.do(work)


def _write(emulator: Emulator, sent: list[tuple[int, int]], until: int, chance: random.Random) -> None:
    """People write, each the next of a numbered row of texts."""
    while len(sent) < until:
        number = len(sent)
        chat_id = FIRST_WRITER + number % WRITERS
        message = emulator.person(chat_id).says(f"tekst {number}")
        sent.append((chat_id, message.message_id))


def _in_flight(database: Database) -> set[int]:
    """Calls that are being made, or were when a process died."""
    query = select(outbox_table.c.id).where(outbox_table.c.status == "sending")
    return set(database.do(lambda connection: connection.scalars(query).all()))


def _is_quiet(database: Database, emulator: Emulator) -> bool:
    due = select(func.count()).where(timers_table.c.due_at <= datetime.now(UTC))
    try:
        return not emulator.updates.waiting and database.do(
            lambda connection: (
                not inbox.waiting(connection)
                and not outbox.waiting(connection)
                and not connection.execute(due).scalar_one()
            )
        )
    except DBAPIError:
        return False


def _counted(
    database: Database,
    vault: Vault,
    emulator: Emulator,
    sent: list[tuple[int, int]],
    kills: int,
    reminders: int,
    in_flight: int,
    kind: str,
) -> Report:
    kept: Counter[tuple[int, int]] = Counter()
    out_of_order = 0
    with database.engine.begin() as connection:
        for chat_id in sorted({chat_id for chat_id, _ in sent}):
            person = people.present(connection, vault, chat_id).person
            assert person
            seen = [
                piece.message_id or 0
                for record in records.of_kind(connection, vault, person.id, notes.KIND)
                for piece in notes.pieces_of(record)
            ]
            kept.update((chat_id, message_id) for message_id in seen)
            out_of_order += seen != sorted(seen)
        dead = connection.execute(
            select(func.count()).select_from(inbox_table).where(inbox_table.c.status == "dead")
        ).scalar_one()
        rituals: dict[int, int] = _pairs(
            connection.execute(
                select(outbox_table.c.chat_id, func.count())
                .where(outbox_table.c.purpose == "ritual")
                .group_by(outbox_table.c.chat_id)
            )
        )
        status: dict[str, int] = _pairs(
            connection.execute(
                select(outbox_table.c.status, func.count())
                .where(outbox_table.c.purpose != "edit")
                .group_by(outbox_table.c.status)
            )
        )
    delivered = Counter(call.chat_id for call in emulator.calls.all("sendMessage") if call.performed)
    wanted = range(FIRST_REMINDED, FIRST_REMINDED + reminders)
    return Report(
        database=kind,
        kills=kills,
        updates=len(sent),
        reminders=reminders,
        calls_in_flight_at_kills=in_flight,
        doubled_sends=sum(delivered.values()) - status.get("sent", 0),
        lost_updates=sum(one not in kept for one in sent),
        double_effects=sum(count - 1 for count in kept.values() if count > 1),
        out_of_order=out_of_order,
        lost_reminders=sum(not delivered[chat_id] for chat_id in wanted),
        reminders_handled_twice=sum(rituals.get(chat_id, 0) > 1 for chat_id in wanted),
        dead_letters=dead,
        messages_not_sent=sum(count for name, count in status.items() if name != "sent"),
    )


def _pairs(rows: Any) -> dict[Any, Any]:
    return dict(iter(rows))


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.kill", description=__doc__)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--updates", type=int, default=2000)
    parser.add_argument("--reminders", type=int, default=2000)
    parser.add_argument("--database", choices=[SQLITE, POSTGRESQL], default=SQLITE)
    parser.add_argument("--seed", type=int, default=None)
    options = parser.parse_args(arguments)
    seed = options.seed if options.seed is not None else random.randrange(10**6)
    print(f"seed {seed}")
    with tempfile.TemporaryDirectory() as folder:
        report = run(
            kills=options.kills,
            updates=options.updates,
            reminders=options.reminders,
            kind=options.database,
            seed=seed,
            folder=Path(folder),
        )
        print(report)
        log = (Path(folder) / "service.log").read_text(encoding="utf-8")
        print("\n".join(sorted(set(log.splitlines()))[:20]))
    return 0 if report.is_good else 1


if __name__ == "__main__":
    sys.exit(main())
