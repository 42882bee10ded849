"""The week of a peer group: its theme in four parts, the check-in round, how last week's experiment went, set hours.

Each week with a theme goes in steps, each with its own moment on the group's clock and on a day that it is open. A step
that was missed comes on the next such day; one that is too old is left out. What comes when is decided purely.
Does not know what anything looks like, nor how it gets to anybody.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import date, datetime, time, timedelta
from enum import IntEnum
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from bot.care import groups
from bot.care.groups import Group
from bot.schedule.local_time import instant_on, local, local_date
from bot.store import timers
from bot.store.tables import peer_groups, peer_members, peer_weeks, people
from bot.store.tables import timers as timer_rows
from bot.store.timers import Timer
from bot.store.types import new_id
from bot.store.vault import Vault
from flows.engine.values import dataclass

THEME = "peer_weeks.theme"
DECK, OWN = "group_themes", "own"
"""The deck of ready themes, and what a theme of one's own is kept under."""
WEEK, HOUR = "peer_week:", "peer_hour:"
"""How the timers of a group begin, in the lane of who made it; its id follows."""
PARTS = ("knowledge", "exercise", "exchange", "experiment")
AHEAD = 8
"""How many weeks ahead can be planned."""
MOST_HOURS = 2
LASTS = timedelta(hours=1)
"""How long a set hour to talk lasts."""
_A_WEEK = timedelta(days=7)
_USEFUL = timedelta(hours=2)
HOUR_USEFUL = timedelta(minutes=20)
"""How long after its moment a set hour is still announced."""
A_DAY = timedelta(days=1)
_APART = timedelta(hours=1)


class Step(IntEnum):
    """What a week brings, in this order."""

    KNOWLEDGE = 0
    EXERCISE = 1
    EXCHANGE = 2
    EXPERIMENT = 3
    CHECKIN = 4
    PICTURE = 5
    LOOK = 6


_NOON, _MORNING, _EVENING, _AFTERNOON = time(12, 30), time(10, 30), time(20, 30), time(17, 0)
_WHEN = {
    Step.KNOWLEDGE: (0, _NOON),
    Step.EXERCISE: (1, _NOON),
    Step.EXCHANGE: (3, _NOON),
    Step.EXPERIMENT: (4, _NOON),
    Step.CHECKIN: (6, _MORNING),
    Step.PICTURE: (6, _EVENING),
    Step.LOOK: (9, _AFTERNOON),
}
"""The day after the Monday that a week begins on, and the local time. How it went is asked in the week after."""
_STILL = {Step.CHECKIN: timedelta(hours=9), Step.PICTURE: timedelta(hours=12), Step.LOOK: timedelta(days=3)}
"""How long after its moment a step still comes; any other: a week."""


@dataclass(frozen=True, slots=True)
class Theme:
    """What a week is about, in four parts, any of which may be empty. `look`: what is asked a week later."""

    name: str
    knowledge: str = ""
    exercise: str = ""
    exchange: str = ""
    experiment: str = ""
    look: str = ""

    def part(self, step: Step) -> str:
        """What this step says; empty when there is nothing to say."""
        return str(getattr(self, step.name.lower(), ""))


@dataclass(frozen=True, slots=True)
class Week:
    """A week that begins on the local day `starts_on`, a Monday. `theme` is an entry of the deck, or `own`; `step`:
    which step comes next."""

    id: int
    group_id: int
    starts_on: date
    theme: str
    step: int
    own: Theme | None = None

    @property
    def began(self) -> bool:
        """Whether the group saw anything of it."""
        return self.step > 0

    @property
    def is_over(self) -> bool:
        return self.step > Step.LOOK


# --- keeping ----------------------------------------------------------------------------------------------------------


def weeks_of(connection: Connection, vault: Vault, group_id: int, *, every: bool = False) -> list[Week]:
    """The weeks of a group of which something is still to come, or `every` one, in order."""
    query = select(peer_weeks).where(peer_weeks.c.group_id == group_id).order_by(peer_weeks.c.starts_on)
    found = [_week(vault, row) for row in connection.execute(query)]
    return found if every else [one for one in found if not one.is_over]


def on(connection: Connection, vault: Vault, group_id: int, starts_on: date) -> Week | None:
    """The week that begins on this day, if it has a theme."""
    own = peer_weeks.c.group_id == group_id, peer_weeks.c.starts_on == starts_on
    row = connection.execute(select(peer_weeks).where(*own)).first()
    return _week(vault, row) if row else None


def choose(
    connection: Connection, vault: Vault, group: Group, starts_on: date, theme: str | Theme, now: datetime
) -> bool:
    """The week gets this theme: one of the deck, or one of one's own. False when the group saw something of it."""
    before = on(connection, vault, group.id, starts_on)
    if before and before.began:
        return False
    if before:
        connection.execute(delete(peer_weeks).where(peer_weeks.c.id == before.id))
    week_id = new_id(now)
    own = theme if isinstance(theme, Theme) else None
    sealed = vault.seal_json(THEME, week_id, asdict(own)) if own else None
    values = {"id": week_id, "group_id": group.id, "starts_on": starts_on, "parts": 0, "theme_sealed": sealed}
    connection.execute(insert(peer_weeks).values(**values, theme=theme if isinstance(theme, str) else OWN))
    return True


def leave_empty(connection: Connection, vault: Vault, group: Group, starts_on: date) -> bool:
    """The week has no theme; nothing more of it comes. What the group saw of it stays."""
    week = on(connection, vault, group.id, starts_on)
    if week is None:
        return False
    if week.began:
        took(connection, replace(week, step=Step.LOOK))
    else:
        connection.execute(delete(peer_weeks).where(peer_weeks.c.id == week.id))
    return True


def later(connection: Connection, vault: Vault, group: Group, starts_on: date) -> bool:
    """This week's theme, and what stands right behind it, goes one week further; False when there is none."""
    known = {one.starts_on: one for one in weeks_of(connection, vault, group.id)}
    moving, day = [], starts_on
    while day in known:
        moving.append(known[day])
        day += _A_WEEK
    if moving and moving[-1].starts_on + _A_WEEK in {
        one.starts_on for one in weeks_of(connection, vault, group.id, every=True)
    }:
        return False
    for one in reversed(moving):
        _move(connection, one, one.starts_on + _A_WEEK)
    return bool(moving)


def earlier(connection: Connection, vault: Vault, group: Group, starts_on: date, now: datetime) -> bool:
    """This week's theme changes places with the week before, unless that has begun or is past."""
    week, day = on(connection, vault, group.id, starts_on), starts_on - _A_WEEK
    other = on(connection, vault, group.id, day)
    if week is None or week.began or day < this_week(group, now) or (other and other.began):
        return False
    if other:
        _move(connection, other, date.min)
    _move(connection, week, day)
    if other:
        _move(connection, other, starts_on)
    return True


def fill(
    connection: Connection, vault: Vault, group: Group, themes: Sequence[str], count: int, now: datetime
) -> list[date]:
    """Gives the next `count` weeks without a theme one that the group did not have, or not for the longest time;
    returns those weeks."""
    every = weeks_of(connection, vault, group.id, every=True)
    had = [one.theme for one in every]
    fresh = sorted(themes, key=lambda name: had[::-1].index(name) + 1 if name in had else len(had) + 1, reverse=True)
    taken = {one.starts_on for one in every}
    free = [day for day in coming_weeks(group, now)[1:] if day not in taken][:count]
    for day, theme in zip(free, fresh, strict=False):
        choose(connection, vault, group, day, theme, now)
    return free


def took(connection: Connection, week: Week) -> None:
    """The step was taken, or left out."""
    connection.execute(update(peer_weeks).where(peer_weeks.c.id == week.id).values(parts=week.step + 1))


def _move(connection: Connection, week: Week, day: date) -> None:
    connection.execute(update(peer_weeks).where(peer_weeks.c.id == week.id).values(starts_on=day))


def _week(vault: Vault, row: Any) -> Week:
    own = Theme(**vault.open_json(THEME, row.id, row.theme_sealed)) if row.theme_sealed else None
    return Week(row.id, row.group_id, row.starts_on, row.theme, row.parts, own)


# --- what comes when --------------------------------------------------------------------------------------------------


def this_week(group: Group, now: datetime) -> date:
    """The Monday of this week, on the group's calendar."""
    today = local_date(now, group.zone)
    return today - timedelta(days=today.weekday())


def coming_weeks(group: Group, now: datetime) -> list[date]:
    """This week and those that can be planned, by their Mondays."""
    first = this_week(group, now)
    return [first + number * _A_WEEK for number in range(AHEAD + 1)]


def moments(group: Group, week: Week) -> list[datetime]:
    """When each step of a week comes, in order of the steps and an hour apart at least."""
    found: list[datetime] = []
    for after, at in _WHEN.values():
        monday = week.starts_on + timedelta(days=after - after % 7)
        moment = instant_on(monday + timedelta(days=_open_day(group, after % 7)), at, group.zone)
        found.append(max(moment, found[-1] + _APART) if found else moment)
    return found


def _open_day(group: Group, wanted: int) -> int:
    """The day of the week on which the group is open: this one, else the next of the same week, else the last."""
    days = sorted(int(day) - 1 for day in group.settings.days) or [wanted]
    return next((day for day in days if day >= wanted), days[-1])


@dataclass(frozen=True, slots=True)
class Due:
    """A step of a week whose moment has come; `stale`: it is too late for it."""

    week: Week
    step: Step
    stale: bool


def due(group: Group, weeks: Sequence[Week], now: datetime) -> Due | None:
    """The step that was due first, if there is one; taken or left out, another may be due."""
    waiting = [(moments(group, one)[one.step], one) for one in weeks if not one.is_over]
    past = [(at, one) for at, one in waiting if at <= now]
    if not past:
        return None
    at, week = min(past, key=lambda each: (each[0], each[1].starts_on))
    step = Step(week.step)
    return Due(week, step, now - at > _STILL.get(step, _A_WEEK))


def next_step_at(group: Group, weeks: Sequence[Week], now: datetime) -> datetime | None:
    """When there is something to take up next: a step at its moment, or one that was missed on the next open day."""
    waiting = [moments(group, one)[one.step] for one in weeks if not one.is_over]
    return min((at if at > now else _next_noon(group, now) for at in waiting), default=None)


def _next_noon(group: Group, now: datetime) -> datetime:
    today = local_date(now, group.zone)
    for ahead in range(8):
        day = today + timedelta(days=ahead)
        at = instant_on(day, _NOON, group.zone)
        if at > now and str(day.isoweekday()) in (group.settings.days or "1234567"):
            return at
    return now + _A_WEEK


# --- set hours to talk ------------------------------------------------------------------------------------------------


def read_hour(hour: str) -> tuple[int, time]:
    """The day of the week (0 is Monday) and the local time of a set hour, such as "2 20:00"."""
    day, _, at = hour.partition(" ")
    return int(day) - 1, time.fromisoformat(at)


def next_hour_at(group: Group, now: datetime) -> datetime | None:
    """When a set hour begins or ends next."""
    return min((at for at, _ in _edges(group, now) if at > now), default=None)


def hour_edge(group: Group, at: datetime) -> str:
    """What happens at this instant: an hour begins (`begins`), or `ends`; else empty."""
    return next((what for edge, what in _edges(group, at) if edge == at), "")


def _edges(group: Group, now: datetime) -> list[tuple[datetime, str]]:
    today, found = local(now, group.zone).date(), []
    for hour in group.settings.hours:
        weekday, at = read_hour(hour)
        for ahead in range(-1, 9):
            day = today + timedelta(days=ahead)
            if day.weekday() == weekday:
                begins = instant_on(day, at, group.zone)
                found += [(begins, "begins"), (begins + LASTS, "ends")]
    # Where one hour ends as another begins, it goes on.
    starts = {at for at, what in found if what == "begins"}
    return [(at, what) for at, what in found if what == "begins" or at not in starts]


# --- timers -----------------------------------------------------------------------------------------------------------


def set_timers(connection: Connection, vault: Vault, group: Group, now: datetime) -> None:
    """Sets what is to come in a group anew, as it is now: in the lane of who made it, or else of who guides it."""
    week, hour = f"{WEEK}{group.id}", f"{HOUR}{group.id}"
    lanes = _lanes(connection, group)
    for chat_id in lanes:
        timers.drop(connection, chat_id, week, hour)
    if not lanes or group.status != groups.OPEN:
        return
    step_at = next_step_at(group, weeks_of(connection, vault, group.id), now)
    if step_at:
        timers.put(connection, Timer(lanes[0], week, step_at, int(_USEFUL.total_seconds())))
    hour_at = next_hour_at(group, now)
    if hour_at:
        timers.put(connection, Timer(lanes[0], hour, hour_at, int(HOUR_USEFUL.total_seconds())))


def wake(connection: Connection, vault: Vault, now: datetime) -> None:
    """Sets the timers of open groups that have none, since whose lane they were in is gone."""
    rung = select(timer_rows.c.key).where(timer_rows.c.key.startswith(WEEK) | timer_rows.c.key.startswith(HOUR))
    known = {key.partition(":")[2] for key in connection.execute(rung).scalars()}
    there = connection.execute(select(peer_groups.c.id).where(peer_groups.c.status == groups.OPEN)).scalars().all()
    for group_id in there:
        group = groups.by_id(connection, vault, group_id) if str(group_id) not in known else None
        if group:
            set_timers(connection, vault, group, now)


def _lanes(connection: Connection, group: Group) -> list[int]:
    """The chats of who made the group and of those who guide it; who is in it comes first."""
    guides = (
        select(people.c.id, people.c.chat_id, peer_members.c.status)
        .join(peer_members, peer_members.c.person_id == people.c.id)
        .where(peer_members.c.group_id == group.id, peer_members.c.role == groups.MODERATOR)
        .order_by(peer_members.c.id)
    )
    rows = sorted(connection.execute(guides), key=lambda row: (row.status != groups.IN, row.id != group.made_by))
    return [row.chat_id for row in rows]


def theme_of(entry: Any) -> Theme:
    """A ready theme: an entry of the deck."""
    told = {name: str(entry.fields.get(name, "")).strip() for name in ("name", *PARTS[1:], "look")}
    return Theme(**told, knowledge=entry.text.strip())
