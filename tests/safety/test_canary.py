"""Two hundred canaries in everything people can fill in, through everything that can go wrong: none comes out anywhere,
and after erasing there is none left.
"""

from __future__ import annotations

import asyncio
import io
import logging
import random
import sqlite3
import sys
import tempfile
import threading
import warnings
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
import structlog
from sqlalchemy import Connection, select, update

from bot import logs
from bot.care import families, sweeping
from bot.care.people import Role
from bot.conversation.turn import Turn
from bot.simulator.faults import FaultKind
from bot.simulator.personas import Persona
from bot.store import inbox, tables
from tests.safety.canary import BIRD, Birds, Talker, Writes, files_with, in_the_clear, opened, still_there, traces
from tests.service import story
from tests.service.story import Somebody
from tests.service.town import Town, open_town

CANARIES = 200
TOKEN = "1000:test"
FAULTS: tuple[FaultKind, ...] = (
    "bad_request",
    "too_many_requests",
    "server_error",
    "bad_gateway",
    "unauthorized",
    "closed",
    "closed_after",
    "blocked",
    "hang",
    "slow",
)
FILLED = {
    "people.name",
    "children.name",
    "child_words.calls_me",
    "invitations.name",
    "records.fields",
    "letters.text",
    "conversations.state",
    "inbox.payload",
}
"""Where canaries must be at the end of all talking, or else this would show nothing. Calls are wiped once made."""


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    """Everything that is logged at DEBUG, as the service sets it up; afterwards all is as before."""
    root, hooks = logging.getLogger(), (sys.excepthook, sys.unraisablehook, threading.excepthook, warnings.showwarning)
    handlers, level, raises = root.handlers[:], root.level, logging.raiseExceptions
    stream = io.StringIO()
    logs.set_up("debug", stream)
    yield stream
    structlog.reset_defaults()
    root.handlers[:], logging.raiseExceptions = handlers, raises
    root.setLevel(level)
    sys.excepthook, sys.unraisablehook, threading.excepthook, warnings.showwarning = hooks


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary files come."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setenv("SQLITE_TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return folder


class Street:
    """A mentor, a coordinator, three parents of whom two share a family, and somebody who only has a link."""

    def __init__(self, town: Town, birds: Birds) -> None:
        self.town, self.birds = town, birds
        for persona in [*town.emulator.personas.values()]:
            named = Persona(persona.key, persona.user_id, birds.fly(), birds.fly(), persona.username)
            town.emulator.personas[persona.user_id] = named
        self.mentor, self.coordinator = story.mentor(town), story.coordinator(town)
        self.fatima = story.parent(town, guide=self.mentor, children=((birds.fly(), 6), (birds.fly(), 12)))
        self.partner = story.parent(town, "joris", partner=self.fatima)
        self.annelies = story.parent(town, "annelies", guide=self.mentor, children=((birds.fly(), 3),))
        self.guest = story.somebody(town, "gul")
        self._invite()
        self._is_called()
        self.all = [self.mentor, self.coordinator, self.fatima, self.partner, self.annelies, self.guest]
        names = [one.who for one in self.all]
        self.group = town.emulator.create_group(birds.fly(), names, bot="administrator")

    def _invite(self) -> None:
        """The guest opens a link that has a canary for a name; another link lies about."""
        made_by = self.mentor.known.id
        self.town.invite(Role.PARENT, self.birds.fly(), made_by)
        self.guest.phone.says(f"/start {self.town.invite(Role.PARENT, self.birds.fly(), made_by)}")

    def _is_called(self) -> None:
        """What the children call a parent."""
        service, fatima = self.town.service, self.fatima.known
        assert fatima.family_id
        family_id, today = fatima.family_id, self.town.clock.now().date()

        def work(connection: Connection) -> None:
            for child in families.children_of(connection, service.vault, family_id, fatima.id, today):
                families.set_calls_me(connection, service.vault, child.id, fatima.id, self.birds.fly())

        service.database.do(work)


@asynccontextmanager
async def _street(folder: Path, cache: Path) -> AsyncIterator[Street]:
    async with open_town(folder, "2027-03-01T12:00", cache=cache) as town:
        yield Street(town, Birds())


async def _lives(street: Street, monkeypatch: pytest.MonkeyPatch) -> None:
    """Until all canaries have flown: conversations of every kind, and trouble of every kind in between."""
    town, birds, chance = street.town, street.birds, random.Random(7)
    talkers = [Talker(who, birds, chance, street.group.phone(who.who)) for who in street.all]
    flows = sorted(set(town.service.library.flows) - {"erase"})
    finish, failing = Turn.finish, 0

    def breaks(turn: Turn) -> None:
        nonlocal failing
        if failing and BIRD in str(turn.incoming):
            failing -= 1
            raise ValueError(f"cannot do {turn.incoming} of {turn.person}")
        finish(turn)

    monkeypatch.setattr(Turn, "finish", breaks)
    for number in range(10_000):
        if len(birds.flown) >= CANARIES and _is_everywhere(town):
            break
        talker = talkers[number % len(talkers)]
        if number % 3 == 0:
            await talker.begins(chance.choice(flows))
        if number % 2:
            kind = FAULTS[number // 2 % len(FAULTS)]
            strange = f"can't parse entities: unsupported start tag {birds.fly()}" if kind == "bad_request" else ""
            chat = talker.who.phone.user_id
            town.emulator.add_fault(kind, chat_id=chat, seconds=0.02, description=strange)
        if number % 11 == 0:
            failing = 3
        await talker.goes_on()
        if number % 7 == 0:
            await _poisons(town, talker.who, birds)
        if number % 5 == 0:
            await town.passes(timedelta(hours=5))
    town.emulator.faults.clear()
    await town.passes(timedelta(minutes=5))


async def _poisons(town: Town, who: Somebody, birds: Birds) -> None:
    """A message in a form that nobody foresaw, which becomes a dead letter and is kept as such."""
    who.phone.says(birds.fly())
    await town.service.step_intake()
    vault, odd = town.service.vault, f'{{"message": {{"chat": "{birds.fly()}"}}}}'.encode()

    def work(connection: Connection) -> None:
        newest = select(tables.inbox.c.id, tables.inbox.c.seal).order_by(tables.inbox.c.id.desc()).limit(1)
        row = connection.execute(newest).one()
        sealed = vault.seal(inbox.PLACE, row.seal, odd)
        connection.execute(update(tables.inbox).where(tables.inbox.c.id == row.id).values(payload_sealed=sealed))

    town.service.database.do(work)
    await town.passes(timedelta(minutes=1))


async def _is_locked_out(town: Town, who: Somebody, birds: Birds) -> None:
    """The service runs while somebody else holds the database, and while Telegram does not answer."""
    service = town.service
    await service.database.run(lambda connection: connection.exec_driver_sql("PRAGMA busy_timeout=20"))
    path = service.settings.data_dir / "draaglicht.sqlite3"
    locking = sqlite3.connect(path, isolation_level=None)
    who.phone.says(birds.fly())
    await service.step_intake()
    locking.execute("BEGIN IMMEDIATE")
    town.emulator.add_fault("closed", times=2, method="getUpdates")
    who.phone.says(birds.fly())
    running = asyncio.create_task(service.run())
    await asyncio.sleep(1.2)
    service.stop()
    await running
    locking.execute("ROLLBACK")
    locking.close()
    town.emulator.faults.clear()
    await service.database.run(lambda connection: connection.exec_driver_sql("PRAGMA busy_timeout=10000"))
    await town.passes(timedelta(minutes=5))


def _is_everywhere(town: Town) -> bool:
    """Whether a canary sits in every place in which one must be found below: chance decides how soon."""
    return _with_canaries(opened(town.service.database, town.service.vault)) >= FILLED


def _with_canaries(columns: dict[str, bytes]) -> set[str]:
    return {place for place, content in columns.items() if traces(content)}


async def test_no_canary_comes_out_and_none_stays(
    tmp_path: Path,
    cache: Path,
    temporary: Path,
    logged: io.StringIO,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    places = (folder, temporary)
    async with _street(folder, cache) as street:
        town, birds = street.town, street.birds
        database, vault = town.service.database, town.service.vault
        writes = Writes(database)
        await _lives(street, monkeypatch)
        await _is_locked_out(town, street.annelies, birds)
        assert len(set(birds.flown)) >= CANARIES

        # Before erasing: everything is kept, and without the key nothing of it can be read.
        assert _with_canaries(opened(database, vault)) >= FILLED
        assert in_the_clear(database) == []
        assert files_with(places, traces) == []
        assert await town.service.step_tidy()
        assert files_with(places, traces) == []

        # After erasing: neither as it was written nor in what the key opens, also not of what was thrown away before.
        await _erases_everybody(street)
        assert await town.service.step_tidy()
        assert _with_canaries(opened(database, vault, but_of=street.guest.phone.user_id)) == set()

        # A month later also what somebody left who never came in.
        later = town.clock.now() + timedelta(days=40)
        database.do(lambda connection: sweeping.sweep(connection, vault, later))
        assert await town.service.step_tidy()
        assert _with_canaries(opened(database, vault)) == set()
        assert in_the_clear(database) == []
        assert files_with(places, traces) == []
        assert len(writes.all) > CANARIES
        assert still_there(writes.all, database, folder.glob("draaglicht.sqlite3*")) == []
    assert files_with(places, traces) == []

    said = logged.getvalue() + "".join(capfd.readouterr())
    assert not traces(said.encode())
    assert TOKEN not in said
    for kind in ("input failed", "call refused", "told to wait", "trouble, trying again", "httpx", "telegram.Bot"):
        assert kind in said, "the trouble did not come about"


async def _erases_everybody(street: Street) -> None:
    for who in street.all:
        await who.says("/menu")
        if who.person is None:
            continue
        await who.says("/verwijder")
        await who.taps("Ik wil alles wissen", "Ja, wis alles")
        assert who.person is None
