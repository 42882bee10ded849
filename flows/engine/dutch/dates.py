"""Reads calendar dates and birth dates: "maandag", "3 augustus", "12-03-2019"."""

import re
from calendar import monthrange
from datetime import date, timedelta
from enum import Enum, auto

from flows.engine.dutch.spoken import weekday_name
from flows.engine.dutch.words import (
    DAY_WORDS,
    GONE_SIGN,
    MONTHS,
    WEEKDAYS,
    has_number,
    hours_written_out,
    is_number,
    one_slip_apart,
    phrase,
    tokens_of,
    word_set,
)


class BirthDateProblem(Enum):
    """Why a text gives no birth date."""

    NOT_UNDERSTOOD = auto()
    YEAR_MISSING = auto()
    IN_FUTURE = auto()


_MONTH_WORDS = {name: number for number, name in enumerate(MONTHS, start=1)} | {
    short: number
    for number, shorts in enumerate(
        ("jan", "feb febr", "mrt maa", "apr", "", "jun", "jul", "aug", "sep sept", "okt oct", "nov", "dec"), start=1
    )
    for short in shorts.split()
}
_SHORT_WEEKDAYS = dict(zip(("ma", "di", "wo", "do", "vr", "za", "zo"), WEEKDAYS, strict=True))
_NOT_A_MONTH = word_set("maar mij men met meid maat maak juist")

_MONTH = rf"(?P<month>{'|'.join(_MONTH_WORDS)})"
_YEAR = r"(?P<year>[0-9]{4}|[0-9]{2})"
_NAMED_DATE = phrase(rf"(?P<day>[0-9]{{1,2}})(?: (?:e|de|ste))?(?: van)? {_MONTH}(?: {_YEAR})?")
_NUMERIC_DATE = phrase(rf"(?P<day>[0-9]{{1,2}})(?P<sign>[-/.–])(?P<month>[0-9]{{1,2}})(?:(?P=sign){_YEAR})?")
_SPACED_DATE = phrase(r"(?P<day>[0-9]{1,2}) (?P<month>[0-9]{1,2}) (?P<year>[0-9]{4})")
_COMPACT_DATE = phrase(r"(?P<day>[0-3][0-9])(?P<month>[01][0-9])(?P<year>[0-9]{4})")
_ISO_DATE = phrase(r"(?P<year>[0-9]{4})[-/](?P<month>[0-9]{1,2})[-/](?P<day>[0-9]{1,2})")
YEARS = range(1900, 2200)
"""The years that a person may write: at the ends of the calendar a day before or after would not exist."""
_EXPLICIT_DATES = (_ISO_DATE, _NUMERIC_DATE, _NAMED_DATE, _SPACED_DATE, _COMPACT_DATE)

_FROM_NOW = phrase(r"over (?P<count>een|[0-9]{1,3}) (?P<unit>dag|dagen|week|weken|maand|maanden|jaar)")
_END_OF_MONTH = phrase(rf"einde?(?: van)?(?: de| deze)? (?:{_MONTH}|(?P<next>volgende )?maand)")
_WEEKDAY = phrase(
    r"(?P<before>(?:volgende|komende|aankomende|aanstaande|eerstvolgende|deze)(?: week)? (?:op )?)?"
    rf"(?P<weekday>{'|'.join(WEEKDAYS)})(?P<after> (?:volgende|deze) week)?"
)
_CLOCK_IN_DATE = phrase(
    r"(?:om|rond|tegen) [0-9]{1,2}(?:[:.,][0-9]{2})?(?: uur(?: [0-9]{2})?)?"
    r"|[0-9]{1,2}:[0-9]{2}(?: uur)?|[0-9]{1,2} uur(?: [0-9]{2})?|half (?:[0-9]{1,2}|een)(?: uur)?"
    r"|(?:kwart|kwartier|[0-9]{1,2}) (?:voor|over|na) (?:half )?(?:[0-9]{1,2}|een)(?: uur)?"
    r"|(?:in de |s )?(?:ochtends?|middags?|avonds?|nachts?|morgens)|in de morgen"
)
_TRAILING_AGE = phrase(r"(?:is )?(?:nu |net |bijna )?[0-9]{1,2} jaar(?: oud)?")

_DATE_BLOCKERS = word_set(
    "niet geen nooit of elke iedere behalve tot tussen voor na later eerder volgende deze komende week weken maand "
    "maanden eind einde begin half midden weekend over jaar"
) | frozenset({*WEEKDAYS, *DAY_WORDS})
_DATE_FILLER = word_set(
    "op graag liefst aub alsjeblieft alstublieft svp komende aankomende aanstaande eerstvolgende deze de"
)


def parse_date(text: str, today: date) -> date | None:
    """The calendar date in a text, or None when there is none or when the text names more than one.

    ``today`` is the local date of the person. A weekday is the first one after today, a day without a year the first
    one from today on, and "volgende maandag" the Monday of the next week (weeks start on Monday). A written year or
    "gisteren" can give a date in the past. A weekday that does not fit the date makes the text doubtful: None.
    """
    try:
        return _date_in(_date_text(text), today)
    except (ValueError, OverflowError):
        return None


def parse_birth_date(text: str, today: date) -> date | BirthDateProblem:
    """The birth date in a text, day before month, or why there is none.

    ``today`` is the local date of the person. Two digits are the year nearest to today that is not further ahead than
    next year, so that a baby still to be born is IN_FUTURE and not a century old.
    """
    rest = _TRAILING_AGE.sub(GONE_SIGN, _date_text(text))
    match = next((match for pattern in _EXPLICIT_DATES if (match := pattern.search(rest))), None)
    try:
        if match is None:
            born = _date_in(rest, today) if DAY_WORDS.keys() & set(rest.split()) else None
            return BirthDateProblem.NOT_UNDERSTOOD if born is None else _not_after(born, today)
        left = (rest[: match.start()] + rest[match.end() :]).split()
        if has_number(left) or not _DATE_BLOCKERS.difference(WEEKDAYS).isdisjoint(left):
            return BirthDateProblem.NOT_UNDERSTOOD
        if not match["year"]:
            date(2000, _month(match["month"]), int(match["day"]))
            return BirthDateProblem.YEAR_MISSING
        born = date(_birth_year(match["year"], today), _month(match["month"]), int(match["day"]))
    except (ValueError, OverflowError):
        return BirthDateProblem.NOT_UNDERSTOOD
    named_weekdays = set(left) & set(WEEKDAYS)
    if named_weekdays and named_weekdays != {weekday_name(born)}:
        return BirthDateProblem.NOT_UNDERSTOOD
    return _not_after(born, today)


def _not_after(born: date, today: date) -> date | BirthDateProblem:
    return BirthDateProblem.IN_FUTURE if born > today else born


def _birth_year(digits: str, today: date) -> int:
    year = int(digits)
    if len(digits) == 4:
        return year
    century = today.year // 100 * 100
    return century + year if century + year <= today.year + 1 else century - 100 + year


def _date_text(text: str) -> str:
    """The tokens of a text, joined by spaces, with times of day taken away and the words for days written in full."""
    tokens = [_day_word(token) for token in hours_written_out(tokens_of(text))]
    tokens = [
        _mended_month(token) if index and is_number(tokens[index - 1]) else token for index, token in enumerate(tokens)
    ]
    joined = _CLOCK_IN_DATE.sub(GONE_SIGN, " ".join(tokens))
    joined = re.sub(r"\bgoede ?morgen\b|\bof zo\b", GONE_SIGN, joined)
    joined = re.sub(rf"\b({'|'.join(WEEKDAYS)}) morgen\b", r"\1", joined)
    return _with_full_weekday(joined)


def _day_word(token: str) -> str:
    """The day in a word that also names a part of it: "morgenavond", "vrijdagmiddag", "vanavond"."""
    day = re.sub(r"(?:ochtend|morgen|vroeg|voormiddag|namiddag|middag|avond|nacht)$", "", token)
    if day in WEEKDAYS or day == "morgen":
        return day
    return "vandaag" if day == "van" != token else token


def _mended_month(token: str) -> str:
    if token in _MONTH_WORDS or token in _NOT_A_MONTH or len(token) < 4:
        return token
    meant = [name for name in MONTHS if len(name) > 3 and one_slip_apart(token, name)]
    return meant[0] if len(meant) == 1 else token


def _with_full_weekday(text: str) -> str:
    """The text with "ma" or "zo" as a weekday, where it stands alone or just before a date: both are also words."""
    tokens = text.split()
    telling = [token for token in tokens if token not in _DATE_FILLER and token != GONE_SIGN]
    if telling and telling[0] in _SHORT_WEEKDAYS and (len(telling) == 1 or is_number(telling[1])):
        tokens[tokens.index(telling[0])] = _SHORT_WEEKDAYS[telling[0]]
    return " ".join(tokens)


def _date_in(text: str, today: date) -> date | None:
    """The one date that all parts of the text agree on."""
    named, rest = _take(text, *_EXPLICIT_DATES)
    end_of_month, rest = _take(rest, _END_OF_MONTH)
    from_now, rest = _take(rest, _FROM_NOW)
    day_word, rest = _take(rest, phrase("|".join(DAY_WORDS)))
    weekday, rest = _take(rest, _WEEKDAY)
    if has_number(rest.split()) or not _DATE_BLOCKERS.isdisjoint(rest.split()):
        return None
    candidates = []
    if named:
        candidates.append(_explicit_date(named, today))
    if end_of_month:
        candidates.append(_month_end(end_of_month, today))
    if day_word:
        candidates.append(today + timedelta(days=DAY_WORDS[day_word[0]]))
    if weekday and not (named and weekday_name(candidates[0]) == weekday["weekday"]):
        candidates.append(_coming_weekday(weekday, today))
    if from_now and not (named or end_of_month):
        bases = candidates or [today]
        candidates = [_later(base, from_now) for base in bases]
    elif from_now:
        return None
    return candidates[0] if len(set(candidates)) == 1 else None


def _take(text: str, *patterns: re.Pattern[str]) -> tuple[re.Match[str] | None, str]:
    """The first match of the first pattern that matches, and the text without it."""
    for pattern in patterns:
        match = pattern.search(text)
        if match:
            return match, f"{text[: match.start()]}{GONE_SIGN}{text[match.end() :]}"
    return None, text


def _explicit_date(match: re.Match[str], today: date) -> date:
    day, month, digits = int(match["day"]), _month(match["month"]), match["year"]
    if digits:
        year = int(digits) if len(digits) == 4 else today.year // 100 * 100 + int(digits)
        if year not in YEARS:
            raise ValueError(f"nobody plans anything in {year}")
        return date(year, month, day)
    for year in range(today.year, today.year + 9):
        if day <= monthrange(year, month)[1] and date(year, month, day) >= today:
            return date(year, month, day)
    raise ValueError(f"no month {month} has a day {day}")


def _month(word: str) -> int:
    month = int(word) if word.isdigit() else _MONTH_WORDS[word]
    if not 1 <= month <= 12:
        raise ValueError(f"no month {month}")
    return month


def _month_end(match: re.Match[str], today: date) -> date:
    if match["month"]:
        month = _month(match["month"])
        first = date(today.year + (month < today.month), month, 1)
    else:
        first = _add_months(today.replace(day=1), 1 if match["next"] else 0)
    return first.replace(day=monthrange(first.year, first.month)[1])


def _coming_weekday(match: re.Match[str], today: date) -> date:
    weekday = WEEKDAYS.index(match["weekday"])
    said = f"{match['before'] or ''}{match['after'] or ''}"
    monday = today - timedelta(days=today.weekday())
    if "eerstvolgende" not in said and "volgende" in said:
        return monday + timedelta(days=7 + weekday)
    if "deze week" in said:
        return monday + timedelta(days=weekday)
    return today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)


def _later(base: date, match: re.Match[str]) -> date:
    count = 1 if match["count"] == "een" else int(match["count"])
    unit = match["unit"]
    if unit.startswith("dag"):
        return base + timedelta(days=count)
    if unit.startswith("we"):
        return base + timedelta(weeks=count)
    return _add_months(base, count * (12 if unit == "jaar" else 1))


def _add_months(day: date, count: int) -> date:
    """The same day ``count`` months later, or the last day of that month when it is shorter."""
    year, month_index = divmod(day.year * 12 + day.month - 1 + count, 12)
    return date(year, month_index + 1, min(day.day, monthrange(year, month_index + 1)[1]))
