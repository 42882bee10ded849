"""Who may open a Kindreflex record, that every look is kept, and that nothing in it ever changes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Connection, select

from bot.care import dossiers, families, kindreflex_record, leaving, looks, own_data, people
from bot.care.dossiers import NOTHING_BY_LAW, ByLaw
from bot.care.kindreflex import Topic
from bot.care.kindreflex_record import CARD, LookedAt, Way
from bot.care.people import Person, Role
from bot.store import tables
from bot.store.database import Database
from bot.store.vault import Vault
from tests.store.household import HANNE, INGRID, JONAS, Household

SAMIR, WIM, MAJA = 402, 403, 404
_LAW = ByLaw((dossiers.RECORD,), 20)


class Room:
    """A mentor and her stand-in, another mentor, a coordinator, and two parents with children of 7 and 13."""

    def __init__(self, household: Household) -> None:
        self.household, self.vault = household, household.vault
        self.ingrid = household.add(INGRID, Role.MENTOR, "Ingrid")
        self.samir = household.add(SAMIR, Role.MENTOR, "Samir")
        self.maja = household.add(MAJA, Role.MENTOR, "Maja")
        self.wim = household.add(WIM, Role.COORDINATOR, "Wim")
        self.family = household.found(self.ingrid)
        self.hanne = household.add(HANNE, Role.PARENT, "Hanne", self.family)
        self.jonas = household.add(JONAS, Role.PARENT, "Jonas", self.family)
        self.noor = household.child(self.family, "Noor")
        self.lou = household.child(self.family, "Lou")
        self.do(lambda connection: families.set_child_age(connection, self.family, self.lou, 13, household.now.date()))

    def do(self, work: Callable[[Connection], Any]) -> Any:
        self.household.passes(seconds=1)
        return self.household.database.do(work)

    def calls(self, function: Callable[..., Any], *given: Any, **more: Any) -> Any:
        """A function of the record, at this moment."""
        return self.do(lambda connection: function(connection, self.vault, *given, self.household.now, **more))

    def notes(
        self, author: Person, topic: Topic, run: str = "", child_id: int | None = None, **held: str
    ) -> int | None:
        run = run or str(self.household.now)
        found: int | None = self.calls(
            lambda connection, vault, now: kindreflex_record.note(
                connection, vault, author, self.family, topic, held, now, run=run, child_id=child_id
            )
        )
        return found

    def way(self, who: Person) -> Way | None:
        found: Way | None = self.calls(kindreflex_record.way_in, who, self.family)
        return found

    def opens(self, who: Person, what: str = CARD) -> list[str] | None:
        opened = self.calls(kindreflex_record.open_record, who, self.family, what)
        return None if opened is None else [one["text"] for one in opened.notes]

    def log(self) -> list[LookedAt]:
        found = self.do(lambda one: kindreflex_record.log_of(one, self.vault, self.ingrid, self.family))
        return list(found)

    def looks_at(self, parent: Person) -> list[tuple[str, str, str]]:
        log = self.do(lambda connection: looks.read(connection, self.vault, parent.id))
        assert log.broken is None
        return [(look.who, look.role, look.kind) for look in log.looks]

    def known_to(self, parent: Person) -> list[str]:
        found = self.do(lambda connection: kindreflex_record.known_to(connection, self.vault, parent))
        return [one["text"] for one in found]

    def leaves(self, first: int = 0, days: int = 7) -> date:
        """The mentor is away; returns the last day."""
        today = self.household.now.date()
        until = today + timedelta(days=first + days)
        values = {"away_from": today + timedelta(days=first), "away_until": until, "stand_in_id": self.samir.id}
        self.do(lambda connection: people.change(connection, self.ingrid.id, **values))
        return until

    def lets_in(self, open_: bool = True) -> Any:
        mentor = self.do(lambda connection: people.by_id(connection, self.vault, self.ingrid.id))
        return self.calls(kindreflex_record.let_in, mentor, self.family, open_=open_)

    def hands_over(self, to: Person) -> None:
        self.do(lambda connection: families.hand_over(connection, self.family, to.id))


@pytest.fixture
def room(database: Database, vault: Vault, now: Any) -> Room:
    return Room(Household(database, vault, now))


# --- who may ----------------------------------------------------------------------------------------------------------


def test_only_the_present_mentor_opens_it(room: Room) -> None:
    room.notes(room.ingrid, Topic.HOME, text="Er is rust.")
    assert room.opens(room.ingrid) == ["Er is rust."]
    for other in (room.samir, room.maja, room.wim, room.hanne, room.jonas):
        assert room.opens(other) is None
        assert room.notes(other, Topic.HOME, text="Van een ander.") is None
    room.hands_over(room.maja)
    assert room.opens(room.ingrid) is None, "a mentor of before"
    assert room.opens(room.maja) == ["Er is rust."]


def test_a_mentor_who_is_a_parent_in_the_family_does_not_open_it(room: Room) -> None:
    room.do(lambda one: people.change(one, room.hanne.id, roles=int(Role.PARENT | Role.MENTOR)))
    room.hands_over(room.hanne)
    hanne = room.do(lambda connection: people.by_id(connection, room.vault, room.hanne.id))
    assert room.opens(hanne) is None


def test_the_stand_in_comes_in_during_leave_and_only_when_it_was_opened(room: Room) -> None:
    assert room.lets_in() is None, "there is no leave"
    until = room.leaves()
    assert room.way(room.samir) is None, "leave alone opens nothing"
    away = room.lets_in()
    assert (away.stand_in.name, away.until, away.opened) == ("Samir", until, True)
    assert room.way(room.samir) is Way.STAND_IN
    assert room.calls(kindreflex_record.open_to_others, room.samir) == [room.family]
    assert room.way(room.maja) is None
    room.lets_in(open_=False)
    assert room.way(room.samir) is None
    assert room.calls(kindreflex_record.open_to_others, room.samir) == []


def test_what_was_opened_for_one_leave_is_closed_before_it_begins_and_when_it_is_over(room: Room) -> None:
    room.leaves(first=2)
    room.lets_in()
    assert room.way(room.samir) is None
    room.household.passes(days=2)
    assert room.way(room.samir) is Way.STAND_IN
    room.household.passes(days=8)
    assert room.way(room.samir) is None
    room.leaves()
    assert room.way(room.samir) is None, "the next leave is opened anew"


def test_who_took_over_the_family_opens_it_to_others_anew(room: Room) -> None:
    room.leaves()
    room.lets_in()
    room.hands_over(room.maja)
    assert room.way(room.samir) is None


def test_another_stand_in_does_not_come_in_by_what_was_opened_to_the_first(room: Room) -> None:
    room.leaves()
    room.lets_in()
    room.do(lambda connection: people.change(connection, room.ingrid.id, stand_in_id=room.maja.id))
    assert room.way(room.samir) is None
    assert room.way(room.maja) is None


def test_a_coordinator_may_know_that_there_is_one(room: Room) -> None:
    assert not room.do(lambda connection: kindreflex_record.exists(connection, room.family))
    room.notes(room.ingrid, Topic.HOME, text="Er is rust.")
    assert room.do(lambda connection: kindreflex_record.exists(connection, room.family))


# --- the log ----------------------------------------------------------------------------------------------------------


def test_each_look_is_written_down_for_the_mentor_and_for_both_parents(room: Room) -> None:
    room.notes(room.ingrid, Topic.HOME, text="Er is rust.")
    assert room.log() == []
    room.opens(room.ingrid)
    room.opens(room.ingrid, "2")
    room.leaves()
    room.lets_in()
    room.opens(room.samir, "pdf")
    room.opens(room.maja)
    told = [(one.who, one.what, one.whom) for one in room.log()]
    assert told == [("Samir", "pdf", ""), ("Ingrid", "opened", "Samir"), ("Ingrid", "2", ""), ("Ingrid", "card", "")]
    for parent in (room.hanne, room.jonas):
        assert room.looks_at(parent) == [
            ("Samir", "stand_in", "kindreflex"),
            ("Ingrid", "mentor", "kindreflex"),
            ("Ingrid", "mentor", "kindreflex"),
        ]


def test_the_log_is_for_the_mentor_alone(room: Room) -> None:
    room.leaves()
    room.lets_in()
    for other in (room.samir, room.maja, room.wim, room.hanne):
        asked = partial(kindreflex_record.log_of, vault=room.vault, viewer=other, family_id=room.family)
        assert room.do(asked) is None


# --- nothing changes --------------------------------------------------------------------------------------------------


def test_a_correction_leaves_every_row_as_it_was(room: Room) -> None:
    def rows(connection: Connection) -> list[tuple[Any, ...]]:
        table = tables.guidance
        found = connection.execute(select(table).where(table.c.kind == "kindreflex").order_by(table.c.id))
        return [tuple(row) for row in found]

    noted = room.notes(room.ingrid, Topic.HOME, text="Er is rust.")
    before = room.do(rows)
    assert room.calls(lambda one, vault, now: kindreflex_record.add_to(
        one, vault, room.ingrid, room.family, noted or 0, "Er is niet altijd rust.", now
    ))  # fmt: skip
    assert room.do(rows)[: len(before)] == before
    assert len(room.do(rows)) == len(before) + 1
    opened = room.calls(kindreflex_record.open_record, room.ingrid, room.family, "2")
    (note,) = opened.notes
    assert (note["text"], [(one.text, one.author) for one in note.additions]) == (
        "Er is rust.",
        [("Er is niet altijd rust.", "Ingrid")],
    )


def test_who_may_not_does_not_add_and_neither_does_an_empty_text(room: Room) -> None:
    noted = room.notes(room.ingrid, Topic.HOME, text="Er is rust.") or 0
    for who, text in ((room.maja, "Van een ander."), (room.hanne, "Van mij."), (room.ingrid, "  ")):
        assert not room.calls(lambda one, vault, now, who=who, text=text: kindreflex_record.add_to(
            one, vault, who, room.family, noted, text, now
        ))  # fmt: skip


def test_the_same_said_twice_in_one_conversation_is_noted_once(room: Room) -> None:
    first = room.notes(room.ingrid, Topic.HOME, run="a", text="Er is rust.")
    assert room.notes(room.ingrid, Topic.HOME, run="a", text="Er is rust.") == first
    assert room.notes(room.ingrid, Topic.HOME, run="a", text="Er is geen rust.") != first
    assert room.notes(room.ingrid, Topic.HOME, run="b", text="Er is rust.") != first


def test_the_name_stays_when_the_mentor_is_gone(room: Room) -> None:
    room.notes(room.ingrid, Topic.HOME, text="Er is rust.")
    room.hands_over(room.maja)
    room.calls(leaving.erase, NOTHING_BY_LAW, room.ingrid)
    opened = room.calls(kindreflex_record.open_record, room.maja, room.family, CARD)
    assert [(one.author, one["text"]) for one in opened.notes] == [("Ingrid", "Er is rust.")]


# --- its rules --------------------------------------------------------------------------------------------------------


def test_a_report_asks_whether_the_parent_knew(room: Room) -> None:
    assert room.notes(room.ingrid, Topic.REPORT, choice="Veilig Thuis", report_day="2027-03-01") is None
    why = "Een kind liep gevaar."
    assert room.notes(room.ingrid, Topic.REPORT, choice="Veilig Thuis", report_day="2027-03-01", why=why)
    room.notes(room.ingrid, Topic.PARENT_KNOWS, choice_id="told", told_day="2027-03-05")
    assert room.notes(room.ingrid, Topic.REPORT, choice="VK", report_day="2027-03-04") is None
    assert room.notes(room.ingrid, Topic.REPORT, choice="VK", report_day="2027-03-05")


def test_what_a_child_of_twelve_said_is_not_kept_without_its_yes(room: Room) -> None:
    heard: dict[str, Any] = {"choice_id": "child", "text": "Thuis is het eng."}
    room.notes(room.ingrid, Topic.HEARD, child_id=room.lou, **heard)
    room.notes(room.ingrid, Topic.HEARD, child_id=room.lou, consent_id="no", **heard)
    room.notes(room.ingrid, Topic.HEARD, child_id=room.lou, consent_id="young", **heard)
    assert room.opens(room.ingrid) == ["", "", ""]
    room.notes(room.ingrid, Topic.HEARD, child_id=room.lou, consent_id="yes", **heard)
    room.notes(room.ingrid, Topic.HEARD, child_id=room.noor, **heard)
    assert room.opens(room.ingrid) == ["", "", "", "Thuis is het eng.", "Thuis is het eng."]


def test_a_child_of_another_family_is_no_child_of_this_record(room: Room) -> None:
    others = room.household.found(room.maja)
    stranger = room.household.child(others, "Vreemd")
    room.notes(room.ingrid, Topic.CHILD, child_id=stranger, name="Vreemd")
    opened = room.calls(kindreflex_record.open_record, room.ingrid, room.family, CARD)
    assert [one.child_id for one in opened.notes] == [None]


# --- what parents know ------------------------------------------------------------------------------------------------


def test_a_parent_reads_what_was_talked_about_with_them_and_nothing_else(room: Room) -> None:
    talked = room.notes(room.ingrid, Topic.HOME, text="Er is rust.") or 0
    room.notes(room.ingrid, Topic.FEELING, text="Niet pluis, door vader.")

    def marks(who: Person, *, yes: bool = True) -> list[str]:
        return list(room.calls(lambda one, vault, now: kindreflex_record.talked_about(
            one, vault, who, room.family, [talked], [room.hanne.id], now, talked=yes
        )))  # fmt: skip

    assert marks(room.maja) == []
    assert room.known_to(room.hanne) == []
    assert marks(room.ingrid) == ["Hanne"]
    assert room.known_to(room.hanne) == ["Er is rust."]
    assert room.known_to(room.jonas) == [], "the other parent was not there"
    everything = room.calls(own_data.everything_of, room.hanne)
    assert everything["dossier"]["is_er"]
    assert [one["wat_er_staat"] for one in everything["dossier"]["besproken"]] == [["Er is rust."]]
    assert "pluis" not in str(everything)
    assert "rust" not in str(room.calls(own_data.everything_of, room.jonas))
    assert marks(room.ingrid, yes=False) == ["Hanne"]
    assert room.known_to(room.hanne) == []


# --- leaving ----------------------------------------------------------------------------------------------------------


def test_it_goes_with_the_last_of_the_family_and_not_before(room: Room) -> None:
    room.notes(room.ingrid, Topic.HOME, text="Er is rust.")
    room.opens(room.ingrid)
    assert room.calls(leaving.erase, NOTHING_BY_LAW, room.hanne).kept_until is None
    assert room.opens(room.ingrid) == ["Er is rust."]
    room.calls(leaving.erase, NOTHING_BY_LAW, room.jonas)
    assert room.do(lambda connection: connection.execute(select(tables.guidance)).all()) == []


def test_the_law_keeps_the_whole_of_it_when_the_family_goes(room: Room) -> None:
    noted = room.notes(room.ingrid, Topic.FEELING, text="Niet pluis.") or 0
    room.calls(lambda one, vault, now: kindreflex_record.add_to(
        one, vault, room.ingrid, room.family, noted, "Nu beter.", now
    ))  # fmt: skip
    assert room.calls(leaving.erase, _LAW, room.hanne).kept_until is None, "it is still there for the other"
    assert room.calls(leaving.erase, _LAW, room.jonas).kept_until
    (dossier,) = room.do(dossiers.all_of_them)
    kept = room.do(lambda connection: dossiers.read(connection, room.vault, dossier.id))
    assert [(one["onderwerp"], one["door"], one["inhoud"]) for one in kept["kindreflex"]] == [
        ("feeling", "Ingrid", {"text": "Niet pluis."}),
        ("addition", "Ingrid", {"text": "Nu beter."}),
    ]
