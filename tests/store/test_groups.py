"""Who is in a group, on both databases: names, room, leaving, ending, and the group of the demo."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, func, select

from bot.care import demo_group, group_ends, groups, people, posts
from bot.care.groups import Group, Member, Settings
from bot.care.people import Person, Role
from bot.store import outbox, tables
from bot.store.database import Database
from bot.store.outbox import Call, Priority
from bot.store.vault import Vault
from tests.store.household import HANNE, INGRID, JONAS, Household

WORDS = posts.Content("Bij ons ook.")


class Room:
    """A mentor, two parents, and the mentor's group for five."""

    def __init__(self, household: Household) -> None:
        self.household = household
        self.mentor = household.add(INGRID, Role.MENTOR, "Ingrid")
        family = household.found(self.mentor)
        self.hanne = household.add(HANNE, Role.PARENT, "Hanne", family)
        self.jonas = household.add(JONAS, Role.PARENT, "Jonas", family)
        self.group: Group = self.do(groups.found, self.mentor, 5, Settings("Avondploeg"), self.now)

    @property
    def now(self) -> datetime:
        return self.household.now

    def do(self, work: Callable[..., Any], *given: Any, **more: Any) -> Any:
        return self.household.database.do(lambda connection: work(connection, self.household.vault, *given, **more))

    def ask(self, work: Callable[[Connection], Any]) -> Any:
        return self.household.database.do(work)

    def asks(self, person: Person) -> Member:
        invited = self.ask(lambda connection: groups.invite(connection, self.group.id, person.id, self.now))
        found: Member = self.do(groups.member, invited)
        return found

    def lets_in(self, person: Person, name: str) -> Member:
        member = self.asks(person)
        assert self.do(groups.join, self.group, member, name, self.now)
        found: Member = self.do(groups.member, member.id)
        return found

    def says(self, member: Member, to: Person) -> int:
        """A post that waits to be sent."""

        def work(connection: Connection, vault: Vault) -> int:
            post = posts.add(connection, vault, self.group.id, member.id, posts.TEXT, WORDS, self.now)
            posts.show(connection, post, self.now)
            posts.carry(connection, post.id, [(to.chat_id, post.id)])
            call = Call(to.chat_id, {"do": "send"}, Priority.REMINDER, "group", post_id=post.id)
            outbox.put(connection, vault, [call], self.now)
            return post.id

        number: int = self.do(work)
        return number

    def count(self, table: Any, *where: Any) -> int:
        counted = select(func.count()).select_from(table).where(*where)
        number: int = self.ask(lambda connection: connection.execute(counted).scalar_one())
        return number


@pytest.fixture
def room(database: Database, vault: Vault, now: datetime) -> Room:
    return Room(Household(database, vault, now))


def test_a_name_is_of_one_alone_however_it_is_spelt(room: Room) -> None:
    room.lets_in(room.hanne, "Kiezel")
    asked = room.asks(room.jonas)
    assert not room.do(groups.join, room.group, asked, "kiézel!", room.now)
    assert room.do(groups.may_join, room.group, asked, "KIEZEL") == "taken"
    assert room.do(groups.join, room.group, asked, "Lantaarn", room.now)
    assert room.do(groups.free_names, room.group.id, ["Kiezel", "Lantaarn", "Egel"]) == {"Egel"}


def test_a_name_is_not_given_away_after_somebody_left(room: Room) -> None:
    hanne = room.lets_in(room.hanne, "Kiezel")
    room.ask(lambda connection: groups.leave(connection, hanne.id, room.now))
    assert room.do(groups.may_join, room.group, room.asks(room.jonas), "Kiezel") == "taken"
    assert room.do(groups.may_join, room.group, hanne, "Kiezel") is None


def test_no_more_come_in_than_there_is_room_for(room: Room) -> None:
    room.ask(lambda connection: groups.set_size(connection, room.group.id, 1))
    room.lets_in(room.hanne, "Kiezel")
    late = room.asks(room.jonas)
    assert room.do(groups.may_join, room.group, late, "Egel") == "full"
    assert not room.do(groups.join, room.group, late, "Egel", room.now)


def test_nothing_comes_to_who_left_nor_goes_from_them(room: Room) -> None:
    hanne, jonas = room.lets_in(room.hanne, "Kiezel"), room.lets_in(room.jonas, "Lantaarn")
    room.says(jonas, room.hanne)
    room.says(hanne, room.jonas)
    speaks = {"speaks_in": room.group.id, "speaks_until": room.now + timedelta(hours=1)}
    room.ask(lambda connection: people.change(connection, room.hanne.id, **speaks))
    person = room.hanne
    room.ask(lambda connection: groups.set_wants(connection, person, hanne, "digest", "20:00", room.now))
    assert room.count(tables.timers, tables.timers.c.chat_id == HANNE) == 1
    room.ask(lambda connection: groups.leave(connection, hanne.id, room.now))
    assert room.count(tables.outbox, tables.outbox.c.chat_id == HANNE) == 0
    assert room.count(tables.outbox, tables.outbox.c.chat_id == JONAS) == 1
    assert room.count(tables.timers, tables.timers.c.chat_id == HANNE) == 0
    assert room.do(people.by_id, room.hanne.id).speaks_in is None


def test_a_closed_group_goes_when_its_time_is_over_and_no_other(room: Room) -> None:
    other = room.do(groups.found, room.mentor, 6, Settings("Een andere"), room.now)
    hanne = room.lets_in(room.hanne, "Kiezel")
    room.says(hanne, room.mentor)
    until = room.now + timedelta(days=30)
    room.ask(lambda connection: group_ends.close(connection, room.group.id, until))
    assert room.ask(lambda connection: group_ends.forget(connection, until, 10)) == 0
    assert room.ask(lambda connection: group_ends.forget(connection, until + timedelta(seconds=1), 10)) == 1
    assert room.do(groups.by_id, room.group.id) is None
    assert room.count(tables.peer_posts) == room.count(tables.peer_copies) == 0
    assert room.count(tables.outbox, tables.outbox.c.post_id.is_not(None)) == 0
    assert room.do(groups.by_id, other.id) == other


def test_what_was_left_is_closed(room: Room) -> None:
    """A goodbye round that ended without its timer, and a group without anybody who guides it."""
    ended = room.now - timedelta(days=2)
    room.ask(lambda connection: group_ends.begin_to_close(connection, room.group.id, ended))
    alone = room.do(groups.found, room.mentor, 6, Settings("Alleen"), room.now)
    (guide,) = room.do(groups.members, alone.id)
    fine = room.do(groups.found, room.mentor, 6, Settings("Goed"), room.now)
    room.ask(lambda connection: groups.leave(connection, guide.id, room.now))
    gone_at = room.now + timedelta(days=30)
    found = room.ask(lambda connection: group_ends.close_what_was_left(connection, room.now, gone_at, 10))
    assert found == 2
    status = [room.do(groups.by_id, one.id).status for one in (room.group, alone, fine)]
    assert status == [groups.CLOSED, groups.CLOSED, groups.OPEN]


def test_the_group_of_the_demo(room: Room) -> None:
    household = room.household
    keys = {key: household.add(7000 + at, Role.PARENT, key).id for at, key in enumerate(demo_group.MEMBERS)}
    room.do(demo_group.gather, room.mentor.id, keys, room.now)
    place = next(one for one in room.do(groups.places, keys["fatima"]) if one.group.name == demo_group.NAME)
    inside = groups.parents(room.do(groups.members, place.group.id))
    assert [one.name for one in inside] == list(demo_group.MEMBERS.values())
    said = room.do(posts.since, place.group.id, 0, 20)
    assert len(said) == 5
    assert [one.made_at for one in said] == sorted(one.made_at for one in said)
