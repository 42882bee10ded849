"""SIGTERM: what is in hand is finished, the process ends well within ten seconds, and nothing is lost or doubled."""

from __future__ import annotations

import pytest

from tests.databases import free_port, wait_until
from tests.faults.village import FIRST_PARENT, UNPACED, Village

LIMIT = 10


def test_when_nothing_goes_on_it_stops_at_once(village: Village) -> None:
    service = village.start()
    wait_until(lambda: village.emulator.polls_waiting)
    assert service.terminate(LIMIT) == 0


def test_while_it_starts_it_ends_without_a_trace(village: Village) -> None:
    service = village.begin()
    wait_until(lambda: village.emulator.calls.all("getMe") or not service.is_running, 60)
    service.terminate(LIMIT)
    assert "Traceback" not in service.log


@pytest.mark.parametrize("command", [UNPACED, ("-m", "bot", "run")], ids=["in a hurry", "at Telegram's pace"])
def test_with_much_to_do_it_stops_in_time_and_goes_on_later(village: Village, command: tuple[str, ...]) -> None:
    parents, texts = 20, 4
    village.settle_down(parents)
    service = village.start(command)
    for number in range(texts):
        village.all_say(parents, f"tekst {number}")
    wait_until(lambda: village.arrived() > 3, 30)
    assert service.terminate(LIMIT) == 0
    assert village.left_to_do()
    village.start(UNPACED)
    village.comes_to_rest(90)
    assert village.kept() == dict.fromkeys(village.sent, 1)
    assert village.statuses() == {"sent": parents * texts}
    assert village.arrived() == parents * texts


def test_a_telegram_that_does_not_answer_does_not_keep_it(village: Village) -> None:
    """Neither to a message nor to a tap, and whatever did not get through goes later."""
    village.settle_down(3)
    service = village.start()
    village.says(0, "lang verhaal")
    wait_until(lambda: village.arrived() == 1, 30)
    village.emulator.add_fault("hang", 1000)
    village.emulator.person(1_000_000).taps("Bewaar als notitie")
    village.says(1, "lang verhaal")
    village.says(2, "lang verhaal")
    wait_until(lambda: len(village.emulator.calls.all("sendMessage")) > 2, 30)
    wait_until(lambda: village.emulator.calls.all("answerCallbackQuery"), 30)
    assert service.terminate(LIMIT) == 0
    village.emulator.faults.clear()
    village.start()
    village.comes_to_rest()
    assert village.statuses() == {"sent": 4}
    assert [len(village.got(parent)) for parent in range(3)] == [2, 1, 1]


def test_an_update_that_is_being_brought_does_not_keep_it(sqlite_village: Village) -> None:
    """Nor a call of ours that hangs, nor help that was asked for and cannot be sent: Telegram brings it again."""
    village = sqlite_village
    village.settle_down(2)
    address = f"127.0.0.1:{free_port()}"
    brought = {"LISTEN": address, "WEBHOOK_URL": f"http://{address}/hook"}
    service = village.start(**brought)
    village.says(0, "lang verhaal")
    wait_until(lambda: village.arrived() == 1, 30)
    village.emulator.add_fault("hang", 1000, method="sendMessage")
    village.says(1, "lang verhaal")
    wait_until(lambda: len(village.emulator.calls.all("sendMessage")) > 1, 30)
    village.emulator.person(FIRST_PARENT).says("/hulp")
    wait_until(lambda: len(village.emulator.calls.all("sendMessage")) > 2, 30)
    assert village.emulator.updates.waiting
    assert service.terminate(LIMIT) == 0
    assert "Traceback" not in service.log
    village.emulator.faults.clear()
    village.start(**brought)
    village.comes_to_rest()
    assert "112" in village.got(0)[-1]
    assert village.statuses() == {"sent": 2}
    assert village.kept() == dict.fromkeys(village.sent, 1)
