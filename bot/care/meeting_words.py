"""Days and times of meetings as mentors type them in the middle of a sentence. Pure.

`today` is the local day of who wrote it. Does not know which meeting it is about.
"""

from __future__ import annotations

import re
from datetime import date, time, timedelta

from flows.engine.dutch.clock import parse_time
from flows.engine.dutch.dates import parse_date
from flows.engine.dutch.words import BELOW_TWENTY

DAY_WORD = r"(?:maan|dins|woens|donder|vrij|zater|zon)dag"

_CLOCK = re.compile(
    r"(?:(?:om|rond|tegen|omstreeks) )?(?:"
    r"(?:kwart|tien|vijf|[0-9]{1,2}) (?:voor|over|na) (?:half )?\w+|half \w+"
    r"|[0-9]{1,2}[.:][0-9]{2}(?![0-9./-])(?: ?(?:uur|u))?|[0-9]{1,2} ?(?:uur|u)(?: ?[0-9]{2})?\b|\w+ uur"
    r")(?: (?:'s|s|in de) ?(?:ochtends|middags|avonds|morgens|ochtend|middag|avond|voormiddag|namiddag))?",
    re.IGNORECASE,
)
_FLEMISH = re.compile(r"\b([0-9]{1,2}) ?u(?:ur)? ?([0-9]{2})\b|\b([0-9]{1,2}) ?u\b", re.IGNORECASE)
_NUMBERS = frozenset(BELOW_TWENTY[1:13]) | {"één"}
_DAYTIME = (time(7, 30), time(21, 0))
"""Meetings are then: which half of the day is meant when it was not said."""
_LONGEST = 7
"""In words: a day is said in no more."""
_LOOKS_BACK = timedelta(days=150)
"""How long ago a meeting may be of which the year was not said."""
_TELLS_A_DAY = re.compile(
    rf"{DAY_WORD}|vandaag|gisteren|eergisteren|morgen|overmorgen|[0-9]|januari|februari|maart|april|mei|juni|juli"
    r"|augustus|september|oktober|november|december|^(?:ma|di|wo|do|vr|za|zo)$|week|weken",
    re.IGNORECASE,
)
_NUMBERED_DAY = re.compile(
    r"[0-9]{1,2} (?:jan|feb|mrt|maa|apr|mei|jun|jul|aug|sep|okt|nov|dec)|[0-9]{1,2}[-/.][0-9]{1,2}", re.IGNORECASE
)
_WEEKDAY_ALONE = re.compile(rf"^[^0-9]*\b(?:{DAY_WORD}|ma|di|wo|do|vr|za|zo)\b[^0-9]*$", re.IGNORECASE)
_PAST_DAY = re.compile(rf"\b(?:afgelopen|vorige(?: week)?)\s+({DAY_WORD})", re.IGNORECASE)


def held_day(text: str, today: date) -> date | None:
    """The day of a meeting that was: the last Tuesday for "dinsdag". None for a day that is still to come."""
    said = _PAST_DAY.sub(r"\1", text)
    lately = day_in(said, today - _LOOKS_BACK) if re.search(r"[0-9]", said) else None
    day = lately or day_in(said, today)
    if day and today < day <= today + timedelta(days=7) and _WEEKDAY_ALONE.search(said):
        day -= timedelta(days=7)
    return day if day and day <= today else None


def day_in(text: str, today: date) -> date | None:
    """The day in a few words of a longer text: the longest stretch that reads as one."""
    words = _CLOCK.sub(" ", _unflemish(text)).replace(",", " ").replace("(", " ").replace(")", " ").split()
    words = [word.rstrip(".!?;:") for word in words]
    stretches = [
        words[start : start + size]
        for size in range(min(_LONGEST, len(words)), 0, -1)
        for start in range(len(words) - size + 1)
    ]
    # A date in full says more than the weeks around it.
    stretches.sort(key=lambda stretch: not _NUMBERED_DAY.search(" ".join(stretch)))
    for stretch in stretches:
        if any(_TELLS_A_DAY.search(word) for word in stretch) and (day := parse_date(" ".join(stretch), today)):
            return day
    return None


def time_in(text: str) -> time | None:
    """The time of day in a text; the one by daylight when it can be two."""
    for found in _CLOCK.finditer(_unflemish(text)):
        words = found[0]
        if not re.search(r"[0-9]", words) and not _NUMBERS & set(words.lower().split()):
            continue
        reading = parse_time(words)
        if reading:
            fits = [one for one in reading.times if _DAYTIME[0] <= one <= _DAYTIME[1]]
            return (fits or list(reading.times))[0]
    return None


def _unflemish(text: str) -> str:
    """ "9u30" and "9u" as "9:30" and "9:00"."""
    return _FLEMISH.sub(lambda found: f"{found[1]}:{found[2]}" if found[1] else f"{found[3]}:00", text)


_ONLY_WHEN = re.compile(
    rf"\b(?:{DAY_WORD}|vandaag|morgen|overmorgen|afspraak|gesprek|keer|volgende?|nieuwe|vervolg|komende|week|weken|over|op"
    r"|om|de|het|een|is|we|wij|zien|elkaar|weer|tot|twee|drie|vier|januari|februari|maart|april|mei|juni|juli|augustus"
    r"|september|oktober|november|december|jan|feb|mrt|apr|jun|jul|aug|sept?|okt|nov|dec|ma|di|wo|do|vr|za|zo)\b"
    r"|[0-9]+|[^\w]",
    re.IGNORECASE,
)


def says_more_than_when(text: str) -> bool:
    """Whether there is more in a text about a meeting than its day and time."""
    return bool(_ONLY_WHEN.sub("", _CLOCK.sub(" ", _unflemish(text))))
