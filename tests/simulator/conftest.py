"""One simulated Telegram for each test, and a real python-telegram-bot that talks with it over loopback."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from telegram import Bot

from bot.simulator import Emulator, Phone, SimulatedClock, SimulatorServer

TOKEN = "123456789:simulated-token_for-tests"
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def durations_as_timedelta(monkeypatch: pytest.MonkeyPatch) -> None:
    """The library warns of each duration and of each 429 unless it is told that a timedelta is welcome."""
    monkeypatch.setenv("PTB_TIMEDELTA", "1")


@pytest.fixture
def clock() -> SimulatedClock:
    return SimulatedClock(START, frozen=True)


@pytest.fixture
def emulator(clock: SimulatedClock) -> Emulator:
    return Emulator(clock)


@pytest.fixture
async def server(emulator: Emulator) -> AsyncIterator[SimulatorServer]:
    async with SimulatorServer(emulator) as running:
        yield running


@pytest.fixture
async def bot(server: SimulatorServer) -> AsyncIterator[Bot]:
    async with Bot(TOKEN, base_url=server.api_url, base_file_url=server.file_url) as real:
        yield real


@pytest.fixture
def fatima(emulator: Emulator) -> Phone:
    """A parent whose chat with the bot is open and empty of updates."""
    phone = emulator.person("fatima")
    phone.starts()
    emulator.updates.waiting.clear()
    return phone
