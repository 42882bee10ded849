"""Column types: instants come back in UTC from both databases, and ids are in order of time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Connection, insert, select, text
from sqlalchemy.exc import StatementError

from bot.store.database import Database
from bot.store.tables import families
from bot.store.types import MAX_ID, new_id, read_id


def _kept(database: Database, instant: datetime) -> datetime:
    database.do(lambda connection: connection.execute(insert(families).values(id=1, created_at=instant)))
    return database.do(lambda connection: connection.execute(select(families.c.created_at)).scalar_one())


@pytest.mark.parametrize(
    "zone", [UTC, ZoneInfo("Europe/Amsterdam"), ZoneInfo("Pacific/Kiritimati")], ids=["utc", "amsterdam", "kiritimati"]
)
def test_an_instant_comes_back_in_utc(database: Database, zone: ZoneInfo) -> None:
    instant = datetime(2027, 3, 28, 3, 30, 1, 234567, tzinfo=zone)
    found = _kept(database, instant)
    assert found == instant
    assert found.utcoffset() == timedelta(0)


def test_the_second_two_thirty_of_october_is_another_instant(database: Database) -> None:
    home = ZoneInfo("Europe/Amsterdam")
    second = datetime(2026, 10, 25, 2, 30, tzinfo=home, fold=1)
    assert _kept(database, second) == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


def test_a_naive_instant_is_refused(database: Database) -> None:
    with pytest.raises(StatementError, match="an instant needs a time zone"):
        _kept(database, datetime(2027, 3, 1, 19, 30))  # noqa: DTZ001
    with pytest.raises(StatementError, match="an instant needs a time zone"):
        database.do(
            lambda connection: connection.execute(
                select(families.c.id).where(families.c.created_at < datetime(2027, 3, 1))  # noqa: DTZ001
            )
        )


def test_instants_compare_in_order_of_time(database: Database) -> None:
    first = datetime(2027, 3, 1, 9, 59, 59, 999999, tzinfo=UTC)
    later = datetime(2027, 3, 1, 10, 0, tzinfo=ZoneInfo("Europe/Amsterdam")) + timedelta(hours=1)
    _kept(database, first)
    found = database.do(
        lambda connection: connection.execute(select(families.c.id).where(families.c.created_at < later)).all()
    )
    assert len(found) == 1


def test_postgresql_keeps_instants_with_their_zone(postgresql: Database) -> None:
    """The server's own zone does not matter."""

    def work(connection: Connection) -> datetime:
        connection.execute(text("SET LOCAL timezone = 'America/New_York'"))
        connection.execute(insert(families).values(id=1, created_at=datetime(2027, 3, 1, 12, tzinfo=UTC)))
        return connection.execute(select(families.c.created_at)).scalar_one()

    assert postgresql.do(work) == datetime(2027, 3, 1, 12, tzinfo=UTC)


def test_ids_fit_and_follow_time() -> None:
    start = datetime(2027, 3, 1, tzinfo=UTC)
    ids = [new_id(start + timedelta(milliseconds=number)) for number in range(1000)]
    assert ids == sorted(ids)
    assert len({new_id(start) for _ in range(200)}) > 195
    assert 0 < new_id(datetime(2039, 1, 1, tzinfo=UTC)) <= MAX_ID


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("1842", 1842),
        (str(MAX_ID), MAX_ID),
        (str(MAX_ID + 1), 0),
        ("9" * 5000, 0),
        ("-1", 0),
        ("٣", 0),
        ("²", 0),
        ("een", 0),
        ("", 0),
    ],
)
def test_what_no_row_can_have_is_read_as_no_id(written: str, meant: int) -> None:
    assert read_id(written) == meant
