"""What a child felt where in the body (method A7). Pure.

Does not know how it is drawn, nor what a feeling means.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from bot.care.records import Record

FEELING = "body_feeling"
LATELY = timedelta(days=28)
HEAVY = 8
"""From this size on something is heavy."""
OFTEN = 3
"""So many heavy ones lately are a reason to name a person who can help."""
LIGHT = frozenset({"happy", "calm", "proud", "excited"})
"""Feelings that may be as big as they are."""


def lately(found: Iterable[Record], child_id: int, today: date) -> list[Record]:
    """What this child felt in the last weeks, in the given order."""
    return [one for one in found if one.child_id == child_id and one.local_day > today - LATELY]


def on_day(found: Iterable[Record], child_id: int, day: date) -> list[Record]:
    """What this child felt on one day."""
    return [one for one in found if one.child_id == child_id and one.local_day == day]


def each_once(found: Sequence[Record]) -> list[Record]:
    """Of the same feeling in the same part, the last one. `found` has the newest first."""
    last: dict[tuple[object, object], Record] = {}
    for one in found:
        last.setdefault((one.value("part"), one.value("feeling")), one)
    return list(last.values())


def weighed_down(found: Iterable[Record], today: date) -> list[int]:
    """The children for whom something heavy came often lately."""
    heavy = Counter(
        one.child_id
        for one in found
        if one.local_day > today - LATELY
        and isinstance(size := one.value("size"), int)
        and size >= HEAVY
        and one.value("feeling") not in LIGHT
    )
    return [child_id for child_id, times in heavy.items() if child_id is not None and times >= OFTEN]
