"""Which families ask for their mentor's attention now, and why. Pure: what is known of each comes in, reasons go out.

Knows that something was asked, written, planned or shared, and when; never what. Does not know how it is said, nor
where it is known from: that is `caseload`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.care.appointment_rules import AGREED, HAPPENED, OPEN
from flows.engine.values import dataclass


class Why(StrEnum):
    """Why a family asks for attention, the most pressing first."""

    HELP = "help"
    LETTER = "letter"
    TOOK_PLACE = "took_place"
    TODAY = "today"
    ASKED = "asked"
    UNREACHABLE = "unreachable"
    HELP_SEEN = "help_seen"
    TOMORROW = "tomorrow"
    REPORT = "report"
    PROPOSALS = "proposals"
    DUE = "due"
    SHARED = "shared"
    SILENT = "silent"


_RANK = {why: rank for rank, why in enumerate(Why)}
FOR_TODAY = frozenset(
    {Why.HELP, Why.UNREACHABLE, Why.LETTER, Why.TOOK_PLACE, Why.TODAY, Why.ASKED, Why.HELP_SEEN, Why.TOMORROW}
)
"""What a mentor sees to in the course of a day; the rest can wait for the next talk."""

SILENT_AFTER = timedelta(days=14)
DUE_AFTER = timedelta(days=14)
"""How long a resolution from a report runs before it is time to ask after it, unless they met meanwhile."""
PROPOSALS_AFTER = timedelta(days=2)
"""How long a parent has to answer a proposal before its mentor hears that it waits."""
LETTER_FOR = HELP_SEEN_FOR = timedelta(days=30)
"""After this they have surely spoken in another way."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A parent asked for a person, and did not say that it is over. `taken_up`: somebody does something about it."""

    who: int
    at: datetime
    taken_up: bool


@dataclass(frozen=True, slots=True)
class Wrote:
    """A parent wrote, and got no answer since."""

    who: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Meeting:
    """An appointment that was not cancelled. `waits_for_mentor`: a proposal of the parent lies with the mentor."""

    starts_at: datetime
    ends_at: datetime
    status: str
    waits_for_mentor: bool = False


@dataclass(frozen=True, slots=True)
class Signs:
    """What is known of one family. Instants are UTC.

    `unreachable`: parents whose chat is closed to us. `drafts`: reports that wait to be given. `proposals`: when each
    proposal that still waits for a parent was given. `running`: when each resolution from a report was taken that is
    open still. `new`: how much was shared since the mentor looked. `last_sign`: when a parent last did anything here.
    `resting`: all parents asked for quiet, so that silence says nothing.
    """

    asked: Sequence[Asked] = ()
    unreachable: Sequence[int] = ()
    wrote: Sequence[Wrote] = ()
    meetings: Sequence[Meeting] = ()
    drafts: int = 0
    proposals: Sequence[datetime] = ()
    running: Sequence[datetime] = ()
    new: int = 0
    last_sign: datetime | None = None
    resting: bool = False


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason. `at` when it began or will be; `who`: which parents; `count`: how many things; `sure`: of a meeting,
    that both sides said yes."""

    why: Why
    at: datetime | None = None
    who: tuple[int, ...] = ()
    count: int = 1
    sure: bool = True


def reasons(signs: Signs, now: datetime, zone: ZoneInfo) -> list[Reason]:
    """Why this family asks for attention, the most pressing first. Days are those of `zone`, the mentor's."""
    found = [*_about_help(signs, now), *_about_letters(signs, now), *_about_meetings(signs, now, zone)]
    if signs.unreachable:
        found.append(Reason(Why.UNREACHABLE, who=tuple(signs.unreachable), count=len(signs.unreachable)))
    if signs.drafts:
        found.append(Reason(Why.REPORT, count=signs.drafts))
    if waiting := [at for at in signs.proposals if now - at >= PROPOSALS_AFTER]:
        found.append(Reason(Why.PROPOSALS, min(waiting), count=len(waiting)))
    met = max((one.starts_at for one in signs.meetings if one.status == HAPPENED), default=None)
    if due := [at for at in signs.running if now - at >= DUE_AFTER and (met is None or met < at)]:
        found.append(Reason(Why.DUE, min(due), count=len(due)))
    if signs.new:
        found.append(Reason(Why.SHARED, count=signs.new))
    if signs.last_sign and now - signs.last_sign >= SILENT_AFTER and not (signs.resting or signs.unreachable):
        found.append(Reason(Why.SILENT, signs.last_sign, count=(now - signs.last_sign).days // 7))
    return sorted(found, key=_pressing)


def _about_help(signs: Signs, now: datetime) -> list[Reason]:
    found = []
    for why, asked in (
        (Why.HELP, [one for one in signs.asked if not one.taken_up]),
        (Why.HELP_SEEN, [one for one in signs.asked if one.taken_up and now - one.at < HELP_SEEN_FOR]),
    ):
        if asked:
            who = tuple(dict.fromkeys(one.who for one in asked))
            found.append(Reason(why, min(one.at for one in asked), who, len(who)))
    return found


def _about_letters(signs: Signs, now: datetime) -> list[Reason]:
    recent = [one for one in signs.wrote if now - one.at < LETTER_FOR]
    if not recent:
        return []
    who = tuple(dict.fromkeys(one.who for one in recent))
    return [Reason(Why.LETTER, min(one.at for one in recent), who, len(who))]


def _about_meetings(signs: Signs, now: datetime, zone: ZoneInfo) -> list[Reason]:
    """The first of each sort."""
    today = now.astimezone(zone).date()
    found: dict[Why, Reason] = {}
    for one in sorted(signs.meetings, key=lambda meeting: meeting.starts_at):
        why = _of_meeting(one, now, today, zone)
        if why:
            found.setdefault(why, Reason(why, one.starts_at, sure=one.status == AGREED))
        if one.waits_for_mentor and one.ends_at > now:
            found.setdefault(Why.ASKED, Reason(Why.ASKED, one.starts_at))
    return list(found.values())


def _of_meeting(one: Meeting, now: datetime, today: date, zone: ZoneInfo) -> Why | None:
    if one.ends_at <= now:
        return Why.TOOK_PLACE if one.status == AGREED else None
    if one.status not in OPEN:
        return None
    day = one.starts_at.astimezone(zone).date()
    return {today: Why.TODAY, today + timedelta(days=1): Why.TOMORROW}.get(day)


def next_meeting(meetings: Sequence[Meeting], now: datetime) -> Meeting | None:
    """The first that is not over."""
    ahead = [one for one in meetings if one.ends_at > now and one.status in OPEN]
    return min(ahead, key=lambda meeting: meeting.starts_at, default=None)


_NEVER = datetime.max.replace(tzinfo=UTC)


def _pressing(reason: Reason) -> tuple[int, datetime]:
    return _RANK[reason.why], reason.at or _NEVER


def order(found: Sequence[Reason], name: str) -> tuple[int, datetime, str]:
    """By what a family comes in the list: its most pressing reason, how long that has been so, then its name."""
    rank, at = _pressing(found[0]) if found else (len(_RANK), _NEVER)
    return rank, at, name.casefold()


class Lately(StrEnum):
    """How long ago the last sign was, no closer than a mentor needs to know."""

    THIS_WEEK = "this_week"
    LAST_WEEK = "last_week"
    WEEKS = "weeks"
    NEVER = "never"


_WEEK = timedelta(days=7)


def lately(last_sign: datetime | None, now: datetime) -> tuple[Lately, int]:
    """How long ago, and in how many whole weeks."""
    if last_sign is None:
        return Lately.NEVER, 0
    weeks = max(now - last_sign, timedelta()) // _WEEK
    return (Lately.THIS_WEEK, Lately.LAST_WEEK)[weeks] if weeks < 2 else Lately.WEEKS, weeks
