"""When what comes in a group: in order, on days that it is open, late rather than not, and nothing twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.care import groups, peer_weeks
from bot.care.groups import Group, Settings
from bot.care.peer_weeks import HOUR_USEFUL, LASTS, PARTS, Step, Theme, Week
from flows.engine.library import Library, load

HOME = ZoneInfo("Europe/Amsterdam")
MONDAY = date(2027, 3, 1)
days = st.sets(st.sampled_from("1234567"), min_size=1).map(lambda found: "".join(sorted(found)))
mondays = st.integers(0, 300).map(lambda number: date(2026, 1, 5) + timedelta(weeks=number))


def group(days: str = "1234567", *hours: str) -> Group:
    settings = Settings("Avondploeg", days=days, hours=hours)
    made = datetime(2026, 1, 1, tzinfo=UTC)
    return Group(1, groups.RELAY, groups.OPEN, 1, None, 8, HOME, made, None, settings)


def week(monday: date = MONDAY, step: int = 0) -> Week:
    return Week(1, 1, monday, "making_up", step)


def local(written: str) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=HOME)


@given(days, mondays)
def test_the_steps_come_in_order_on_open_days_at_decent_hours(open_days: str, monday: date) -> None:
    found = peer_weeks.moments(group(open_days), week(monday))
    assert len(found) == len(Step)
    assert all(later - earlier >= timedelta(hours=1) for earlier, later in pairwise(found))
    for at in found:
        there = at.astimezone(HOME)
        assert str(there.isoweekday()) in open_days
        assert 9 <= there.hour <= 21


@given(days, st.lists(mondays, min_size=1, max_size=4, unique=True), st.integers(0, 14 * 24))
def test_each_step_is_taken_once_and_the_timer_is_never_in_the_past(
    open_days: str, starts: list[date], hours_later: int
) -> None:
    """As the service does it: at each timer what is due is taken, with the server away for a while in between."""
    own = group(open_days)
    weeks = [replace(week(day), id=number) for number, day in enumerate(sorted(starts))]
    now = peer_weeks.moments(own, weeks[0])[0] - timedelta(days=1)
    took: list[tuple[int, Step]] = []
    for _ in range(2000):
        at = peer_weeks.next_step_at(own, weeks, now)
        if at is None:
            break
        assert at > now
        now = at if len(took) != 2 else max(at, at + timedelta(hours=hours_later))
        while due := peer_weeks.due(own, weeks, now):
            took.append((due.week.id, due.step))
            weeks = [replace(one, step=one.step + 1) if one.id == due.week.id else one for one in weeks]
            if not due.stale:
                break
    assert all(one.is_over for one in weeks)
    assert sorted(took) == [(one.id, step) for one in weeks for step in Step]


def test_a_part_that_was_missed_comes_the_next_day() -> None:
    own, late = group(), local("2027-03-01T16:00")
    assert peer_weeks.due(own, [week()], late) is not None
    assert peer_weeks.next_step_at(own, [week()], late) == local("2027-03-02T12:30")
    assert peer_weeks.next_step_at(group("1"), [week()], late) == local("2027-03-08T12:30")


@pytest.mark.parametrize(
    ("step", "now", "stale"),
    [
        (Step.KNOWLEDGE, "2027-03-07T12:30", False),
        (Step.KNOWLEDGE, "2027-03-09T12:30", True),
        (Step.CHECKIN, "2027-03-07T18:00", False),
        (Step.CHECKIN, "2027-03-08T12:30", True),
        (Step.PICTURE, "2027-03-08T12:30", True),
        (Step.LOOK, "2027-03-11T12:30", False),
        (Step.LOOK, "2027-03-14T12:30", True),
    ],
)
def test_what_is_too_late_is_left_out(step: Step, now: str, stale: bool) -> None:
    due = peer_weeks.due(group(), [week(step=step)], local(now))
    assert due is not None
    assert (due.step, due.stale) == (step, stale)


def test_how_it_went_is_asked_in_the_week_after() -> None:
    at = peer_weeks.moments(group(), week())[Step.LOOK].astimezone(HOME)
    assert at == local("2027-03-10T17:00")


def test_a_week_has_the_same_hours_when_the_clocks_change() -> None:
    for monday in (date(2027, 3, 22), date(2027, 10, 25)):
        there = [at.astimezone(HOME).strftime("%H:%M") for at in peer_weeks.moments(group(), week(monday))]
        assert there == ["12:30", "12:30", "12:30", "12:30", "10:30", "20:30", "17:00"]


# --- set hours --------------------------------------------------------------------------------------------------------


def test_a_set_hour_begins_and_ends() -> None:
    own = group("1234567", "2 20:00")
    begins = peer_weeks.next_hour_at(own, local("2027-03-01T12:00"))
    assert begins == local("2027-03-02T20:00")
    assert begins is not None
    assert peer_weeks.hour_edge(own, begins) == "begins"
    ends = peer_weeks.next_hour_at(own, begins)
    assert ends == begins + LASTS
    assert peer_weeks.hour_edge(own, begins + LASTS) == "ends"
    assert peer_weeks.next_hour_at(own, begins + LASTS) == local("2027-03-09T20:00")
    assert peer_weeks.hour_edge(own, begins + HOUR_USEFUL) == ""
    assert peer_weeks.next_hour_at(group(), begins) is None


def test_hours_that_touch_are_one() -> None:
    own = group("1234567", "2 20:00", "2 21:00")
    assert [peer_weeks.hour_edge(own, local(f"2027-03-02T{hour}:00")) for hour in (20, 21, 22)] == [
        "begins",
        "begins",
        "ends",
    ]


# --- the ready themes -------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def library() -> Library:
    return load()


def test_there_are_themes_for_twelve_weeks_each_with_four_parts(library: Library) -> None:
    found = {name: peer_weeks.theme_of(entry) for name, entry in library.decks[peer_weeks.DECK].entries.items()}
    assert len(found) >= 12
    assert len({one.name for one in found.values()}) == len(found)
    for name, one in found.items():
        assert all(one.part(step) for step in list(Step)[: len(PARTS)]), name
        assert one.look.endswith("?"), name
        assert len(name) <= 20, "it goes into a button"
        assert len(one.name) <= 40, "it stands on a button"


def test_a_part_that_was_left_out_says_nothing() -> None:
    assert Theme("Samen eten", knowledge="Iets.").part(Step.EXERCISE) == ""
    assert Theme("Samen eten").part(Step.CHECKIN) == ""
