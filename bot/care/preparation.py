"""Before the next meeting: what both sides look at for a minute, two days ahead.

When it comes and what is in it are decided by pure functions; what the mentor gets is only what parents share at that
moment, read through `sharing`. Does not know how it is said.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from bot.care import coming, people, resolutions
from bot.care.appointment_rules import AGREED, Appointment
from bot.care.coming import Coming
from bot.care.proposals import DECLINED, Proposed
from bot.care.records import Record
from bot.schedule.local_time import instant_on, local_date
from bot.store import tables, timers
from bot.store.types import read_id
from bot.store.vault import Vault
from flows.engine.values import dataclass

PARENT_FLOW, MENTOR_FLOW = FLOWS = "preparation", "preparation_mentor"
TOPIC, STUCK = "topic", "stuck"
"""The kinds of records: what a parent wants to talk about, and what stuck from the last time."""

DAYS_AHEAD = 2
_AT = time(10, 0)
_AT_LEAST = timedelta(hours=4)
"""It is not set any more this short before the meeting."""
_USEFUL_UNTIL = timedelta(hours=1)
"""What had to wait may come until this short before the meeting."""
_MOST = 6
"""Lines of each sort."""


# --- when -------------------------------------------------------------------------------------------------------------


def comes_at(starts_at: datetime, zone: ZoneInfo, now: datetime) -> datetime | None:
    """The instant at which the preparation comes: two days before, or the first morning after `now` of what was agreed
    later than that. None when there is no such morning in time."""
    day = local_date(starts_at, zone) - timedelta(days=DAYS_AHEAD)
    for later in range(DAYS_AHEAD + 1):
        at = instant_on(day + timedelta(days=later), _AT, zone)
        if now < at <= starts_at - _AT_LEAST:
            return at
    return None


def set_for(connection: Connection, vault: Vault, one: Appointment, now: datetime) -> None:
    """Sets or takes away the preparation of an appointment as it now is, for its parents and its mentor."""
    found = people.parents_of(connection, vault, one.family_id)
    mentor = people.by_id(connection, vault, one.mentor_id)
    for person, flow in [*((each, PARENT_FLOW) for each in found), *([(mentor, MENTOR_FLOW)] if mentor else [])]:
        at = comes_at(one.starts_at, person.zone, now) if one.status == AGREED else None
        what = Coming(flow, str(one.id))
        if at is None:
            coming.stop(connection, person, what)
        else:
            coming.once(connection, person, what, at, one.starts_at - _USEFUL_UNTIL - at)


def hand_over(connection: Connection, before: Mapping[int, int | None], mentor_id: int | None) -> None:
    """What these appointments, each with the mentor before, would bring that one comes to the new mentor."""
    new = _chat_of(connection, mentor_id)
    for appointment_id, old_id in before.items():
        old, key = _chat_of(connection, old_id), Coming(MENTOR_FLOW, str(appointment_id)).key
        if old is None or old_id == mentor_id:
            continue
        known = timers.of_chat(connection, old)
        timer = known.get(key) or known.get(key + coming.HELD)
        timers.drop(connection, old, key, key + coming.HELD)
        if timer and new is not None:
            timers.put(connection, replace(timer, chat_id=new, key=key))


def _chat_of(connection: Connection, person_id: int | None) -> int | None:
    table = tables.people.c
    return connection.execute(select(table.chat_id).where(table.id == person_id)).scalar() if person_id else None


# --- what -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Tried:
    """A resolution, and how it went the last time, as the parent said it; empty when nothing was said."""

    text: str
    how: str = ""


@dataclass(frozen=True, slots=True)
class ForParent:
    """What a parent looks at: the own open resolutions, what the own topics are, what was shared since the last
    meeting, and what the mentor wanted to watch."""

    resolutions: tuple[Tried, ...] = ()
    topics: tuple[str, ...] = ()
    shared: int = 0
    attention: str = ""


def for_parent(
    *,
    open_resolutions: Sequence[Record],
    checks: Sequence[Record],
    topics: Sequence[str],
    shared: int,
    attention: str,
) -> ForParent:
    """From the parent's own resolutions and look-backs, both the oldest first; `topics` in words."""
    how = last_words(checks)
    tried = [Tried(one.said("text"), how.get(one.id, "")) for one in open_resolutions if resolutions.is_open(one)]
    return ForParent(tuple(tried[-_MOST:]), tuple(dict.fromkeys(topics))[:_MOST], shared, attention)


def last_words(checks: Sequence[Record]) -> dict[int, str]:
    """How each resolution went the last time, as it was said; `checks` the oldest first."""
    found: dict[int, str] = {}
    for check in checks:
        about, how = read_id(str(check.value("resolution"))), check.said("how")
        if about and how:
            found[about] = how
    return found


@dataclass(frozen=True, slots=True)
class ForMentor:
    """What a mentor looks at: what was proposed last time, what parents shared since, in words where they meant it for
    this meeting, and the own points of attention."""

    proposed: tuple[Proposed, ...] = ()
    how: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    stuck: tuple[str, ...] = ()
    attention: str = ""


def for_mentor(
    *, proposed: Sequence[Proposed], told: dict[int, str], topics: Sequence[str], stuck: Sequence[str], attention: str
) -> ForMentor:
    """`told`: how resolutions went, by their id, of those of which a parent shared it. What a parent did not want now
    is not brought up again."""
    kept = [one for one in proposed if one.status != DECLINED][:_MOST]
    how = tuple(told.get(one.record_id or 0, "") for one in kept)
    return ForMentor(tuple(kept), how, tuple(topics)[:_MOST], tuple(stuck)[:_MOST], attention)


def since(last: date | None, today: date) -> date:
    """From which day on something is new for the meeting: after the last one, or of the last month."""
    return last or today - timedelta(days=31)
