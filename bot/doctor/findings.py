"""What the doctor makes of what it saw: each thing is well, worth a look, or wrong, with what to do about it.

Plain decisions on numbers and dates. Does not know how they were come by, nor anybody's name, words or chat.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import IntEnum

from bot.safety.attempts import ALARM_AT
from bot.safety.help import Unverified
from bot.store.backlog import NOTHING, Backlog, Waiting
from bot.store.outbox import Priority
from flows.engine.values import dataclass


class Level(IntEnum):
    """How bad it is."""

    OK = 0
    LOOK = 1
    WRONG = 2


@dataclass(frozen=True, slots=True)
class Finding:
    """One line: about what, how it is, and what to do, if there is something to do."""

    level: Level
    about: str
    is_so: str
    remedy: str = ""

    def __str__(self) -> str:
        said = f"{self.is_so}; {self.remedy}" if self.remedy else self.is_so
        return f"{self.level.name.lower():5}  {self.about:13} {said}"


def exit_code(findings: Sequence[Finding]) -> int:
    """1 when something is wrong, else 0."""
    return int(any(finding.level is Level.WRONG for finding in findings))


def report(findings: Sequence[Finding]) -> str:
    """All lines, and what they come to."""
    wrong, look = (sum(one.level is level for one in findings) for level in (Level.WRONG, Level.LOOK))
    if wrong:
        end = f"{wrong} wrong, {look} to look at."
    else:
        end = f"Nothing is wrong, {look} to look at." if look else "All is well."
    return "\n".join([*map(str, findings), end])


def _graded(value: float, look: float, wrong: float) -> Level:
    return Level.WRONG if value >= wrong else Level.LOOK if value >= look else Level.OK


# --- the machine ------------------------------------------------------------------------------------------------------

_MEGABYTE = 1024 * 1024
DISK_LOOK, DISK_WRONG = 1024 * _MEGABYTE, 200 * _MEGABYTE
CLOCK_LOOK, CLOCK_WRONG = timedelta(seconds=30), timedelta(minutes=5)
MADE = datetime.fromisoformat("2026-11-22T00:00:00+00:00")
"""When this program was written: no right clock shows an earlier moment."""


def disk(free: int) -> Finding:
    """`free`: bytes that are left where the data are."""
    level = Level.WRONG if free < DISK_WRONG else Level.LOOK if free < DISK_LOOK else Level.OK
    remedy = "make room: with a full disk nothing more can be kept" if level else ""
    return Finding(level, "disk", f"{free // _MEGABYTE} MB free", remedy)


def clock(now: datetime, newest_row: datetime | None, database_now: datetime | None) -> Finding:
    """`newest_row`: when the last input came in; `database_now`: what a database server thinks that it is now."""
    remedy = "set this machine to keep its clock by itself (NTP): reminders come at the clock's time"
    if now < MADE:
        return Finding(Level.WRONG, "clock", f"says {now:%Y-%m-%d}, which has long been", remedy)
    if newest_row and newest_row > now + CLOCK_WRONG:
        return Finding(Level.WRONG, "clock", "is behind the last input that came in", remedy)
    apart = abs(now - database_now) if database_now else timedelta(0)
    level = _graded(apart / CLOCK_LOOK, 1, CLOCK_WRONG / CLOCK_LOOK)
    if level:
        return Finding(level, "clock", f"is {_span(apart)} apart from that of the database server", remedy)
    return Finding(Level.OK, "clock", f"{now:%Y-%m-%d %H:%M} UTC")


def clock_of_telegram(apart: timedelta) -> Finding:
    """`apart`: how far this machine's clock is ahead of Telegram's, which tells whole seconds."""
    level = _graded(abs(apart) / CLOCK_LOOK, 1, CLOCK_WRONG / CLOCK_LOOK)
    if level:
        way = "ahead of" if apart > timedelta(0) else "behind"
        remedy = "set this machine to keep its clock by itself (NTP): reminders come at the clock's time"
        return Finding(level, "clock", f"is {_span(abs(apart))} {way} Telegram's", remedy)
    return Finding(Level.OK, "clock", "agrees with Telegram's")


def time_zones(wrong: Sequence[str]) -> Finding:
    """`wrong`: the zones that are not there, or give other times than they should."""
    if wrong:
        remedy = "install the package tzdata anew"
        return Finding(Level.WRONG, "time zones", f"{', '.join(wrong)}: not there or not right", remedy)
    return Finding(Level.OK, "time zones", "summer and winter time as they should be")


def key_file(mode: int | None, *, beside_the_data: bool = False) -> Finding:
    """`mode`: the permissions of the key file; None when the keys come from a setting. `beside_the_data`: it lies in
    the same folder as a database that people use."""
    if mode is not None and mode & 0o077:
        remedy = "make it readable by the bot's own user alone (chmod 600)"
        return Finding(Level.WRONG, "key file", "can be read by others on this machine", remedy)
    if beside_the_data:
        remedy = "move it elsewhere and name it in DRAAGLICHT_KEY_FILE, so that no one copy holds both"
        return Finding(Level.LOOK, "key file", "lies beside the database", remedy)
    return Finding(
        Level.OK, "key file", "readable by its owner alone" if mode is not None else "keys come from a setting"
    )


# --- the way in -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Updates:
    """How updates come. `expected`: by the settings Telegram brings them; `brought`: it does; `elsewhere`: to another
    address than the settings say; `failed`: what went wrong last in bringing, so long ago."""

    expected: bool = False
    brought: bool = False
    elsewhere: bool = False
    waiting: int = 0
    failed: str | None = None
    failed_since: timedelta | None = None


MANY_WAIT = 100
_STILL = timedelta(hours=1)
_REMEDIES = (
    ("403", "the secret is not the same everywhere: set DRAAGLICHT_WEBHOOK_SECRET alike, and restart the bot"),
    ("404", "the proxy must pass the path of DRAAGLICHT_WEBHOOK_URL on as it is, to DRAAGLICHT_LISTEN"),
    ("405", "the proxy must pass POST on as it is"),
    ("413", "the proxy must let through a megabyte"),
    ("503", "the bot could not keep it: look at the database and the disk"),
    ("wrong response", "see that the proxy reaches the bot at DRAAGLICHT_LISTEN, and what its log says"),
    ("resolve", "the name in DRAAGLICHT_WEBHOOK_URL is not known on the internet"),
    ("certificate", "renew the certificate of the proxy, with all those between it and its root"),
    ("ssl", "renew the certificate of the proxy, with all those between it and its root"),
    ("", "see that DRAAGLICHT_WEBHOOK_URL can be reached from the internet, and that proxy and bot run"),
)
"""A part of what Telegram says went wrong, and what to do then."""


def updates(seen: Updates) -> Finding:
    """Whether what people send comes here."""
    about = "updates"
    if seen.elsewhere and seen.expected:
        remedy = "restart the bot, which tells Telegram; if it comes back, another program uses this token"
        return Finding(
            Level.WRONG, about, "Telegram brings them to another address than DRAAGLICHT_WEBHOOK_URL", remedy
        )
    if seen.elsewhere:
        remedy = "a start of the bot ends that; if it comes back, another program uses this token"
        return Finding(Level.WRONG, about, "Telegram brings them elsewhere, so the bot cannot ask for them", remedy)
    if seen.expected and not seen.brought:
        remedy = "start the bot, which tells Telegram"
        return Finding(Level.WRONG, about, "Telegram does not know of DRAAGLICHT_WEBHOOK_URL", remedy)
    if seen.failed and seen.failed_since is not None and seen.failed_since < _STILL:
        remedy = next(what for part, what in _REMEDIES if part in seen.failed.lower())
        level = Level.WRONG if seen.waiting else Level.LOOK
        said = f"{seen.waiting} wait; {_span(seen.failed_since)} ago Telegram could not bring one ({seen.failed})"
        return Finding(level, about, said, remedy)
    if seen.waiting >= MANY_WAIT:
        remedy = "see that the bot is running (draaglicht run), and what its log says"
        return Finding(Level.WRONG, about, f"{seen.waiting} wait at Telegram", remedy)
    return Finding(Level.OK, about, "Telegram brings them" if seen.brought else "the bot asks for them")


# --- the work ---------------------------------------------------------------------------------------------------------


WAITS = {
    "inputs": (timedelta(minutes=1), timedelta(minutes=10)),
    "safety": (timedelta(seconds=30), timedelta(minutes=5)),
    "answers": (timedelta(minutes=1), timedelta(minutes=10)),
    "reminders out": (timedelta(minutes=5), timedelta(minutes=30)),
    "bulk": (timedelta(minutes=30), timedelta(hours=6)),
    "reminders": (timedelta(minutes=2), timedelta(minutes=15)),
}
"""From when waiting is worth a look, and wrong."""
_OUT = {
    Priority.SAFETY: "safety",
    Priority.ANSWER: "answers",
    Priority.REMINDER: "reminders out",
    Priority.BULK: "bulk",
}
"""What goes out, in the words of this page."""


def queues(seen: Backlog) -> list[Finding]:
    """One line for what comes in, one for each thing that goes out and waits, one for reminders that should be made."""
    late = Waiting(1, seen.timer_late) if seen.timer_late else NOTHING
    out = [_waiting(about, seen.outbox.get(priority, NOTHING)) for priority, about in _OUT.items()]
    troubled = [one for one in out if one.level]
    return [
        _waiting("inputs", seen.inbox),
        *(troubled or [Finding(Level.OK, "messages out", "none is late")]),
        _waiting("reminders", late, "overdue"),
    ]


def _waiting(about: str, waiting: Waiting, what: str = "waiting") -> Finding:
    look, wrong = WAITS[about]
    age = waiting.age or timedelta(0)
    level = _graded(age / look, 1, wrong / look)
    if not level:
        return Finding(Level.OK, about, "none is late")
    remedy = "see that the bot is running (draaglicht run), and what its log says"
    count = f"{waiting.count} {what}" if what == "waiting" else what
    return Finding(level, about, f"{count}, the oldest for {_span(age)}", remedy)


def set_aside(waiting: int, unreadable: int) -> list[Finding]:
    """`waiting`: updates that lie on the disk for the database; `unreadable`: those that did not open there."""
    found = []
    if unreadable:
        remedy = "put back the key file that they were sealed with, and keep the files overflow.unreadable"
        found.append(Finding(Level.WRONG, "overflow", f"{unreadable} updates on the disk do not open", remedy))
    if waiting:
        remedy = "they come in by themselves when the bot runs and the database answers; keep the data folder"
        found.append(Finding(Level.LOOK, "overflow", f"{waiting} updates wait on the disk for the database", remedy))
    return found


def dead_letters(problems: Mapping[str, int]) -> Finding:
    """`problems`: kind of error and place in our code, with how many inputs were put aside for it."""
    if not problems:
        return Finding(Level.OK, "dead letters", "none")
    most = ", ".join(f"{count} x {problem}" for problem, count in sorted(problems.items(), key=_most)[:3])
    remedy = "people were told of it; pass this line on to whoever maintains the bot, then see draaglicht dead"
    return Finding(Level.LOOK, "dead letters", f"{sum(problems.values())} inputs put aside ({most})", remedy)


def not_sent(problems: Mapping[str, int]) -> Finding:
    """`problems`: why calls of the last day were refused or are not known to have arrived. Blocking the bot is a right
    that people have."""
    counted = {why: count for why, count in problems.items() if why not in ("blocked", "unreachable")}
    if not counted:
        return Finding(Level.OK, "not sent", "nothing in the last day")
    most = ", ".join(f"{count} x {why}" for why, count in sorted(counted.items(), key=_most)[:3])
    remedy = "if it goes on, pass this line on to whoever maintains the bot"
    return Finding(Level.LOOK, "not sent", f"{sum(counted.values())} messages in the last day ({most})", remedy)


def _most(item: tuple[str, int]) -> tuple[int, str]:
    return -item[1], item[0]


# --- people who try ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Tries:
    """How many inputs were refused, in the last hour and the last week."""

    hour: int = 0
    week: int = 0


MANY_REFUSED = 50
"""In an hour: more than people do by mistake."""


def refused(tries: Tries) -> Finding:
    """Forged or borrowed buttons and commands."""
    level = Level.LOOK if tries.hour >= MANY_REFUSED else Level.OK
    remedy = "somebody may be trying doors; nothing was given away" if level else ""
    return Finding(level, "refused", f"{_tries(tries)} not theirs to do", remedy)


def wrong_codes(tries: Tries) -> Finding:
    """Codes of invitations that are none."""
    level = Level.WRONG if tries.hour >= ALARM_AT else Level.OK
    remedy = "somebody may be guessing; a code cannot be guessed, but ask your mentors whether links went astray"
    return Finding(level, "invitations", f"{_tries(tries)} with a wrong code", remedy if level else "")


def _tries(tries: Tries) -> str:
    return f"{tries.hour} in the last hour and {tries.week} in the last week"


def looks(logs: int, broken: int, open_ended: int) -> Finding:
    """`logs`: of how many people somebody looked at something; `broken`: how many of these are not as they were
    written; `open_ended`: of how many people it is not kept where theirs ends."""
    if broken:
        remedy = "find out who can write to the database; these parents see it at /wiekeek"
        return Finding(Level.WRONG, "who looked", f"{broken} of {logs} logs were changed or cut off", remedy)
    if open_ended:
        remedy = "of who came in before that was kept, until the next look; a number that grows means tampering"
        return Finding(Level.LOOK, "who looked", f"{open_ended} logs have no sealed end", remedy)
    return Finding(Level.OK, "who looked", f"{logs} logs, as they were written")


# --- content ----------------------------------------------------------------------------------------------------------


def content(problems: int) -> Finding:
    """`problems`: how many the check of the flows finds."""
    if problems:
        return Finding(Level.WRONG, "content", f"{problems} problems", "see them with draaglicht flows check")
    return Finding(Level.OK, "content", "as it should be")


def help_numbers(unverified: Sequence[Unverified]) -> list[Finding]:
    """A line for each number that nobody looked up for too long."""
    if not unverified:
        return [Finding(Level.OK, "help numbers", "all checked in the last 100 days")]
    remedy = "look it up on the line's own site, then put the day in flows/content/nl/help/{}.yaml"
    return [
        Finding(
            Level.LOOK,
            "help numbers",
            f"{one.name} ({one.region}) was {f'last checked on {one.checked}' if one.checked else 'never checked'}",
            remedy.format(one.region),
        )
        for one in unverified
    ]


def _span(time: timedelta) -> str:
    minutes = int(time.total_seconds() // 60)
    if minutes < 1:
        return f"{int(time.total_seconds())} seconds"
    if minutes < 120:
        return f"{minutes} minutes"
    return f"{minutes // 60} hours" if minutes < 2880 else f"{minutes // 1440} days"
