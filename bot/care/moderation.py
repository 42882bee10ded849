"""What may be said in a group now, and who looks at a report when. Pure: what is known comes in, a decision goes out.

A moderator is never held back. Does not know what points at danger, nor what is said about a decision.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Literal

from bot.care import alerts, groups, office
from bot.care.groups import Group, Member
from bot.care.people import Person
from bot.care.posts import Content
from bot.schedule.local_time import instant_on, local_date
from flows.engine.values import dataclass

Act = Literal["show", "hold", "wait", "muted", "closed"]
FIRST, WORD, DANGER, MEMBER = "first", "word", "danger", "member"
"""Why a moderator looks at a post: one of the first of a new member, a word of the list, danger, a report."""

MUTES = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(days=7)}
"""For how long somebody may be muted."""
SLOW = (0, 60, 300, 900)
"""How many seconds a member may have to wait between two posts; 0 is not at all."""
SEEN_FIRST = (0, 1, 3, 5)
"""How many first posts of a new member a moderator may look at before the others."""
MOST_WORDS, LONGEST_WORD = 60, 40


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of a post. `act`: show; hold (a moderator looks first, `why`: first or word); wait (slow mode),
    muted or closed, each `until` a moment, which a group that does not open again has not."""

    act: Act
    why: str = ""
    until: datetime | None = None

    @property
    def shows(self) -> bool:
        """Whether the group sees it now."""
        return self.act == "show"


def may_show(group: Group, member: Member, content: Content, now: datetime) -> Verdict:
    """What becomes of something that somebody wants to say in the group now."""
    if not member.is_in or group.status not in (groups.OPEN, groups.CLOSING):
        return Verdict("closed")
    if member.moderates:
        return Verdict("show")
    if member.muted_until and member.muted_until > now:
        return Verdict("muted", until=member.muted_until)
    if group.status == groups.OPEN and not is_open(group, now):
        return Verdict("closed", until=opens_at(group, now))
    if free_at := slow_until(group, member, now):
        return Verdict("wait", until=free_at)
    return _held(group, member, content)


def may_change(group: Group, member: Member, content: Content, now: datetime) -> Verdict:
    """What becomes of other words for a post that the group saw: they are neither slowed nor tied to a day, but who is
    muted changes nothing, and a word of the list is seen first."""
    if not member.is_in or group.status == groups.CLOSED:
        return Verdict("closed")
    if member.moderates:
        return Verdict("show")
    if member.muted_until and member.muted_until > now:
        return Verdict("muted", until=member.muted_until)
    return Verdict("hold", WORD) if listed(group.settings.words, content) else Verdict("show")


def _held(group: Group, member: Member, content: Content) -> Verdict:
    if listed(group.settings.words, content):
        return Verdict("hold", WORD)
    return Verdict("hold", FIRST) if member.shown < group.settings.seen_first else Verdict("show")


def slow_until(group: Group, member: Member, now: datetime) -> datetime | None:
    """Until when slow mode lets somebody wait; None when it does not."""
    if not group.settings.slow_seconds or member.posted_at is None:
        return None
    free_at = member.posted_at + timedelta(seconds=group.settings.slow_seconds)
    return free_at if free_at > now else None


def is_open(group: Group, now: datetime) -> bool:
    """Whether this is one of the days on which the group is open."""
    return str(local_date(now, group.zone).isoweekday()) in group.settings.days


def opens_at(group: Group, now: datetime) -> datetime | None:
    """When the next day begins on which the group is open; None when it has no days."""
    today = local_date(now, group.zone)
    later = (today + timedelta(days=ahead) for ahead in range(1, 8))
    day = next((one for one in later if str(one.isoweekday()) in group.settings.days), None)
    return instant_on(day, time(0), group.zone) if day else None


# --- the word list ----------------------------------------------------------------------------------------------------


def listed(words: Sequence[str], content: Content) -> bool:
    """Whether something has a word, or words in a row, of the list: however they are spelt, but only whole ones."""
    said = [_plain(part) for part in (content.text, *content.options)]
    return any(f" {_plain(word)} " in f" {part} " for word in words if _plain(word) for part in said)


def word_list(typed: str) -> tuple[str, ...]:
    """The words that a moderator typed, with commas or on lines of their own: each once, without those too long."""
    parts = typed.replace("\n", ",").replace(";", ",").split(",")
    words = {_plain(part): " ".join(part.split()) for part in reversed(parts)}
    kept = [word for plain, word in reversed(words.items()) if plain and len(word) <= LONGEST_WORD]
    return tuple(kept[:MOST_WORDS])


def _plain(text: str) -> str:
    """Words without case, accents and signs, one space between them."""
    bare = (sign for sign in unicodedata.normalize("NFKD", text).casefold() if not unicodedata.combining(sign))
    return " ".join("".join(sign if sign.isalnum() else " " for sign in bare).split())


# --- who looks at it, and until when ----------------------------------------------------------------------------------

WAITS = {DANGER: timedelta(minutes=30)}
"""Office time in which somebody must have looked; `WAIT` for all else."""
WAIT = timedelta(hours=4)
MODERATORS, STAND_INS, COORDINATORS = 0, 1, 2
"""Who was asked to look so far: stages of a report."""
_OTHERWISE = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Ask:
    """Who is asked to look now, how far that goes, and until when they have; without a moment nobody is left to ask."""

    stage: int
    people: tuple[Person, ...]
    due_at: datetime | None


def whom(why: str, turns: Sequence[Sequence[Person]], stage: int, now: datetime) -> Ask:
    """Who is asked, from this stage on. `turns`: the moderators, their stand-ins, the coordinators. Who cannot be
    reached or is on leave is passed over while anybody else is there."""
    for later in range(stage, len(turns)):
        asked = tuple(one for one in turns[later] if not one.blocked and not one.is_away(now))
        if asked:
            return Ask(later, asked, due(why, asked, now))
    return Ask(len(turns) - 1, (), None)


def due(why: str, asked: Sequence[Person], now: datetime) -> datetime:
    """Until when these people have to look, in their office time."""
    return office.after(alerts.hours_of(asked), now, WAITS.get(why, WAIT)) or now + _OTHERWISE


def once_more(asked: Sequence[Person], now: datetime) -> datetime:
    """When these people are reminded of what still waits: as the first of them begins on a later day."""
    if not asked:
        return now + _OTHERWISE
    zone = asked[0].zone
    tomorrow = instant_on(local_date(now, zone) + timedelta(days=1), time(0), zone)
    return office.back_at(alerts.hours_of(asked), tomorrow) or now + _OTHERWISE
