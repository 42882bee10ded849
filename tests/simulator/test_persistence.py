"""The world outlives the process."""

import asyncio
import json
import sys
from datetime import timedelta
from pathlib import Path

from telegram import Bot

from bot.simulator import Emulator, Persona, SimulatedClock, SimulatorServer
from bot.simulator.snapshot import save

ROOT = Path(__file__).parents[2]


async def fill(state: Path, clock: SimulatedClock) -> Emulator:
    emulator = Emulator(clock, state_file=state)
    async with SimulatorServer(emulator) as server, Bot("42:abc", base_url=server.api_url) as bot:
        phone = emulator.person("fatima")
        phone.starts("x")
        phone.sends_voice()
        poll = await bot.send_poll(1201, "Wat nu?", ["rust", "spel"])
        phone.votes(poll.message_id, 0)
        emulator.set_start_links({"joris": "code"})
        emulator.add_persona(Persona("nieuw", 1950, "Nora", role="parent"))
        emulator.create_group("Lotgenoten", ["ingrid", "gul"])
        clock.advance(timedelta(days=3))
    return emulator


async def test_everything_comes_back(tmp_path: Path) -> None:
    state = tmp_path / "world.json"
    old = await fill(state, SimulatedClock())
    new = Emulator(SimulatedClock(), state_file=state)
    assert new.person("fatima").screen == old.person("fatima").screen
    assert new.bot_id == 42
    assert new.start_links == {"joris": "code"}
    assert new.person("nieuw").persona.first_name == "Nora"
    assert new.clock.offset > timedelta(days=2, hours=23)
    assert list(new.updates.waiting) == list(old.updates.waiting)
    assert new.updates.next_id >= old.updates.next_id
    voice = new.person("fatima").messages[1].body["voice"]
    assert new.world.files[voice["file_id"]].content.startswith(b"OggS")
    assert new.group(-5_000_001).chat.title == "Lotgenoten"
    assert next(iter(new.world.polls.values())).votes == {1201: [0]}


async def test_after_a_crash_no_number_is_used_again(tmp_path: Path) -> None:
    state = tmp_path / "world.json"
    old = Emulator(state_file=state)
    phone = old.person("fatima")
    phone.starts()
    save(old, state)
    lost = phone.says("dit bericht werd niet meer bewaard")
    new = Emulator(state_file=state)
    assert new.updates.next_id > old.updates.next_id
    assert new.person("fatima").says("dag").message_id > lost.message_id


def test_an_unreadable_state_is_set_aside(tmp_path: Path) -> None:
    state = tmp_path / "world.json"
    state.write_text("{broken")
    assert Emulator(state_file=state).world.chats == {}
    assert (tmp_path / "world.json.unreadable").read_text() == "{broken"


async def test_as_a_process_of_its_own(tmp_path: Path) -> None:
    state = tmp_path / "world.json"
    options = ["--port", "0", "--state", str(state), "--clock", "2030-01-01T12:00"]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot.simulator", *options, cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    address = (await process.stdout.readline()).decode().strip()
    async with Bot("7:abc", base_url=f"{address}/bot") as bot:
        assert (await bot.get_me()).id == 7
    process.terminate()
    assert await asyncio.wait_for(process.wait(), 15) == 0
    kept = json.loads(state.read_text())
    assert (kept["closed"], kept["bot"]["id"]) == (True, 7)
