"""When a message of a mentor goes out, over the change of the clocks too."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.care import follow_up_rhythm as rhythms
from bot.care.follow_up_rhythm import Rhythm
from bot.schedule.local_time import instant_on, local, local_date

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
ZONES = st.sampled_from([AMSTERDAM, ZoneInfo("Europe/Lisbon"), ZoneInfo("America/New_York"), ZoneInfo("Asia/Tokyo")])
DAYS = st.dates(date(2026, 1, 1), date(2030, 1, 1))
TIMES = st.times().map(lambda at: at.replace(second=0, microsecond=0))
STEADY = st.sampled_from([Rhythm("weeks", (1,)), Rhythm("weeks", (2,))])


def thin() -> Rhythm:
    found = rhythms.read(rhythms.WINDING_DOWN)
    assert found
    return found


def goes_out(rhythm: Rhythm, first: datetime, at: time, zone: ZoneInfo, most: int = 20) -> list[datetime]:
    """Every moment of a rhythm of which nothing comes late."""
    moments: list[datetime] = []
    following: datetime | None = first
    while following and len(moments) < most:
        moments.append(following)
        following = rhythms.following(rhythm, following, len(moments), at, zone, following)
    return moments


@pytest.mark.parametrize("kept", ["once", "weeks:1", "weeks:2", "thin:1,2,4,8,12", "before:2", "after:1"])
def test_is_read_as_it_is_kept(kept: str) -> None:
    found = rhythms.read(kept)

    assert found
    assert found.is_anchored == kept.startswith(("before", "after"))


@pytest.mark.parametrize(
    "kept", ["", "twice", "weeks:0", "weeks:", "thin:", "thin:1,,2", "thin:0", "before", "weeks:1 "]
)
def test_anything_else_is_no_rhythm(kept: str) -> None:
    assert rhythms.read(kept) is None


@given(DAYS, TIMES, ZONES)
def test_winding_down_goes_out_six_times_with_more_and_more_weeks_between(day: date, at: time, zone: ZoneInfo) -> None:
    moments = goes_out(thin(), instant_on(day, at, zone), at, zone)

    days = [local_date(moment, zone) for moment in moments]
    assert days[0] == day
    assert [(after - before).days // 7 for before, after in pairwise(days)] == [1, 2, 4, 8, 12]


@given(STEADY, DAYS, TIMES, ZONES)
def test_a_steady_rhythm_keeps_its_weekday_and_its_hour(rhythm: Rhythm, day: date, at: time, zone: ZoneInfo) -> None:
    moments = goes_out(rhythm, instant_on(day, at, zone), at, zone)

    assert len(moments) == 20
    assert {local_date(moment, zone).weekday() for moment in moments} == {local_date(moments[0], zone).weekday()}
    exact = [moment for moment in moments if local(moment, zone).time().replace(tzinfo=None) == at]
    assert all(moment == instant_on(local_date(moment, zone), at, zone) for moment in moments)
    assert len(exact) >= 18  # Once in a while an hour is skipped.


@given(
    STEADY | st.just(thin()), DAYS, TIMES, ZONES, st.timedeltas(timedelta(0), timedelta(days=200)), st.integers(1, 5)
)
def test_what_comes_late_comes_back_ahead_never_twice_at_once(
    rhythm: Rhythm, day: date, at: time, zone: ZoneInfo, late: timedelta, times: int
) -> None:
    planned = instant_on(day, at, zone)
    now = planned + late

    following = rhythms.following(rhythm, planned, times, at, zone, now)

    assert following
    assert following > now


def test_once_is_once_and_winding_down_ends() -> None:
    moment = datetime(2027, 3, 1, 9, tzinfo=UTC)

    assert rhythms.following(Rhythm("once"), moment, 1, time(10), AMSTERDAM, moment) is None
    assert rhythms.following(thin(), moment, 5, time(10), AMSTERDAM, moment)
    assert rhythms.following(thin(), moment, 6, time(10), AMSTERDAM, moment) is None


def test_the_clock_going_forward_leaves_the_hour_as_it_is() -> None:
    before = instant_on(date(2027, 3, 22), time(9), AMSTERDAM)

    following = rhythms.following(Rhythm("weeks", (1,)), before, 1, time(9), AMSTERDAM, before)

    assert following == datetime(2027, 3, 29, 7, tzinfo=UTC)
    assert following - before == timedelta(days=7) - timedelta(hours=1)


@given(DAYS, TIMES, TIMES, ZONES, st.integers(1, 10))
def test_around_an_appointment_it_is_so_many_days_away(
    day: date, starts: time, at: time, zone: ZoneInfo, days: int
) -> None:
    starts_at = instant_on(day, starts, zone)

    before = rhythms.around(Rhythm("before", (days,)), starts_at, at, zone)
    after = rhythms.around(Rhythm("after", (days,)), starts_at, at, zone)

    held_on = local_date(starts_at, zone)
    assert before == instant_on(held_on - timedelta(days=days), at, zone)
    assert after == instant_on(held_on + timedelta(days=days), at, zone)
    assert before < starts_at < after
    assert rhythms.still_fits(Rhythm("before", (days,)), starts_at, before, before - timedelta(seconds=1))
    assert not rhythms.still_fits(Rhythm("before", (days,)), starts_at, before, before)
    assert not rhythms.still_fits(Rhythm("after", (days,)), starts_at, after, after)
