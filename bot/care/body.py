"""What a parent noticed in the own body, by part of the day and weekday (method E1). Pure.

Does not know how it is drawn, nor what it means: it counts and takes the middle.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from statistics import mean
from zoneinfo import ZoneInfo

from bot.care.records import Record
from flows.engine.values import dataclass

HOURS = ((6, 9), (9, 12), (12, 15), (15, 18), (18, 21), (21, 24), (0, 6))
"""Parts of a day: from the hour, to the hour. The night comes last, under the day that it begins."""
ENOUGH = 5
"""So many check-ins make a picture."""
LIGHTER = "lighter"


@dataclass(frozen=True, slots=True)
class Cell:
    """What was noticed in one part of one weekday. `level`: the mean size, 0 to 10; `rung`: the one noticed most."""

    count: int = 0
    level: float | None = None
    rung: str = ""


def by_hour(checks: Iterable[Record], zone: ZoneInfo) -> list[list[Cell]]:
    """A row for each of `HOURS`, and in it a cell for each weekday, Monday first."""
    found: dict[tuple[int, int], list[Record]] = {}
    for check in checks:
        local = check.created_at.astimezone(zone)
        found.setdefault((_part(local), local.weekday()), []).append(check)
    return [[_cell(found.get((part, day), [])) for day in range(7)] for part in range(len(HOURS))]


def _part(local: datetime) -> int:
    return next(number for number, (start, end) in enumerate(HOURS) if start <= local.hour < end)


def _cell(checks: Sequence[Record]) -> Cell:
    sizes = [size for check in checks if isinstance(size := check.value("size"), int)]
    rungs = Counter(str(rung) for check in checks if (rung := check.value("rung")))
    most = rungs.most_common(1)
    return Cell(len(checks), round(mean(sizes), 1) if sizes else None, most[0][0] if most else "")


def busiest(cells: Sequence[Sequence[Cell]]) -> tuple[int, int] | None:
    """Row and weekday of the part of the week with the largest mean size, if anything was felt at least twice there."""
    felt = [
        (cell.level, row, day)
        for row, cells_of in enumerate(cells)
        for day, cell in enumerate(cells_of)
        if cell.count > 1 and cell.level
    ]
    return max(felt, key=lambda one: one[0])[1:] if felt else None


def helped(checks: Iterable[Record]) -> list[str]:
    """The exercises after which it was lighter, the last ones first."""
    found = [str(check.value("exercise")) for check in checks if check.value("now") == LIGHTER]
    return list(dict.fromkeys(one for one in found if one != "None"))
