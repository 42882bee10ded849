"""A worker of `throughput` in a process of its own: `python -m tests.benchmarks.worker FOLDER URL CACHE`.

For each line of stdin, a moment and how many lanes to work at, it handles all that waits then, and prints how much it
did.
"""

from __future__ import annotations

import asyncio
import sys
from datetime import datetime
from pathlib import Path

from tests.benchmarks.stage import open_stage


async def _run(folder: Path, url: str, cache: Path) -> None:
    with open_stage(folder, url, cache=cache) as stage:
        print("ready", flush=True)
        while line := await asyncio.to_thread(sys.stdin.readline):
            moment, lanes = line.split()
            stage.clock.move(datetime.fromisoformat(moment) - stage.clock.now())
            print(sum(await asyncio.gather(*(stage.drain() for _ in range(int(lanes))))), flush=True)


if __name__ == "__main__":
    asyncio.run(_run(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3])))
