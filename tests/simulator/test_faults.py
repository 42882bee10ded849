"""Calls that go wrong on request."""

import asyncio

import pytest
from telegram import Bot
from telegram.error import BadRequest, Forbidden, InvalidToken, NetworkError, RetryAfter, TelegramError, TimedOut

from bot.simulator import Emulator, Phone


@pytest.mark.parametrize(
    ("kind", "error", "arrives"),
    [
        ("too_many_requests", RetryAfter, False),
        ("blocked", Forbidden, False),
        ("bad_request", BadRequest, False),
        ("unauthorized", InvalidToken, False),
        ("server_error", NetworkError, False),
        ("bad_gateway", NetworkError, False),
        ("closed", NetworkError, False),
        ("closed_after", NetworkError, True),
        ("lost_answer", TimedOut, True),
        ("hang", TimedOut, False),
    ],
)
async def test_a_fault_hits_once(
    bot: Bot, fatima: Phone, emulator: Emulator, kind: str, error: type[TelegramError], arrives: bool
) -> None:
    fault = emulator.add_fault(kind, seconds=7 if kind == "too_many_requests" else 0)
    with pytest.raises(error) as gone:
        await bot.send_message(1201, "een", read_timeout=0.3)
    assert bool(fatima.from_bot) is arrives
    if isinstance(gone.value, RetryAfter):
        assert gone.value._retry_after.total_seconds() == 7
    await bot.send_message(1201, "twee")
    assert [call.outcome for call in emulator.calls.all("sendMessage") if "fault" in call.outcome] == [f"fault {kind}"]
    assert fault not in emulator.faults.waiting


async def test_a_slow_answer_comes_after_the_message(bot: Bot, fatima: Phone, emulator: Emulator) -> None:
    emulator.add_fault("slow", seconds=0.2)
    loop = asyncio.get_running_loop()
    started = loop.time()
    sending = asyncio.create_task(bot.send_message(1201, "een"))
    await fatima.sees("een")
    assert not sending.done()
    await sending
    assert loop.time() - started >= 0.2


async def test_a_fault_can_be_meant_for_one_chat_and_method(bot: Bot, fatima: Phone, emulator: Emulator) -> None:
    emulator.person("joris").starts()
    fault = emulator.add_fault("blocked", 2, method="sendMessage", chat_id=1202)
    await bot.send_message(1201, "Dag")
    assert await bot.send_chat_action(1202, "typing")
    for _ in range(2):
        with pytest.raises(Forbidden):
            await bot.send_message(1202, "Dag")
    await bot.send_message(1202, "Dag")
    assert fault.times == 0


async def test_getting_updates_is_spared_unless_named(bot: Bot, fatima: Phone, emulator: Emulator) -> None:
    emulator.add_fault("bad_gateway")
    assert await bot.get_updates() == ()
    emulator.clear_faults()
    emulator.add_fault("bad_gateway", method="getUpdates")
    with pytest.raises(NetworkError):
        await bot.get_updates()


async def test_downloads_can_fail_too(bot: Bot, fatima: Phone, emulator: Emulator) -> None:
    file = await bot.get_file(fatima.sends_voice().body["voice"]["file_id"])
    emulator.add_fault("closed", method="download")
    with pytest.raises(NetworkError):
        await file.download_as_bytearray()
    assert len(await file.download_as_bytearray()) > 1000


def test_senseless_faults_are_refused(emulator: Emulator) -> None:
    with pytest.raises(ValueError, match="unknown kind"):
        emulator.add_fault("nonsense")
    with pytest.raises(ValueError, match="at least once"):
        emulator.add_fault("slow", 0)
