"""A Telegram, a database, and the service as `draaglicht run` starts it, in a process of its own.

What has become of everything is read from the database and from the screens.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, func, select

from bot.care import families, notes, people, records
from bot.care.people import Role
from bot.simulator import Emulator, SimulatorServer
from bot.store import inbox, outbox
from bot.store.database import Database
from bot.store.tables import outbox as outbox_table
from bot.store.vault import Vault, parse_keys
from tests.databases import wait_until
from tests.faults.processes import Process

KEYS = "1:" + "A" * 42 + "8="
FIRST_PARENT = 1_000_000
RUN, UNPACED = ("-m", "bot", "run"), ("-m", "tests.faults.serve")


class Village:
    """Parents with phones, and the service."""

    def __init__(self, url: str, folder: Path, emulator: Emulator, server: SimulatorServer) -> None:
        self.url, self.folder, self.emulator = url, folder, emulator
        self.vault = Vault(parse_keys(KEYS, "KEYS"))
        self.database = Database(url)
        self.sent: list[tuple[int, int]] = []
        self._settings = {
            "TOKEN": "1000:fault",
            "API_URL": server.api_url,
            "DATA_DIR": str(folder / "data"),
            "KEYS": KEYS,
            "DATABASE_URL": url,
        }
        self._processes: list[Process] = []

    def start(self, command: tuple[str, ...] = RUN, **settings: str) -> Process:
        """Starts a process of the service, and waits until it is ready."""
        process = self.begin(command, **settings)
        wait_until(lambda: process.is_ready or not process.is_running, 60, every=0.02)
        assert process.is_running, process.log
        return process

    def begin(self, command: tuple[str, ...] = RUN, **settings: str) -> Process:
        """Starts a process of the service."""
        name = f"service{len(self._processes) + 1}"
        process = Process(command, self._settings | settings, self.folder, name)
        self._processes.append(process)
        return process

    def settle_down(self, parents: int) -> None:
        """So many parents come in."""
        start = datetime.now(UTC)

        def work(connection: Connection) -> None:
            for chat_id in range(FIRST_PARENT, FIRST_PARENT + parents):
                people.add(
                    connection,
                    self.vault,
                    chat_id=chat_id,
                    role=Role.PARENT,
                    name="Ouder",
                    family_id=families.found(connection, None, start),
                    region="nl",
                    zone="Europe/Amsterdam",
                    now=start,
                )

        self.database.do(work)

    def says(self, parent: int, text: str) -> None:
        """The parent with this number writes something loose."""
        message = self.emulator.person(FIRST_PARENT + parent).says(text)
        self.sent.append((FIRST_PARENT + parent, message.message_id))

    def all_say(self, parents: int, text: str) -> None:
        """The first so many parents write."""
        for parent in range(parents):
            self.says(parent, text)

    def got(self, parent: int) -> list[str]:
        """What a parent has on the screen."""
        return [message.text for message in self.emulator.person(FIRST_PARENT + parent).from_bot]

    def comes_to_rest(self, seconds: float = 60) -> None:
        """Waits until nothing is left to do, at Telegram, on the disk or in the database."""

        def rests() -> bool:
            return not (self.emulator.updates.waiting or self._overflowed() or self.left_to_do())

        wait_until(rests, seconds, every=0.1)

    def left_to_do(self) -> int:
        """How many inputs are not handled and how many calls are not settled."""
        return self.database.do(lambda connection: inbox.waiting(connection) + outbox.waiting(connection))

    def _overflowed(self) -> bool:
        """Whether something waits on the disk for the database."""
        return any((self.folder / "data").glob("overflow*"))

    def kept(self) -> Counter[tuple[int, int]]:
        """How often each message stands in somebody's notes: chat and message."""

        def work(connection: Connection) -> Counter[tuple[int, int]]:
            found: Counter[tuple[int, int]] = Counter()
            for chat_id in {chat_id for chat_id, _ in self.sent}:
                person = people.present(connection, self.vault, chat_id).person
                assert person
                for record in records.of_kind(connection, self.vault, person.id, notes.UNDECIDED):
                    found.update((chat_id, piece.message_id or 0) for piece in notes.pieces_of(record))
            return found

        return self.database.do(work)

    def statuses(self) -> Counter[str]:
        """How the calls went, edits and help cards aside."""
        query = (
            select(outbox_table.c.status, func.count())
            .where(outbox_table.c.purpose.not_in(("edit", "safety")))
            .group_by(outbox_table.c.status)
        )
        return Counter(dict(self.database.do(lambda connection: [tuple(row) for row in connection.execute(query)])))

    def in_flight(self) -> int:
        """How many calls are being made, as far as the database knows."""
        query = select(func.count()).where(outbox_table.c.status == "sending")
        return self.database.do(lambda connection: connection.execute(query).scalar_one())

    def arrived(self) -> int:
        """How many messages Telegram took."""
        return sum(call.performed for call in self.emulator.calls.all("sendMessage"))

    def close(self) -> None:
        for process in self._processes:
            process.end()
        self.database.close()


@contextmanager
def open_village(url: str, folder: Path) -> Iterator[Village]:
    """A village that is gone afterwards; nobody lives there yet, and the service does not run yet."""
    emulator = Emulator()
    with SimulatorServer(emulator) as server:
        village = Village(url, folder, emulator, server)
        try:
            yield village
        finally:
            village.close()
