"""Reports, proposals and additions in the database: who reads what, drafts, and two who write at once."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy import select, update

from bot.care import additions, families, proposals, records, reports
from bot.care.people import Person, Role
from bot.care.reports import Conflict, NextMeeting, Parts, Report
from bot.store import tables
from bot.store.database import Database
from bot.store.vault import Vault
from tests.store.household import HANNE, INGRID, JONAS, STRANGER, Household

DAY = date(2027, 3, 1)
SAID = Parts(DAY, "Hanne", "Hoe het slapen gaat.", "", ("Samen lezen", "Oma bellen"), NextMeeting("later"))


class Home:
    """A family with its mentor, and another family beside it."""

    def __init__(self, household: Household) -> None:
        self.household = household
        self.ingrid = household.add(INGRID, Role.MENTOR, "Ingrid")
        self.samir = household.add(INGRID + 1, Role.MENTOR, "Samir")
        self.family_id = household.found(self.ingrid)
        self.hanne = household.add(HANNE, Role.PARENT, "Hanne", self.family_id)
        self.other = household.add(STRANGER, Role.PARENT, "Gul", household.found(self.samir))

    def do(self, what: Any, *given: Any, **named: Any) -> Any:
        """A use case that takes connection and vault first; a second later than the one before."""
        self.household.passes(seconds=1)
        vault = self.household.vault
        return self.household.database.do(lambda connection: what(connection, vault, *given, **named))

    def draft(self, parts: Parts = SAID) -> Report:
        begun: Report = self.do(reports.begin, self.family_id, self.ingrid, self.household.now, parts=parts)
        return begun

    def given(self) -> Report:
        draft = self.draft()
        self.change(draft, "professional", "Bellen met school.")
        given: Report = self.do(reports.give, draft, self.ingrid, self.household.now)
        return given

    def change(
        self, report: Report, part: Any, value: Any, *, seen: int | None = None, by: Person | None = None
    ) -> Any:
        given = {"seen": seen, "mentor": by or self.ingrid, "now": self.household.now}
        return self.do(reports.change, report, part, value, **given)


@pytest.fixture
def home(database: Database, vault: Vault, now: datetime) -> Home:
    return Home(Household(database, vault, now))


def test_a_draft_is_read_by_the_mentor_only(home: Home) -> None:
    draft = home.draft()
    assert home.do(reports.for_mentor, home.ingrid, draft.id) == draft
    assert home.do(reports.for_mentor, home.samir, draft.id) is None
    assert home.do(reports.for_parent, home.hanne, draft.id) is None
    assert home.do(reports.given_of_family, home.family_id) == []


def test_what_was_given_is_read_without_what_is_for_professionals(home: Home) -> None:
    report = home.given()
    read = home.do(reports.for_parent, home.hanne, report.id)
    assert read.parts == SAID
    assert read.professional == ""
    assert home.do(reports.for_parent, home.other, report.id) is None
    assert home.do(reports.for_mentor, home.ingrid, report.id).professional == "Bellen met school."
    assert "school" not in str(home.do(reports.given_of_family, home.family_id))


def test_a_report_without_a_day_is_not_given(home: Home) -> None:
    draft = home.draft(Parts(discussed="Iets."))
    assert home.do(reports.give, draft, home.ingrid, home.household.now) is None
    assert home.do(reports.draft_of, home.family_id).parts.discussed == "Iets."


def test_the_second_of_two_hears_of_the_same_part_only(home: Home) -> None:
    draft = home.draft()
    seen = draft.version
    assert isinstance(home.change(draft, "discussed", "Van Samir.", seen=seen, by=home.samir), Report)
    conflict = home.change(draft, "discussed", "Van Ingrid.", seen=seen)
    assert isinstance(conflict, Conflict)
    assert (conflict.writer, conflict.report.parts.discussed) == ("Samir", "Van Samir.")
    other = home.change(draft, "attention", "De zondag.", seen=seen)
    assert isinstance(other, Report)
    assert (other.parts.discussed, other.parts.attention) == ("Van Samir.", "De zondag.")
    chosen = home.change(draft, "discussed", "Van Ingrid.")
    assert chosen.parts.discussed == "Van Ingrid."


def test_ones_own_change_is_no_conflict(home: Home) -> None:
    draft = home.draft()
    home.change(draft, "discussed", "Eerst.", seen=draft.version)
    assert isinstance(home.change(draft, "discussed", "Daarna.", seen=draft.version), Report)


def test_a_draft_goes_with_the_family_to_its_new_mentor(home: Home) -> None:
    draft = home.draft()
    home.do(lambda connection, vault: families.hand_over(connection, home.family_id, home.samir.id))
    assert home.do(reports.for_mentor, home.ingrid, draft.id) is None
    assert home.do(reports.for_mentor, home.samir, draft.id).parts == SAID
    assert [one.id for one in home.do(reports.of_mentor, home.samir.id)] == [draft.id]


def test_a_proposal_becomes_a_resolution_only_with_a_yes(home: Home) -> None:
    report = home.given()
    first, second = home.do(proposals.of_report, report.id)
    assert (first.words, first.status) == ("Samen lezen", "open")
    assert home.do(proposals.for_parent, home.other, first.id) is None
    record = home.do(proposals.take, home.hanne, first, "Elke avond lezen", "Loopt", home.household.now)
    home.do(lambda connection, vault: proposals.decline(connection, home.hanne, second, home.household.now))
    first, second = home.do(proposals.of_report, report.id)
    assert (first.status, first.by, first.record_id, first.otherwise) == ("taken", "Hanne", record.id, True)
    assert (second.status, second.by) == ("declined", "Hanne")
    assert [one.said("text") for one in home.do(records.of_kind, home.hanne.id, "resolution")] == ["Elke avond lezen"]


def test_both_parents_may_take_the_same_one(home: Home) -> None:
    report = home.given()
    jonas = home.household.add(JONAS, Role.PARENT, "Jonas", home.family_id)
    first = home.do(proposals.of_report, report.id)[0]
    home.do(proposals.take, home.hanne, first, first.words, "Loopt", home.household.now)
    first = home.do(proposals.of_report, report.id)[0]
    home.do(proposals.take, jonas, first, first.words, "Loopt", home.household.now)
    home.do(lambda connection, vault: proposals.decline(connection, jonas, first, home.household.now))
    assert home.do(proposals.of_report, report.id)[0].by == "Hanne"
    assert len(home.do(records.of_kind, jonas.id, "resolution")) == 1


def test_a_correction_leaves_what_was_decided(home: Home) -> None:
    report = home.given()
    first, _ = home.do(proposals.of_report, report.id)
    home.do(proposals.take, home.hanne, first, first.words, "Loopt", home.household.now)
    home.change(report, "resolutions", ("Wandelen",))
    assert [(one.words, one.status) for one in home.do(proposals.of_report, report.id)] == [
        ("Samen lezen", "taken"),
        ("Wandelen", "open"),
    ]


def test_additions_stand_beside_the_report_with_their_writer(home: Home) -> None:
    report = home.given()
    page = additions.report_page(report.id)
    given = {"family_id": home.family_id, "person_id": home.hanne.id, "page": page, "now": home.household.now}
    home.do(additions.add, text="Zo was het.", **given)
    home.do(additions.add, text="", kind="voice", file_id="AgAD", **given)
    (one,) = home.do(reports.given_of_family, home.family_id)
    assert [(each.writer, each.text, each.file_id) for each in one.additions] == [
        ("Hanne", "Zo was het.", ""),
        ("Hanne", "", "AgAD"),
    ]
    assert additions.month_page(DAY) == "month:2027-03"


def test_words_lie_sealed_each_in_its_own_row(home: Home) -> None:
    first, second = home.given(), home.given()

    def swap(connection: Any, vault: Any) -> None:
        sealed = select(tables.reports.c.parts_sealed).where(tables.reports.c.id == first.id).scalar_subquery()
        connection.execute(update(tables.reports).where(tables.reports.c.id == second.id).values(parts_sealed=sealed))

    home.do(swap)
    with pytest.raises(Exception, match=r".*"):
        home.do(reports.for_parent, home.hanne, second.id)
