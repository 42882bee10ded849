"""What an appointment of a family with its mentor is, and who may do what with it (method B5). Pure: reads and writes
nothing. Instants are UTC; `zone` is where the appointment is local time."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.care.people import Person
from flows.engine.values import dataclass

KINDS = ("talk", "video", "situations", "network", "gym", "music", "own")
"""What a meeting is for: a parent talk, video guidance, parenting situations, the network map, parent-child gym, music,
or something in own words."""
PROPOSED, AGREED, CANCELLED, HAPPENED, MISSED = "proposed", "agreed", "cancelled", "happened", "missed"
OPEN = (PROPOSED, AGREED)
HELD_PLACES = ("home", "office", "call", "video")


class Side(StrEnum):
    """Whose part somebody takes in an appointment."""

    PARENT = "parent"
    MENTOR = "mentor"

    @property
    def other(self) -> Side:
        return Side.MENTOR if self is Side.PARENT else Side.PARENT


class Act(StrEnum):
    """What can be done with an appointment. KEEP leaves the agreed time as it was, although another was asked for;
    AGAIN proposes a new one like it; SAY tells whether it took place, for the mentor to decide."""

    AGREE = "agree"
    KEEP = "keep"
    MOVE = "move"
    CANCEL = "cancel"
    HAPPENED = "happened"
    MISSED = "missed"
    SAY = "say"
    AGAIN = "again"


@dataclass(frozen=True, slots=True)
class Details:
    """What both sides may read. `where` is one of HELD_PLACES or empty; `place` is an address, link or number; `kind`
    own words for what it is; `parents_say`: "yes" or "no" once a parent told whether it took place."""

    where: str = ""
    place: str = ""
    kind: str = ""
    note: str = ""
    parents_say: str = ""


@dataclass(frozen=True, slots=True)
class Appointment:
    """`asked_by`: who asked for what waits. `move_to`: another time that is asked for. `version`: how often calendars
    heard of it."""

    id: int
    family_id: int
    mentor_id: int | None
    kind: str
    starts_at: datetime
    minutes: int
    zone: ZoneInfo
    status: str
    asked_by: int | None
    move_to: datetime | None
    version: int
    details: Details

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + timedelta(minutes=self.minutes)

    @property
    def wanted_at(self) -> datetime:
        """The time that is asked for, or else the time it has."""
        return self.move_to or self.starts_at

    @property
    def waits_for(self) -> Side | None:
        """Whose answer it waits for."""
        return waits_for(self.status, self.move_to, self.asked_by, self.mentor_id)


def waits_for(status: str, move_to: datetime | None, asked_by: int | None, mentor_id: int | None) -> Side | None:
    """Who is still to say yes to the time that the other side asked for; None when nothing is asked. When whoever asked
    is gone, the mentor looks at it anew."""
    if status != PROPOSED and (status != AGREED or move_to is None):
        return None
    asked_by_mentor = asked_by is not None and asked_by == mentor_id
    return Side.PARENT if asked_by_mentor else Side.MENTOR


def may(one: Appointment, side: Side, now: datetime) -> frozenset[Act]:
    """What this side may do with it now. Without a mentor nothing can be agreed on, until there is one again."""
    found: set[Act] = set()
    begun = one.starts_at <= now
    if one.waits_for:
        if one.waits_for is side and one.wanted_at > now:
            found.add(Act.AGREE)
        if one.status == AGREED:
            found.add(Act.KEEP)
    if one.status == PROPOSED:
        found |= {Act.MOVE, Act.CANCEL}
    if one.status == AGREED and not begun:
        found |= {Act.MOVE, Act.CANCEL}
    if one.status == AGREED and begun and side is Side.PARENT:
        found |= {Act.SAY, Act.MOVE}
    if side is Side.MENTOR and begun and one.status in (PROPOSED, AGREED, MISSED):
        found.add(Act.HAPPENED)
    if side is Side.MENTOR and begun and one.status in (AGREED, HAPPENED):
        found.add(Act.MISSED)
    if one.status in (CANCELLED, HAPPENED, MISSED):
        found.add(Act.AGAIN)
    return frozenset(found) if one.mentor_id else frozenset(found & {Act.CANCEL, Act.KEEP, Act.SAY})


def side_of(one: Appointment, person: Person) -> Side | None:
    """Whose part this person takes in it; None for who has nothing to do with it."""
    if one.mentor_id == person.id:
        return Side.MENTOR
    return Side.PARENT if person.family_id == one.family_id else None


def clashes(starts_at: datetime, minutes: int, others: Collection[Appointment]) -> list[Appointment]:
    """Those of the others that overlap with this time, or with whose asked-for time it overlaps."""
    ends_at = starts_at + timedelta(minutes=minutes)

    def overlaps(other: Appointment, begins: datetime) -> bool:
        return begins < ends_at and starts_at < begins + timedelta(minutes=other.minutes)

    return [one for one in others if any(overlaps(one, begins) for begins in {one.starts_at, one.wanted_at})]
