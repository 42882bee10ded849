"""What a whole update costs among few and among very many parents' timers.

Measured: as in `updates`, one worker. A few thousand parents talk; the evening rhythms of all the others lie beside
theirs. What a tick costs among as many is in `ticks`, a start in `process`. The floor is the same with a thousand.
"""

from __future__ import annotations

import statistics
from contextlib import ExitStack

from tests.benchmarks.places import Place
from tests.benchmarks.stage import FIRST_CHAT, Stage, fill, know_sizes, open_stage
from tests.benchmarks.table import Aim, Result, milliseconds
from tests.benchmarks.ticks import QUICK_SIZES, SIZES, fill_timers
from tests.benchmarks.updates import CHATS_PER_FLOW, Talks, whole

NAME = "whole update"
AIM: Aim = ("at most", 1.2)
_TALKING, _QUICK_TALKING = 2_000, 200
_OTHERS = FIRST_CHAT + 1_000_000


async def run(place: Place, *, quick: bool) -> list[Result]:
    """All sizes at once, by turns; the ratio is the median of those within a round."""
    sizes = QUICK_SIZES if quick else SIZES
    with ExitStack() as stack:
        stages: dict[int, tuple[Stage, Talks]] = {}
        for size in sizes:
            folder, url = place.fresh()
            stage = stack.enter_context(open_stage(folder, url, cache=place.cache))
            database = stage.service.database
            talking = _QUICK_TALKING if quick else _TALKING
            database.do(lambda connection, stage=stage, talking=talking: fill(connection, stage.vault, talking))
            database.do(lambda connection, size=size: fill_timers(connection, size, _OTHERS))
            database.do(know_sizes)
            stages[size] = stage, Talks(stage)
        for _, talks in stages.values():
            await talks.scout()
        rounds: list[dict[int, float]] = []
        times, chats = (2, 1) if quick else (21, CHATS_PER_FLOW)
        for number in range(times):
            seconds = {size: await whole(*staged, chats_per_flow=chats) for size, staged in stages.items()}
            if number:
                rounds.append(seconds)
    first = sizes[0]
    return [
        Result(
            f"{NAME}, {size:,} timers",
            place.kind,
            milliseconds(statistics.median(one[size] for one in rounds)),
            "" if size == first else milliseconds(statistics.median(one[first] for one in rounds)),
            None if size == first else statistics.median(one[size] / one[first] for one in rounds),
            None if size == first else AIM,
        )
        for size in sizes
    ]
