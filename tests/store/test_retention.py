"""How long things are kept: each goes by itself when its time has come, never before, however the clock moves."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, insert, select, update

from bot.care import (
    alerts,
    coming,
    consents,
    group_ends,
    groups,
    letters,
    looks,
    notes,
    people,
    retention,
    sweeping,
)
from bot.care.notes import Piece
from bot.care.people import Person, Role
from bot.care.retention import ASK_BEFORE_ERASING, RULES, Kind
from bot.store import inbox, outbox, tables, timers
from bot.store.database import Database
from bot.store.inbox import Arrival
from bot.store.outbox import Call, Settled
from bot.store.vault import Vault
from tests.store.household import HANNE, INGRID, JONAS, STRANGER, UNPACED, Household

ROOT = Path(__file__).parents[2]
SECOND = timedelta(seconds=1)


@pytest.fixture
def household(database: Database, vault: Vault, now: datetime) -> Household:
    return Household(database, vault, now)


def _sweep(household: Household, most: int = sweeping.BATCH) -> dict[str, int]:
    return dict(
        household.database.do(lambda connection: sweeping.sweep(connection, household.vault, household.now, most))
    )


# --- the table --------------------------------------------------------------------------------------------------------


def test_every_rule_is_carried_out() -> None:
    assert sweeping.SWEEPS.keys() == RULES.keys() == set(Kind)


def test_the_page_for_those_who_judge_us_tells_the_same() -> None:
    assert retention.as_table() in (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


def test_periods_are_said_in_dutch() -> None:
    assert (retention.in_dutch(Kind.LETTERS), retention.in_dutch(Kind.UNDECIDED)) == ("2 jaar", "30 dagen")


# --- each kind, with the clock moved ----------------------------------------------------------------------------------


class House:
    """A mentor and a parent, and one of everything that goes by itself."""

    def __init__(self, household: Household) -> None:
        self.household = household
        self.mentor = household.add(INGRID, Role.MENTOR, "Ingrid")
        self.hanne = household.add(HANNE, Role.PARENT, "Hanne", household.found(self.mentor))
        self._number = 0

    def make(self, kind: Kind) -> None:
        """One of a kind, now."""
        self.household.database.do(_MAKE[kind](self))

    def count(self, kind: Kind) -> int:
        return self.household.database.do(_COUNT[kind])

    @property
    def now(self) -> datetime:
        return self.household.now

    @property
    def next(self) -> int:
        self._number += 1
        return self._number


def _note(house: House) -> Callable[[Connection], object]:
    key, now = f"run{house.next}.1", house.now
    piece = Piece("text", "dag", None, 7)
    return lambda connection: notes.add(connection, house.household.vault, house.hanne.id, key, piece, now.date(), now)


def _letter(house: House) -> Callable[[Connection], object]:
    return lambda connection: letters.write(
        connection, house.household.vault, house.hanne.id, house.mentor.id, "dag", house.now
    )


def _look(house: House) -> Callable[[Connection], object]:
    def work(connection: Connection) -> None:
        looks.add(
            connection, house.household.vault, house.hanne.id, looks.Look("Ingrid", "mentor", "moment", house.now)
        )

    return work


def _alert(house: House) -> Callable[[Connection], object]:
    def work(connection: Connection) -> None:
        made = alerts.make(connection, house.hanne.id, house.now)
        alerts.call(connection, made.id, house.mentor.id, house.now)

    return work


def _handled(house: House, *, dead: bool) -> Callable[[Connection], object]:
    def work(connection: Connection) -> None:
        inbox.accept(connection, house.household.vault, [Arrival(JONAS, "update", b"{}")], house.now)
        item = inbox.take(connection, house.household.vault, house.now + timedelta(days=1))
        assert item
        if dead:
            for _ in range(inbox.MAX_ATTEMPTS):
                inbox.fail(connection, item.id, "x", house.now)
        else:
            inbox.finish(connection, item)

    return work


def _sent(house: House) -> Callable[[Connection], object]:
    def work(connection: Connection) -> None:
        outbox.put(connection, house.household.vault, [Call(JONAS, "sent")], house.now)
        (one,) = outbox.take(connection, house.household.vault, "a", UNPACED, house.now)
        outbox.settle(connection, "a", [Settled(one.id, "sent", 1)], house.now)

    return work


def _invitation(house: House) -> Callable[[Connection], object]:
    """Counted from its expiry, so it is made to expire now."""
    number = house.next
    return lambda connection: connection.execute(
        insert(tables.invitations).values(
            id=number, code_hash=bytes([number]) * 32, role=1, name_sealed=b"x", expires_at=house.now
        )
    )


def _reminder(house: House) -> Callable[[Connection], object]:
    return lambda connection: coming.note(connection, house.hanne, "evening", coming.CAME, house.now)


def _group(house: House) -> Callable[[Connection], object]:
    """Counted from its closing; nobody guides it, so that it closes now."""

    def work(connection: Connection) -> None:
        settings = groups.Settings("Rustige avonden")
        group = groups.found(connection, house.household.vault, house.mentor, 8, settings, house.now)
        group_ends.close(connection, group.id, house.now + retention.period(Kind.GROUPS))

    return work


def _guest(house: House) -> Callable[[Connection], object]:
    chat = 5000 + house.next
    return lambda connection: connection.execute(
        insert(tables.conversations).values(
            chat_id=chat, state_sealed=house.household.vault.seal(people.STATE, chat, b"{}"), active_at=house.now
        )
    )


_MAKE: dict[Kind, Callable[[House], Callable[[Connection], object]]] = {
    Kind.UNDECIDED: _note,
    Kind.LETTERS: _letter,
    Kind.LOOKS: _look,
    Kind.ALERTS: _alert,
    Kind.INBOX: lambda house: _handled(house, dead=False),
    Kind.DEAD: lambda house: _handled(house, dead=True),
    Kind.OUTBOX: _sent,
    Kind.INVITATIONS: _invitation,
    Kind.GROUPS: _group,
    Kind.REMINDERS: _reminder,
    Kind.GUESTS: _guest,
}


def _counting(table: object, *conditions: object) -> Callable[[Connection], int]:
    query = select(table).where(*conditions)  # type: ignore[call-overload]
    return lambda connection: len(connection.execute(query).all())


_COUNT: dict[Kind, Callable[[Connection], int]] = {
    Kind.UNDECIDED: _counting(tables.records.c.id),
    Kind.LETTERS: _counting(tables.letters.c.id),
    Kind.ALERTS: _counting(tables.alerts.c.id),
    Kind.INBOX: _counting(tables.inbox.c.id, tables.inbox.c.status == "done"),
    Kind.DEAD: _counting(tables.inbox.c.id, tables.inbox.c.status == "dead"),
    Kind.OUTBOX: _counting(tables.outbox.c.id),
    Kind.INVITATIONS: _counting(tables.invitations.c.id),
    Kind.GROUPS: _counting(tables.peer_groups.c.id),
    Kind.REMINDERS: _counting(tables.reminder_log.c.id),
    Kind.GUESTS: _counting(tables.conversations.c.chat_id),
}


def test_every_kind_is_tried_below() -> None:
    assert _MAKE.keys() | {Kind.SILENT} == set(Kind)


@pytest.mark.parametrize("kind", sorted(_COUNT))
def test_it_is_there_until_its_time_and_not_after(household: Household, kind: Kind) -> None:
    house = House(household)
    house.make(kind)
    household.now += retention.period(kind)
    _sweep(household)
    assert house.count(kind) == 1
    household.now += SECOND
    assert _sweep(household) == {kind.value: 1}
    assert house.count(kind) == 0


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_is_made_when_and_however_often_is_swept(
    sqlite_database: Database, vault: Vault, data: st.DataObject
) -> None:
    """What is left is exactly what is younger than its period."""
    _empty(sqlite_database)
    house = House(Household(sqlite_database, vault, datetime(2027, 3, 1, 12, tzinfo=UTC)))
    made: list[tuple[Kind, datetime]] = []
    steps = st.tuples(st.sampled_from(sorted(_COUNT)), st.integers(0, 400), st.booleans())
    for kind, days, sweeps in data.draw(st.lists(steps, min_size=1, max_size=12)):
        house.make(kind)
        made.append((kind, house.now))
        house.household.passes(days=days, seconds=1)
        if sweeps:
            _sweep(house.household)
    _sweep(house.household)
    young = [kind for kind, moment in made if moment >= house.now - retention.period(kind)]
    assert {kind: house.count(kind) for kind in _COUNT} == {kind: young.count(kind) for kind in _COUNT}


@pytest.fixture
def sqlite_database(sqlite_url: str) -> Database:
    return Database(sqlite_url)


def _empty(database: Database) -> None:
    def work(connection: Connection) -> None:
        connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
        connection.execute(update(tables.families).values(mentor_id=None))
        for table in reversed(tables.metadata.sorted_tables):
            connection.execute(table.delete())

    database.do(work)


def test_no_more_goes_at_once_than_a_batch(household: Household) -> None:
    house = House(household)
    for _ in range(5):
        house.make(Kind.LETTERS)
    household.now += retention.period(Kind.LETTERS) + SECOND
    assert [_sweep(household, 2).get("letters", 0) for _ in range(4)] == [2, 2, 1, 0]


def test_what_was_decided_on_stays(household: Household) -> None:
    house = House(household)
    house.make(Kind.UNDECIDED)
    household.database.do(lambda connection: notes.decide_to_keep(connection, house.hanne.id, "run1.1"))
    household.now += timedelta(days=600)
    _sweep(household)
    assert house.count(Kind.UNDECIDED) == 1


# --- looks ------------------------------------------------------------------------------------------------------------


def test_the_chain_of_looks_holds_after_the_old_ones_went(household: Household) -> None:
    house = House(household)
    for _ in range(3):
        house.make(Kind.LOOKS)
        household.passes(days=200)
    household.now += retention.period(Kind.LOOKS) - timedelta(days=500)

    def log(connection: Connection) -> looks.Log:
        return looks.read(connection, household.vault, house.hanne.id)

    assert _sweep(household)["looks"] == 1
    assert "looks" not in _sweep(household)
    left = household.database.do(log)
    assert (len(left.looks), left.broken) == (2, None)
    house.make(Kind.LOOKS)
    household.passes(days=900)
    assert _sweep(household)["looks"] == 1
    left = household.database.do(log)
    assert (left.looks, left.broken) == ([], None)
    house.make(Kind.LOOKS)
    assert household.database.do(log).broken is None


def test_a_look_that_somebody_else_takes_away_still_shows(household: Household) -> None:
    house = House(household)
    for _ in range(3):
        house.make(Kind.LOOKS)
        household.passes(days=1)

    def take_away(connection: Connection) -> None:
        first = connection.execute(select(tables.looks.c.id).order_by(tables.looks.c.id).limit(1)).scalar_one()
        connection.execute(tables.looks.delete().where(tables.looks.c.id == first))

    household.database.do(take_away)
    assert household.database.do(lambda one: looks.verify(one, household.vault, house.hanne.id))


# --- a parent who gives no sign ---------------------------------------------------------------------------------------


def _timers(household: Household, person: Person) -> dict[str, datetime | None]:
    found = household.database.do(lambda connection: timers.of_chat(connection, person.chat_id))
    return {key: timer.due_at for key, timer in found.items()}


def test_a_silent_parent_is_asked_a_month_before_the_end_and_once(household: Household) -> None:
    house = House(household)
    came = household.now
    household.now = came + retention.period(Kind.SILENT) - ASK_BEFORE_ERASING - timedelta(minutes=1)
    assert _sweep(household) == {}
    household.now += timedelta(minutes=1)
    assert _sweep(household) == {"silent": 1}
    assert _timers(household, house.hanne) == {
        sweeping.STILL_THERE: household.now,
        sweeping.GOODBYE: household.now + ASK_BEFORE_ERASING,
    }
    household.passes(days=1)
    assert _sweep(household) == {}


def test_only_parents_are_asked_and_only_silent_ones(household: Household) -> None:
    house = House(household)
    household.add(STRANGER, Role.PARENT | Role.MENTOR, "Mieke")
    household.now += retention.period(Kind.SILENT)

    def says_something(connection: Connection) -> None:
        connection.execute(
            insert(tables.conversations).values(chat_id=HANNE, state_sealed=b"x", active_at=household.now)
        )

    household.database.do(says_something)
    assert _sweep(household) == {}
    assert _timers(household, house.hanne) == {}


def test_consent_is_kept_for_as_long_as_somebody_is_there(household: Household) -> None:
    house = House(household)
    household.database.do(lambda connection: consents.give(connection, house.hanne.id, "use", household.now))
    household.now += timedelta(days=650)
    _sweep(household)
    assert household.database.do(lambda connection: consents.holds(connection, house.hanne.id, "use"))
