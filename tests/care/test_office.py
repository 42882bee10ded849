"""Office hours on any clock: who is at work, how much office time passed, and whose turn it is."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.care import office
from bot.care.office import OfficeHours

HOME = ZoneInfo("Europe/Amsterdam")
ZONES = [ZoneInfo(name) for name in ("Europe/Amsterdam", "Europe/London", "America/Paramaribo", "Pacific/Apia")]
MINUTE = timedelta(minutes=1)

times = st.builds(time, st.integers(0, 23), st.integers(0, 59))


@st.composite
def some_hours(draw: st.DrawFn) -> OfficeHours:
    start, end = draw(st.lists(times, min_size=2, max_size=2, unique=True).map(sorted))
    days = draw(st.frozensets(st.integers(1, 7), min_size=1))
    return OfficeHours(days, start, end, draw(st.sampled_from(ZONES)))


def _between(first: tuple[int, int, int], last: tuple[int, int, int]) -> st.SearchStrategy[datetime]:
    return st.datetimes(datetime(*first), datetime(*last), timezones=st.just(UTC))  # noqa: DTZ001 - in `timezones`


# At any time, and around the changes of the clocks.
moments = st.one_of(
    _between((2026, 1, 1), (2028, 12, 31)),
    _between((2027, 3, 27), (2027, 3, 30)),
    _between((2027, 10, 30), (2027, 11, 2)),
)
teams = st.lists(some_hours(), min_size=1, max_size=3)


def _home(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=HOME)


# --- as kept ----------------------------------------------------------------------------------------------------------


@given(some_hours())
def test_hours_are_kept_as_text_that_fits(hours: OfficeHours) -> None:
    assert office.read(hours.kept, hours.zone) == hours
    assert len(hours.kept) <= 19


@pytest.mark.parametrize(
    "kept", ["", "12345", "12345 17:00-09:00", "1 09:00-09:00", "8 09:00-17:00", "1 25:00-26:00", "1 09.00-17.00"]
)
def test_what_cannot_be_read_is_the_default(kept: str) -> None:
    assert office.read(kept, HOME) is None
    assert office.hours(kept, HOME) == office.hours(None, HOME) == office.read(office.DEFAULT, HOME)


# --- at work ----------------------------------------------------------------------------------------------------------


@given(some_hours(), moments)
def test_at_work_is_what_the_local_clock_says(hours: OfficeHours, now: datetime) -> None:
    local = now.astimezone(hours.zone)
    fits = local.isoweekday() in hours.days and hours.start <= local.time() < hours.end
    if local.utcoffset() == (local - timedelta(hours=3)).utcoffset() == (local + timedelta(hours=3)).utcoffset():
        assert hours.is_at_work(now) == fits


@pytest.mark.parametrize(
    ("day", "worked"),
    [("2027-03-26", 8), ("2027-03-28", 23), ("2027-10-29", 8), ("2027-10-31", 25)],
)
def test_a_day_is_as_long_as_the_clocks_make_it(day: str, worked: int) -> None:
    sunday = datetime.fromisoformat(day).isoweekday() == 7
    start, end = (time(0), time(23, 59)) if sunday else (time(9), time(17))
    hours = OfficeHours(frozenset({7 if sunday else 5}), start, end, HOME)
    begin = _home(f"{day}T00:00")
    passed = office.passed([hours], begin, begin + timedelta(days=2))
    assert passed == timedelta(hours=worked) - (MINUTE if sunday else timedelta())


@given(teams, moments)
def test_back_at_is_the_first_moment_that_somebody_is_there(team: list[OfficeHours], now: datetime) -> None:
    back = office.back_at(team, now)
    if back is None:  # All of them work less than a minute in a skipped hour.
        assert not office.anybody_at_work(team, now)
        return
    assert back >= now
    assert office.anybody_at_work(team, back)
    if back > now:
        assert not office.anybody_at_work(team, now)
        assert not office.anybody_at_work(team, back - timedelta(microseconds=1))


# --- office time ------------------------------------------------------------------------------------------------------


@given(teams, moments, st.timedeltas(MINUTE, timedelta(hours=3)))
def test_after_is_when_that_much_office_time_has_passed(
    team: list[OfficeHours], since: datetime, wait: timedelta
) -> None:
    moment = office.after(team, since, wait)
    if moment is None:
        return
    assert office.passed(team, since, moment) == wait
    assert office.passed(team, since, moment - timedelta(microseconds=1)) < wait


@given(teams, moments, st.timedeltas(timedelta(), timedelta(days=4)), st.timedeltas(timedelta(), timedelta(days=4)))
def test_office_time_adds_up_and_is_never_more_than_time(
    team: list[OfficeHours], since: datetime, first: timedelta, second: timedelta
) -> None:
    middle, until = since + first, since + first + second
    whole = office.passed(team, since, until)
    assert whole == office.passed(team, since, middle) + office.passed(team, middle, until)
    assert timedelta() <= whole <= until - since
    assert max(office.passed([one], since, until) for one in team) <= whole


def test_a_quarter_of_an_hour_over_the_weekend() -> None:
    hours = [office.hours(None, HOME)]
    assert office.after(hours, _home("2027-03-26T16:50"), 15 * MINUTE) == _home("2027-03-29T09:05")
    assert office.after(hours, _home("2027-03-26T16:45"), 15 * MINUTE) == _home("2027-03-26T17:00")
    assert office.after(hours, _home("2027-03-27T12:00"), 15 * MINUTE) == _home("2027-03-29T09:15")


# --- whose turn it is -------------------------------------------------------------------------------------------------


@given(teams, teams, moments, st.timedeltas(timedelta(), timedelta(days=3)))
def test_the_next_are_never_later_than_the_wait_and_come_at_once_when_nobody_else_is_there(
    asked: list[OfficeHours], following: list[OfficeHours], since: datetime, later: timedelta
) -> None:
    now, wait = since + later, 15 * MINUTE
    moment = office.next_in_turn(asked, following, since, wait, now)
    waited = office.after(asked, since, wait)
    if moment is None:
        assert waited is None
        return
    assert moment >= now
    if waited:
        assert moment <= max(waited, now)
    if not office.anybody_at_work(asked, now) and office.anybody_at_work(following, now):
        assert moment == now
    assert moment == max(waited or moment, now) or (
        office.anybody_at_work(following, moment) and not office.anybody_at_work(asked, moment)
    )
