"""What texts may know of the conflicts that a parent wrote down: the moment at which they come back, in words.

Does not know how it is found: that is `care.conflicts`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.care import conflicts, records
from bot.care.conflicts import Moment
from bot.care.rituals import EVERY_DAY
from bot.schedule.local_time import part_of_day
from flows.engine.dutch.spoken import clock_time, spoken_time
from flows.engine.dutch.words import BELOW_TWENTY, WEEKDAYS
from flows.engine.templates import enumerate_dutch, render

if TYPE_CHECKING:
    from bot.conversation.facts import Facts

MOST = 60
"""How many conflicts are looked at: the newest."""
_DAY_SETS = {conflicts.WEEK: "hot_days_week", conflicts.WEEKEND: "hot_days_weekend", EVERY_DAY: "hot_days_all"}


def hot_moment(facts: Facts) -> object:
    """The moment at which this parent's conflicts come back."""
    person = facts.person
    kept = records.newest(facts.connection, facts.vault, person.id, "conflict", MOST) if person else []
    zone = person.zone if person else facts.default_zone
    return in_words(facts, conflicts.hot_moment(kept, zone, facts.local.date()))


def in_words(facts: Facts, moment: Moment) -> dict[str, object]:
    """A moment as texts speak of it; empty words where there is none."""
    at, before = moment.at, moment.before
    said: dict[str, object] = {
        "found": at is not None,
        "few": not moment.is_enough,
        "day": _days(facts, moment.days) if at else "",
        "days": moment.days,
        "part": str(part_of_day(at)) if at else "",
        "time": clock_time(at) if at else "",
        "spoken": spoken_time(at) if at else "",
        "before": clock_time(before) if before else "",
        "place": facts.texts.get(f"place_{moment.place}", ""),
        "kind": facts.texts.get(f"conflict_{moment.kind}", ""),
    }
    name = "hot_sentence" if at else "hot_sentence_without_time"
    numbers = {"times": _number(moment.times), "count": _number(moment.count), "all": moment.times == moment.count}
    sentence = render(facts.texts[name], {**said, **numbers}, html=False) if moment.is_enough else ""
    return {**said, "sentence": sentence}


def _days(facts: Facts, days: str) -> str:
    known = _DAY_SETS.get(days)
    if known:
        return facts.texts[known]
    names = [WEEKDAYS[int(day) - 1] for day in days]
    return render(facts.texts["days_own"], {"days": enumerate_dutch(names)}, html=False)


def _number(number: int) -> str:
    return BELOW_TWENTY[number] if number < len(BELOW_TWENTY) else str(number)
