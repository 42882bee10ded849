"""The hours at which somebody may be spoken to unasked."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.care import quiet
from bot.schedule.local_time import is_within

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
_times = st.times().map(lambda at: at.replace(second=0, microsecond=0, tzinfo=None))
_zones = st.sampled_from(["Europe/Amsterdam", "America/Curacao", "Asia/Kolkata", "Pacific/Apia"]).map(ZoneInfo)


@pytest.mark.parametrize(
    ("hours", "now", "wanted"),
    [
        ("18:00-21:00", "2027-03-01T17:59", "2027-03-01T18:00"),
        ("18:00-21:00", "2027-03-01T18:00", None),
        ("18:00-21:00", "2027-03-01T20:59", None),
        ("18:00-21:00", "2027-03-01T21:00", "2027-03-02T18:00"),
        ("22:00-07:00", "2027-03-01T03:00", None),
        ("22:00-07:00", "2027-03-01T07:00", "2027-03-01T22:00"),
        ("02:30-05:00", "2027-03-27T12:00", "2027-03-28T03:00"),  # The clocks go forward: there is no half past two.
        (None, "2027-03-01T03:00", None),
    ],
)
def test_until_when_it_waits(hours: str | None, now: str, wanted: str | None) -> None:
    found = quiet.start_of(hours, AMSTERDAM, datetime.fromisoformat(now).replace(tzinfo=AMSTERDAM))
    assert (found and found.astimezone(AMSTERDAM).strftime("%Y-%m-%dT%H:%M")) == wanted


@given(_times, _times, st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1)), _zones)  # noqa: DTZ001 - in UTC below
def test_what_waits_comes_within_a_day_or_so_and_within_the_hours(
    start: time, end: time, moment: datetime, zone: ZoneInfo
) -> None:
    now = moment.replace(tzinfo=UTC)
    found = quiet.start_of(quiet.written(start, end), zone, now)
    if found is None:
        assert is_within(now.astimezone(zone).time(), start, end)
        return
    assert now < found <= now + timedelta(hours=26)
    assert not is_within(now.astimezone(zone).time(), start, end)
    assert found.astimezone(zone).time() >= start


def test_they_are_read_as_they_are_written() -> None:
    assert quiet.read(quiet.written(time(9, 5), time(21, 0))) == (time(9, 5), time(21, 0))
