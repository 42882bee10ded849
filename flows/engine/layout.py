"""Places boxes in columns from left to right, so that lines cross little. Knows nothing of flows.

Columns follow the longest way from the start; a line over several columns gets a point in each, which takes part in the
ordering like a box. Order within a column: the mean place of what comes before, swept a few times.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from itertools import pairwise

from flows.engine.values import dataclass

SWEEPS = 6


@dataclass(slots=True)
class Box:
    """Something to place. `y` is its top."""

    name: str
    height: float
    column: int = 0
    y: float = 0.0
    before: list[tuple[str, float]] = field(default_factory=list)
    after: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Line:
    """From a box, at `port` below its top, to another box. `via` are the points between."""

    source: str
    port: float
    target: str
    via: tuple[str, ...] = ()


def arrange(
    heights: Mapping[str, float], lines: Sequence[Line], gap: float, entry: float
) -> tuple[dict[str, Box], list[Line]]:
    """The boxes in place, and the lines with their points. `lines` must not go round in circles.

    `entry` is how far below its top a box is entered.
    """
    boxes = {name: Box(name, height) for name, height in heights.items()}
    _set_columns(boxes, lines)
    routed: list[Line] = []
    for number, line in enumerate(lines):
        first, last = boxes[line.source].column, boxes[line.target].column
        via = tuple(f"~{number}.{column}" for column in range(first + 1, last))
        for column, name in enumerate(via, first + 1):
            boxes[name] = Box(name, 2 * gap / 3, column)
        chain = (line.source, *via, line.target)
        for place, (one, other) in enumerate(pairwise(chain)):
            boxes[one].after.append(other)
            boxes[other].before.append((one, line.port if place == 0 else 0))
        routed.append(Line(line.source, line.port, line.target, via))
    columns: dict[int, list[Box]] = {}
    for box in boxes.values():
        columns.setdefault(box.column, []).append(box)
    for stacked in columns.values():
        _stack(stacked, gap)
    for sweep in range(SWEEPS):
        for number in sorted(columns):
            _settle(columns[number], boxes, gap, entry)
        if sweep < SWEEPS - 1:
            for number in sorted(columns, reverse=True):
                _settle(columns[number], boxes, gap, entry, backward=True)
    top = min((box.y for box in boxes.values()), default=0.0)
    for box in boxes.values():
        box.y -= top
    return boxes, routed


def _set_columns(boxes: Mapping[str, Box], lines: Sequence[Line]) -> None:
    for _ in boxes:
        moved = False
        for line in lines:
            wanted = boxes[line.source].column + 1
            if boxes[line.target].column < wanted:
                boxes[line.target].column = wanted
                moved = True
        if not moved:
            return


def _stack(column: list[Box], gap: float) -> None:
    y = 0.0
    for box in column:
        box.y = y
        y += box.height + gap


def _settle(column: list[Box], boxes: Mapping[str, Box], gap: float, entry: float, *, backward: bool = False) -> None:
    """Puts each box where its neighbours pull it, in that order, without overlap."""
    wanted: dict[str, float] = {}
    for box in column:
        if backward:
            pulls = [boxes[name].y for name in box.after]
        else:
            pulls = [boxes[name].y + port - entry for name, port in box.before]
        wanted[box.name] = sum(pulls) / len(pulls) if pulls else box.y
    column.sort(key=lambda box: wanted[box.name])
    groups: list[tuple[list[Box], float]] = []
    for box in column:
        members, y = [box], wanted[box.name]
        while groups and groups[-1][1] + _height(groups[-1][0], gap) > y:
            earlier, _ = groups.pop()
            members = [*earlier, *members]
            y = _mean_start(members, wanted, gap)
        groups.append((members, y))
    for members, y in groups:
        for box in members:
            box.y = y
            y += box.height + gap


def _height(members: Sequence[Box], gap: float) -> float:
    return sum(box.height + gap for box in members)


def _mean_start(members: Sequence[Box], wanted: Mapping[str, float], gap: float) -> float:
    """The top of a stack whose members stand as near as can be to where each wants to be."""
    offset, total = 0.0, 0.0
    for box in members:
        total += wanted[box.name] - offset
        offset += box.height + gap
    return total / len(members)
