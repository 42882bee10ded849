"""Reads times of day: "half acht", "19.30", "kwart over 7"."""

import re
from datetime import time
from enum import Enum, auto

from flows.engine.dutch.words import (
    BELOW_TWENTY,
    GONE_SIGN,
    NUMBERS,
    count_of,
    has_number,
    hours_written_out,
    is_number,
    one_slip_apart,
    phrase,
    tokens_of,
    word_set,
)
from flows.engine.values import dataclass


@dataclass(frozen=True, slots=True)
class TimeReading:
    """What a typed time of day can mean: one local time, or the same clock face in the morning and in the evening."""

    times: tuple[time, ...]


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
_MORNING_WORDS = word_set("smorgens vanmorgen voormiddag voormiddags svoormiddags")

_HOUR = r"(?P<hour>[0-9]{1,2}|een)"
_DIGIT_HOUR = r"(?P<hour>[0-9]{1,2})"
_MINUTES_WORD = r"(?:minuten|minuutjes|minuut|min|m)"

_ABOUT_HOUR = phrase(rf"(?:een|n) (?:uur|uurtje) of {_DIGIT_HOUR}(?! uur)")
_RELATIVE = phrase(
    rf"(?:(?P<quarter>(?:een )?(?:kwart|kwartier))|(?P<minutes>[0-9]{{1,2}}|een)(?: {_MINUTES_WORD})?)"
    rf" (?P<side>voor|over|na) (?P<half>half )?{_HOUR}(?: uur)?"
)
_HALF = phrase(rf"half {_HOUR}(?: uur)?")
_DIGITAL = phrase(rf"{_DIGIT_HOUR}:(?P<minute>[0-9]{{2}})(?: uur)?")
_HOUR_AND_MINUTE = phrase(rf"{_DIGIT_HOUR} uur (?:en )?(?P<minute>[0-9]{{2}})(?! uur)(?: {_MINUTES_WORD})?")
_AT_WHOLE_HOUR = phrase(
    rf"(?:om|rond|tegen|omstreeks|klokslag) (?:ongeveer |circa )?{_DIGIT_HOUR} uur(?! (?:voor|na) )"
)
_MIDNIGHT = phrase("(?:12 uur )?middernacht")

_BARE = phrase(rf"{_DIGIT_HOUR}(?: uur)?|(?:om|rond|tegen) een|een uur")
_ONE_HOUR = phrase("een (?:uur|uurtje)")
_BARE_PAIR = phrase(rf"{_DIGIT_HOUR} (?P<minute>15|2[5-9]|[345][0-9])")
_COMPACT = phrase(r"(?P<hour>[0-9]{2})(?P<minute>[0-5][05])")
_DOTTED_TIME = re.compile(r"^([0-9]{1,2})[:.,;]([0-9]{2})$")

_DAY_PART_SIGN = "@"
_TIME_BLOCKERS = word_set(
    "niet geen nooit behalve later eerder vroeger geleden lang langer per tussen of anderhalf half kwart kwartier tot"
)
_BLOCKERS_BEFORE_TIME = word_set("voor na over binnen elke iedere al nog minstens maximaal hooguit ruim")
_TIME_FILLER = word_set(
    "om rond tegen omstreeks rondom ongeveer circa ca zo doe maar graag liefst het ja jawel ok oke okee prima goed dan "
    "is dank je u wel bedankt dankjewel aub alsjeblieft alstublieft svp ik denk dat we wij elke iedere dag de in "
    "klokslag klok van precies stipt vanaf even hoi hallo fijn lijkt me mij past werkt kan mag misschien ofzo dus eh "
    "ehm uh nou zet op altijd meestal lukt ons savonds smorgens tijd wordt ergens uur"
) | {_DAY_PART_SIGN}
_KNOWN_TIME_WORDS = _TIME_FILLER | _TIME_BLOCKERS | _BLOCKERS_BEFORE_TIME | word_set("middernacht een en uren uurtje")


def parse_time(text: str, *, evening: bool = False) -> TimeReading | None:
    """The local time of day in a text, or None when there is none or when the text names more than one.

    Two readings, morning first, when the half of the day is open ("half acht"). With ``evening`` the question was
    about the evening: a time without a part of the day is then read between 12:00 and 23:59 and there is one reading.
    """
    tokens = [_DOTTED_TIME.sub(r"\1:\2", token) for token in tokens_of(text)]
    day_parts, tokens = _take_day_parts(_mend_time_words(hours_written_out(tokens)))
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
    if one_slip_apart(token, "half") and after.isdigit():
        return "half"
    if one_slip_apart(token, "kwart") and after in ("voor", "over", "na"):
        return "kwart"
    if before in ("kwart", "kwartier") or (number_before and (number_after or after == "half")):
        for side in ("voor", "over"):
            if one_slip_apart(token, side):
                return side
    if one_slip_apart(token, "uur") and number_before:
        return "uur"
    if before in ("half", "voor", "over") or after == "uur":
        meant = [word for word in BELOW_TWENTY if len(word) >= 4 and one_slip_apart(token, word)]
        if len(meant) == 1:
            return str(NUMBERS[meant[0]])
    return token


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
        return word if before and is_number(before[-1]) else None
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
        rest = pattern.sub(GONE_SIGN, rest)
    tokens = rest.split()
    if found:
        more = has_number(tokens) or _ONE_HOUR.search(rest)
        doubtful = more or not _TIME_BLOCKERS.isdisjoint(tokens)
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
    distance = 15 if groups["quarter"] else count_of(groups["minutes"])
    if not 1 <= distance <= 30:
        return None
    return (-distance if groups["side"] == "voor" else distance) - (30 if groups["half"] else 0)
