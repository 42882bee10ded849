"""The database goes away in the middle and comes back: all waits, nothing is lost, and help is given meanwhile."""

from __future__ import annotations

import resource
import sqlite3
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.store import schema
from bot.store.database import Database
from tests.databases import OwnServer, own_server, wait_until
from tests.faults.village import FIRST_PARENT, UNPACED, Village, open_village

PARENTS = 20


def _asks_for_help(village: Village, parent: int) -> None:
    """And gets it at once, from memory."""
    before = len(village.got(parent))
    village.emulator.person(FIRST_PARENT + parent).says("/hulp")
    wait_until(lambda: any("112" in text for text in village.got(parent)[before:]), 5)


def test_a_locked_file_is_waited_for(sqlite_village: Village) -> None:
    village = sqlite_village
    village.settle_down(PARENTS)
    village.start(UNPACED)
    village.all_say(PARENTS, "ervoor")
    wait_until(lambda: village.arrived() > 3, 30)
    locking = sqlite3.connect(village.url.removeprefix("sqlite:///"), isolation_level=None, timeout=30)
    locking.execute("BEGIN IMMEDIATE")
    arrived = village.arrived()
    village.all_say(PARENTS, "erin")
    _asks_for_help(village, 0)
    locked = threading.Event()
    assert not locked.wait(11)  # Longer than SQLite itself waits for a lock.
    assert village.arrived() <= arrived + PARENTS + 1
    locking.execute("ROLLBACK")
    locking.close()
    village.all_say(PARENTS, "erna")
    village.comes_to_rest(90)
    assert village.kept() == dict.fromkeys(village.sent, 1)
    assert village.statuses() == {"sent": 3 * PARENTS}
    assert village.arrived() == 3 * PARENTS + 1


def test_a_full_disk_is_waited_for(sqlite_village: Village) -> None:
    """The file may not grow any more, which is what a full disk comes down to."""
    village = sqlite_village
    village.settle_down(PARENTS)
    service = village.start(UNPACED)
    village.all_say(PARENTS, "ervoor")
    wait_until(lambda: village.arrived() > 3, 30)
    _, highest = resource.prlimit(service.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(service.pid, resource.RLIMIT_FSIZE, (8192, highest))
    village.all_say(PARENTS, "erin")
    wait_until(lambda: "OperationalError" in service.log, 30)
    _asks_for_help(village, 0)
    resource.prlimit(service.pid, resource.RLIMIT_FSIZE, (highest, highest))
    village.all_say(PARENTS, "erna")
    village.comes_to_rest(90)
    assert service.is_running
    assert village.kept() == dict.fromkeys(village.sent, 1)
    assert village.statuses() == {"sent": 3 * PARENTS}


@pytest.fixture
def durable() -> Iterator[OwnServer]:
    """A PostgreSQL as it is installed, which may be killed."""
    with own_server(durable=True) as server:
        yield server


def test_a_postgresql_that_goes_down_is_waited_for(durable: OwnServer, tmp_path: Path) -> None:
    """Whether its plug is pulled or it is stopped in order."""
    url = durable.url(durable.create())
    database = Database(url)
    schema.upgrade(database)
    database.close()
    with open_village(url, tmp_path) as village:
        village.settle_down(PARENTS)
        running = [village.start(UNPACED), village.start(UNPACED, ROLE="worker")]
        in_flight = 0
        for number, mode in enumerate(("immediate", "fast", "immediate")):
            arrived = village.arrived()
            village.all_say(PARENTS, f"tekst {number}")
            wait_until(lambda arrived=arrived: village.arrived() > arrived + 3, 60)
            durable.stop(mode)
            village.all_say(PARENTS, f"intussen {number}")
            _asks_for_help(village, 0)
            durable.start()
            in_flight += village.in_flight()
        village.comes_to_rest(150)
        assert all(process.is_running for process in running)
        assert village.kept() == dict.fromkeys(village.sent, 1)
        assert village.statuses() == Counter(sent=len(village.sent))
        doubled = village.arrived() - 3 - len(village.sent)
        assert 0 <= doubled <= in_flight


WAITING = 300
"""More than Telegram hands out at once."""


def test_help_is_heard_behind_all_that_waits_and_all_of_that_is_kept(sqlite_village: Village) -> None:
    village = sqlite_village
    village.settle_down(PARENTS)
    service = village.start(UNPACED)
    village.all_say(PARENTS, "ervoor")
    wait_until(lambda: village.arrived() > 3, 30)
    locking = sqlite3.connect(village.url.removeprefix("sqlite:///"), isolation_level=None, timeout=30)
    locking.execute("BEGIN IMMEDIATE")
    for number in range(WAITING // PARENTS):
        village.all_say(PARENTS, f"erin {number}")
    _asks_for_help(village, 0)
    service.kill()  # What Telegram was told to forget is on the disk.
    locking.execute("ROLLBACK")
    locking.close()
    village.start(UNPACED)
    village.all_say(PARENTS, "erna")
    village.comes_to_rest(90)
    assert village.kept() == dict.fromkeys(village.sent, 1)
    assert not (village.folder / "data" / "overflow").exists()
