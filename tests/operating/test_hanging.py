"""A process that hangs ends; one that is busy, or done, does not."""

from __future__ import annotations

import asyncio
import subprocess
import sys

import pytest

from bot.operating.hanging import end_when_hanging

_LIVING = """
import asyncio, threading
from bot.operating.hanging import end_when_hanging

async def main():
    watching = asyncio.create_task(end_when_hanging({seconds}))
    await asyncio.sleep(0)
    {does}
    watching.cancel()
    await asyncio.wait([watching])
    print("done")

asyncio.run(main())
{then}
"""


def _lives(does: str, *, seconds: float, then: str = "") -> subprocess.CompletedProcess[str]:
    program = _LIVING.format(seconds=seconds, does=does, then=then)
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)


def test_an_event_loop_that_hangs_ends_the_process_and_shows_where() -> None:
    ended = _lives("threading.Event().wait()", seconds=0.2)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert "Timeout" in ended.stderr
    assert "in main" in ended.stderr


async def test_one_that_waits_tells_time_and_again_that_it_lives(monkeypatch: pytest.MonkeyPatch) -> None:
    beats: list[float] = []
    lived = asyncio.Event()

    def beat(seconds: float, **rest: object) -> None:
        beats.append(seconds)
        if len(beats) == 5:
            lived.set()

    monkeypatch.setattr("faulthandler.dump_traceback_later", beat)
    watching = asyncio.create_task(end_when_hanging(0.06))
    async with asyncio.timeout(10):
        await lived.wait()
    watching.cancel()
    assert set(beats) == {0.06}


def test_one_that_was_stopped_is_left_alone() -> None:
    ended = _lives("pass", seconds=0.3, then="threading.Event().wait(0.6)")
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "done\n", "")
