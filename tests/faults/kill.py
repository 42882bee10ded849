"""Kills the service at random moments while people write and reminders fall due, and counts what became of it all.

    python -m tests.faults.kill --full                          # 200 kills, 10,000 updates and reminders
    python -m tests.faults.kill --full --database postgresql    # and PostgreSQL itself goes down five times

"Telegram" (the emulator) lives on; the service is real processes that get SIGKILL, also while they start, and are
started again at once. On SQLite it is one process. On PostgreSQL it is two that do everything, so that what only one
may do goes over from one to the other; with `--apart` seven: intake, ticker, three workers and two senders.
Every text must be kept exactly once and in order; every reminder must be handled exactly once and
arrive; a message may arrive twice only if its call was in flight when a sender died.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

from sqlalchemy import Connection, func, select

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
from tests.databases import KINDS, POSTGRESQL, SQLITE, OwnServer, Server, own_server, some_server, wait_until
from tests.faults.processes import Process

WRITERS = 200
FIRST_WRITER, FIRST_REMINDED = 1_000_000, 2_000_000
_ROLES = {SQLITE: ("all",), POSTGRESQL: ("all", "all")}
APART = ("intake", "ticker", "worker", "worker", "worker", "sender", "sender")
FULL = {"kills": 200, "updates": 10_000, "reminders": 10_000}
_SECONDS_A_KILL = {SQLITE: 1.4, POSTGRESQL: 0.8}
_START_SECONDS, _STUCK_SECONDS = 60, 60
_USEFUL = 3600


@dataclass(frozen=True, slots=True)
class Report:
    """What was done, and below `doubled_sends` what must not have happened."""

    database: str
    seconds: int
    kills: int
    kills_while_starting: int
    restarts_of_the_database: int
    begun_while_it_was_away: int
    updates: int
    reminders: int
    messages: int
    in_flight_at_kills: int
    doubled_sends: int
    lost_updates: int
    double_effects: int
    out_of_order: int
    answers_missing_or_double: int
    lost_reminders: int
    double_reminders: int
    rhythms_that_stand_still: int
    inputs_not_done: int
    messages_not_sent: int
    messages_called_sent_that_never_were: int
    processes_that_died_by_themselves: int
    bad_exit_codes: int

    @property
    def wrong(self) -> dict[str, int]:
        """What must not have happened and did."""
        names = [field.name for field in fields(self)]
        nothing = {name: getattr(self, name) for name in names[names.index("doubled_sends") + 1 :]}
        found = {name: number for name, number in nothing.items() if number}
        if self.doubled_sends > self.in_flight_at_kills:
            found["doubled_sends"] = self.doubled_sends
        return found

    def __str__(self) -> str:
        return "\n".join(f"{name.replace('_', ' '):38} {value:>10}" for name, value in asdict(self).items())


class Service:
    """The service's processes over one database, each with a role; the first has number 0."""

    def __init__(
        self, settings: Mapping[str, str], roles: Sequence[str], folder: Path, module: str = "tests.faults.serve"
    ) -> None:
        self._settings, self._roles, self._folder, self._numbers = settings, roles, folder, count(1)
        self._module = module
        self._running = [self._start(role) for role in roles]
        self.died_alone = 0

    def _start(self, role: str) -> Process:
        settings = {**self._settings, "ROLE": role}
        return Process(["-m", self._module], settings, self._folder, f"{role}{next(self._numbers)}")

    def __getitem__(self, number: int) -> Process:
        return self._running[number]

    def wait_until_ready(self) -> None:
        """Waits until each has begun."""
        wait_until(lambda: all(process.said for process in self._running), _START_SECONDS, every=0.02)

    def kill(self, number: int) -> str | None:
        """SIGKILL; returns the name of its sender, None when it had not come so far."""
        process = self._running[number]
        self.died_alone += not process.is_running
        process.kill()
        return process.said

    def restart(self, number: int) -> None:
        self._running[number] = self._start(self._roles[number])

    def revive(self) -> int:
        """Starts again what ended since the database was away when it began, as whoever supervises it does."""
        ended = [number for number, process in enumerate(self._running) if not process.is_running]
        ended = [number for number in ended if "the database cannot be reached" in self._running[number].log]
        for number in ended:
            self.restart(number)
        return len(ended)

    def stop(self) -> int:
        """SIGTERM; returns how many did not end well."""
        self.died_alone += sum(not process.is_running for process in self._running)
        return sum(process.terminate() != 0 for process in self._running)

    def end(self) -> None:
        for process in self._running:
            process.end()


def run(
    *,
    kills: int,
    updates: int,
    reminders: int,
    kind: str,
    seed: int,
    folder: Path,
    restarts: int = 0,
    roles: Sequence[str] = (),
) -> Report:
    """One whole run in an empty folder; `restarts`: how often PostgreSQL goes down. Raises AssertionError when the
    service does not come to rest."""
    began, chance, roles = time.monotonic(), random.Random(seed), roles or _ROLES[kind]
    goes_down = {(number + 1) * kills // (restarts + 1) for number in range(restarts)}
    with ExitStack() as stack:
        server, url = stack.enter_context(place(kind, durable=restarts > 0))
        settings = Settings(data_dir=folder / "data", database_url=url)
        vault, database = open_vault(settings), open_database(settings)
        stack.callback(database.close)
        emulator = Emulator()
        telegram = stack.enter_context(SimulatorServer(emulator))
        duration = timedelta(seconds=kills * _SECONDS_A_KILL[kind])
        settle(database, vault, reminders, duration, chance)
        for number in range(reminders):
            emulator.private_chat(FIRST_REMINDED + number)
        given = {
            "TOKEN": "1000:fault",
            "API_URL": telegram.api_url,
            "DATA_DIR": str(settings.data_dir),
            "LOG_LEVEL": "error",
            **({"DATABASE_URL": url} if url else {}),
        }
        service = Service(given, roles, folder)
        stack.callback(service.end)
        sent: list[tuple[int, int]] = []
        in_flight = while_starting = begun_without = 0
        for number in range(kills):
            _write(emulator, sent, updates * (number + 1) // kills)
            if number in goes_down:
                assert isinstance(server, OwnServer)
                server.stop(chance.choice(("immediate", "fast")))
                server.start()
                database.engine.dispose()
                in_flight += _in_flight(database)
            begun_without += service.revive()
            which = chance.randrange(len(roles))
            _wait_for_the_moment(service[which], chance)
            sender = service.kill(which)
            while_starting += sender is None
            if sender:
                in_flight += _in_flight(database, sender)
            service.restart(which)
        begun_without += service.revive()
        _wait_for_rest(database, emulator)
        bad_exit_codes = service.stop()
        return Report(
            database=kind,
            seconds=round(time.monotonic() - began),
            kills=kills,
            kills_while_starting=while_starting,
            restarts_of_the_database=len(goes_down),
            begun_while_it_was_away=begun_without,
            updates=len(sent),
            reminders=reminders,
            in_flight_at_kills=in_flight,
            processes_that_died_by_themselves=service.died_alone,
            bad_exit_codes=bad_exit_codes,
            **_counted(database, vault, emulator, sent, reminders),
        )


@contextmanager
def place(kind: str, *, durable: bool) -> Iterator[tuple[Server | None, str | None]]:
    """A server of our own when it is to go down, or the one that was given; none for SQLite."""
    if kind == SQLITE:
        yield None, None
        return
    with own_server(durable=True) if durable else some_server() as server:
        name = server.create()
        yield server, server.url(name)
        server.drop(name)


def settle(database: Database, vault: Vault, reminders: int, duration: timedelta, chance: random.Random) -> None:
    """Parents who will write, and parents whose evening falls at some moment of the run."""
    start = datetime.now(UTC)
    not_today = f"{start - timedelta(hours=1):%H:%M}"  # An evening at an hour that the run lives through comes twice.
    writers, reminded = range(FIRST_WRITER, FIRST_WRITER + WRITERS), range(FIRST_REMINDED, FIRST_REMINDED + reminders)

    def work(connection: Connection) -> None:
        for chat_id in (*writers, *reminded):
            people.add(
                connection,
                vault,
                chat_id=chat_id,
                role=Role.PARENT,
                name="Ouder",
                family_id=families.found(connection, None, start),
                region="nl",
                zone="Europe/Amsterdam",
                now=start,
            )
            if chat_id in reminded:
                due_at = start + duration * chance.random()
                timers.put(connection, Timer(chat_id, "evening", due_at, _USEFUL, None, not_today, "1234567", "UTC"))

    database.do(work)


def _write(emulator: Emulator, sent: list[tuple[int, int]], until: int) -> None:
    """People write, one after another, each the next of a numbered row of texts."""
    while len(sent) < until:
        chat_id = FIRST_WRITER + len(sent) % WRITERS
        message = emulator.person(chat_id).says(f"tekst {len(sent)}")
        sent.append((chat_id, message.message_id))


def _wait_for_the_moment(process: Process, chance: random.Random) -> None:
    """A random moment: one in four while it starts, if it does, else while it works."""
    if chance.random() > 0.25:
        wait_until(lambda: process.said or not process.is_running, _START_SECONDS, every=0.02)
    time.sleep(chance.uniform(0.02, 0.5))


def _in_flight(database: Database, sender: str | None = None) -> int:
    """Calls that this sender was making when it died; or all senders."""
    query = select(func.count()).where(outbox_table.c.status == "sending")
    if sender:
        query = query.where(outbox_table.c.sender == sender)
    return int(database.do(lambda connection: connection.execute(query).scalar_one()))


def _wait_for_rest(database: Database, emulator: Emulator) -> None:
    """Waits until nothing is left to do, for as long as it takes. Raises AssertionError when nothing moves any more."""

    def work(connection: Connection) -> tuple[int, ...]:
        due = select(func.count()).where(timers_table.c.due_at <= datetime.now(UTC))
        return inbox.waiting(connection), outbox.waiting(connection), connection.execute(due).scalar_one()

    def left() -> tuple[int, ...]:
        return len(emulator.updates.waiting), *database.do(work)

    now, moved_at = left(), time.monotonic()
    while any(now):
        time.sleep(0.5)
        before, now = now, left()
        if now != before:
            moved_at = time.monotonic()
        assert time.monotonic() - moved_at < _STUCK_SECONDS, f"updates, inputs, calls, timers that stay: {now}"


def _counted(
    database: Database, vault: Vault, emulator: Emulator, sent: Sequence[tuple[int, int]], reminders: int
) -> dict[str, int]:
    """What became of it all."""
    writers = Counter(chat_id for chat_id, _ in sent)
    reminded = range(FIRST_REMINDED, FIRST_REMINDED + reminders)
    with database.engine.begin() as connection:
        kept = {chat_id: kept_of(connection, vault, chat_id) for chat_id in writers}
        inputs = connection.execute(select(inbox_table)).all()
        calls = connection.execute(select(outbox_table).where(outbox_table.c.purpose != "edit")).all()
        standing_still = connection.execute(
            select(func.count()).where(timers_table.c.key == "evening", timers_table.c.due_at <= datetime.now(UTC))
        ).scalar_one()
        rhythms = connection.execute(select(func.count()).where(timers_table.c.key == "evening")).scalar_one()
    once = Counter((chat_id, message_id) for chat_id, numbers in kept.items() for message_id in numbers)
    rang = _by_chat(row.chat_id for row in inputs if row.kind == "timer" and row.status == "done" and not row.problem)
    rituals = _by_chat(row.chat_id for row in calls if row.purpose == "ritual")
    answers = _by_chat(row.chat_id for row in calls if row.purpose == "answer")
    called_sent = _by_chat(row.chat_id for row in calls if row.status == "sent")
    arrived = _by_chat(call.chat_id or 0 for call in emulator.calls.all("sendMessage") if call.performed)
    return {
        "messages": len(calls),
        "doubled_sends": sum(max(arrived[chat_id] - called_sent[chat_id], 0) for chat_id in arrived),
        "lost_updates": sum(not once[one] for one in sent),
        "double_effects": sum(number - 1 for number in once.values()),
        "out_of_order": sum(numbers != sorted(numbers) for numbers in kept.values()),
        "answers_missing_or_double": sum(abs(answers[chat_id] - writers[chat_id]) for chat_id in writers),
        "lost_reminders": sum(not (rang[one] and rituals[one] and arrived[one]) for one in reminded),
        "double_reminders": sum(rang[one] > 1 or rituals[one] > 1 for one in reminded),
        "rhythms_that_stand_still": standing_still + reminders - rhythms,
        "inputs_not_done": sum(row.status != "done" for row in inputs),
        "messages_not_sent": sum(row.status != "sent" for row in calls),
        "messages_called_sent_that_never_were": sum(
            max(called_sent[chat_id] - arrived[chat_id], 0) for chat_id in called_sent
        ),
    }


def kept_of(connection: Connection, vault: Vault, chat_id: int) -> list[int]:
    """The messages that stand in somebody's notes, in the order in which they were added."""
    person = people.present(connection, vault, chat_id).person
    assert person
    kept = records.of_kind(connection, vault, person.id, notes.UNDECIDED)
    return [piece.message_id or 0 for record in kept for piece in notes.pieces_of(record)]


def _by_chat(chats: Iterable[int]) -> Counter[int]:
    return Counter(chats)


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints the numbers; returns 0 when nothing went wrong."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.faults.kill",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--updates", type=int, default=2000)
    parser.add_argument("--reminders", type=int, default=2000)
    parser.add_argument("--database", choices=KINDS, default=SQLITE)
    parser.add_argument("--restarts", type=int, default=0, help="how often PostgreSQL goes down (default: 0)")
    parser.add_argument("--apart", action="store_true", help="on PostgreSQL, a process for each part")
    full = ", ".join(f"{number:,} {what}" for what, number in FULL.items())
    parser.add_argument("--full", action="store_true", help=f"{full}; on PostgreSQL apart, which goes down five times")
    parser.add_argument("--seed", type=int, default=random.randrange(10**6), help="of the random moments")
    parser.add_argument("--keep", type=Path, help="folder for the database and the logs (default: thrown away)")
    options = parser.parse_args(arguments)
    if options.full:
        vars(options).update(FULL, apart=True, restarts=5)
    on_server = options.database == POSTGRESQL
    with tempfile.TemporaryDirectory(prefix="draaglicht-faults-") as name:
        folder: Path = options.keep or Path(name)
        folder.mkdir(parents=True, exist_ok=True)
        report = run(
            kills=options.kills,
            updates=options.updates,
            reminders=options.reminders,
            kind=options.database,
            seed=options.seed,
            folder=folder,
            restarts=options.restarts if on_server else 0,
            roles=APART if options.apart and on_server else (),
        )
    print(f"{'seed':38} {options.seed:>10}")
    print(report)
    return 1 if report.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
