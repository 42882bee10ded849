"""A parent asks for a person: who is told, in which order and when, who takes it up, and when it is over.

The mentor is asked at once, then the mentor's stand-in, then all coordinators. Who cannot be reached is passed over.
The clock between them runs in office time (`office`). Nothing here says anything to anybody: that is `conversation`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

from sqlalchemy import Connection, Select, insert, select, update

from bot.care import office, people
from bot.care.office import OfficeHours
from bot.care.people import Person, Role
from bot.store import timers
from bot.store.tables import alert_calls, alerts
from bot.store.tables import people as people_table
from bot.store.timers import Timer
from bot.store.types import new_id
from bot.store.upsert import upsert
from bot.store.vault import Vault
from flows.engine.values import dataclass

ALERT = "alert"
"""The timer of a parent at which the next ones are asked."""
WAITS = (timedelta(minutes=15), timedelta(minutes=60))
"""Office time since the first was asked, after which the second and the third in turn are."""
LASTS = timedelta(hours=24)
"""Since somebody took it up, or the last was asked: after this the parent asks anew, like the first time."""
_ALWAYS_USEFUL = int(timedelta(days=3650).total_seconds())


@dataclass(frozen=True, slots=True)
class Alert:
    """A parent asked for a person. `called` are those told, by id, with the instant; whoever was erased is not there.

    `seen_by` took it up; None also when that person was erased since, so `seen_at` tells whether anybody did.
    """

    id: int
    person_id: int
    made_at: datetime
    seen_by: int | None
    seen_at: datetime | None
    ended_at: datetime | None
    called: dict[int, datetime]

    @property
    def waits(self) -> bool:
        """Whether nobody took it up yet and it is not over."""
        return self.seen_at is None and self.ended_at is None


def find(connection: Connection, alert_id: int, *, hold: bool = False) -> Alert | None:
    """The alert with this id. `hold` keeps others from changing it until the transaction ends."""
    query = select(alerts).where(alerts.c.id == alert_id)
    row = connection.execute(query.with_for_update() if hold else query).first()
    if row is None:
        return None
    calls = connection.execute(select(alert_calls).where(alert_calls.c.alert_id == alert_id))
    called = {call.person_id: call.called_at for call in calls}
    return Alert(row.id, row.person_id, row.made_at, row.seen_by, row.seen_at, row.ended_at, called)


def open_of(connection: Connection, person_id: int, *, hold: bool = False) -> Alert | None:
    """The alert of this parent that is not over; the newest, if there are several."""
    query = select(alerts.c.id).where(alerts.c.person_id == person_id, alerts.c.ended_at.is_(None))
    alert_id = connection.execute(query.order_by(alerts.c.id.desc()).limit(1)).scalar()
    return find(connection, alert_id, hold=hold) if alert_id else None


def running_of(connection: Connection, vault: Vault, parent: Person, now: datetime) -> Alert | None:
    """The alert of this parent that is not over, nor so by itself. What is so is ended when the parent asks anew; until
    then it can still be taken up."""
    alert = open_of(connection, parent.id)
    if alert is None:
        return None
    taker = people.by_id(connection, vault, alert.seen_by)
    still_theirs = taker is not None and is_theirs(connection, vault, parent, taker)
    return None if has_lapsed(alert, in_turn(connection, vault, parent, now), now, still_theirs=still_theirs) else alert


def has_lapsed(alert: Alert, turns: Sequence[Sequence[Person]], now: datetime, *, still_theirs: bool) -> bool:
    """Whether nobody is about it any more, though nobody said that it is over. `still_theirs`: whoever took it up still
    guides this family, stands in, or coordinates."""
    if alert.seen_at:
        return not still_theirs or now - alert.seen_at >= LASTS
    last = max(alert.called.values(), default=alert.made_at)
    return now - last >= LASTS and decide(turns, alert.called, now).all_asked


def make(connection: Connection, person_id: int, now: datetime) -> Alert:
    """A new alert, of which nobody was told yet."""
    alert_id = new_id(now)
    connection.execute(insert(alerts).values(id=alert_id, person_id=person_id, made_at=now))
    return Alert(alert_id, person_id, now, None, None, None, {})


def call(connection: Connection, alert_id: int, person_id: int, now: datetime) -> bool:
    """Writes down that somebody is told; False when they were told before, and must not be told again."""
    row = {"alert_id": alert_id, "person_id": person_id, "called_at": now}
    return connection.execute(upsert(connection, alert_calls, ("alert_id", "person_id"), ()), row).rowcount == 1


class Seen(Enum):
    """What became of somebody who says to take an alert up."""

    FIRST = "first"
    AGAIN = "again"
    BY_ANOTHER = "by another"
    OVER = "over"
    REFUSED = "refused"


def take_up(connection: Connection, alert_id: int, person_id: int, now: datetime) -> tuple[Seen, Alert | None]:
    """Somebody who was told takes it up; the first to do so is the one."""
    alert = find(connection, alert_id, hold=True)
    if alert is None or person_id not in alert.called:
        return Seen.REFUSED, None
    if alert.ended_at:
        return Seen.OVER, alert
    if alert.seen_at:
        return Seen.AGAIN if alert.seen_by == person_id else Seen.BY_ANOTHER, alert
    connection.execute(update(alerts).where(alerts.c.id == alert_id).values(seen_by=person_id, seen_at=now))
    return Seen.FIRST, find(connection, alert_id)


def end(connection: Connection, alert_id: int, now: datetime) -> None:
    """The parent says that it is over."""
    connection.execute(update(alerts).where(alerts.c.id == alert_id, alerts.c.ended_at.is_(None)).values(ended_at=now))


# --- who is asked, and when -------------------------------------------------------------------------------------------


def in_turn(connection: Connection, vault: Vault, parent: Person, now: datetime) -> list[list[Person]]:
    """Who can be asked for this parent, each turn together: the mentor, the stand-in, the coordinators. While the
    mentor is on leave, the next ones are asked together with the mentor."""
    mentor = people.by_id(connection, vault, parent.mentor_id)
    stand_in = people.by_id(connection, vault, mentor.stand_in_id) if mentor else None
    coordinators = people.with_role(connection, vault, Role.COORDINATOR)
    turns: list[list[Person]] = []
    known = {parent.id}
    for turn in ([mentor], [stand_in], coordinators):
        fitting = [one for one in turn if one and not one.blocked and one.id not in known and _may_be_asked(one)]
        known |= {one.id for one in fitting}
        if fitting:
            turns.append(fitting)
    if mentor and mentor.is_away(now) and len(turns) > 1 and mentor in turns[0]:
        turns[:2] = [turns[0] + turns[1]]
    return turns


def is_theirs(connection: Connection, vault: Vault, parent: Person, person: Person) -> bool:
    """Whether somebody who was asked may still take it up: as the mentor of now, that mentor's stand-in, or a
    coordinator."""
    mentor = people.by_id(connection, vault, parent.mentor_id)
    guides = mentor is not None and person.id in (mentor.id, mentor.stand_in_id)
    return _may_be_asked(person) and (guides or Role.COORDINATOR in person.roles)


def _may_be_asked(person: Person) -> bool:
    return bool(person.roles & (Role.MENTOR | Role.COORDINATOR))


def hours_of(everybody: Sequence[Person]) -> list[OfficeHours]:
    """When these people are at work."""
    return [office.hours(one.office_hours, one.zone) for one in everybody]


@dataclass(frozen=True, slots=True)
class Next:
    """Whom to ask now, and when to look again; without a moment nobody is left to ask after these."""

    ask: list[Person]
    look_at: datetime | None

    @property
    def all_asked(self) -> bool:
        """Whether there is nobody else, now or later."""
        return not self.ask and self.look_at is None


def decide(turns: Sequence[Sequence[Person]], called: dict[int, datetime], now: datetime) -> Next:
    """What to do about an alert that waits. `turns` are all who can be asked, `called` who was, with the instant.

    The next in turn are asked when those asked had their time, or none of these is at work and somebody else is. The
    first in turn are asked at once: also when they became so after others were asked.
    """
    told = dict(called)
    ask: list[Person] = []
    while True:
        asked = [one for turn in turns for one in turn if one.id in told]
        later = [fresh for turn in turns if (fresh := [one for one in turn if one.id not in told])]
        if not later:
            return Next(ask, None)
        is_first = not any(one.id in told for one in turns[0])
        if asked and not is_first:
            since = min(told[one.id] for one in asked)
            begun = sum(any(one.id in told for one in turn) for turn in turns)
            wait = WAITS[min(begun, len(WAITS)) - 1]
            anybody = [one for fresh in later for one in fresh]
            moment = office.next_in_turn(hours_of(asked), hours_of(anybody), since, wait, now) or now + wait
            if moment > now:
                return Next(ask, moment)
        ask += later[0]
        told |= {one.id: now for one in later[0]}


def look_again(connection: Connection, chat_id: int, moment: datetime | None) -> None:
    """Sets when the parent of this chat is looked at again, or that it need not be."""
    if moment is None:
        timers.drop(connection, chat_id, ALERT)
    else:
        timers.put(connection, Timer(chat_id, ALERT, moment, _ALWAYS_USEFUL))


_WAITING = (
    select(people_table.c.chat_id, alerts.c.made_at)
    .join(alerts, alerts.c.person_id == people_table.c.id)
    .where(alerts.c.seen_at.is_(None), alerts.c.ended_at.is_(None))
)


def hurry(connection: Connection, person_id: int) -> None:
    """Somebody cannot be reached any more: the alerts that wait for them are looked at at once."""
    called = _WAITING.join(alert_calls, alert_calls.c.alert_id == alerts.c.id)
    _look_now(connection, called.where(alert_calls.c.person_id == person_id))


def hurry_for_family(connection: Connection, family_id: int) -> None:
    """Others are to be asked for this family: the alerts of its parents that wait are looked at at once."""
    _look_now(connection, _WAITING.where(people_table.c.family_id == family_id))


def _look_now(connection: Connection, waiting: Select[Any]) -> None:
    for chat_id, made_at in connection.execute(waiting).all():
        look_again(connection, chat_id, made_at)
