"""What people keep: records, notes, answers that can be corrected, letters between people."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import Connection, select

from bot.care import letters, notes, people, records
from bot.care.notes import Piece
from bot.care.people import Person, Role
from bot.care.records import Field, Record
from bot.store import tables
from bot.store.database import Database
from bot.store.vault import Unreadable, Vault
from tests.store.household import HANNE, INGRID, JONAS, Household

DAY = date(2027, 3, 1)


class Drawer:
    """What one person keeps."""

    def __init__(self, household: Household, person: Person) -> None:
        self.household, self.person = household, person
        self.database, self.vault = household.database, household.vault

    def keep(self, key: str, **fields: Field | None) -> None:
        self.database.do(
            lambda connection: records.keep(
                connection,
                self.vault,
                person_id=self.person.id,
                key=key,
                kind="reflection",
                fields=fields,
                child_id=None,
                today=self.household.now.date(),
                now=self.household.now,
            )
        )

    def find(self, key: str) -> Record | None:
        return self.database.do(lambda connection: records.find(connection, self.vault, self.person.id, key))

    def correct(self, key: str, name: str, field: Field) -> None:
        self.database.do(
            lambda connection: records.correct(
                connection, self.vault, self.person.id, key, name, field, self.household.now
            )
        )

    def add(self, key: str, piece: Piece) -> bool:
        return self.database.do(
            lambda connection: notes.add(connection, self.vault, self.person.id, key, piece, DAY, self.household.now)
        )

    def amend(self, key: str, message_id: int, text: str) -> bool:
        return self.database.do(
            lambda connection: notes.correct(
                connection, self.vault, self.person.id, key, message_id, text, DAY, self.household.now
            )
        )

    def note(self, key: str) -> Record:
        found = self.find(key)
        assert found
        return found


@pytest.fixture
def household(database: Database, vault: Vault, now: datetime) -> Household:
    return Household(database, vault, now)


@pytest.fixture
def drawer(household: Household) -> Drawer:
    return Drawer(household, household.add(HANNE, Role.PARENT, "Hanne"))


# --- records ----------------------------------------------------------------------------------------------------------


def test_a_record_grows_and_shrinks_by_its_fields(drawer: Drawer) -> None:
    drawer.keep("run.1", before=Field(6, "6"), what=Field("iets"))
    first = drawer.find("run.1")
    assert first
    drawer.household.passes(minutes=5)
    drawer.keep("run.1", after=Field(3), what=None)
    record = drawer.find("run.1")
    assert record
    assert record.fields == {"before": Field(6, "6"), "after": Field(3)}
    assert (record.id, record.created_at, record.local_day) == (first.id, first.created_at, DAY)
    assert (record.value("after"), record.said("after"), record.value("what"), record.said("what")) == (
        3,
        "3",
        None,
        "",
    )


def test_a_record_without_fields_is_gone(drawer: Drawer) -> None:
    drawer.keep("run.1", what=None)
    assert drawer.find("run.1") is None
    drawer.keep("run.1", what=Field("iets"))
    drawer.keep("run.1", what=None)
    assert drawer.find("run.1") is None


def test_records_are_of_one_person(drawer: Drawer, household: Household) -> None:
    other = Drawer(household, household.add(JONAS, Role.PARENT, "Jonas"))
    drawer.keep("run.1", what=Field("van Hanne"))
    other.keep("run.1", what=Field("van Jonas"))
    assert drawer.note("run.1").value("what") == "van Hanne"
    household.database.do(lambda connection: records.throw_away(connection, other.person.id, "run.1"))
    assert other.find("run.1") is None
    assert drawer.find("run.1")


def test_records_come_in_order_of_time(drawer: Drawer, household: Household) -> None:
    for number in (3, 1, 2):
        household.passes(days=1)
        drawer.keep(f"run.{number}", what=Field(number))
    since = DAY + timedelta(days=2)

    def work(connection: Connection) -> list[list[str]]:
        own, vault = drawer.person.id, drawer.vault
        return [
            [one.key for one in found]
            for found in (
                records.of_person(connection, vault, own),
                records.of_kind(connection, vault, own, "reflection"),
                records.of_kind(connection, vault, own, "reflection", since),
                records.of_kind(connection, vault, own, "moment"),
            )
        ]

    everything = ["run.3", "run.1", "run.2"]
    assert household.database.do(work) == [everything, everything, everything[1:], []]


def test_a_record_does_not_open_in_place_of_another(drawer: Drawer) -> None:
    drawer.keep("run.1", what=Field("van gisteren"))
    drawer.household.passes(seconds=1)
    drawer.keep("run.2", what=Field("van vandaag"))

    def swap(connection: Connection) -> None:
        row = connection.execute(select(tables.records).where(tables.records.c.key == "run.1")).one()
        same = tables.records.c.key == "run.2"
        connection.execute(tables.records.update().where(same).values(fields_sealed=row.fields_sealed))

    drawer.database.do(swap)
    with pytest.raises(Unreadable):
        drawer.find("run.2")


def test_an_edited_message_corrects_its_answer(drawer: Drawer) -> None:
    drawer.keep("run.1", before=Field(6, "6"), what=Field("iets", "iets"))
    drawer.correct("run.1", "before", Field(4, "4"))
    assert drawer.note("run.1").fields == {"before": Field(4, "4"), "what": Field("iets", "iets")}


def test_what_is_not_kept_is_not_brought_back_by_a_correction(drawer: Drawer) -> None:
    drawer.keep("run.1", what=Field("iets"))
    drawer.correct("run.1", "other", Field("x"))
    drawer.correct("run.2", "what", Field("x"))
    assert drawer.note("run.1").fields == {"what": Field("iets")}
    assert drawer.find("run.2") is None


def test_it_is_known_which_message_answered_what(drawer: Drawer) -> None:
    def work(connection: Connection) -> list[object]:
        records.note_answer(connection, HANNE, 7, "run", "run.1", "what")
        records.note_answer(connection, HANNE, 7, "anew", "anew.1", "before")
        records.note_answer(connection, JONAS, 7, "other", "other.1", "x")
        return [records.answered_by(connection, HANNE, number) for number in (7, 8)]

    assert drawer.database.do(work) == [records.AnsweredBy("anew", "anew.1", "before"), None]


# --- notes ------------------------------------------------------------------------------------------------------------


def test_a_note_gathers_messages_until_it_is_decided(drawer: Drawer) -> None:
    first, second = Piece("text", "een", None, 7), Piece("photo", "twee", "file", 8)
    assert not drawer.add("run.1", first)
    assert not drawer.add("run.1", second)
    record = drawer.note("run.1")
    assert notes.pieces_of(record) == [first, second]
    assert record.value(notes.TEXT) == "een\n\ntwee"
    assert record.kind == notes.UNDECIDED
    drawer.database.do(lambda connection: notes.decide_to_keep(connection, drawer.person.id, "run.1"))
    assert drawer.note("run.1").kind == notes.KIND
    assert notes.pieces_of(drawer.note("run.1")) == [first, second]


def test_the_parts_of_an_album_belong_together(drawer: Drawer) -> None:
    assert not drawer.add("run.1", Piece("photo", "", "f1", 7, "album"))
    assert drawer.add("run.1", Piece("photo", "bijschrift", "f2", 8, "album"))
    assert not drawer.add("run.1", Piece("photo", "", "f3", 9, "another"))
    assert len(notes.pieces_of(drawer.note("run.1"))) == 3


def test_an_edit_changes_its_own_piece(drawer: Drawer) -> None:
    drawer.add("run.1", Piece("text", "een", None, 7))
    drawer.add("run.1", Piece("text", "twee", None, 8))
    assert drawer.amend("run.1", 8, "twee, beter")
    assert not drawer.amend("run.1", 9, "x")
    assert not drawer.amend("run.2", 8, "x")
    assert drawer.note("run.1").value(notes.TEXT) == "een\n\ntwee, beter"


# --- letters ----------------------------------------------------------------------------------------------------------


def test_a_reply_finds_the_writer_by_the_copy_in_the_receivers_chat(household: Household) -> None:
    mentor = household.add(INGRID, Role.MENTOR, "Ingrid")
    hanne, jonas = household.add(HANNE, Role.PARENT, "Hanne"), household.add(JONAS, Role.PARENT, "Jonas")
    for writer, number in ((hanne, 70), (jonas, 80)):
        letter = household.writes(writer, mentor, f"van {writer.name}")
        same = tables.letters.c.id == letter
        household.database.do(
            lambda connection, same=same, number=number: connection.execute(
                tables.letters.update().where(same).values(message_id=number)
            )
        )

    def writer_of(connection: Connection, receiver: Person, number: int) -> int | None:
        found = letters.carried_by(connection, receiver.id, number)
        return found.from_person if found else None

    def work(connection: Connection) -> list[int | None]:
        asked = ((mentor, 70), (mentor, 80), (mentor, 90), (hanne, 70))
        return [writer_of(connection, receiver, number) for receiver, number in asked]

    assert household.database.do(work) == [hanne.id, jonas.id, None, None]


def test_names_come_back_whole(household: Household) -> None:
    name = "Zöe 🌙 \u2068عمر\u2069 " + "x" * 200
    person = household.add(HANNE, Role.PARENT, name)
    found = household.database.do(lambda connection: people.by_id(connection, household.vault, person.id))
    assert found == person
    assert found.name == name
