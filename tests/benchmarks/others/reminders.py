"""Daily reminders: adding them, and a hundred thousand that are due at once.

Ours: a timer is kept in one transaction for each parent; then, as after a restart, all are overdue, and the ticker
puts them in the inbox, where nothing is dropped (what is done with them after that is in `burst`). JobQueue keeps its
jobs in memory, so after a restart there are none; APScheduler keeps them by SQLAlchemy in SQLite. Both are as they are
installed, all jobs in place before the moment comes, and their callback does no more than count: how many came is
measured, not how fast they answer. Adding a job to APScheduler's store takes milliseconds, so it has a tenth as many.
"""

from __future__ import annotations

import json

from tests.benchmarks.others.child import told
from tests.benchmarks.others.fire import Fired
from tests.benchmarks.places import SQLITE, Place
from tests.benchmarks.table import Aim, Result, milliseconds, per_second

NONE: Aim = ("at most", 0)
MOST_HELD: Aim = ("at most", 100)
MOST_GROWN: Aim = ("at most", 15)
MOST_UNTIL_FIRST: Aim = ("at most", 0.5)
_MANY, _QUICK_MANY = 100_000, 40
_ADDED, _QUICK_ADDED = 2_000, 5


async def run(place: Place, *, quick: bool) -> list[Result]:
    """Each in a process of its own, one after another; the others only beside SQLite, in small only JobQueue."""
    many, added = (_QUICK_MANY, _QUICK_ADDED) if quick else (_MANY, _ADDED)
    folder, url = place.fresh()
    ours = await _fired("ours", str(folder), many, added, url, str(place.cache))
    if ours.fired != many:
        raise SystemExit(f"{ours.fired} reminders of {many} fired; mend tests/benchmarks/others/fire.py")
    results = _lines("ours", place.kind, ours, many, aimed=True)
    if place.kind == SQLITE:
        fewer = many // 10
        others = [("JobQueue", "jobqueue", many), ("APScheduler", "apscheduler", fewer)]
        for name, kind, count in others[: 1 if quick else 2]:
            other = await _fired(kind, str(place.fresh()[0]), count, added)
            results.append(_adding(name, place.kind, other, other.adding / ours.adding))
            results += _lines(name, place.kind, other, count, aimed=False)
    return [_adding("ours", place.kind, ours, None), *results]


async def _fired(kind: str, folder: str, many: int, added: int, *rest: str) -> Fired:
    arguments = ("-m", "tests.benchmarks.others.fire", kind, folder, str(many), str(added), *rest)
    return Fired(**json.loads(await told(arguments)))


def _adding(name: str, kind: str, fired: Fired, ratio: float | None) -> Result:
    return Result(f"adding a daily reminder, {name}", kind, per_second(fired.adding), "", ratio)


def _lines(name: str, kind: str, fired: Fired, many: int, *, aimed: bool) -> list[Result]:
    def line(what: str, measured: str, ratio: float, aim: Aim, unit: str) -> Result:
        return Result(f"{many:,} due at once, {name}: {what}", kind, measured, "", ratio, aim if aimed else None, unit)

    held = fired.held * 1000
    lines = [
        line("dropped", str(many - fired.fired), many - fired.fired, NONE, ""),
        line("the loop was held", milliseconds(fired.held), held, MOST_HELD, " ms"),
        line("memory grew", f"{fired.grown:.1f} MB", fired.grown, MOST_GROWN, " MB"),
    ]
    if fired.fired:
        lines.append(line("until the first", f"{fired.first:.3f} s", fired.first, MOST_UNTIL_FIRST, " s"))
    return lines
