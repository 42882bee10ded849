"""Many chats write at once to several worker processes, and one handler hangs: in what order is it handled, and who
waits for it?

    python -m tests.faults.order --chats 200 --texts 50 --seconds 30

First every chat writes its texts, one of each by turns, as fast as three workers can take them: each must be kept once,
and in the order in which it was written. Then a handler hangs for so many seconds while the other chats go on at the
pace of a busy evening: how long do they wait for their answer? What the hanging chat wrote meanwhile comes after it.
Needs PostgreSQL.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, fields
from datetime import timedelta
from pathlib import Path
from random import Random

from sqlalchemy import Connection, text

from bot.app import open_database, open_vault
from bot.settings import Settings
from bot.simulator import Emulator, SimulatorServer
from bot.store import inbox, outbox
from bot.store.database import Database
from tests.databases import POSTGRESQL, wait_until
from tests.faults import kill
from tests.faults.serve_held import HOLDS, LOCK

ROLES = ("intake", "worker", "worker", "worker", "sender")
A_SECOND = 20
"""How many texts come in a second while one handler hangs."""
_SECONDS = 600


@dataclass(frozen=True, slots=True)
class Report:
    """What was done, and below `slowest_answer` what must not have happened. Times in milliseconds."""

    seconds: int
    texts: int
    texts_a_second: int
    texts_beside_the_hanging_one: int
    median_answer: int
    p99_answer: int
    slowest_answer: int
    out_of_order: int
    lost: int
    doubled: int
    answered_while_it_hung: int

    @property
    def wrong(self) -> dict[str, int]:
        """What must not have happened and did."""
        names = [field.name for field in fields(self)]
        nothing = {name: getattr(self, name) for name in names[names.index("slowest_answer") + 1 :]}
        return {name: number for name, number in nothing.items() if number}

    def __str__(self) -> str:
        return "\n".join(f"{name.replace('_', ' '):38} {value:>10}" for name, value in asdict(self).items())


class Street:
    """Chats that write, and what becomes of it."""

    def __init__(self, emulator: Emulator, database: Database, chats: int) -> None:
        self.emulator, self.database = emulator, database
        self.chats = range(kill.FIRST_WRITER, kill.FIRST_WRITER + chats)
        self.sent: list[tuple[int, int, float]] = []

    def says(self, chat_id: int, words: str) -> None:
        self.sent.append((chat_id, self.emulator.person(chat_id).says(words).message_id, time.monotonic()))

    def is_quiet(self) -> bool:
        def left(connection: Connection) -> int:
            return inbox.waiting(connection) + outbox.waiting(connection)

        return not self.emulator.updates.waiting and not self.database.do(left)

    def answers(self) -> dict[int, list[float]]:
        """When each chat got its answers."""
        found: dict[int, list[float]] = {chat_id: [] for chat_id in self.chats}
        for call in self.emulator.calls.all("sendMessage"):
            if call.performed and call.chat_id in found:
                found[call.chat_id].append(call.monotonic)
        return found


def run(*, chats: int, texts: int, beside: int, a_second: float, folder: Path, roles: Sequence[str] = ROLES) -> Report:
    """One whole run in an empty folder: `beside` texts come while one handler hangs."""
    began = time.monotonic()
    with ExitStack() as stack:
        _, url = stack.enter_context(kill.place(POSTGRESQL, durable=False))
        settings = Settings(data_dir=folder / "data", database_url=url)
        vault, database = open_vault(settings), open_database(settings)
        stack.callback(database.close)
        emulator = Emulator()
        telegram = stack.enter_context(SimulatorServer(emulator))
        kill.settle(database, vault, 0, timedelta(0), Random(1))
        street = Street(emulator, database, chats)
        given = {"TOKEN": "1000:fault", "API_URL": telegram.api_url, "DATA_DIR": str(settings.data_dir)}
        service = kill.Service({**given, "DATABASE_URL": str(url)}, roles, folder, "tests.faults.serve_held")
        stack.callback(service.end)
        service.wait_until_ready()

        start = time.monotonic()
        for number in range(chats * texts):
            street.says(street.chats[number % chats], f"tekst {number}")
        wait_until(street.is_quiet, _SECONDS, every=0.2)
        rate = chats * texts / (time.monotonic() - start)

        waits, answered = _while_one_hangs(street, beside, a_second)
        wait_until(street.is_quiet, _SECONDS, every=0.2)
        assert service.stop() == 0
        with database.engine.begin() as connection:
            kept = {chat_id: kill.kept_of(connection, vault, chat_id) for chat_id in street.chats}
        once = Counter((chat_id, message_id) for chat_id, numbers in kept.items() for message_id in numbers)
        waits.sort()
        return Report(
            seconds=round(time.monotonic() - began),
            texts=len(street.sent),
            texts_a_second=round(rate),
            texts_beside_the_hanging_one=len(waits),
            median_answer=round(waits[len(waits) // 2] * 1000),
            p99_answer=round(waits[len(waits) * 99 // 100] * 1000),
            slowest_answer=round(waits[-1] * 1000),
            out_of_order=sum(numbers != sorted(numbers) for numbers in kept.values()),
            lost=sum(not once[chat_id, message_id] for chat_id, message_id, _ in street.sent),
            doubled=sum(number - 1 for number in once.values()),
            answered_while_it_hung=answered,
        )


def _while_one_hangs(street: Street, beside: int, a_second: float) -> tuple[list[float], int]:
    """How long each text of the other chats waited for its answer, and how many answers the hanging chat got before
    its handler went on."""
    hanging, *others = street.chats
    before = {chat_id: len(answers) for chat_id, answers in street.answers().items()}
    with street.database.engine.connect() as holder:
        holder.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        street.says(hanging, HOLDS)
        street.says(hanging, "daarna")
        wait_until(lambda: _hangs(street.database))
        first, start = len(street.sent), time.monotonic()
        for number in range(beside):
            if a_second:
                time.sleep(max(start + number / a_second - time.monotonic(), 0))
            street.says(others[number % len(others)], f"ernaast {number}")
        wanted = Counter(chat_id for chat_id, *_ in street.sent[first:])

        def came() -> bool:
            got = street.answers()
            return all(len(got[chat_id]) - before[chat_id] >= number for chat_id, number in wanted.items())

        wait_until(came, _SECONDS, every=0.05)
        got = street.answers()
        answered = len(got[hanging]) - before[hanging]
        holder.rollback()
    said: Counter[int] = Counter()
    waits = []
    for chat_id, _, at in street.sent[first:]:
        waits.append(got[chat_id][before[chat_id] + said[chat_id]] - at)
        said[chat_id] += 1
    return waits, answered


def _hangs(database: Database) -> bool:
    waiting = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = :lock AND NOT granted")
    return bool(database.do(lambda connection: connection.execute(waiting, {"lock": LOCK}).scalar_one()))


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints the numbers; returns 0 when nothing went wrong and the others did not wait."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.faults.order",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--chats", type=int, default=200)
    parser.add_argument("--texts", type=int, default=50, help="of each chat")
    parser.add_argument("--seconds", type=int, default=30, help="how long one handler hangs")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="draaglicht-order-") as name:
        beside = options.seconds * A_SECOND
        report = run(chats=options.chats, texts=options.texts, beside=beside, a_second=A_SECOND, folder=Path(name))
    print(report)
    return 1 if report.wrong or report.p99_answer >= 1000 else 0


if __name__ == "__main__":
    sys.exit(main())
