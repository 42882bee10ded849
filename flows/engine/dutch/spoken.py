"""Says times and dates as people do: "half acht 's avonds", "maandag 3 augustus"."""

from datetime import date, time, timedelta

from flows.engine.dutch.words import BELOW_TWENTY, DAY_WORDS, MONTHS, WEEKDAYS

_DAY_PARTS_SPOKEN = ("'s nachts", "'s ochtends", "'s middags", "'s avonds")
_WITHOUT_YEAR = timedelta(days=183)


def clock_time(at: time) -> str:
    """A local time as a digital clock shows it: "07:05", "19:30"."""
    return f"{at.hour:02}:{at.minute:02}"


def dotted_time(at: time) -> str:
    """A local time as it stands in a sentence, before "uur": "9.00", "19.30"."""
    return f"{at.hour}.{at.minute:02}"


def spoken_time(at: time) -> str:
    """A local time as people say it, with the part of the day: "half acht 's avonds", "middernacht"."""
    if at.hour == at.minute == 0:
        return "middernacht"
    hour, next_hour = BELOW_TWENTY[(at.hour - 1) % 12 + 1], BELOW_TWENTY[at.hour % 12 + 1]
    minute = at.minute
    if minute == 0:
        face = f"{hour} uur"
    elif minute <= 15:
        face = f"{_distance(minute)} over {hour}"
    elif minute < 30:
        face = f"{_distance(30 - minute)} voor half {next_hour}"
    elif minute == 30:
        face = f"half {next_hour}"
    elif minute < 45:
        face = f"{_distance(minute - 30)} over half {next_hour}"
    else:
        face = f"{_distance(60 - minute)} voor {next_hour}"
    return f"{face} {_DAY_PARTS_SPOKEN[at.hour // 6]}"


def _distance(minutes: int) -> str:
    return "kwart" if minutes == 15 else BELOW_TWENTY[minutes]


def spoken_date(day: date, today: date) -> str:
    """A date as people say it on ``today``: "vandaag", "morgen", "maandag 3 augustus".

    Both are local calendar dates. The year is added for dates half a year away or more.
    """
    for word, offset in DAY_WORDS.items():
        if day.toordinal() - today.toordinal() == offset:
            return word
    return lasting_date(day, today)


def lasting_date(day: date, today: date) -> str:
    """The same without "morgen", for what is read again on another day."""
    year = "" if abs(day - today) < _WITHOUT_YEAR else f" {day.year}"
    return f"{day_of_month(day)}{year}"


def day_of_month(day: date) -> str:
    """A date without its year: "maandag 3 augustus"."""
    return f"{weekday_name(day)} {day.day} {month_name(day)}"


def full_date(day: date) -> str:
    """A date as it is read years later: "3 augustus 2026"."""
    return f"{day.day} {month_of_year(day)}"


def month_of_year(day: date) -> str:
    """The month of a date with its year: "augustus 2026"."""
    return f"{month_name(day)} {day.year}"


def weekday_name(day: date) -> str:
    """The Dutch weekday of a date: "maandag"."""
    return WEEKDAYS[day.weekday()]


def month_name(day: date) -> str:
    """The Dutch month of a date: "augustus"."""
    return MONTHS[day.month - 1]
