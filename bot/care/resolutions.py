"""Resolutions of a parent: if this, then that; a reminder at the moment, and later how it went (method B3).

Also the way in for whoever makes one for a parent, such as a report of a meeting: `hand_in`. Pure but for `plan` and
`hand_in`. Does not know how anything is said.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from sqlalchemy import Connection

from bot.care import coming, records, rituals
from bot.care.coming import Coming
from bot.care.months import month_of
from bot.care.people import Person
from bot.care.records import Field, Record
from bot.schedule.local_time import next_instant
from bot.store.types import new_id, read_id
from bot.store.vault import Vault
from flows.engine.values import dataclass

KIND, CHECK_KIND = "resolution", "resolution_check"
NOW, CHECK = "resolution_now", "resolution_check"
"""The flows that come: at the moment itself, and afterwards."""
NOW_USEFUL, CHECK_USEFUL = timedelta(hours=1), timedelta(hours=3)

CHECK_AT = time(20, 30)
_SAME_DAY_UNTIL = time(18, 0)
"""Of what is to happen later than this, it is asked the next day how it went."""


class Status(StrEnum):
    """How a resolution stands: being tried, done by itself by now, or let go."""

    OPEN = "open"
    KEPT = "kept"
    LET_GO = "let_go"


@dataclass(frozen=True, slots=True)
class Moment:
    """A local time on days of the week (1 is Monday), as kept: "07:00", or "12345 07:00"."""

    at: time
    days: str = rituals.EVERY_DAY

    @property
    def written(self) -> str:
        at = self.at.strftime("%H:%M")
        return at if self.days == rituals.EVERY_DAY else f"{self.days} {at}"


def read_moment(written: str) -> Moment | None:
    """A moment as kept; None when there is none in it."""
    days, _, at = written.strip().rpartition(" ")
    wanted = "".join(sorted(set(days) & set(rituals.EVERY_DAY)))
    try:
        return Moment(time.fromisoformat(at), wanted or rituals.EVERY_DAY)
    except ValueError:
        return None


def is_open(resolution: Record) -> bool:
    """Whether it was not ended."""
    return resolution.value("status") in (None, Status.OPEN.value)


def next_time(person: Person, moment: Moment, now: datetime) -> datetime:
    """The instant (UTC) at which the moment comes next for this person."""
    return next_instant(now, moment.at, person.zone, rituals.weekdays(moment.days))


def check_time(person: Person, at: datetime) -> datetime:
    """The instant (UTC) to ask how it went, of something that was to happen `at`: that evening or the next."""
    local = person.local(at)
    late = local.time().replace(tzinfo=None) > _SAME_DAY_UNTIL
    return coming.moment(person, local.date() + timedelta(days=late), CHECK_AT)


def plan(connection: Connection, person: Person, record_id: int, at: datetime) -> None:
    """It comes to mind `at` this instant, and is asked after later; what was planned for it before is replaced."""
    item = str(record_id)
    coming.once(connection, person, Coming(NOW, item), at, NOW_USEFUL)
    coming.once(connection, person, Coming(CHECK, item), check_time(person, at), CHECK_USEFUL)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A resolution that somebody makes with a parent. `moment` when it is to come to mind, if it is."""

    text: str
    moment: Moment | None = None
    where: str = ""
    whom: str = ""
    obstacle: str = ""
    obstacle_then: str = ""
    child_id: int | None = None


def hand_in(
    connection: Connection, vault: Vault, person: Person, proposal: Proposal, opened: str, now: datetime
) -> Record:
    """Keeps a proposal as an open resolution of this parent, and plans it. `opened` says in words that it is open."""
    given = {
        "text": proposal.text,
        "where": proposal.where,
        "whom": proposal.whom,
        "obstacle": proposal.obstacle,
        "obstacle_then": proposal.obstacle_then,
    }
    fields: dict[str, Field | None] = {name: Field(value, value) for name, value in given.items() if value}
    fields["status"] = Field(Status.OPEN.value, opened)
    if proposal.moment:
        fields["when"] = Field(proposal.moment.written, proposal.moment.at.strftime("%H.%M"))
    key = f"in.{new_id(now):x}"
    records.keep(
        connection,
        vault,
        person_id=person.id,
        key=key,
        kind=KIND,
        fields=fields,
        child_id=proposal.child_id,
        today=person.local(now).date(),
        now=now,
    )
    record = records.find(connection, vault, person.id, key)
    if record is None:
        raise LookupError("a record that was kept just now is not there")
    if proposal.moment:
        plan(connection, person, record.id, next_time(person, proposal.moment, now))
    return record


# --- looking back -----------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Tried:
    """A resolution in one month: how often it worked, and partly, and what helped. What did not is not counted."""

    text: str
    status: str
    new: bool = False
    worked: int = 0
    partly: int = 0
    helped: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Month:
    """What was resolved and tried in the month that begins on `first`, in order."""

    first: date
    tried: Sequence[Tried]


def months(resolutions: Sequence[Record], checks: Sequence[Record]) -> list[Month]:
    """The months in which there was anything, the last first. Both lists the oldest first."""
    known = {one.id: one for one in resolutions}
    found: dict[date, dict[int, Tried]] = {}

    def of(day: date, resolution: Record) -> Tried:
        month = found.setdefault(month_of(day), {})
        status = str(resolution.value("status") or Status.OPEN.value)
        return month.setdefault(resolution.id, Tried(resolution.said("text"), status))

    for one in resolutions:
        of(one.local_day, one).new = True
    for check in checks:
        resolution = known.get(read_id(str(check.value("resolution"))))
        if resolution is None:
            continue
        tried = of(check.local_day, resolution)
        how = check.value("how")
        tried.worked += how == "worked"
        tried.partly += how == "partly"
        if check.said("helped") and check.said("helped") not in tried.helped:
            tried.helped.append(check.said("helped"))
    return [Month(first, list(found[first].values())) for first in sorted(found, reverse=True)]
