"""Local times around the change of the clocks, checked against a list of all minutes made from UTC upwards."""

from bisect import bisect_right
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.schedule.local_time import (
    EVERY_DAY,
    PartOfDay,
    instant_on,
    is_within,
    local,
    local_date,
    next_instant,
    part_of_day,
)

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
HOME_ZONES = [AMSTERDAM, ZoneInfo("Europe/Brussels")]
SPRING_SWITCHES = [date(2026, 3, 29), date(2027, 3, 28), date(2028, 3, 26)]
AUTUMN_SWITCHES = [date(2026, 10, 25), date(2027, 10, 31), date(2028, 10, 29)]
SWITCHES = SPRING_SWITCHES + AUTUMN_SWITCHES
ALL_MINUTES = [time(hour, minute) for hour in range(24) for minute in range(60)]
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)

ODD_ZONES = [
    "Europe/Amsterdam",
    "America/St_Johns",
    "America/Havana",
    "America/Santiago",
    "America/Nuuk",
    "Africa/Cairo",
    "Africa/Casablanca",
    "Asia/Beirut",
    "Asia/Kathmandu",
    "Asia/Tehran",
    "Atlantic/Azores",
    "Australia/Lord_Howe",
    "Antarctica/Troll",
    "Pacific/Apia",
    "Pacific/Chatham",
    "Pacific/Kiritimati",
    "UTC",
]
zones = st.sampled_from(ODD_ZONES).map(ZoneInfo)
instants = st.integers(0, 31 * 365 * 1440).map(lambda minutes: datetime(2005, 1, 1, tzinfo=UTC) + minutes * MINUTE)
minutes_of_day = st.sampled_from(ALL_MINUTES)
weekday_sets = st.frozensets(st.integers(0, 6), min_size=1)


def utc(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=UTC)


def minutes_around(day: date, zone: ZoneInfo) -> Iterator[tuple[datetime, datetime]]:
    """Every UTC minute from two days before until three days after ``day``, with its local wall time."""
    start = datetime(day.year, day.month, day.day, tzinfo=UTC) - 2 * DAY
    for number in range(5 * 1440):
        instant = start + number * MINUTE
        yield instant, instant.astimezone(zone).replace(tzinfo=None)


@cache
def first_occurrences(day: date, zone: ZoneInfo) -> dict[date, dict[time, datetime]]:
    """Per full local date: for each of the 1,440 minutes the first instant at which the clock shows it or later."""
    seen: dict[date, dict[time, datetime]] = {}
    for instant, wall in minutes_around(day, zone):
        seen.setdefault(wall.date(), {}).setdefault(wall.time(), instant)
    expected: dict[date, dict[time, datetime]] = {}
    for local_day in (day - DAY, day, day + DAY):
        upcoming: datetime | None = None
        expected[local_day] = {}
        for at in reversed(ALL_MINUTES):
            upcoming = seen[local_day].get(at, upcoming)
            assert upcoming is not None
            expected[local_day][at] = upcoming
    return expected


@pytest.mark.parametrize("zone", HOME_ZONES, ids=str)
@pytest.mark.parametrize("day", SWITCHES, ids=str)
def test_every_minute_around_a_switch_is_exact(day: date, zone: ZoneInfo) -> None:
    expected = first_occurrences(day, zone)
    for local_day, instant_of in expected.items():
        for at in ALL_MINUTES:
            assert instant_on(local_day, at, zone) == instant_of[at]


@pytest.mark.parametrize("zone", HOME_ZONES, ids=str)
@pytest.mark.parametrize("day", SWITCHES, ids=str)
def test_every_minute_fires_once_per_local_day_around_a_switch(day: date, zone: ZoneInfo) -> None:
    expected = first_occurrences(day, zone)
    for at in ALL_MINUTES:
        instant = instant_on(day - DAY, at, zone) - MINUTE
        for local_day in (day - DAY, day, day + DAY):
            following = next_instant(instant, at, zone)
            assert following == expected[local_day][at]
            assert following > instant
            assert local_date(following, zone) == local_day
            instant = following


@pytest.mark.parametrize("zone", HOME_ZONES, ids=str)
@pytest.mark.parametrize("day", [SPRING_SWITCHES[0], AUTUMN_SWITCHES[0]], ids=str)
@pytest.mark.parametrize("at", [time(2, 30), time(19, 30)], ids=str)
def test_the_next_instant_is_right_from_every_minute(day: date, zone: ZoneInfo, at: time) -> None:
    fires = [instant_of[at] for instant_of in first_occurrences(day, zone).values()]
    for after, _ in minutes_around(day, zone):
        if fires[0] - DAY / 2 <= after < fires[-1]:
            assert next_instant(after, at, zone) == fires[bisect_right(fires, after)]


@pytest.mark.parametrize("zone", HOME_ZONES, ids=str)
@pytest.mark.parametrize("day", SPRING_SWITCHES, ids=str)
def test_every_skipped_minute_moves_to_three_o_clock(day: date, zone: ZoneInfo) -> None:
    end_of_gap = utc(day.year, day.month, day.day, 1)
    assert {instant_on(day, time(2, minute), zone) for minute in range(60)} == {end_of_gap}
    assert local(end_of_gap, zone).time() == time(3)


@pytest.mark.parametrize("zone", HOME_ZONES, ids=str)
@pytest.mark.parametrize("day", AUTUMN_SWITCHES, ids=str)
def test_every_doubled_minute_means_the_first(day: date, zone: ZoneInfo) -> None:
    for minute in range(60):
        first = instant_on(day, time(2, minute), zone)
        assert first == utc(day.year, day.month, day.day, 0, minute)
        between_the_two = first + timedelta(minutes=30)
        assert local_date(next_instant(between_the_two, time(2, minute), zone), zone) == day + DAY


def test_a_fold_mark_on_the_asked_time_changes_nothing() -> None:
    assert instant_on(AUTUMN_SWITCHES[0], time(2, 30, fold=1), AMSTERDAM) == utc(2026, 10, 25, 0, 30)


def test_an_ordinary_evening_in_winter_and_in_summer() -> None:
    assert next_instant(utc(2026, 1, 5, 12), time(19, 30), AMSTERDAM) == utc(2026, 1, 5, 18, 30)
    assert next_instant(utc(2026, 7, 6, 12), time(19, 30), AMSTERDAM) == utc(2026, 7, 6, 17, 30)


def test_the_instant_itself_is_not_its_own_successor() -> None:
    assert next_instant(utc(2026, 1, 5, 18, 30), time(19, 30), AMSTERDAM) == utc(2026, 1, 6, 18, 30)


def test_only_the_allowed_weekdays_count_and_they_are_local() -> None:
    sunday = frozenset({6})
    late_saturday_in_utc_is_sunday_here = utc(2026, 1, 10, 23, 30)
    assert next_instant(late_saturday_in_utc_is_sunday_here, time(0, 45), AMSTERDAM, sunday) == utc(2026, 1, 10, 23, 45)
    assert next_instant(utc(2026, 1, 10, 23, 45), time(0, 45), AMSTERDAM, sunday) == utc(2026, 1, 17, 23, 45)


def test_a_date_that_a_zone_skipped_has_no_moment_of_its_own() -> None:
    apia = ZoneInfo("Pacific/Apia")
    thursday_evening = instant_on(date(2011, 12, 29), time(20), apia)
    assert local_date(next_instant(thursday_evening, time(10), apia), apia) == date(2011, 12, 31)
    assert local_date(next_instant(thursday_evening, time(10), apia, frozenset({4})), apia) == date(2012, 1, 6)


def test_instants_in_another_zone_than_utc_are_understood() -> None:
    assert next_instant(utc(2026, 1, 5, 12).astimezone(ZoneInfo("Asia/Tokyo")), time(19, 30), AMSTERDAM) == utc(
        2026, 1, 5, 18, 30
    )


def test_naive_datetimes_zoned_times_and_odd_weekdays_are_refused() -> None:
    naive = utc(2026, 1, 5, 12).replace(tzinfo=None)
    with pytest.raises(ValueError, match="time zone"):
        next_instant(naive, time(19, 30), AMSTERDAM)
    with pytest.raises(ValueError, match="time zone"):
        local(naive, AMSTERDAM)
    with pytest.raises(ValueError, match="time zone"):
        local_date(naive, AMSTERDAM)
    with pytest.raises(ValueError, match="no zone"):
        instant_on(date(2026, 1, 5), time(19, 30, tzinfo=UTC), AMSTERDAM)
    for days in (frozenset[int](), frozenset({7})):
        with pytest.raises(ValueError, match="days must be"):
            next_instant(utc(2026, 1, 5), time(19, 30), AMSTERDAM, days)


@settings(max_examples=120)
@given(instants, minutes_of_day, zones, weekday_sets)
def test_the_chain_is_strictly_increasing_and_names_each_allowed_date_once(
    after: datetime, at: time, zone: ZoneInfo, days: frozenset[int]
) -> None:
    chain = [after]
    for _ in range(8):
        chain.append(next_instant(chain[-1], at, zone, days))
    fires = chain[1:]
    assert all(earlier < later for earlier, later in zip(chain, fires, strict=False))
    assert all(fire.tzinfo is UTC for fire in fires)
    dates = [local_date(fire, zone) for fire in fires]
    assert len(set(dates)) == len(dates)
    assert {day.weekday() for day in dates} <= days
    assert all(local(fire, zone).time() >= at for fire in fires)


@settings(max_examples=200)
@given(instants, minutes_of_day, zones)
def test_no_existing_moment_is_passed_over(after: datetime, at: time, zone: ZoneInfo) -> None:
    found = next_instant(after, at, zone)
    assert found - after <= timedelta(days=2, hours=2)
    if zone.key != "Pacific/Apia":
        assert found - after <= timedelta(days=1, hours=2)


@settings(max_examples=200)
@given(instants, zones)
def test_a_minute_that_exists_once_comes_back_unchanged(instant: datetime, zone: ZoneInfo) -> None:
    wall = local(instant, zone)
    found = instant_on(wall.date(), wall.time(), zone)
    assert found == instant or (wall.fold == 1 and found < instant)
    assert local(found, zone).replace(tzinfo=None) == wall.replace(tzinfo=None, fold=0)


@pytest.mark.parametrize(
    ("at", "start", "end", "inside"),
    [
        (time(19, 30), time(18), time(21), True),
        (time(18), time(18), time(21), True),
        (time(21), time(18), time(21), False),
        (time(3), time(18), time(21), False),
        (time(23), time(22), time(7), True),
        (time(3), time(22), time(7), True),
        (time(22), time(22), time(7), True),
        (time(7), time(22), time(7), False),
        (time(12), time(22), time(7), False),
        (time(12), time(8), time(8), True),
        (time(23, 59), time(22), time(0), True),
        (time(0), time(22), time(0), False),
    ],
)
def test_windows(at: time, start: time, end: time, inside: bool) -> None:
    assert is_within(at, start, end) is inside


@given(minutes_of_day, minutes_of_day, minutes_of_day)
def test_a_window_and_its_complement_split_the_day(at: time, start: time, end: time) -> None:
    if start != end:
        assert is_within(at, start, end) != is_within(at, end, start)


@pytest.mark.parametrize(
    ("at", "part"),
    [
        (time(0), PartOfDay.NIGHT),
        (time(5, 59), PartOfDay.NIGHT),
        (time(6), PartOfDay.MORNING),
        (time(11, 59), PartOfDay.MORNING),
        (time(12), PartOfDay.AFTERNOON),
        (time(17, 59), PartOfDay.AFTERNOON),
        (time(18), PartOfDay.EVENING),
        (time(23, 59), PartOfDay.EVENING),
    ],
)
def test_parts_of_the_day(at: time, part: PartOfDay) -> None:
    assert part_of_day(at) is part
    assert part_of_day(at) in ("nacht", "ochtend", "middag", "avond")


def test_every_day_is_all_seven_weekdays() -> None:
    assert {day.weekday() for day in (date(2026, 1, 1) + n * DAY for n in range(7))} == EVERY_DAY
