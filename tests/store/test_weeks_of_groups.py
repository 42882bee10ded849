"""The weeks of a group as rows: chosen, moved, left empty, filled; and the timers that go with them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import TypeVar

import pytest
from sqlalchemy import Connection, select

from bot.care import groups, peer_weeks
from bot.care.groups import Group, Settings
from bot.care.peer_weeks import OWN, Step, Theme, Week
from bot.care.people import Person, Role
from bot.store import tables, timers
from bot.store.database import Database
from bot.store.vault import Vault
from tests.store.household import INGRID, Household

SAMIR = 402
THEMES = ("one", "two", "three", "four", "five")
T = TypeVar("T")


class Weeks:
    """A group with two moderators, and its weeks."""

    def __init__(self, household: Household) -> None:
        self.household, self.vault, self.now = household, household.vault, household.now
        self.ingrid: Person = household.add(INGRID, Role.MENTOR, "Ingrid")
        self.samir = household.add(SAMIR, Role.MENTOR, "Samir")
        settings = Settings("Woensdag")
        self.group: Group = self.do(lambda one: groups.found(one, self.vault, self.ingrid, 8, settings, self.now))
        self.do(lambda one: groups.moderate(one, self.vault, self.group.id, self.samir, self.now))
        self.first = peer_weeks.this_week(self.group, self.now) + timedelta(weeks=1)

    def do(self, work: Callable[[Connection], T]) -> T:
        return self.household.database.do(work)

    def monday(self, number: int) -> date:
        return self.first + timedelta(weeks=number)

    def choose(self, number: int, theme: str | Theme) -> bool:
        self.household.passes(seconds=1)
        now = self.household.now
        return self.do(lambda one: peer_weeks.choose(one, self.vault, self.group, self.monday(number), theme, now))

    def begins(self, number: int) -> None:
        week = self.week(number)
        self.do(lambda one: peer_weeks.took(one, week))

    def week(self, number: int) -> Week:
        found = self.do(lambda one: peer_weeks.on(one, self.vault, self.group.id, self.monday(number)))
        assert found
        return found

    def later(self, number: int) -> bool:
        return self.do(lambda one: peer_weeks.later(one, self.vault, self.group, self.monday(number)))

    def earlier(self, number: int) -> bool:
        return self.do(lambda one: peer_weeks.earlier(one, self.vault, self.group, self.monday(number), self.now))

    def leave_empty(self, number: int) -> bool:
        return self.do(lambda one: peer_weeks.leave_empty(one, self.vault, self.group, self.monday(number)))

    @property
    def all(self) -> dict[int, str]:
        """The themes by week, counted from the next one."""
        found = self.do(lambda one: peer_weeks.weeks_of(one, self.vault, self.group.id, every=True))
        return {(week.starts_on - self.first).days // 7: week.theme for week in found}

    def set_timers(self, group: Group | None = None) -> None:
        self.do(lambda one: peer_weeks.set_timers(one, self.vault, group or self.group, self.now))

    def keys(self, person: Person) -> set[str]:
        return set(self.do(lambda one: timers.of_chat(one, person.chat_id)))


@pytest.fixture
def weeks(database: Database, vault: Vault, now: datetime) -> Weeks:
    return Weeks(Household(database, vault, now))


def test_a_week_gets_a_theme_and_another_until_it_begins(weeks: Weeks) -> None:
    assert weeks.choose(0, "one")
    assert weeks.choose(0, "two")
    assert weeks.all == {0: "two"}
    weeks.begins(0)
    assert not weeks.choose(0, "three")
    assert weeks.all == {0: "two"}


def test_a_theme_of_ones_own_is_sealed(weeks: Weeks) -> None:
    own = Theme("Samen eten", knowledge="Aan tafel komt een dag voorbij.")
    assert weeks.choose(1, own)
    assert weeks.week(1).own == own
    assert weeks.week(1).theme == OWN
    row = weeks.do(lambda one: one.execute(select(tables.peer_weeks)).one())
    assert b"tafel" not in row.theme_sealed


def test_a_week_later_takes_along_what_stands_behind_it(weeks: Weeks) -> None:
    for number, theme in ((0, "one"), (1, "two"), (3, "three")):
        weeks.choose(number, theme)
    assert weeks.later(0)
    assert weeks.all == {1: "one", 2: "two", 3: "three"}
    assert weeks.later(1)
    assert weeks.all == {2: "one", 3: "two", 4: "three"}
    assert not weeks.later(0)


def test_a_week_that_began_goes_on_a_week_later(weeks: Weeks) -> None:
    weeks.choose(0, "one")
    weeks.begins(0)
    assert weeks.later(0)
    assert weeks.week(1).step == 1


def test_a_week_earlier_changes_places(weeks: Weeks) -> None:
    weeks.choose(1, "one")
    assert weeks.earlier(1)
    assert weeks.all == {0: "one"}
    weeks.choose(1, "two")
    assert weeks.earlier(1)
    assert weeks.all == {0: "two", 1: "one"}
    weeks.begins(0)
    assert not weeks.earlier(1), "the week before began"
    assert not weeks.earlier(0), "it began itself"


def test_nothing_goes_into_the_past(weeks: Weeks) -> None:
    weeks.choose(-1, "one")
    assert not weeks.earlier(-1)


def test_a_week_is_left_empty(weeks: Weeks) -> None:
    weeks.choose(0, "one")
    weeks.choose(1, "two")
    weeks.begins(1)
    assert weeks.leave_empty(0)
    assert weeks.leave_empty(1)
    assert weeks.all == {1: "two"}
    assert weeks.week(1).is_over


def test_free_weeks_are_filled_with_what_the_group_did_not_have(weeks: Weeks) -> None:
    weeks.choose(-1, "one")
    weeks.choose(1, "two")
    weeks.do(lambda one: peer_weeks.fill(one, weeks.vault, weeks.group, THEMES, 4, weeks.now))
    assert weeks.all == {-1: "one", 0: "three", 1: "two", 2: "four", 3: "five", 4: "one"}


def test_timers_are_in_the_lane_of_who_made_the_group(weeks: Weeks) -> None:
    weeks.choose(0, "one")
    weeks.set_timers()
    key = f"{peer_weeks.WEEK}{weeks.group.id}"
    assert weeks.keys(weeks.ingrid) == {key}
    assert weeks.keys(weeks.samir) == set()
    weeks.set_timers(replace(weeks.group, status=groups.CLOSING))
    assert weeks.keys(weeks.ingrid) == set()


def test_another_lane_takes_over_when_one_is_gone(weeks: Weeks) -> None:
    weeks.choose(0, "one")
    weeks.set_timers()

    def leaves(connection: Connection) -> None:
        timers.drop(connection, weeks.ingrid.chat_id, f"{peer_weeks.WEEK}{weeks.group.id}")
        own = groups.place_of(connection, weeks.vault, weeks.ingrid.id, weeks.group.id)
        assert own
        groups.leave(connection, own.member.id, weeks.now)
        peer_weeks.wake(connection, weeks.vault, weeks.now)

    weeks.do(leaves)
    assert weeks.keys(weeks.samir) == {f"{peer_weeks.WEEK}{weeks.group.id}"}


def test_a_week_that_is_over_brings_nothing_more(weeks: Weeks) -> None:
    weeks.choose(0, "one")
    for _ in Step:
        weeks.begins(0)
    weeks.set_timers()
    assert weeks.keys(weeks.ingrid) == set()
    assert weeks.do(lambda one: peer_weeks.weeks_of(one, weeks.vault, weeks.group.id)) == []
