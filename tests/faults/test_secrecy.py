"""The service as it is run, at its most talkative: its logs know no token, no chat, no name and no word."""

from __future__ import annotations

import json
import re
from pathlib import Path

from bot.logs import FACTS
from bot.simulator.faults import FaultKind
from tests.databases import wait_until
from tests.faults.processes import Process
from tests.faults.village import FIRST_PARENT, UNPACED, Village
from tests.safety.canary import Birds, ciphertexts, files_with, opened, still_there, traces

TOKEN = "1000:fault"
FAULTS: tuple[FaultKind, ...] = (
    "bad_request",
    "server_error",
    "closed",
    "closed_after",
    "blocked",
    "too_many_requests",
)
_CHAT = re.compile(rf"{FIRST_PARENT // 10}\d")


def _entries(service: Process) -> list[dict[str, object]]:
    """What was logged; each line is an entry."""
    return [json.loads(line) for line in service.log.splitlines()]


def test_the_logs_of_a_hard_day(sqlite_village: Village) -> None:
    village, birds = sqlite_village, Birds()
    village.settle_down(len(FAULTS))
    service = village.start(LOG_LEVEL="debug")
    for parent, kind in enumerate(FAULTS):
        phone = village.emulator.person(FIRST_PARENT + parent)
        strange = f"can't parse entities: tag {birds.fly()}" if kind == "bad_request" else ""
        village.emulator.add_fault(kind, chat_id=phone.user_id, seconds=1, description=strange)
        phone.says(f"help {birds.fly()}")
        phone.says(birds.fly())
        phone.sends_document(caption=birds.fly(), name=f"{birds.fly()}.pdf")
    village.emulator.add_fault("server_error", method="getUpdates", description=birds.fly())
    wait_until(lambda: any(entry["event"] == "trouble, trying again" for entry in _entries(service)), 30, every=0.1)
    village.comes_to_rest()
    assert service.terminate() == 0

    assert not traces(service.log.encode())
    assert TOKEN not in service.log
    assert not _CHAT.search(service.log)
    entries = _entries(service)
    assert all(entry.keys() <= FACTS for entry in entries)
    told = {entry.get("logger") for entry in entries}
    assert {"httpx", "telegram.Bot", "asyncio"} <= told
    assert {"call refused", "told to wait"} <= {entry["event"] for entry in entries}
    assert files_with([Path(village.folder)], traces) == []


def test_what_was_erased_is_gone_within_the_minute(sqlite_village: Village) -> None:
    """By itself, from all files of the database; what the key opens of it as well as what it would open."""
    village, birds = sqlite_village, Birds()
    village.settle_down(2)
    village.start(UNPACED)
    phone = village.emulator.person(FIRST_PARENT)
    for _ in range(20):
        phone.says(birds.fly())
    phone.says("/verwijder")
    village.comes_to_rest()
    written = ciphertexts(village.database)
    assert any(traces(content) for content in opened(village.database, village.vault).values())
    for label in ("Ik wil alles wissen", "Ja, wis alles"):
        phone.waits_for(lambda message, label=label: label in str(message.keyboard))
        phone.taps(label)
    phone.waits_for("Alles is weg")
    path = Path(village.url.removeprefix("sqlite:///"))

    def is_gone() -> bool:
        log = path.with_name(f"{path.name}-wal")
        return log.stat().st_size == 0 and not still_there(written, village.database, path.parent.glob(f"{path.name}*"))

    wait_until(is_gone, 60, every=0.5)
    assert not any(traces(content) for content in opened(village.database, village.vault).values())
