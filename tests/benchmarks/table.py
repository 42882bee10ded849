"""A benchmark's result, and the table that shows them. Times are medians; what counts are ratios within one run."""

from __future__ import annotations

import operator
import statistics
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Literal

Aim = tuple[Literal["at least", "at most"], float]

_HEADS = ("benchmark", "database", "measured", "floor", "ratio", "aim", "met")
_LEFT = 2
_HOLDS: dict[str, Callable[[float, float], bool]] = {"at least": operator.ge, "at most": operator.le}


@dataclass(frozen=True, slots=True)
class Result:
    """One line of the table. `ratio` is what `aim` is about."""

    name: str
    database: str
    measured: str
    floor: str = ""
    ratio: float | None = None
    aim: Aim | None = None
    unit: str = ""

    @property
    def met(self) -> bool | None:
        """Whether the aim is met; None when there is none."""
        if self.aim is None or self.ratio is None:
            return None
        return _HOLDS[self.aim[0]](self.ratio, self.aim[1])


def show(results: Sequence[Result]) -> str:
    """All results as aligned text."""
    lines = [_HEADS, *(_cells(result) for result in results)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(_HEADS))]
    shown = [
        "  ".join(
            cell.ljust(width) if column < _LEFT else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    ]
    return "\n".join([shown[0], "-" * len(shown[0]), *shown[1:]])


def _cells(result: Result) -> tuple[str, ...]:
    ratio = "" if result.ratio is None else f"{result.ratio:.2f}{result.unit}"
    aim = f"{result.aim[0]} {result.aim[1]:g}{result.unit}" if result.aim else ""
    met = {True: "yes", False: "NO", None: ""}[result.met]
    return result.name, result.database, result.measured, result.floor, ratio, aim, met


def per_second(seconds: float) -> str:
    """A time per piece as a rate."""
    return f"{1 / seconds:,.0f}/s"


def milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:.2f} ms"


@dataclass(frozen=True, slots=True)
class Pair:
    """What was measured against its floor, in turns: the medians of both, and of their ratio within each round.

    `ratio` is floor over measured, so 1 is as fast as the floor and 0.5 half as fast.
    """

    measured: float
    floor: float
    ratio: float


async def in_turns(
    rounds: int, measured: Callable[[], Awaitable[float]], floor: Callable[[], Awaitable[float]]
) -> Pair:
    """Runs both once a round, each being the first every other round; each gives its own seconds per piece.

    What else goes on on the machine then weighs on both. The first round warms up and is not counted.
    """
    pairs: list[tuple[float, float]] = []
    for number in range(rounds + 1):
        if number % 2:
            under = await floor()
            over = await measured()
        else:
            over = await measured()
            under = await floor()
        pairs.append((over, under))
    counted = pairs[1:]
    return Pair(
        statistics.median(over for over, _ in counted),
        statistics.median(under for _, under in counted),
        statistics.median(under / over for over, under in counted),
    )


class Watch:
    """Seconds since it was made."""

    def __init__(self) -> None:
        self._start = perf_counter()

    @property
    def seconds(self) -> float:
        return perf_counter() - self._start
