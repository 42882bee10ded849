"""What a mentor notes: who reads it, what stays when somebody goes, and the phases in step with their log."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import Connection, select

from bot.care import guidance, interviews, own_data, phases, privacy
from bot.care.guidance import Entry
from bot.care.people import Person, Role
from bot.store import tables
from bot.store.database import Database
from bot.store.vault import Vault
from tests.store.household import HANNE, INGRID, JONAS, Household


class Room:
    """A mentor, and a family of two parents and a child."""

    def __init__(self, household: Household) -> None:
        self.household, self.vault = household, household.vault
        self.mentor = household.add(INGRID, Role.MENTOR, "Ingrid")
        self.family = household.found(self.mentor)
        self.hanne = household.add(HANNE, Role.PARENT, "Hanne", self.family)
        self.jonas = household.add(JONAS, Role.PARENT, "Jonas", self.family)
        self.child = household.child(self.family, "Noor")

    def do(self, work: Any) -> Any:
        return self.household.database.do(work)

    def notes(self, kind: str, topic: str = "x", **given: Any) -> int:
        self.household.passes(seconds=1)

        def work(connection: Connection) -> int:
            return guidance.add(
                connection, self.vault, family_id=self.family, author=self.mentor, kind=kind, topic=topic,
                entry=given.pop("entry", {"words": "Zij lachten."}), local_day=self.household.now.date(),
                now=self.household.now, **given,
            )  # fmt: skip

        return int(self.do(work))

    def kept(self, kind: str) -> list[Entry]:
        return list(self.do(lambda connection: guidance.of_family(connection, self.vault, self.family, kind)))

    def read_by(self, parent: Person) -> list[str]:
        return [one.topic for one in self.do(lambda connection: guidance.of_parent(connection, self.vault, parent))]

    def moves(self, to: int) -> bool:
        now = self.household.now
        return bool(
            self.do(lambda connection: phases.move(connection, self.vault, self.family, self.mentor, to, "Hanne", now))
        )

    def phase(self) -> tuple[int, Any]:
        columns = select(tables.families.c.phase, tables.families.c.phase_since)
        row = self.do(lambda connection: connection.execute(columns.where(tables.families.c.id == self.family)).one())
        return row.phase, row.phase_since


@pytest.fixture
def room(database: Database, vault: Vault, now: datetime) -> Room:
    return Room(Household(database, vault, now))


def test_an_entry_holds_all_that_was_noted_and_by_whom(room: Room) -> None:
    first = room.notes("course", "session_1", child_id=room.child, round=2)
    room.notes("course", "session_1", amends_id=first)
    one, two = room.kept("course")
    assert (one.author, one.author_id, one.round, one.child_id) == ("Ingrid", room.mentor.id, 2, room.child)
    assert one.entry == {"words": "Zij lachten."}
    assert two.amends_id == one.id
    assert room.kept("video") == []


def test_a_parent_reads_what_is_for_parents_and_not_what_is_about_the_other(room: Room) -> None:
    room.notes("course", "for the mentor")
    room.notes("course", "for both", for_parents=True)
    room.notes("interview", "about hanne", for_parents=True, about_id=room.hanne.id)
    assert room.read_by(room.hanne) == ["for both", "about hanne"]
    assert room.read_by(room.jonas) == ["for both"]
    told = room.do(lambda connection: own_data.everything_of(connection, room.vault, room.jonas, room.household.now))
    assert [one["onderdeel"] for one in told["begeleiding"]] == ["for both"]


def test_the_scenes_of_a_parent_go_with_that_parent(room: Room) -> None:
    about = room.notes("interview", "joy", about_id=room.hanne.id)
    room.notes("interview", "remark", amends_id=about)
    room.notes("interview", "joy", about_id=room.jonas.id)
    room.do(lambda connection: privacy.erase(connection, room.hanne))
    assert [(one.topic, one.about_id, one.amends_id) for one in room.kept("interview")] == [
        ("remark", None, None),
        ("joy", room.jonas.id, None),
    ]


def test_what_a_mentor_noted_stays_with_the_family_under_the_name_of_then(room: Room) -> None:
    room.notes("course", "session_1")
    room.do(lambda connection: privacy.erase(connection, room.mentor))
    (one,) = room.kept("course")
    assert (one.author, one.author_id) == ("Ingrid", None)


def test_who_takes_the_yes_back_keeps_no_scene(room: Room) -> None:
    for topic in ("asked", "yes", "joy", "word_1"):
        room.notes("interview", topic, about_id=room.hanne.id)
    room.notes("interview", "joy", about_id=room.hanne.id, round=2)
    room.notes("interview", "joy", about_id=room.jonas.id)
    room.do(lambda connection: interviews.forget_scenes(connection, room.hanne.id, 1))
    left = [(one.topic, one.round) for one in room.kept("interview") if one.about_id == room.hanne.id]
    assert left == [("asked", 1), ("yes", 1), ("joy", 2)]
    assert len(room.kept("interview")) == 4


def test_the_family_is_in_the_phase_that_the_log_says(room: Room) -> None:
    assert room.phase() == (1, None)
    today = room.household.now.date()
    for to in (2, 3, 4, 3, 5):
        assert room.moves(to)
        assert room.phase() == (to, today)
    assert [one.topic for one in room.kept(phases.KIND)] == ["2", "3", "4", "3", "5"]
    assert all(one.for_parents for one in room.kept(phases.KIND))


@pytest.mark.parametrize("to", [1, 3, 4, 5, 9])
def test_a_step_that_does_not_follow_is_not_made(room: Room, to: int) -> None:
    assert not room.moves(to)
    assert room.phase() == (1, None)
    assert room.kept(phases.KIND) == []


def test_a_step_that_was_not_meant_is_taken_back_and_stays_in_the_log(room: Room) -> None:
    room.moves(2)
    room.moves(3)

    def take_back(connection: Connection) -> int | None:
        return phases.take_back(
            connection, room.vault, room.family, room.mentor, "Zo was het niet.", room.household.now
        )

    assert room.do(take_back) == 2
    assert room.phase() == (2, room.household.now.date())
    assert room.do(take_back) == 1
    assert room.phase() == (1, None)
    assert room.do(take_back) is None
    assert len(room.kept(phases.KIND)) == 4


def test_of_two_who_move_on_at_once_one_step_is_made(room: Room) -> None:
    with ThreadPoolExecutor(2) as both:
        made = list(both.map(room.moves, (2, 2)))
    assert sorted(made) == [False, True]
    assert room.phase()[0] == 2
