"""What may be done with an appointment, and when it is spoken of: the decisions, without a database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import product
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.care import quiet
from bot.care.appointment_rules import (
    AGREED,
    CANCELLED,
    HAPPENED,
    MISSED,
    PROPOSED,
    Act,
    Appointment,
    Details,
    Side,
    clashes,
    may,
)
from bot.care.appointment_times import DECENT, asked_after, morning_of, mornings, next_moment, reminders
from bot.schedule.local_time import is_within

HOME = ZoneInfo("Europe/Amsterdam")
NOW = datetime(2027, 3, 1, 12, tzinfo=UTC)
MENTOR, PARENT = 1, 2
STATUSES = (PROPOSED, AGREED, CANCELLED, HAPPENED, MISSED)
ENDED = (CANCELLED, HAPPENED, MISSED)


def appointment(
    status: str = AGREED,
    *,
    asked_by: int | None = None,
    starts: timedelta = timedelta(days=2),
    move_to: timedelta | None = None,
    mentor: int | None = MENTOR,
    minutes: int = 60,
    number: int = 1,
) -> Appointment:
    moved = NOW + move_to if move_to is not None else None
    return Appointment(number, 9, mentor, "talk", NOW + starts, minutes, HOME, status, asked_by, moved, 0, Details())


AHEAD, BEHIND = timedelta(days=2), timedelta(days=-2)
EVERY = [
    appointment(status, asked_by=asked_by, starts=starts, move_to=move_to, mentor=mentor)
    for status, asked_by, starts, move_to, mentor in product(
        STATUSES, (None, MENTOR, PARENT), (AHEAD, BEHIND), (None, AHEAD, BEHIND), (MENTOR, None)
    )
    if status not in ENDED or (asked_by is None and move_to is None)
]


@pytest.mark.parametrize("one", EVERY, ids=repr)
def test_there_is_always_a_way_on(one: Appointment) -> None:
    """The mentor always can do something; a parent too, as long as there is a mentor or something to let go."""
    if one.mentor_id:
        assert may(one, Side.MENTOR, NOW)
        assert may(one, Side.PARENT, NOW)
    elif one.status == PROPOSED or (one.status == AGREED and one.starts_at > NOW):
        assert Act.CANCEL in may(one, Side.PARENT, NOW)


@pytest.mark.parametrize("one", EVERY, ids=repr)
def test_nobody_says_yes_to_their_own_proposal(one: Appointment) -> None:
    sides = [side for side in Side if Act.AGREE in may(one, side, NOW)]
    assert len(sides) <= 1
    if one.asked_by == MENTOR and one.mentor_id:
        assert sides in ([], [Side.PARENT])
    if one.asked_by == PARENT:
        assert sides in ([], [Side.MENTOR])
    if sides:
        assert one.wanted_at > NOW


@pytest.mark.parametrize("one", EVERY, ids=repr)
def test_only_the_mentor_decides_whether_it_took_place_and_only_afterwards(one: Appointment) -> None:
    decides = {Act.HAPPENED, Act.MISSED}
    assert not decides & may(one, Side.PARENT, NOW)
    if one.starts_at > NOW:
        assert not decides & may(one, Side.MENTOR, NOW)


def test_what_was_over_by_mistake_can_be_set_right() -> None:
    assert Act.MISSED in may(appointment(HAPPENED, starts=BEHIND), Side.MENTOR, NOW)
    assert Act.HAPPENED in may(appointment(MISSED, starts=BEHIND), Side.MENTOR, NOW)


def test_when_who_asked_is_gone_the_mentor_looks_at_it_anew() -> None:
    assert appointment(PROPOSED).waits_for is Side.MENTOR
    assert appointment(PROPOSED, asked_by=MENTOR).waits_for is Side.PARENT
    assert appointment(AGREED, move_to=AHEAD, asked_by=PARENT).waits_for is Side.MENTOR
    assert appointment(AGREED).waits_for is None


@pytest.mark.parametrize(
    ("starts", "minutes", "clash"),
    [
        (60, 60, False),
        (59, 60, True),
        (-60, 60, False),
        (-59, 60, True),
        (10, 15, True),
        (-30, 180, True),
        (0, 60, True),
    ],
)
def test_what_touches_does_not_overlap(starts: int, minutes: int, clash: bool) -> None:
    other = appointment(minutes=60)
    at = other.starts_at + timedelta(minutes=starts)
    assert bool(clashes(at, minutes, [other])) is clash


def test_a_time_that_is_asked_for_is_taken_too() -> None:
    other = appointment(move_to=timedelta(days=3))
    assert clashes(NOW + timedelta(days=3, minutes=30), 60, [other]) == [other]
    assert clashes(NOW + timedelta(days=2, minutes=30), 60, [other]) == [other]


# --- when it is spoken of ---------------------------------------------------------------------------------------------

ZONES = st.sampled_from(
    ["Europe/Amsterdam", "Europe/Brussels", "America/New_York", "Asia/Tokyo", "Australia/Lord_Howe"]
)
CLOCKS = st.times().map(lambda at: at.replace(second=0, microsecond=0, tzinfo=None))
HOURS = st.none() | st.tuples(CLOCKS, CLOCKS).map(lambda both: quiet.written(*both))
INSTANTS = st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1)).map(  # noqa: DTZ001 - made aware here
    lambda at: at.replace(second=0, microsecond=0, tzinfo=UTC)
)


def is_in(moment: datetime, zone: ZoneInfo, hours: str | None) -> bool:
    return is_within(moment.astimezone(zone).time().replace(tzinfo=None), *quiet.read(hours or DECENT))


@given(INSTANTS, ZONES, HOURS)
def test_reminders_come_before_it_and_never_in_quiet_hours(starts_at: datetime, zone: str, hours: str | None) -> None:
    here = ZoneInfo(zone)
    moments = reminders(starts_at, here, hours)
    assert 1 <= len(moments) <= 2
    assert moments == sorted(set(moments))
    for moment in moments:
        assert moment <= starts_at - timedelta(hours=2)
        assert starts_at - moment <= timedelta(days=3)
        assert is_in(moment, here, hours) or _jumped(moment, here)


def _jumped(moment: datetime, zone: ZoneInfo) -> bool:
    """Whether the clock was put forward or back close to it, so that hours are not as long as they say."""
    around = [(moment + timedelta(hours=hours)).astimezone(zone).utcoffset() for hours in (-26, 0, 26)]
    return len(set(around)) > 1


@given(INSTANTS, ZONES, HOURS)
def test_it_is_asked_after_the_end_in_somebodys_hours(ends_at: datetime, zone: str, hours: str | None) -> None:
    moment = asked_after(ends_at, ZoneInfo(zone), hours)
    assert moment > ends_at
    assert moment - ends_at <= timedelta(days=1, hours=2)
    assert is_in(moment, ZoneInfo(zone), hours) or _jumped(moment, ZoneInfo(zone))


@given(INSTANTS, HOURS)
def test_one_moment_follows_the_other_until_it_is_over(starts_at: datetime, hours: str | None) -> None:
    ends_at, now, seen = starts_at + timedelta(hours=1), starts_at - timedelta(days=30), []
    while (moment := next_moment(starts_at, ends_at, HOME, hours, now)) is not None:
        seen.append(moment)
        now = moment
    assert seen == sorted(seen)
    assert seen[-1] > ends_at
    assert len(seen) in (2, 3)


def at_home(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=HOME).astimezone(UTC)


@pytest.mark.parametrize(
    ("starts", "hours", "comes"),
    [
        ("2027-03-03T14:30", None, ["2027-03-02T14:30", "2027-03-03T12:30"]),
        ("2027-03-03T08:30", None, ["2027-03-02T21:30"]),  # half past six is too early: the evening before
        ("2027-03-03T14:30", "18:00-21:00", ["2027-03-02T20:30"]),
        ("2027-03-28T14:30", None, ["2027-03-27T14:30", "2027-03-28T12:30"]),  # the clock went forward that night
        ("2027-10-31T14:30", None, ["2027-10-30T14:30", "2027-10-31T12:30"]),  # and back
        ("2027-03-28T09:30", None, ["2027-03-27T09:30", "2027-03-28T07:30"]),
    ],
)
def test_the_day_before_and_two_hours_before(starts: str, hours: str | None, comes: list[str]) -> None:
    assert reminders(at_home(starts), HOME, hours) == [at_home(one) for one in comes]


def test_a_parent_elsewhere_is_reminded_on_their_own_clock() -> None:
    """Half past two at home is half past eight in New York: two hours earlier is night there."""
    (moment,) = reminders(at_home("2027-03-03T14:30"), ZoneInfo("America/New_York"), None)
    assert moment.astimezone(ZoneInfo("America/New_York")).strftime("%d %H:%M") == "02 21:30"


def test_a_mentors_morning() -> None:
    starts = [at_home("2027-03-03T14:30"), at_home("2027-03-03T10:00"), at_home("2027-03-05T08:00")]
    first = at_home("2027-03-03T07:30")
    assert mornings(starts, HOME, at_home("2027-03-02T12:00")) == first
    assert mornings(starts, HOME, first) == at_home("2027-03-05T07:00") == morning_of(starts[2], HOME)
    assert mornings(starts, HOME, at_home("2027-03-05T07:00")) is None
    assert mornings([], HOME, first) is None
