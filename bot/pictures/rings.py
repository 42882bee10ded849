"""Where people stand on a map of rings, so that no two overlap. Pure geometry; of names it knows only their length."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

WIDTH = 960.0
"""Of the map. All lengths are those of a picture 1080 wide."""
MOST_WITH_TWO_LINES = 12
"""So many people have who they are under their name on the map; with more, it stands in the list below only."""
_GAP, _ROOMY, _CLOSE = 14.0, 26.0, 7.0
"""Between two labels: counted on for the height of the map, tried for first, and settled for."""
_CENTRE = (210.0, 104.0)
_RING_NAME = (270.0, 44.0)
_LEAST_WIDTH, _MOST_WIDTH, _MOST_WITH_WHO = 112.0, 232.0, 330.0
_BADGE = 14.0
"""What the mark of those who may be asked sticks out above a label."""
_GOLDEN = math.pi * (3 - math.sqrt(5))
_ROOMY_ROUNDS, _ROUNDS = 24, 80
_LEAST_HEIGHT, _MOST_HEIGHT, _STEP = 860.0, 4000.0, 100.0


@dataclass(slots=True)
class _Label:
    """A box with its middle at x, y, from the middle of the map. Ring 0 stays where it is."""

    x: float
    y: float
    wide: float
    high: float
    ring: int


def layout(people: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The map for these people: its height, its rings, and the middle and size of each label.

    The map grows in height until everybody has a place. The same people always stand in the same places.
    """
    two_lines = len(people) <= MOST_WITH_TWO_LINES
    sizes = [(_width(person, two_lines), 92.0 if two_lines and person["who"] else 60.0) for person in people]
    rings = [int(person["closeness"]) for person in people]
    crowd = sum((wide + _GAP) * (high + _GAP) for wide, high in sizes)
    height = max(_LEAST_HEIGHT, crowd / WIDTH * 1.9)
    while True:
        borders = _borders(rings, height)
        labels, apart = _spread(rings, sizes, borders, height)
        if apart or height > _MOST_HEIGHT:
            break
        height += _STEP
    return {
        "width": WIDTH,
        "height": round(height, 2),
        "two_lines": two_lines,
        "centre": list(_CENTRE),
        "ring_name": list(_RING_NAME),
        "rings": [[round(x, 2), round(y, 2)] for x, y in borders],
        "places": [[round(label.x, 2), round(label.y, 2), label.wide, label.high] for label in labels],
    }


def _width(person: Mapping[str, Any], two_lines: bool) -> float:
    """About as wide as the words are; the typesetter makes them fit exactly."""
    name = len(person["name"].replace("\u00ad", "")) * 17.5
    who = len(person["who"].replace("\u00ad", "")) * 15.0 if two_lines else 0.0
    badge = 14.0 if person["ask"] else 0.0
    words = max(name, who, _LEAST_WIDTH - 40 - badge)
    return min(words + 40 + badge, _MOST_WITH_WHO if two_lines else _MOST_WIDTH)


def _borders(rings: list[int], height: float) -> list[tuple[float, float]]:
    """The half axes of the three rings, from the inside: a ring with more people is broader."""
    least = 0.19
    crowd = [math.sqrt(sum(1 for one in rings if one <= ring) + 2.0) for ring in (1, 2, 3)]
    inside = min(max(crowd[0] / crowd[2], 0.46), 1 - 2 * least)
    middle = min(max(crowd[1] / crowd[2], inside + least), 1 - least)
    return [(WIDTH / 2 * part, height / 2 * part) for part in (inside, middle, 1.0)]


def _spread(
    rings: list[int], sizes: list[tuple[float, float]], borders: list[tuple[float, float]], height: float
) -> tuple[list[_Label], bool]:
    """Everybody somewhere in the own ring, then pushed apart; and whether nobody overlaps any more.

    The golden angle from one to the next keeps neighbours apart in each ring and between the rings.
    """
    labels: dict[int, _Label] = {}
    nearest_first = sorted(range(len(rings)), key=lambda place: rings[place])
    for order, place in enumerate(nearest_first):
        across, along = _middle_of(borders, rings[place])
        angle = 0.5 + order * _GOLDEN
        labels[place] = _Label(across * math.cos(angle), along * math.sin(angle), *sizes[place], rings[place])
    people = [labels[place] for place in range(len(rings))]
    fixed = [_Label(0, 0, *_CENTRE, 0), *(_Label(0, 30 - along, *_RING_NAME, 0) for _, along in borders)]
    for rounds in range(1, _ROUNDS + 1):
        moved = _push(people, fixed, _ROOMY if rounds <= _ROOMY_ROUNDS else _CLOSE)
        for label in people:
            _hold(label, borders, height)
        if not moved and _apart(people, fixed):
            break
    return people, _apart(people, fixed)


def _apart(people: list[_Label], fixed: list[_Label]) -> bool:
    return not any(_overlap(one, other) for place, one in enumerate(people) for other in (*fixed, *people[:place]))


def _middle_of(borders: list[tuple[float, float]], ring: int) -> tuple[float, float]:
    outer = borders[ring - 1]
    inner = borders[ring - 2] if ring > 1 else (outer[0] * 0.5, outer[1] * 0.5)
    return (outer[0] + inner[0]) / 2, (outer[1] + inner[1]) / 2


def _push(people: list[_Label], fixed: list[_Label], gap: float) -> bool:
    """Moves each two that are closer than `gap` apart, along the shorter way; from the name of a ring sideways."""
    moved = False
    for place, one in enumerate(people):
        for other in (*fixed, *people[:place]):
            over_y = (one.high + other.high) / 2 + gap - abs(one.y - other.y)
            if over_y <= 0:
                continue
            over_x = (one.wide + other.wide) / 2 + gap - abs(one.x - other.x)
            if over_x <= 0:
                continue
            moved = True
            share = 0.5 if other.ring else 1.0
            if over_x < over_y * 1.4 or other.wide == _RING_NAME[0]:
                way = math.copysign((over_x + 0.5) * share, one.x - other.x)
                one.x += way
                other.x -= way if other.ring else 0
            else:
                way = math.copysign((over_y + 0.5) * share, one.y - other.y)
                one.y += way
                other.y -= way if other.ring else 0
    return moved


def _hold(label: _Label, borders: list[tuple[float, float]], height: float) -> None:
    """Keeps the middle of a label in its ring, and the whole of it on the map."""
    outer = borders[label.ring - 1]
    far = math.hypot(label.x / outer[0], label.y / outer[1])
    if far > 0.95:
        label.x, label.y = label.x * 0.95 / far, label.y * 0.95 / far
    if label.ring > 1:
        inner = borders[label.ring - 2]
        near = math.hypot(label.x / inner[0], label.y / inner[1]) or 0.01
        if near < 1.06:
            label.x, label.y = label.x * 1.06 / near, label.y * 1.06 / near
    most_x = (WIDTH - label.wide) / 2 - 2
    most_y = (height - label.high) / 2 - 2 - _BADGE
    label.x = min(max(label.x, -most_x), most_x)
    label.y = min(max(label.y, -most_y), most_y)


def _overlap(one: _Label, other: _Label) -> bool:
    return (
        abs(one.x - other.x) < (one.wide + other.wide) / 2 + 3
        and abs(one.y - other.y) < (one.high + other.high) / 2 + 3
    )
