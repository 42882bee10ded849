"""Why a family asks for its mentor's attention: decided from days and numbers alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.care import attention
from bot.care.attention import Asked, Lately, Meeting, Reason, Signs, Why, Wrote, reasons

ZONE = ZoneInfo("Europe/Amsterdam")
NOW = datetime(2027, 3, 1, 12, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def _meeting(after: timedelta, status: str = "agreed", *, waits: bool = False) -> Meeting:
    return Meeting(NOW + after, NOW + after + HOUR, status, waits)


def _why(signs: Signs, now: datetime = NOW) -> list[Why]:
    return [one.why for one in reasons(signs, now, ZONE)]


def test_nothing_asks_for_nothing() -> None:
    assert reasons(Signs(), NOW, ZONE) == []
    assert reasons(Signs(last_sign=NOW - 13 * DAY), NOW, ZONE) == []


def test_all_at_once_in_order() -> None:
    signs = Signs(
        asked=[Asked(1, NOW, taken_up=False), Asked(2, NOW - DAY, taken_up=True)],
        unreachable=[3],
        wrote=[Wrote(1, NOW - DAY)],
        meetings=[_meeting(-2 * HOUR), _meeting(2 * HOUR), _meeting(DAY), _meeting(9 * DAY, "proposed", waits=True)],
        drafts=1,
        proposals=[NOW - 3 * DAY],
        running=[NOW - timedelta(hours=1)],
        new=2,
    )
    assert _why(signs) == [
        Why.HELP,
        Why.LETTER,
        Why.TOOK_PLACE,
        Why.TODAY,
        Why.ASKED,
        Why.UNREACHABLE,
        Why.HELP_SEEN,
        Why.TOMORROW,
        Why.REPORT,
        Why.PROPOSALS,
        Why.SHARED,
    ]


@pytest.mark.parametrize(
    ("now", "wanted"),
    [
        ("2027-02-28T22:30+00:00", [Why.TOMORROW]),
        ("2027-02-28T23:30+00:00", [Why.TODAY]),
        ("2027-03-01T22:15+00:00", [Why.TODAY]),
        ("2027-03-01T23:30+00:00", [Why.TOOK_PLACE]),
    ],
)
def test_days_are_the_mentor_s_own(now: str, wanted: list[Why]) -> None:
    late = datetime(2027, 3, 1, 22, 0, tzinfo=UTC)  # eleven in the evening, in Amsterdam
    signs = Signs(meetings=[Meeting(late, late + HOUR, "agreed")])
    assert _why(signs, datetime.fromisoformat(now)) == wanted


def test_two_parents_of_one_family_are_one_reason() -> None:
    signs = Signs(wrote=[Wrote(1, NOW - DAY), Wrote(2, NOW - 3 * DAY)])
    assert reasons(signs, NOW, ZONE) == [Reason(Why.LETTER, NOW - 3 * DAY, (1, 2), 2)]


def test_old_letters_and_calls_that_were_taken_up_pass() -> None:
    long_ago = NOW - 31 * DAY
    assert _why(Signs(wrote=[Wrote(1, long_ago)], asked=[Asked(1, long_ago, taken_up=True)])) == []
    assert _why(Signs(asked=[Asked(1, long_ago, taken_up=False)])) == [Why.HELP]


def test_a_resolution_is_due_after_two_weeks_in_which_they_did_not_meet() -> None:
    taken = NOW - 15 * DAY
    assert _why(Signs(running=[taken])) == [Why.DUE]
    assert _why(Signs(running=[taken], meetings=[_meeting(-20 * DAY, "happened")])) == [Why.DUE]
    assert _why(Signs(running=[taken], meetings=[_meeting(-3 * DAY, "happened")])) == []


def test_silence_of_who_asked_for_quiet_or_cannot_be_reached_says_nothing() -> None:
    silent = NOW - 20 * DAY
    assert reasons(Signs(last_sign=silent), NOW, ZONE) == [Reason(Why.SILENT, silent, count=2)]
    assert _why(Signs(last_sign=silent, resting=True)) == []
    assert _why(Signs(last_sign=silent, unreachable=[1])) == [Why.UNREACHABLE]


def test_the_next_meeting_is_the_first_that_is_not_over() -> None:
    running, later = _meeting(-HOUR / 2), _meeting(DAY, "proposed")
    assert attention.next_meeting([later, _meeting(-3 * HOUR), running], NOW) == running
    assert attention.next_meeting([later, _meeting(2 * HOUR, "happened")], NOW) == later
    assert attention.next_meeting([], NOW) is None


@pytest.mark.parametrize(
    ("days", "wanted"),
    [
        (None, (Lately.NEVER, 0)),
        (-1, (Lately.THIS_WEEK, 0)),
        (6, (Lately.THIS_WEEK, 0)),
        (7, (Lately.LAST_WEEK, 1)),
        (13, (Lately.LAST_WEEK, 1)),
        (14, (Lately.WEEKS, 2)),
        (60, (Lately.WEEKS, 8)),
    ],
)
def test_no_closer_than_a_week(days: int | None, wanted: tuple[Lately, int]) -> None:
    sign = None if days is None else NOW - days * DAY
    assert attention.lately(sign, NOW) == wanted


_moments = st.integers(-130_000, 130_000).map(lambda minutes: NOW + timedelta(minutes=minutes))
_meetings = st.builds(
    lambda at, status, waits: Meeting(at, at + HOUR, status, waits),
    _moments,
    st.sampled_from(("agreed", "proposed", "happened")),
    st.booleans(),
)
_signs = st.builds(
    Signs,
    asked=st.lists(st.builds(Asked, st.integers(1, 3), _moments, st.booleans()), max_size=2),
    unreachable=st.lists(st.just(1), max_size=1),
    wrote=st.lists(st.builds(Wrote, st.integers(1, 3), _moments), max_size=2),
    meetings=st.lists(_meetings, max_size=3),
    drafts=st.integers(0, 2),
    proposals=st.lists(_moments, max_size=1),
    running=st.lists(_moments, max_size=1),
    new=st.integers(0, 1),
    last_sign=st.none() | _moments,
    resting=st.booleans(),
)


@given(_signs, st.lists(_signs, max_size=2))
def test_each_reason_once_in_order_and_the_list_follows_it(signs: Signs, others: list[Signs]) -> None:
    found = _why(signs)
    assert found == sorted(set(found), key=list(Why).index)
    assert all(one.count for one in reasons(signs, NOW, ZONE))
    in_list = sorted((attention.order(reasons(one, NOW, ZONE), "naam"), _why(one)) for one in (signs, *others))
    ranks = [list(Why).index(why[0]) if why else len(Why) for _, why in in_list]
    assert ranks == sorted(ranks)
