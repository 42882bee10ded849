"""A parent's own short list at the start, halfway and at the end: which is due, and what it says of each theme.

Pure. An average is of the raw answers, 0 to 4; which end is the good one is for whoever shows it. Does not know the
questions, nor how anything is said.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, time, timedelta

from bot.care.records import Record
from flows.engine.values import dataclass

START, HALFWAY, END = MOMENTS = ("start", "halfway", "end")

FIRST_AFTER = timedelta(days=5)
"""How long after coming in the first list is offered."""
AT = time(20, 0)
"""When it is, on that day of the parent's own."""
END_FROM = timedelta(weeks=10)
"""From so long after the start on, the next list is the last one, whether or not there was one halfway."""
SPAN = timedelta(weeks=2)
"""What the questions look back on."""


@dataclass(frozen=True, slots=True)
class Measurement:
    """One list that was filled in far enough, with the average of each theme that was answered enough."""

    record_id: int
    moment: str
    day: date
    averages: Mapping[str, float]


def of_moments(records: Iterable[Record], themes: Mapping[str, str]) -> dict[str, Measurement]:
    """The newest list of each moment, in the order of the moments, without those of which less than half was
    answered. `themes`: the theme of each question."""
    newest: dict[str, Measurement] = {}
    for record in sorted(records, key=lambda one: (one.local_day, one.created_at, one.id)):
        moment = str(record.value("moment"))
        answers = {name: record.value(name) for name in themes if record.value(name) is not None}
        found = averages(answers, themes)
        if moment in MOMENTS and found and 2 * len(answers) >= len(themes):
            newest[moment] = Measurement(record.id, moment, record.local_day, found)
    return {moment: newest[moment] for moment in MOMENTS if moment in newest}


def averages(answers: Mapping[str, int], themes: Mapping[str, str]) -> dict[str, float]:
    """The average of each theme of which at least two in three questions were answered."""
    asked, given = Counter(themes.values()), dict[str, list[int]]()
    for question, answer in answers.items():
        given.setdefault(themes[question], []).append(answer)
    return {
        theme: sum(given[theme]) / len(given[theme])
        for theme, questions in asked.items()
        if theme in given and 3 * len(given[theme]) >= 2 * questions
    }


def next_moment(done: Mapping[str, Measurement], today: date) -> str:
    """Which list is next. After the last one, another is again the last."""
    if START not in done:
        return START
    if HALFWAY in done or END in done or today - done[START].day >= END_FROM:
        return END
    return HALFWAY


def is_soon(done: Mapping[str, Measurement], today: date) -> bool:
    """Whether a list now would look back on the same days as the one before."""
    last = max((one.day for one in done.values()), default=None)
    return last is not None and today - last < SPAN
