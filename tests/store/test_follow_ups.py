"""Messages of a mentor as rows: planned, gone out, moved with an appointment, handed over, swept."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time, timedelta
from functools import partial
from typing import TypeVar
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Connection, func, select

from bot.care import appointments, families, follow_up_rhythm, follow_ups, letters, people, sweeping
from bot.care.appointment_rules import AGREED, Details
from bot.care.consents import Purpose, give
from bot.care.follow_ups import Content, FollowUp, Plan
from bot.care.people import Person, Role
from bot.store import tables, timers
from bot.store.database import Database
from bot.store.vault import Vault
from tests.store.household import HANNE, INGRID, Household

SAMIR, LIES = 402, 503
NINE, AMSTERDAM = time(9), ZoneInfo("Europe/Amsterdam")
T = TypeVar("T")


class Round:
    """Two mentors; the first guides two families of one parent each."""

    def __init__(self, household: Household) -> None:
        self.household, self.vault = household, household.vault
        self.ingrid = household.add(INGRID, Role.MENTOR, "Ingrid")
        self.samir = household.add(SAMIR, Role.MENTOR, "Samir")
        self.family = household.found(self.ingrid)
        self.hanne = household.add(HANNE, Role.PARENT, "Hanne", self.family)
        self.lies = household.add(LIES, Role.PARENT, "Lies", household.found(self.ingrid))
        for one in (self.hanne, self.lies):
            self.do(partial(give, person_id=one.id, purpose=Purpose.USE, now=household.now))

    def do(self, work: Callable[[Connection], T]) -> T:
        return self.household.database.do(work)

    @property
    def now(self) -> datetime:
        return self.household.now

    def plan(self, rhythm: str, to: list[Person], days: int = 1, appointment_id: int | None = None) -> int:
        found = follow_up_rhythm.read(rhythm)
        assert found
        first = self.now + timedelta(days=days)
        wish = Plan(Content("Dag [naam]."), [one.id for one in to], found, first, NINE, appointment_id)
        self.household.passes(seconds=1)
        return self.do(lambda connection: follow_ups.plan(connection, self.vault, self.ingrid, wish, self.now))

    def find(self, number: int, mentor: Person | None = None) -> FollowUp:
        own = (mentor or self.ingrid).id
        found = self.do(lambda connection: follow_ups.find(connection, self.vault, number, own))
        assert found
        return found

    def rings(self, mentor: Person) -> dict[str, datetime | None]:
        known = self.do(lambda connection: timers.of_chat(connection, mentor.chat_id))
        return {key: one.due_at for key, one in known.items() if key.startswith(follow_ups.TIMER)}

    def meets(self, days: int) -> int:
        return self.do(
            lambda connection: appointments.propose(
                connection,
                self.vault,
                family_id=self.family,
                mentor_id=self.ingrid.id,
                by=None,
                kind="talk",
                starts_at=self.now + timedelta(days=days),
                minutes=60,
                zone=AMSTERDAM,
                details=Details(),
                now=self.now,
                status=AGREED,
            )
        )


@pytest.fixture
def round_(database: Database, vault: Vault, now: datetime) -> Round:
    return Round(Household(database, vault, now))


def test_it_is_found_by_its_own_mentor_only_and_its_words_are_sealed(round_: Round) -> None:
    number = round_.plan("once", [round_.hanne])

    assert round_.find(number).content == Content("Dag [naam].", asked=1)
    assert round_.do(lambda c: follow_ups.find(c, round_.vault, number, round_.samir.id)) is None
    sealed = round_.do(lambda c: c.execute(select(tables.follow_ups.c.content_sealed)).scalar_one())
    assert b"naam" not in sealed
    assert list(round_.rings(round_.ingrid)) == [follow_ups.key_of(number)]


def test_after_the_last_time_nothing_rings_any_more(round_: Round) -> None:
    once, weekly = round_.plan("once", [round_.hanne]), round_.plan("weeks:1", [round_.hanne])
    round_.household.passes(days=1)
    for number in (once, weekly):
        one = round_.find(number)
        round_.do(partial(follow_ups.went_out, mentor=round_.ingrid, sent=one, now=round_.now))

    assert round_.find(once).status == follow_ups.ENDED
    assert (round_.find(weekly).status, round_.find(weekly).times) == (follow_ups.OPEN, 1)
    assert list(round_.rings(round_.ingrid)) == [follow_ups.key_of(weekly)]


def test_only_parents_who_said_yes_and_are_guided_by_this_mentor_may_get_it(round_: Round) -> None:
    jonas = round_.household.add(502, Role.PARENT, "Jonas", round_.family)
    everybody = [round_.hanne, jonas, round_.lies]

    def may(mentor: Person) -> list[int]:
        found = round_.do(lambda c: people.by_ids(c, round_.vault, [one.id for one in everybody]))
        return [one.id for one in round_.do(lambda c: follow_ups.may_get(c, mentor.id, found))]

    assert may(round_.ingrid) == [round_.hanne.id, round_.lies.id]
    assert may(round_.samir) == []
    round_.do(lambda c: people.change(c, round_.lies.id, paused_until=people.STOPPED))
    assert may(round_.ingrid) == [round_.hanne.id]


def test_what_is_anchored_moves_along_or_lapses(round_: Round) -> None:
    meeting = round_.meets(20)
    before = round_.plan("before:2", [round_.hanne], 18, meeting)
    after = round_.plan("after:1", [round_.hanne], 21, meeting)

    later = round_.now + timedelta(days=30)
    round_.do(lambda c: follow_ups.appointment_moved(c, meeting, later, round_.now))
    moved = [round_.find(one).next_at for one in (before, after)]
    assert [one and (one.date() - later.date()).days for one in moved] == [-2, 1]
    assert round_.rings(round_.ingrid)[follow_ups.key_of(before)] == moved[0]

    sooner = round_.now + timedelta(days=1)
    round_.do(lambda c: follow_ups.appointment_moved(c, meeting, sooner, round_.now))
    assert round_.find(before).status == follow_ups.CANCELLED
    assert round_.find(after).status == follow_ups.OPEN
    round_.do(lambda c: follow_ups.appointment_gone(c, meeting, round_.now))
    assert round_.find(after).status == follow_ups.CANCELLED
    assert set(round_.rings(round_.ingrid).values()) == {round_.now}, "the mentor is to hear of it at once"


def test_a_hand_over_takes_one_family_out_and_offers_it_to_the_new_mentor(round_: Round) -> None:
    both = round_.plan("weeks:1", [round_.hanne, round_.lies])
    alone = round_.plan("once", [round_.hanne])
    other = round_.plan("once", [round_.lies])
    family = round_.family

    def work(connection: Connection) -> list[FollowUp]:
        found = follow_ups.hand_over(connection, round_.vault, family, round_.ingrid, round_.samir, round_.now)
        families.hand_over(connection, family, round_.samir.id)
        return found

    assert [one.id for one in round_.do(work)] == [both, alone]
    assert [round_.find(one).status for one in (both, alone, other)] == ["open", "cancelled", "open"]
    assert round_.find(both).content.asked == 1
    assert set(round_.rings(round_.ingrid)) == {follow_ups.key_of(both), follow_ups.key_of(other)}

    offers = round_.do(lambda c: follow_ups.offered_to(c, round_.vault, round_.samir.id))
    assert [one.rhythm.kind for one in offers] == ["weeks", "once"]
    assert round_.rings(round_.samir) == {}
    round_.household.passes(days=3)
    moment = round_.do(lambda c: follow_ups.take_over(c, round_.samir, offers[0], round_.now))
    round_.do(lambda c: follow_ups.let_go(c, offers[1]))
    assert moment
    assert round_.now < moment <= round_.now + timedelta(days=2)
    assert list(round_.rings(round_.samir)) == [follow_ups.key_of(offers[0].id)]
    assert round_.do(lambda c: follow_ups.offered_to(c, round_.vault, round_.samir.id)) == []


def test_how_it_went_is_told_for_each_receiver(round_: Round) -> None:
    number = round_.plan("weeks:1", [round_.hanne, round_.lies])

    def sends(to: Person) -> int:
        round_.household.passes(seconds=1)
        own, now = round_.ingrid.id, round_.now
        return round_.do(lambda c: letters.write(c, round_.vault, own, to.id, "Dag.", now, follow_up_id=number))

    first, _ = sends(round_.hanne), sends(round_.lies)
    round_.household.passes(hours=1)
    answered = round_.now
    round_.do(
        lambda c: letters.write(c, round_.vault, round_.hanne.id, round_.ingrid.id, "Ja.", answered, answers_id=first)
    )
    went = round_.do(lambda c: follow_ups.deliveries(c, [number]))
    assert went[number, round_.hanne.id].answered_at == answered
    assert went[number, round_.lies.id].answered_at is None
    assert not went[number, round_.lies.id].arrived

    sends(round_.hanne)
    went = round_.do(lambda c: follow_ups.deliveries(c, [number]))
    assert went[number, round_.hanne.id].answered_at is None, "the last one counts"


def test_what_is_over_goes_with_its_letters(round_: Round) -> None:
    over, going = round_.plan("once", [round_.hanne]), round_.plan("weeks:1", [round_.hanne])
    own, now = round_.ingrid.id, round_.now
    sent = round_.do(lambda c: letters.write(c, round_.vault, own, round_.hanne.id, "Dag.", now, follow_up_id=over))
    round_.do(lambda c: letters.write(c, round_.vault, round_.hanne.id, own, "Ja.", now, answers_id=sent))
    one = round_.find(over)
    round_.do(lambda c: follow_ups.went_out(c, round_.ingrid, one, now))

    round_.household.passes(days=800)
    round_.do(lambda c: sweeping.sweep(c, round_.vault, round_.now))
    left = round_.do(lambda c: list(c.execute(select(tables.follow_ups.c.id)).scalars()))
    assert left == [going]
    assert round_.do(lambda c: c.execute(select(func.count()).select_from(tables.letters)).scalar_one()) == 0
