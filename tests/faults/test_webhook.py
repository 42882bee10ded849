"""Telegram brings updates to a process that is killed: what was confirmed is kept, what was not comes again."""

from __future__ import annotations

import sqlite3

from tests.databases import free_port, wait_until
from tests.faults.village import FIRST_PARENT, UNPACED, Village

PARENTS, TEXTS = 20, 2


def test_killed_while_updates_are_brought(sqlite_village: Village) -> None:
    village = sqlite_village
    village.settle_down(PARENTS)
    address = f"127.0.0.1:{free_port()}"
    brought = {"LISTEN": address, "WEBHOOK_URL": f"http://{address}/hook"}
    in_flight = 0
    for number in range(TEXTS):
        service = village.start(UNPACED, **brought)
        village.all_say(PARENTS, f"tekst {number}")
        arrived = village.arrived()
        wait_until(lambda arrived=arrived: village.arrived() > arrived + 3, 30)
        service.kill()
        in_flight += village.in_flight()
    service = village.start(UNPACED, **brought)
    village.comes_to_rest()
    assert village.kept() == dict.fromkeys(village.sent, 1)
    assert 0 <= village.arrived() - len(village.sent) <= in_flight

    locking = sqlite3.connect(village.url.removeprefix("sqlite:///"), isolation_level=None, timeout=30)
    locking.execute("BEGIN IMMEDIATE")
    village.all_say(PARENTS, "terwijl de database weg is")
    village.emulator.person(FIRST_PARENT).says("/hulp")
    wait_until(lambda: "112" in village.got(0)[-1], 20)
    wait_until(lambda: not village.emulator.updates.waiting, 20)
    service.kill()  # What Telegram was told to forget is on the disk.
    locking.execute("ROLLBACK")
    locking.close()
    village.start(UNPACED, **brought)
    village.comes_to_rest()
    assert village.kept() == dict.fromkeys(village.sent, 1)
