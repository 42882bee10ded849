"""Timers and the ticker: each due one becomes one input, and a rhythm keeps its local time when the clocks change."""

from __future__ import annotations

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Connection, select, text

from bot.schedule import ticker
from bot.store import inbox, timers
from bot.store.database import Database
from bot.store.tables import inbox as inbox_table
from bot.store.timers import Timer
from bot.store.vault import Vault

HOME = ZoneInfo("Europe/Amsterdam")
HANNE, JONAS = 501, 502


class Alarm:
    """The timers of one database."""

    def __init__(self, database: Database, vault: Vault, now: datetime) -> None:
        self.database, self.vault, self.now = database, vault, now

    def put(self, *given: Timer) -> None:
        def work(connection: Connection) -> None:
            for timer in given:
                timers.put(connection, timer)

        self.database.do(work)

    def of(self, chat_id: int) -> dict[str, Timer]:
        return self.database.do(lambda connection: timers.of_chat(connection, chat_id))

    def fire(self, most: int = ticker.BATCH) -> int:
        return self.database.do(lambda connection: ticker.fire_due(connection, self.vault, self.now, most))

    def rang(self) -> list[tuple[int, dict[str, object]]]:
        """What stands in the inbox: chat and payload."""

        def work(connection: Connection) -> list[tuple[int, dict[str, object]]]:
            rows = connection.execute(select(inbox_table).order_by(inbox_table.c.id)).all()
            assert all(row.kind == "timer" and row.update_id is None for row in rows)
            return [
                (row.chat_id, json.loads(self.vault.open(inbox.PLACE, row.seal, row.payload_sealed))) for row in rows
            ]

        return self.database.do(work)

    def keys(self) -> list[str]:
        return [str(payload["key"]) for _, payload in self.rang()]


@pytest.fixture
def alarm(database: Database, vault: Vault, now: datetime) -> Alarm:
    return Alarm(database, vault, now)


def _once(key: str, due_at: datetime, chat_id: int = HANNE) -> Timer:
    return Timer(chat_id, key, due_at, late_after=3600, turn=4)


def _rhythm(at: str, due_at: datetime | None, days: str = "1234567", zone: str = "Europe/Amsterdam") -> Timer:
    return Timer(HANNE, "evening", due_at, late_after=7200, local_time=at, days=days, zone=zone)


# --- setting ----------------------------------------------------------------------------------------------------------


def test_a_timer_is_kept_whole(alarm: Alarm, now: datetime) -> None:
    rhythm, once = _rhythm("19:30", now), _once("pause", now)
    alarm.put(rhythm, once)
    assert alarm.of(HANNE) == {"evening": rhythm, "pause": once}
    assert alarm.of(JONAS) == {}


def test_setting_it_again_replaces_all_of_it(alarm: Alarm, now: datetime) -> None:
    alarm.put(_rhythm("19:30", now))
    alarm.put(Timer(HANNE, "evening", now + timedelta(hours=1), late_after=5))
    assert alarm.of(HANNE) == {"evening": Timer(HANNE, "evening", now + timedelta(hours=1), late_after=5)}


def test_dropping_takes_away_what_is_named(alarm: Alarm, now: datetime) -> None:
    alarm.put(_once("a", now), _once("b", now), _once("c", now), _once("a", now, JONAS))
    alarm.database.do(lambda connection: timers.drop(connection, HANNE, "a", "b", "never set"))
    assert alarm.of(HANNE).keys() == {"c"}
    assert alarm.of(JONAS).keys() == {"a"}


def test_when_the_first_is_due(alarm: Alarm, now: datetime) -> None:
    assert alarm.database.do(timers.next_due) is None
    alarm.put(_rhythm("19:30", None), _once("b", now + timedelta(hours=2)), _once("a", now + timedelta(hours=1)))
    assert alarm.database.do(timers.next_due) == now + timedelta(hours=1)


# --- going off --------------------------------------------------------------------------------------------------------


def test_what_is_due_becomes_an_input_and_what_comes_once_is_gone(alarm: Alarm, now: datetime) -> None:
    alarm.put(_once("due", now), _once("not yet", now + timedelta(microseconds=1)))
    assert alarm.fire() == 1
    assert alarm.rang() == [(HANNE, {"key": "due", "due_at": now.isoformat(), "late_after": 3600, "turn": 4})]
    assert alarm.of(HANNE).keys() == {"not yet"}
    assert alarm.fire() == 0


def test_the_longest_due_goes_first(alarm: Alarm, now: datetime) -> None:
    alarm.put(*(_once(f"{minutes}", now - timedelta(minutes=minutes)) for minutes in (1, 30, 5)))
    assert alarm.fire(2) == 2
    assert alarm.fire(2) == 1
    assert alarm.keys() == ["30", "5", "1"]


def test_a_rhythm_that_rests_does_not_go_off(alarm: Alarm) -> None:
    alarm.put(_rhythm("19:30", None))
    assert alarm.fire() == 0
    assert alarm.of(HANNE)["evening"].local_time == "19:30"


def test_a_rhythm_moves_on_and_keeps_what_it_is(alarm: Alarm, now: datetime) -> None:
    alarm.put(_rhythm("19:30", now))
    alarm.fire()
    assert alarm.of(HANNE)["evening"] == _rhythm("19:30", now + timedelta(days=1))


def test_a_rhythm_goes_off_once_for_all_that_was_missed(alarm: Alarm, now: datetime) -> None:
    """After a week of standing still there is one input, with the moment that it was meant for."""
    alarm.put(_rhythm("19:30", now))
    alarm.now = now + timedelta(days=7, hours=1)
    alarm.fire()
    assert [payload["due_at"] for _, payload in alarm.rang()] == [now.isoformat()]
    assert alarm.of(HANNE)["evening"].due_at == now + timedelta(days=8)
    assert alarm.fire() == 0


def _evenings(alarm: Alarm, at: str, days: str, start: str, count: int) -> list[str]:
    """The local moments at which a rhythm goes off, one after another."""
    begin = datetime.fromisoformat(start).replace(tzinfo=HOME).astimezone(UTC)
    alarm.put(_rhythm(at, begin, days))
    moments = []
    for _ in range(count):
        due_at = alarm.of(HANNE)["evening"].due_at
        assert due_at is not None
        alarm.now = due_at
        assert alarm.fire() == 1
        moments.append(f"{due_at.astimezone(HOME):%a %d %b %H:%M %z}")
        assert alarm.fire() == 0
    return moments


@pytest.mark.parametrize(
    ("at", "days", "start", "moments"),
    [
        ("19:30", "1234567", "2027-03-27T19:30", ["Sat 27 Mar 19:30 +0100", "Sun 28 Mar 19:30 +0200"]),
        ("19:30", "1234567", "2026-10-24T19:30", ["Sat 24 Oct 19:30 +0200", "Sun 25 Oct 19:30 +0100"]),
        (
            "02:30",
            "1234567",
            "2027-03-27T02:30",
            ["Sat 27 Mar 02:30 +0100", "Sun 28 Mar 03:00 +0200", "Mon 29 Mar 02:30 +0200"],
        ),
        (
            "02:30",
            "1234567",
            "2026-10-24T02:30",
            ["Sat 24 Oct 02:30 +0200", "Sun 25 Oct 02:30 +0200", "Mon 26 Oct 02:30 +0100"],
        ),
        ("19:30", "7", "2026-10-18T19:30", ["Sun 18 Oct 19:30 +0200", "Sun 25 Oct 19:30 +0100"]),
        (
            "19:30",
            "56",
            "2027-03-26T19:30",
            ["Fri 26 Mar 19:30 +0100", "Sat 27 Mar 19:30 +0100", "Fri 02 Apr 19:30 +0200"],
        ),
    ],
    ids=["into summer", "into winter", "in the gap", "in the fold", "weekly", "weekend"],
)
def test_a_rhythm_keeps_its_local_time_when_the_clocks_change(
    alarm: Alarm, at: str, days: str, start: str, moments: Sequence[str]
) -> None:
    assert _evenings(alarm, at, days, start, len(moments)) == moments


@pytest.mark.parametrize(
    "broken",
    [
        _rhythm("19:30", datetime(2027, 1, 1, tzinfo=UTC), zone="Mars/Olympus"),
        _rhythm("19:30", datetime(2027, 1, 1, tzinfo=UTC), days="8"),
        _rhythm("late", datetime(2027, 1, 1, tzinfo=UTC)),
        _rhythm("19:30", datetime(2027, 1, 1, tzinfo=UTC), days="x"),
    ],
    ids=["zone", "day", "time", "days"],
)
def test_a_rhythm_that_nobody_understands_goes_off_once_more_and_stops_no_other(
    alarm: Alarm, now: datetime, broken: Timer
) -> None:
    """A time zone may be renamed under our feet; then one person's timer rests, not everybody's."""
    alarm.put(broken, _once("fine", now, JONAS))
    assert alarm.fire() == 2
    assert alarm.keys() == ["evening", "fine"]
    assert alarm.of(HANNE)["evening"].due_at is None
    assert alarm.fire() == 0


# --- all or nothing, and only once ------------------------------------------------------------------------------------


def test_a_timer_is_not_lost_when_its_input_is_not_kept(alarm: Alarm, now: datetime) -> None:
    alarm.put(_once("a", now), _rhythm("19:30", now))

    def work(connection: Connection) -> None:
        ticker.fire_due(connection, alarm.vault, now)
        raise LookupError

    with pytest.raises(LookupError):
        alarm.database.do(work)
    assert alarm.rang() == []
    assert alarm.of(HANNE).keys() == {"a", "evening"}
    assert alarm.fire() == 2


def test_two_tickers_at_once_do_not_fire_the_same(postgresql: Database, vault: Vault, now: datetime) -> None:
    alarm = Alarm(postgresql, vault, now)
    alarm.put(_once("a", now), _rhythm("19:30", now))
    with ThreadPoolExecutor(1) as pool, postgresql.engine.begin() as one:
        assert ticker.fire_due(one, vault, now) == 2
        other = pool.submit(alarm.fire)
        assert other.result(10) == 0
    assert sorted(alarm.keys()) == ["a", "evening"]
    assert alarm.fire() == 0


def test_a_timer_that_is_set_anew_while_it_goes_off_is_set(postgresql: Database, vault: Vault, now: datetime) -> None:
    alarm = Alarm(postgresql, vault, now)
    alarm.put(_once("pause", now))
    anew = _once("pause", now + timedelta(hours=1))
    with ThreadPoolExecutor(1) as pool, postgresql.engine.begin() as one:
        assert ticker.fire_due(one, vault, now) == 1
        other = pool.submit(alarm.put, anew)
        one.commit()
        other.result(10)
    assert alarm.of(HANNE) == {"pause": anew}


def test_many_tickers_fire_each_timer_once(database_url: str, vault: Vault, now: datetime) -> None:
    whole = Database(database_url)
    alarm = Alarm(whole, vault, now)
    alarm.put(*(_once(f"t{number}", now, 1 + number % 7) for number in range(200)))

    def tick(_: int) -> int:
        own = Database(database_url)
        fired = [Alarm(own, vault, now).fire(most=7) for _ in range(20)]
        own.close()
        return sum(fired)

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(tick, range(4))) == 200
    assert sorted(alarm.keys()) == sorted(f"t{number}" for number in range(200))
    assert whole.do(lambda connection: connection.execute(text("SELECT count(*) FROM timers")).scalar()) == 0
    whole.close()
