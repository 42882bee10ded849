"""The moment at which conflicts come back: found in enough of them, and not in fewer."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.care.conflicts import ENOUGH, WINDOW, Conflict, Moment, find, hot_moment, read
from bot.care.records import Field, Record

ZONE = ZoneInfo("Europe/Amsterdam")
MONDAY = date(2027, 3, 1)
NOON = datetime(2027, 3, 1, 11, 0, tzinfo=UTC)


def at(weekday: int, clock: str, place: str = "", kind: str = "") -> Conflict:
    moment = time.fromisoformat(clock)
    return Conflict(weekday, moment.hour * 60 + moment.minute, place, kind)


def record(fields: dict[str, str], day: date = MONDAY) -> Record:
    return Record(1, "a.1", "conflict", None, day, NOON, {name: Field(value) for name, value in fields.items()})


@pytest.mark.parametrize("count", range(ENOUGH))
def test_fewer_than_three_tell_nothing(count: int) -> None:
    found = find([at(1, "18:00", "kitchen", "eating")] * count)
    assert found == Moment(count)
    assert not found.is_enough


def test_three_at_dinner_on_working_days() -> None:
    found = find([at(day, clock, "kitchen", "eating") for day, clock in ((1, "18:05"), (2, "18:20"), (4, "18:10"))])
    assert found == Moment(3, 3, time(18), "12345", "kitchen", "eating")
    assert found.before == time(17, 30)


@pytest.mark.parametrize(
    ("weekdays", "days"),
    [
        ((3, 3, 3), "3"),
        ((3, 3, 3, 5), "3"),
        ((3, 3, 3, 5, 1), "12345"),
        ((1, 1, 3), "13"),
        ((6, 7, 7), "67"),
        ((5, 6, 7), "1234567"),
    ],
)
def test_no_wider_than_the_days_that_were(weekdays: tuple[int, ...], days: str) -> None:
    assert find([at(day, "08:00") for day in weekdays]).days == days


def test_scattered_over_the_day_is_no_moment() -> None:
    scattered = [at(day, clock) for day, clock in ((1, "07:30"), (2, "12:30"), (3, "16:00"), (4, "20:00"))]
    assert find(scattered).at is None
    # Three of eight together may be chance ...
    most = [*scattered, *scattered, at(1, "18:00")]
    assert find([*most, at(3, "18:30")]).at is None
    # ... unless all were on the same day of the week.
    wednesdays = [at(3, "12:45"), at(3, "13:00"), at(3, "13:15")]
    found = find([*scattered, *scattered, *wednesdays])
    assert (found.at, found.days, found.times) == (time(13), "3", 3)


def test_without_a_time_the_place_and_the_subject_may_still_be_the_same() -> None:
    found = find([Conflict(place="shop", kind="screen")] * 3 + [Conflict(place="shop")])
    assert (found.at, found.before, found.place, found.kind) == (None, None, "shop", "screen")


def test_a_place_counts_from_half_on() -> None:
    dinners = [at(1, "18:00", "kitchen")] * 3
    assert find([*dinners, *[at(2, "18:00", "shop")] * 3]).place == "kitchen"
    assert find([*dinners, *[at(2, "18:00")] * 4]).place == ""


def test_just_after_midnight_is_reminded_of_on_the_same_day() -> None:
    assert find([at(6, "00:10")] * 3).before == time(0)


@given(
    st.lists(
        st.builds(
            Conflict,
            st.none() | st.integers(1, 7),
            st.none() | st.integers(0, 1439),
            st.sampled_from(["", "kitchen", "shop"]),
            st.sampled_from(["", "eating"]),
        ),
        max_size=30,
    )
)
def test_what_is_found_was_there(conflicts: list[Conflict]) -> None:
    found = find(conflicts)
    assert found.count == len(conflicts)
    if found.at:
        start = found.at.hour * 60 + found.at.minute
        near = [
            one
            for one in conflicts
            if one.minute is not None and str(one.weekday) in found.days and abs(one.minute - start) < WINDOW + 30
        ]
        assert ENOUGH <= found.times <= len(near)
    for value, known in (
        (found.place, [one.place for one in conflicts]),
        (found.kind, [one.kind for one in conflicts]),
    ):
        assert not value or known.count(value) >= ENOUGH


@pytest.mark.parametrize(
    ("fields", "weekday", "minute"),
    [
        ({"when": "now"}, 1, 12 * 60),
        ({"when": "earlier", "time": "t0730"}, 1, 450),
        ({"when": "earlier", "time": "16:45"}, 1, 1005),
        ({"when": "earlier"}, 1, None),
        ({"when": "other", "weekday": "d1", "time": "t1800"}, 7, 1080),
        ({"when": "other", "weekday": "w3", "time": "t1800"}, 3, 1080),
        ({"when": "other", "time": "9999"}, None, None),
        ({"when": "other", "weekday": "w9"}, None, None),
        ({}, None, None),
    ],
)
def test_when_a_conflict_was(fields: dict[str, str], weekday: int | None, minute: int | None) -> None:
    conflict = read(record(fields), ZONE)
    assert (conflict.weekday, conflict.minute) == (weekday, minute)


def test_what_is_long_ago_does_not_count() -> None:
    said = {"when": "other", "weekday": "w1", "time": "t1800"}
    dinners = [record(said, MONDAY - timedelta(days=days)) for days in (0, 7, 80)]
    assert hot_moment(dinners, ZONE, MONDAY) == Moment(2)
