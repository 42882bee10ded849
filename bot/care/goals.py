"""How far a parent is with a goal, in the parent's own eyes: a number from 0 to 10 every four weeks.

Pure. Does not know what the goals are about.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from bot.care.records import Record
from flows.engine.values import dataclass

OPEN, REACHED, LET_GO = "open", "reached", "let_go"
ROUND = timedelta(weeks=4)
"""How long it is between two ratings."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A rating on a day."""

    day: date
    rating: int


def marks_of(goal: Record, ratings: Iterable[Record]) -> list[Mark]:
    """The ratings of this goal, the oldest first, the one at its beginning included; of a day the newest holds."""
    by_day: dict[date, int] = {}
    if goal.value("began") is not None:
        by_day[goal.local_day] = int(goal.value("began"))
    for record in sorted(ratings, key=lambda one: (one.local_day, one.created_at, one.id)):
        if str(record.value("goal")) == str(goal.id) and record.value("rating") is not None:
            by_day[record.local_day] = int(record.value("rating"))
    return [Mark(day, rating) for day, rating in sorted(by_day.items())]


def by_round(marks: Sequence[Mark]) -> dict[int, int]:
    """The ratings by how many rounds after the first one they were given, so that goals can stand under each other."""
    if not marks:
        return {}
    first, half = marks[0].day, ROUND / 2
    return {(mark.day - first + half) // ROUND: mark.rating for mark in marks}
