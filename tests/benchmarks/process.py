"""How soon a real process is ready, and how much memory it holds when nothing happens.

Measured: `python -m bot run` against Telegram's emulator in a process of its own, with a database without parents and
with very many. Ready is the line in its log, counted from the start of the process; the memory is what is resident two
seconds later. The database has its tables and the content is compiled, as after any earlier start; the very first
start, which does both, is shown apart.

What only the tests install is hidden from it: where the bot runs it is not there, and httpx and SQLAlchemy would load
it.

The floor of the time is a Python that does no more than import the libraries that such a process needs.
"""

from __future__ import annotations

import os
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests.benchmarks.places import Place
from tests.benchmarks.stage import fill, know_sizes, open_stage
from tests.benchmarks.table import Aim, Result, Watch

NAME = "process"
MOST_MEMORY: Aim = ("at most", 90)
MOST_SECONDS: Aim = ("at most", 1.0)
MOST_MORE: Aim = ("at most", 2.0)
IDLE_SECONDS = 2.0
_MANY, _QUICK_MANY = 100_000, 500
_ROOT = Path(__file__).parents[2]
_DRIVERS = {"sqlite": "sqlite3", "postgresql": "psycopg"}
_ONLY_FOR_TESTS = ("greenlet", "pygments", "rich")
_LIBRARIES = (
    "asyncio",
    "cryptography.hazmat.primitives.ciphers.aead",
    "jinja2.sandbox",
    "sqlalchemy",
    "structlog",
    "telegram",
)


@dataclass(frozen=True, slots=True)
class Start:
    """One start: seconds until ready, and megabytes when idle."""

    seconds: float
    megabytes: float


async def run(place: Place, *, quick: bool) -> list[Result]:
    """Nobody, and very many."""
    many, times = (_QUICK_MANY, 1) if quick else (_MANY, 7)
    results: list[Result] = []
    ready: list[float] = []
    with _telegram() as api:
        for parents in (0, many):
            folder, url = place.fresh()
            first = start_once(folder, url, api) if parents == 0 else None
            with open_stage(folder, url) as stage:
                stage.service.database.do(lambda connection: fill(connection, stage.vault, parents))  # noqa: B023
                stage.service.database.do(know_sizes)
            starts, floors = [], []
            for _ in range(times):
                floors.append(_imports(place.kind, folder))
                starts.append(start_once(folder, url, api))
            seconds = statistics.median(start.seconds for start in starts)
            ready.append(seconds)
            floor = statistics.median(floors)
            megabytes = statistics.median(start.megabytes for start in starts)
            whom = f"{parents:,} parents"
            results += [
                Result(f"ready, {whom}", place.kind, f"{seconds:.2f} s", f"{floor:.2f} s", seconds, MOST_SECONDS, " s"),
                Result(f"memory, {whom}", place.kind, f"{megabytes:.0f} MB", "", megabytes, MOST_MEMORY, " MB"),
            ]
            if first:
                results.append(Result("ready, the very first time", place.kind, f"{first.seconds:.2f} s"))
    more = ready[1] - ready[0]
    results.append(Result(f"ready, how much later, {many:,} parents", place.kind, "", "", more, MOST_MORE, " s"))
    return results


def start_once(folder: Path, url: str, api: str) -> Start:
    """Starts the bot, lets it be idle for a while, and stops it."""
    environment = {
        **_as_installed(folder),
        "DRAAGLICHT_TOKEN": "1000:bench",
        "DRAAGLICHT_API_URL": api,
        "DRAAGLICHT_DATA_DIR": str(folder),
        "DRAAGLICHT_DATABASE_URL": url,
    }
    watch = Watch()
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", "run"], cwd=_ROOT, env=environment, stderr=subprocess.PIPE, text=True
    )
    try:
        said = []
        for line in process.stderr or ():
            said.append(line)
            if '"ready"' in line:
                break
        else:
            raise SystemExit(f"the bot did not start: {''.join(said)}")
        seconds = watch.seconds
        time.sleep(IDLE_SECONDS)
        return Start(seconds, psutil.Process(process.pid).memory_info().rss / 1e6)
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate()


def _as_installed(folder: Path) -> dict[str, str]:
    """An environment in which what only the tests install cannot be imported, and modules stay compiled as ever."""
    hiding = folder / "hiding"
    hiding.mkdir(exist_ok=True)
    for name in _ONLY_FOR_TESTS:
        (hiding / f"{name}.py").write_text('raise ImportError("only the tests have it")\n', encoding="ascii")
    compiled = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**compiled, "PYTHONPATH": str(hiding)}


def _imports(kind: str, folder: Path) -> float:
    watch = Watch()
    command = [sys.executable, "-c", f"import {', '.join((*_LIBRARIES, _DRIVERS[kind]))}"]
    subprocess.run(command, check=True, cwd=_ROOT, env=_as_installed(folder))
    return watch.seconds


@contextmanager
def _telegram() -> Iterator[str]:
    """The emulator in a process of its own; gives the address of its Bot API."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bot.simulator", "--port", "0"], cwd=_ROOT, stdout=subprocess.PIPE, text=True
    )
    try:
        address = process.stdout.readline().strip() if process.stdout else ""
        yield f"{address}/bot"
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate()
