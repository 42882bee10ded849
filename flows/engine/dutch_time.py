"""Reads the times, dates, ages and durations that people in the Netherlands and Flanders type, and says them back.

All times are local wall-clock times without a zone and all dates are local calendar dates: whoever asks the question
knows the zone. Nothing here raises on what a person types, and nothing guesses. A text that could mean two different
things gives no answer, so that the conversation can ask again; only the half of the day that nobody says out loud
("half acht") comes back as two readings.
"""

import re
import unicodedata
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, time, timedelta
from enum import Enum, auto

WEEKDAYS = ("maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag")
"""Dutch weekday names, Monday first, as ``date.weekday`` counts."""

MONTHS = (
    "januari",
    "februari",
    "maart",
    "april",
    "mei",
    "juni",
    "juli",
    "augustus",
    "september",
    "oktober",
    "november",
    "december",
)
"""Dutch month names: January at index 0."""

OLDEST_AGE = 25
"""In whole years: the method is for children and young people up to and including this age."""


@dataclass(frozen=True, slots=True)
class TimeReading:
    """What a typed time of day can mean: one local time, or the same clock face in the morning and in the evening."""

    times: tuple[time, ...]

    @property
    def sure(self) -> time | None:
        """The local time that was meant, or None when the person still has to choose between two."""
        return self.times[0] if len(self.times) == 1 else None


class BirthDateProblem(Enum):
    """Why a text gives no birth date."""

    NOT_UNDERSTOOD = auto()
    YEAR_MISSING = auto()
    IN_FUTURE = auto()


# Words -------------------------------------------------------------------------------------------------------------

_UNITS = ("nul", "een", "twee", "drie", "vier", "vijf", "zes", "zeven", "acht", "negen", "tien", "elf", "twaalf")
_TEENS = ("dertien", "veertien", "vijftien", "zestien", "zeventien", "achttien", "negentien")
_TENS = ("twintig", "dertig", "veertig", "vijftig", "zestig", "zeventig", "tachtig", "negentig")
_BELOW_TWENTY = (*_UNITS, *_TEENS)
_NUMBERS = {word: number for number, word in enumerate(_BELOW_TWENTY) if word != "een"} | {
    (f"{_UNITS[unit]}en{ten}" if unit else ten): 20 + 10 * index + unit
    for index, ten in enumerate(_TENS)
    for unit in range(10)
}
"""Dutch number words without accents. "Een" is left out, because it is mostly the article "a"."""

_UNKNOWN_SIGN = "¤"
_DAY_PART_SIGN = "@"
_GONE_SIGN = "§"
_LONGEST_ANSWER = 300
"""In characters: nobody answers a question about time with more than this."""

_NUMBER_CHUNK = r"[0-9]+(?:[:.,;/\-–][0-9]+)*"
_TOKEN = re.compile(rf"{_NUMBER_CHUNK}|[^\W\d_]+|\w|[%€$£#@&+=*/\\⁄<>]|(?<!\w)-(?=[0-9])")
_EMOTICON = re.compile(r"(?<!\S)(?:<3|[:;=]-?[()dop3]|xd)(?!\w)")


def _tokens(text: str) -> list[str]:
    """The words and numbers of a text: lower case, no accents, no emoji, number words as digits."""
    if len(text) > _LONGEST_ANSWER:
        return []
    plain = unicodedata.normalize("NFC", text).lower().replace("½", " en een half ")
    plain = re.sub(r"\b(?:één|éen|eén)\b", "1", plain)
    plain = "".join(sign for sign in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(sign)).lower()
    plain = "".join(sign for sign in plain if unicodedata.category(sign) not in ("Mn", "Me", "Cf"))
    plain = re.sub(r"\b([ap])\.\s?m\b\.?", r"\1m", plain)
    plain = re.sub(r"\ba\.s\.", "aanstaande", plain)
    plain = _EMOTICON.sub(" ", plain)
    return [part for token in _TOKEN.findall(plain) for part in _split_glued(token)]


def _split_glued(token: str) -> Iterator[str]:
    """The parts of a token that people write as one word: "halfacht", "achtuur"."""
    head, tail = token[:4], token[4:]
    if head == "half" and (tail in _NUMBERS or tail == "een"):
        yield head
        yield str(_NUMBERS.get(tail, "een"))
    elif token.endswith("uur") and token[:-3] in _NUMBERS:
        yield str(_NUMBERS[token[:-3]])
        yield "uur"
    elif token in _NUMBERS:
        yield str(_NUMBERS[token])
    elif token[0].isalnum() and (token.isalpha() or token[0] in "0123456789"):
        yield token
    else:
        yield _UNKNOWN_SIGN


def _one_slip_apart(typed: str, word: str) -> bool:
    """Whether one letter too many, too few, wrong or swapped makes ``typed`` of ``word``; the first letter is right."""
    if typed == word or typed[:1] != word[:1] or abs(len(typed) - len(word)) > 1:
        return False
    start = 0
    while start < min(len(typed), len(word)) and typed[start] == word[start]:
        start += 1
    end = 0
    while end < min(len(typed), len(word)) - start and typed[-1 - end] == word[-1 - end]:
        end += 1
    left_typed, left_word = typed[start : len(typed) - end], word[start : len(word) - end]
    swapped = len(left_typed) == 2 and left_typed == left_word[::-1]
    return swapped or (len(left_typed) <= 1 and len(left_word) <= 1)


def _words(names: str) -> frozenset[str]:
    return frozenset(names.split())


def _is_number(token: str) -> bool:
    return token[:1] in tuple("0123456789")


def _has_number(tokens: list[str]) -> bool:
    return any(map(_is_number, tokens))


# Times -------------------------------------------------------------------------------------------------------------


class _Clock(Enum):
    """How sure a mentioned time is about the half of the day."""

    SPOKEN = auto()
    """Twelve hours, either half: "half acht", "7 uur", "7:30"."""
    WRITTEN = auto()
    """As written, unless the text or the question says otherwise: "07:30", "11:45"."""
    FIXED = auto()
    """Only one reading: "19:30", "middernacht"."""


@dataclass(frozen=True, slots=True)
class _Mention:
    """One time in a text, in minutes since local midnight."""

    minutes: int
    clock: _Clock

    def conceivable(self) -> frozenset[int]:
        if self.clock is _Clock.FIXED:
            return frozenset({self.minutes})
        return frozenset({self.minutes % 720, self.minutes % 720 + 720})

    def readings(self, day_part: str | None, evening: bool) -> frozenset[int]:
        """The minutes since local midnight that fit what the text says, and else what was asked."""
        if day_part is not None:
            return frozenset(minutes for minutes in self.conceivable() if _fits(minutes, day_part))
        if evening:
            return frozenset({max(self.conceivable())})
        return frozenset({self.minutes}) if self.clock is _Clock.WRITTEN else self.conceivable()


_DAY_PART_HOURS = {
    "ochtend": range(12),
    "middag": range(11, 19),
    "avond": range(16, 25),
    "nacht": range(21, 31),
    "am": range(12),
    "pm": range(12, 24),
}
"""The local hours in which people use the word, counted on past 24 for the early hours of the next day."""

_DAY_PART = re.compile(
    r"(?:s|van|voor|na|morgen|(?:maan|dins|woens|donder|vrij|zater|zon)dag)?(?P<part>ochtend|middag|avond|nacht)(?:s|en)?"
)
_MORNING_WORDS = _words("smorgens vanmorgen voormiddag voormiddags svoormiddags")

_HOUR = r"(?P<hour>[0-9]{1,2}|een)"
_DIGIT_HOUR = r"(?P<hour>[0-9]{1,2})"
_MINUTES_WORD = r"(?:minuten|minuutjes|minuut|min|m)"


def _phrase(pattern: str) -> re.Pattern[str]:
    """A pattern of whole tokens in a text whose tokens are separated by single spaces."""
    return re.compile(rf"(?<!\S)(?:{pattern})(?!\S)")


_ABOUT_HOUR = _phrase(rf"(?:een|n) (?:uur|uurtje) of {_DIGIT_HOUR}(?! uur)")
_RELATIVE = _phrase(
    rf"(?:(?P<quarter>(?:een )?(?:kwart|kwartier))|(?P<minutes>[0-9]{{1,2}}|een)(?: {_MINUTES_WORD})?)"
    rf" (?P<side>voor|over|na) (?P<half>half )?{_HOUR}(?: uur)?"
)
_HALF = _phrase(rf"half {_HOUR}(?: uur)?")
_DIGITAL = _phrase(rf"{_DIGIT_HOUR}:(?P<minute>[0-9]{{2}})(?: uur)?")
_HOUR_AND_MINUTE = _phrase(rf"{_DIGIT_HOUR} uur (?:en )?(?P<minute>[0-9]{{2}})(?! uur)(?: {_MINUTES_WORD})?")
_AT_WHOLE_HOUR = _phrase(
    rf"(?:om|rond|tegen|omstreeks|klokslag) (?:ongeveer |circa )?{_DIGIT_HOUR} uur(?! (?:voor|na) )"
)
_MIDNIGHT = _phrase("(?:12 uur )?middernacht")

_BARE = _phrase(rf"{_DIGIT_HOUR}(?: uur)?|(?:om|rond|tegen) (?P<one>een)|(?P<one_hour>een) uur")
_BARE_PAIR = _phrase(rf"{_DIGIT_HOUR} (?P<minute>15|2[5-9]|[345][0-9])")
_COMPACT = _phrase(r"(?P<hour>[0-9]{2})(?P<minute>[0-5][05])")

_TIME_BLOCKERS = _words(
    "niet geen nooit behalve later eerder vroeger geleden lang langer per tussen of anderhalf half kwart kwartier tot"
)
_BLOCKERS_BEFORE_TIME = _words("voor na over binnen elke iedere al nog minstens maximaal hooguit ruim")
_TIME_FILLER = _words(
    "om rond tegen omstreeks rondom ongeveer circa ca zo doe maar graag liefst het ja jawel ok oke okee prima goed dan "
    "is dank je u wel bedankt dankjewel aub alsjeblieft alstublieft svp ik denk dat we wij elke iedere dag de in "
    "klokslag klok van precies stipt vanaf even hoi hallo fijn lijkt me mij past werkt kan mag misschien ofzo dus eh "
    "ehm uh nou zet op altijd meestal lukt ons savonds smorgens tijd wordt ergens uur"
) | {_DAY_PART_SIGN}


def parse_time(text: str, *, evening: bool = False) -> TimeReading | None:
    """The local time of day in a text, or None when there is none or when the text names more than one.

    Two readings, morning first, when the half of the day is open ("half acht"). With ``evening`` the question was
    about the evening: a time without a part of the day is then read between 12:00 and 23:59 and there is one reading.
    """
    tokens = [_DOTTED_TIME.sub(r"\1:\2", token) for token in _tokens(text)]
    day_parts, tokens = _take_day_parts(_mend_time_words(_hours_written_out(tokens)))
    if len(day_parts) > 1:
        return None
    mentions = _mentions(" ".join(tokens).replace("of zo", "").replace("voor mij", "mij"))
    if not mentions:
        return None
    day_part = next(iter(day_parts), None)
    readings = frozenset[int].intersection(*(mention.readings(day_part, evening) for mention in mentions))
    if not readings:
        return None
    return TimeReading(tuple(time(minutes // 60, minutes % 60) for minutes in sorted(readings)))


_DOTTED_TIME = re.compile(r"^([0-9]{1,2})[:.,;]([0-9]{2})$")


def _hours_written_out(tokens: list[str]) -> list[str]:
    """The tokens with the "u" and "h" after a number as "uur"."""
    return [
        "uur" if token in ("u", "h") and index and _is_number(tokens[index - 1]) else token
        for index, token in enumerate(tokens)
    ]


def _mend_time_words(tokens: list[str]) -> list[str]:
    """The tokens with one wrong letter put right, only where the words around leave no doubt."""
    mended = list(tokens)
    for index, token in enumerate(tokens):
        if not token.isalpha() or token in _KNOWN_TIME_WORDS or len(token) < 2:
            continue
        before = mended[index - 1] if index else ""
        after = tokens[index + 1] if index + 1 < len(tokens) else ""
        mended[index] = _mended(token, before, after)
    return mended


def _mended(token: str, before: str, after: str) -> str:
    number_before, number_after = before.isdigit(), after.isdigit() or after == "een"
    if _one_slip_apart(token, "half") and after.isdigit():
        return "half"
    if _one_slip_apart(token, "kwart") and after in ("voor", "over", "na"):
        return "kwart"
    if before in ("kwart", "kwartier") or (number_before and (number_after or after == "half")):
        for side in ("voor", "over"):
            if _one_slip_apart(token, side):
                return side
    if _one_slip_apart(token, "uur") and number_before:
        return "uur"
    if before in ("half", "voor", "over") or after == "uur":
        meant = [word for word in _BELOW_TWENTY if len(word) >= 4 and _one_slip_apart(token, word)]
        if len(meant) == 1:
            return str(_NUMBERS[meant[0]])
    return token


_KNOWN_TIME_WORDS = _TIME_FILLER | _TIME_BLOCKERS | _BLOCKERS_BEFORE_TIME | _words("middernacht een en uren uurtje")


def _take_day_parts(tokens: list[str]) -> tuple[frozenset[str], list[str]]:
    """The parts of the day that the tokens name, and the tokens with a sign in place of those words."""
    parts: set[str] = set()
    kept: list[str] = []
    for index, token in enumerate(tokens):
        part = _day_part(tokens, index)
        if part is None:
            kept.append(token)
            continue
        parts.add(part)
        while kept and kept[-1] in ("s", "in", "de", "het"):
            kept.pop()
        kept.append(_DAY_PART_SIGN)
    return frozenset(parts), kept


def _day_part(tokens: list[str], index: int) -> str | None:
    word = tokens[index]
    before = tokens[max(0, index - 2) : index]
    if word in _MORNING_WORDS or (word == "morgens" and before[-1:] == ["s"]):
        return "ochtend"
    if word == "morgen" and (before == ["in", "de"] or before[-1:] == ["s"]):
        return "ochtend"
    if word in ("am", "pm"):
        return word if before and _is_number(before[-1]) else None
    match = _DAY_PART.fullmatch(word)
    return match["part"] if match else None


def _fits(minutes: int, day_part: str) -> bool:
    hours = _DAY_PART_HOURS[day_part]
    return minutes // 60 in hours or minutes // 60 + 24 in hours


def _mentions(text: str) -> list[_Mention]:
    """All times that a text of tokens names; empty when there is none or when what is left makes them doubtful."""
    found: list[_Mention | None] = []
    rest = text
    for pattern in (_RELATIVE, _HALF, _DIGITAL, _HOUR_AND_MINUTE, _AT_WHOLE_HOUR, _MIDNIGHT):
        for match in pattern.finditer(rest):
            before = rest[: match.start()].split()
            found.append(None if _is_no_moment(before) else _mention(match))
        rest = pattern.sub(_GONE_SIGN, rest)
    tokens = rest.split()
    if found:
        doubtful = _has_number(tokens) or not _TIME_BLOCKERS.isdisjoint(tokens)
        return [] if doubtful or None in found else [mention for mention in found if mention]
    bare = _bare_mention(rest)
    return [bare] if bare else []


def _is_no_moment(before: list[str]) -> bool:
    """Whether the words before a time make it a limit, a stretch of time or a repetition."""
    return bool(before) and (before[-1] in _BLOCKERS_BEFORE_TIME or before[-2:] == ["om", "de"])


def _bare_mention(text: str) -> _Mention | None:
    """A lone number or "8 uur" as a time, only when every other word is one that people put around an answer.

    With other words it is as likely an age, a count or a stretch of time ("ze slaapt 9 uur").
    """
    for pattern in (_ABOUT_HOUR, _BARE_PAIR, _COMPACT, _BARE):
        match = pattern.search(text)
        if match is None:
            continue
        if not _TIME_FILLER.issuperset((text[: match.start()] + text[match.end() :]).split()):
            return None
        if _is_no_moment(text[: match.start()].split()) or text.startswith("om de "):
            return None
        mention = _mention(match)
        return None if mention and mention.minutes == 0 and match[0] in ("0", "00") else mention
    return None


def _mention(match: re.Match[str]) -> _Mention | None:
    """The time that a match of one of the patterns names, or None when no clock shows it."""
    groups = match.groupdict()
    if "hour" not in groups:
        return _Mention(0, _Clock.FIXED)
    digits = groups["hour"]
    hour = int(digits) if digits and digits != "een" else 1
    minute = int(groups.get("minute") or 0)
    if hour > 24 or minute > 59 or (hour == 24 and minute):
        return None
    shift = _shift(match)
    if shift is None:
        return None
    minutes = (hour * 60 + minute + shift) % 1440
    if hour == 0 or hour > 12:
        return _Mention(minutes, _Clock.FIXED)
    written = bool(digits) and len(digits) == 2 and shift == 0 and ("minute" in groups or digits.startswith("0"))
    return _Mention(minutes, _Clock.WRITTEN if written else _Clock.SPOKEN)


def _shift(match: re.Match[str]) -> int | None:
    """The minutes between the named hour and the meant time, or None for what nobody says ("kwart voor half acht")."""
    groups = match.groupdict()
    if match.re is _HALF:
        return -30
    if match.re is not _RELATIVE:
        return 0
    if groups["quarter"] and groups["half"]:
        return None
    distance = 15 if groups["quarter"] else _count(groups["minutes"])
    if not 1 <= distance <= 30:
        return None
    return (-distance if groups["side"] == "voor" else distance) - (30 if groups["half"] else 0)


# Dates -------------------------------------------------------------------------------------------------------------

_MONTH_WORDS = {name: number for number, name in enumerate(MONTHS, start=1)} | {
    short: number
    for number, shorts in enumerate(
        ("jan", "feb febr", "mrt maa", "apr", "", "jun", "jul", "aug", "sep sept", "okt oct", "nov", "dec"), start=1
    )
    for short in shorts.split()
}
_SHORT_WEEKDAYS = dict(zip(("ma", "di", "wo", "do", "vr", "za", "zo"), WEEKDAYS, strict=True))
_DAY_WORDS = {"eergisteren": -2, "gisteren": -1, "vandaag": 0, "morgen": 1, "overmorgen": 2}
_NOT_A_MONTH = _words("maar mij men met meid maat maak juist")

_MONTH = rf"(?P<month>{'|'.join(_MONTH_WORDS)})"
_YEAR = r"(?P<year>[0-9]{4}|[0-9]{2})"
_NAMED_DATE = _phrase(rf"(?P<day>[0-9]{{1,2}})(?: (?:e|de|ste))?(?: van)? {_MONTH}(?: {_YEAR})?")
_NUMERIC_DATE = _phrase(rf"(?P<day>[0-9]{{1,2}})(?P<sign>[-/.–])(?P<month>[0-9]{{1,2}})(?:(?P=sign){_YEAR})?")
_SPACED_DATE = _phrase(r"(?P<day>[0-9]{1,2}) (?P<month>[0-9]{1,2}) (?P<year>[0-9]{4})")
_COMPACT_DATE = _phrase(r"(?P<day>[0-3][0-9])(?P<month>[01][0-9])(?P<year>[0-9]{4})")
_ISO_DATE = _phrase(r"(?P<year>[0-9]{4})[-/](?P<month>[0-9]{1,2})[-/](?P<day>[0-9]{1,2})")
_EXPLICIT_DATES = (_ISO_DATE, _NUMERIC_DATE, _NAMED_DATE, _SPACED_DATE, _COMPACT_DATE)

_FROM_NOW = _phrase(r"over (?P<count>een|[0-9]{1,3}) (?P<unit>dag|dagen|week|weken|maand|maanden|jaar)")
_END_OF_MONTH = _phrase(rf"einde?(?: van)?(?: de| deze)? (?:{_MONTH}|(?P<next>volgende )?maand)")
_WEEKDAY = _phrase(
    r"(?P<before>(?:volgende|komende|aankomende|aanstaande|eerstvolgende|deze)(?: week)? (?:op )?)?"
    rf"(?P<weekday>{'|'.join(WEEKDAYS)})(?P<after> (?:volgende|deze) week)?"
)
_CLOCK_IN_DATE = _phrase(
    r"(?:om|rond|tegen) [0-9]{1,2}(?:[:.,][0-9]{2})?(?: uur(?: [0-9]{2})?)?"
    r"|[0-9]{1,2}:[0-9]{2}(?: uur)?|[0-9]{1,2} uur(?: [0-9]{2})?|half (?:[0-9]{1,2}|een)(?: uur)?"
    r"|(?:kwart|kwartier|[0-9]{1,2}) (?:voor|over|na) (?:half )?(?:[0-9]{1,2}|een)(?: uur)?"
    r"|(?:in de |s )?(?:ochtends?|middags?|avonds?|nachts?|morgens)|in de morgen"
)
_TRAILING_AGE = _phrase(r"(?:is )?(?:nu |net |bijna )?[0-9]{1,2} jaar(?: oud)?")

_DATE_BLOCKERS = _words(
    "niet geen nooit of elke iedere behalve tot tussen voor na later eerder volgende deze komende week weken maand "
    "maanden eind einde begin half midden weekend over jaar"
) | frozenset({*WEEKDAYS, *_DAY_WORDS})
_DATE_FILLER = _words(
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
    rest = _TRAILING_AGE.sub(_GONE_SIGN, _date_text(text))
    match = next((match for pattern in _EXPLICIT_DATES if (match := pattern.search(rest))), None)
    try:
        if match is None:
            born = _date_in(rest, today) if _DAY_WORDS.keys() & set(rest.split()) else None
            return BirthDateProblem.NOT_UNDERSTOOD if born is None else _not_after(born, today)
        left = (rest[: match.start()] + rest[match.end() :]).split()
        if _has_number(left) or not _DATE_BLOCKERS.difference(WEEKDAYS).isdisjoint(left):
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
    tokens = [_day_word(token) for token in _hours_written_out(_tokens(text))]
    tokens = [
        _mended_month(token) if index and _is_number(tokens[index - 1]) else token for index, token in enumerate(tokens)
    ]
    joined = _CLOCK_IN_DATE.sub(_GONE_SIGN, " ".join(tokens))
    joined = re.sub(r"\bgoede ?morgen\b|\bof zo\b", _GONE_SIGN, joined)
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
    meant = [name for name in MONTHS if len(name) > 3 and _one_slip_apart(token, name)]
    return meant[0] if len(meant) == 1 else token


def _with_full_weekday(text: str) -> str:
    """The text with "ma" or "zo" as a weekday, where it stands alone or just before a date: both are also words."""
    tokens = text.split()
    telling = [token for token in tokens if token not in _DATE_FILLER and token != _GONE_SIGN]
    if telling and telling[0] in _SHORT_WEEKDAYS and (len(telling) == 1 or _is_number(telling[1])):
        tokens[tokens.index(telling[0])] = _SHORT_WEEKDAYS[telling[0]]
    return " ".join(tokens)


def _date_in(text: str, today: date) -> date | None:
    """The one date that all parts of the text agree on."""
    named, rest = _take(text, *_EXPLICIT_DATES)
    end_of_month, rest = _take(rest, _END_OF_MONTH)
    from_now, rest = _take(rest, _FROM_NOW)
    day_word, rest = _take(rest, _phrase("|".join(_DAY_WORDS)))
    weekday, rest = _take(rest, _WEEKDAY)
    if _has_number(rest.split()) or not _DATE_BLOCKERS.isdisjoint(rest.split()):
        return None
    candidates = []
    if named:
        candidates.append(_explicit_date(named, today))
    if end_of_month:
        candidates.append(_month_end(end_of_month, today))
    if day_word:
        candidates.append(today + timedelta(days=_DAY_WORDS[day_word[0]]))
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
            return match, f"{text[: match.start()]}{_GONE_SIGN}{text[match.end() :]}"
    return None, text


def _explicit_date(match: re.Match[str], today: date) -> date:
    day, month, digits = int(match["day"]), _month(match["month"]), match["year"]
    if digits:
        return date(int(digits) if len(digits) == 4 else today.year // 100 * 100 + int(digits), month, day)
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


# Ages --------------------------------------------------------------------------------------------------------------

_AGE_LEAD = (
    r"(?:(?:(?:[^\W\d_]+ )?(?:is|wordt|word|was)|hij|zij|ze|leeftijd|mijn kind|ik denk|ja|al|nu|net|pas|ongeveer|"
    r"circa|is|een kind van|van|inmiddels|ruim|maar)\s)*+"
)
_AGE_TAIL = r"(?: (?:jaar|jaren|jaartjes|j|jr))?(?: en [0-9]{1,2} (?:maand|maanden))?(?: (?:oud|geworden|nu|al|net))*"
_AGE = re.compile(
    rf"{_AGE_LEAD}(?P<almost>(?:(?:bijna|haast|net nog geen) )*)(?P<age>[0-9]{{1,2}}|een)"
    rf"(?:[.,][0-9])?(?P<half> (?:en )?(?:een )?half)?{_AGE_TAIL}"
)
_ONE_AND_A_HALF = re.compile(rf"{_AGE_LEAD}anderhalf{_AGE_TAIL}")
_LESS_THAN_ONE = re.compile(rf"{_AGE_LEAD}(?:een )?(?:half jaar|halfjaar)(?: oud)?")
_YOUNG = re.compile(
    rf"{_AGE_LEAD}(?:bijna )?(?P<count>[0-9]{{1,3}}|een) (?P<unit>dag|dagen|week|weken|maand|maanden)(?: oud)?"
)
_UNITS_PER_YEAR = {"dag": 366, "dagen": 366, "week": 53, "weken": 53, "maand": 12, "maanden": 12}


def parse_age(text: str) -> int | None:
    """The age in whole years that someone has reached ("bijna 7" is 6), from 0 up to and including ``OLDEST_AGE``."""
    spoken = " ".join(token for token in _tokens(text) if token not in _AGE_FILLER)
    if _ONE_AND_A_HALF.fullmatch(spoken):
        return 1
    if _LESS_THAN_ONE.fullmatch(spoken):
        return 0
    young = _YOUNG.fullmatch(spoken)
    if young:
        age = _count(young["count"]) // _UNITS_PER_YEAR[young["unit"]]
        return age if age <= OLDEST_AGE else None
    match = _AGE.fullmatch(spoken)
    if match is None:
        return None
    not_yet = bool(match["almost"]) or " wordt " in f" {spoken}" or " word " in f" {spoken}"
    age = _count(match["age"]) - not_yet
    return age if 0 <= age <= OLDEST_AGE else None


_AGE_FILLER = _words("hoor dus zo graag hoi hallo")


def _count(digits: str) -> int:
    return 1 if digits == "een" else int(digits)


# Durations ---------------------------------------------------------------------------------------------------------

_DURATION_UNITS = {
    word: unit
    for unit, words in (
        (timedelta(seconds=1), "s sec secs seconde seconden seconds tel tellen"),
        (timedelta(minutes=1), "m min mins minuut minuten minuutje minuutjes"),
        (timedelta(minutes=15), "kwartier kwartiertje"),
        (timedelta(hours=1), "u h uur uren uurtje uurtjes"),
        (timedelta(days=1), "d dag dagen dagje etmaal etmalen"),
        (timedelta(weeks=1), "w wk week weken weekje"),
    )
    for word in words.split()
}
_AMOUNT_OF_HALVES = {"half": 1, "halve": 1, "anderhalf": 3, "anderhalve": 3}
_DURATION_FILLER = _words("ongeveer circa over na wacht graag maar doe zo n ja ok oke aub alsjeblieft svp bedankt")
_DURATION_PART = re.compile(
    r"(?:een )?(?:(?P<amount>[0-9]{1,4})(?:[.,](?P<five>50?)| en (?:een )?(?P<half>half|halve))?"
    r"|(?P<special>half|halve|anderhalf|anderhalve)|(?<=een )|(?=kwartier))"
    rf" ?(?P<unit>{'|'.join(sorted(_DURATION_UNITS, key=len, reverse=True))})(?: (?:en )?|$)"
)


def parse_duration(text: str) -> timedelta | None:
    """The length of time in a text ("10s", "anderhalf uur", "2 dagen en 3 uur"), or None. Days count 24 hours.

    A month or a year has no fixed length and is not understood.
    """
    spoken = " ".join(token for token in _tokens(text) if token not in _DURATION_FILLER)
    spoken = spoken.replace("halfuur", "half uur").replace("driekwartier", "3 kwartier")
    spoken = re.sub(r"^([0-9]{1,4}) (u|h|uur) ([0-9]{2})$", r"\1 \2 \3 min", spoken)
    total, smallest, position = timedelta(), None, 0
    while position < len(spoken):
        match = _DURATION_PART.match(spoken, position)
        if match is None:
            return None
        unit = _DURATION_UNITS[match["unit"]]
        if smallest is not None and unit >= smallest:
            return None
        smallest, position = unit, match.end()
        total += _halves(match) * unit / 2
    return None if smallest is None else total


def _halves(match: re.Match[str]) -> int:
    if match["special"]:
        return _AMOUNT_OF_HALVES[match["special"]]
    if match["amount"] is None:
        return 2
    return 2 * int(match["amount"]) + bool(match["five"] or match["half"])


# Saying it back ----------------------------------------------------------------------------------------------------

_DAY_PARTS_SPOKEN = ("'s nachts", "'s ochtends", "'s middags", "'s avonds")
_WITHOUT_YEAR = timedelta(days=183)


def clock_time(at: time) -> str:
    """A local time as a digital clock shows it: "07:05", "19:30"."""
    return f"{at.hour:02}:{at.minute:02}"


def spoken_time(at: time) -> str:
    """A local time as people say it, with the part of the day: "half acht 's avonds", "middernacht"."""
    if at.hour == at.minute == 0:
        return "middernacht"
    hour, next_hour = _UNITS[(at.hour - 1) % 12 + 1], _UNITS[at.hour % 12 + 1]
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
    return "kwart" if minutes == 15 else _BELOW_TWENTY[minutes]


def spoken_date(day: date, today: date) -> str:
    """A date as people say it on ``today``: "vandaag", "morgen", "maandag 3 augustus".

    Both are local calendar dates. The year is added for dates half a year away or more.
    """
    for word, offset in _DAY_WORDS.items():
        if day.toordinal() - today.toordinal() == offset:
            return word
    year = "" if abs(day - today) < _WITHOUT_YEAR else f" {day.year}"
    return f"{weekday_name(day)} {day.day} {month_name(day)}{year}"


def weekday_name(day: date) -> str:
    """The Dutch weekday of a date: "maandag"."""
    return WEEKDAYS[day.weekday()]


def month_name(day: date) -> str:
    """The Dutch month of a date: "augustus"."""
    return MONTHS[day.month - 1]
