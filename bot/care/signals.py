"""What a parent saw of a child, week by week: signals on a scale, some of them good when high, some when low.

Pure: records in, weeks and movements out. Does not know which signals there are, nor how they are said.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Literal

from bot.care.records import Field, Record
from flows.engine.values import dataclass

Good = Literal["high", "low"]
"""Which end of a signal's scale is the good one."""

MOST_WEEKS = 12
ENOUGH_WEEKS = 2
_WEEK = timedelta(weeks=1)


@dataclass(frozen=True, slots=True)
class Week:
    """What was seen in the week that begins on `monday`; nothing in a week that was passed over."""

    monday: date
    answers: Mapping[str, Field]


@dataclass(frozen=True, slots=True)
class Moved:
    """A signal at the beginning and at the end of some weeks. `step`: how far it went, up or down."""

    signal: str
    first: Field
    last: Field
    step: int


def of_child(records: Iterable[Record], child_id: int, signals: Iterable[str]) -> list[Week]:
    """The last weeks of a child, the oldest first and none left out between; of a week the newest answers hold."""
    wanted, by_week = frozenset(signals), dict[date, dict[str, Field]]()
    for record in sorted(records, key=lambda one: (one.local_day, one.created_at, one.id)):
        answers = {name: field for name, field in record.fields.items() if name in wanted}
        if record.child_id == child_id and answers:
            by_week.setdefault(record.local_day - timedelta(days=record.local_day.weekday()), {}).update(answers)
    if not by_week:
        return []
    last = max(by_week)
    first = max(min(by_week), last - (MOST_WEEKS - 1) * _WEEK)
    count = (last - first) // _WEEK + 1
    return [Week(monday, by_week.get(monday, {})) for monday in (first + number * _WEEK for number in range(count))]


def answered(weeks: Sequence[Week]) -> list[Week]:
    """The weeks in which anything was seen."""
    return [week for week in weeks if week.answers]


def moved(weeks: Sequence[Week], signal: str) -> Moved | None:
    """A signal from its first answer in these weeks to its last; None when there are not two."""
    found = [week.answers[signal] for week in weeks if signal in week.answers]
    if len(found) < ENOUGH_WEEKS:
        return None
    return Moved(signal, found[0], found[-1], int(found[-1].value) - int(found[0].value))


def lighter(weeks: Sequence[Week], good: Mapping[str, Good]) -> str:
    """The signal that went furthest to its good end since the last time before; empty when none did."""
    latest = answered(weeks)[-ENOUGH_WEEKS:]
    steps = {name: _towards_good(latest, name, end) for name, end in good.items()}
    best = max(steps, key=lambda name: steps[name], default="")
    return best if best and steps[best] > 0 else ""


def _towards_good(weeks: Sequence[Week], signal: str, good: Good) -> int:
    found = moved(weeks, signal)
    if found is None:
        return 0
    return found.step if good == "high" else -found.step
