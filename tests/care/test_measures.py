"""What is computed from signals, measurements and goals."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as some

from bot.care import goals, measurements, signals
from bot.care.records import Field, Record
from bot.care.signals import Good

MONDAY = date(2027, 3, 1)
ENDS: dict[str, Good] = {"care": "low", "worry": "low", "play": "high", "let_go": "high"}
THEMES = {"a": "load", "b": "load", "c": "load", "d": "support", "e": "support", "f": "support"}
POINTS = some.integers(0, 4)


def _record(day: date, number: int = 1, child_id: int | None = 7, **fields: object) -> Record:
    made = datetime.combine(day, datetime.min.time(), UTC)
    return Record(number, f"r.{number}", "any", child_id, day, made, {name: Field(one) for name, one in fields.items()})


# --- signals ----------------------------------------------------------------------------------------------------------


def test_weeks_follow_each_other_and_the_newest_answer_of_a_week_holds() -> None:
    found = [
        _record(MONDAY, 1, worry=4),
        _record(MONDAY + timedelta(days=6), 2, worry=3, play=1),
        _record(MONDAY + timedelta(days=21), 3, play=2),
        _record(MONDAY + timedelta(days=21), 4, child_id=8, worry=0),
    ]

    weeks = signals.of_child(found, 7, ENDS)

    assert [{name: one.value for name, one in week.answers.items()} for week in weeks] == [
        {"worry": 3, "play": 1},
        {},
        {},
        {"play": 2},
    ]
    assert len(signals.answered(weeks)) == 2
    assert signals.moved(weeks, "worry") is None
    play = signals.moved(weeks, "play")
    assert play
    assert (play.first.value, play.last.value, play.step) == (1, 2, 1)


def test_no_more_than_twelve_weeks_are_shown() -> None:
    found = [_record(MONDAY + timedelta(weeks=number), number, play=1) for number in range(40)]

    weeks = signals.of_child(found, 7, ENDS)

    assert len(weeks) == signals.MOST_WEEKS
    assert weeks[-1].monday == MONDAY + timedelta(weeks=39)


def test_lighter_is_down_for_worry_and_up_for_play() -> None:
    def of(*answers: dict[str, int]) -> str:
        found = [_record(MONDAY + timedelta(weeks=week), week, **one) for week, one in enumerate(answers)]
        return signals.lighter(signals.of_child(found, 7, ENDS), ENDS)

    assert of({"worry": 4}, {"worry": 1}) == "worry"
    assert of({"worry": 1}, {"worry": 4}) == ""
    assert of({"play": 1}, {"play": 4}) == "play"
    assert of({"play": 4}, {"play": 1}) == ""
    assert of({"worry": 4, "play": 0}, {"worry": 3, "play": 3}) == "play"
    assert of({"worry": 0}, {"worry": 4}, {"worry": 3}) == "worry"
    assert of({"worry": 4}) == of() == ""


@given(some.lists(some.dictionaries(some.sampled_from(sorted(ENDS)), POINTS), max_size=8))
def test_what_got_lighter_moved_to_its_good_end_since_the_time_before(answers: list[dict[str, int]]) -> None:
    found = [_record(MONDAY + timedelta(weeks=week), week, **one) for week, one in enumerate(answers)]
    weeks = signals.of_child(found, 7, ENDS)

    best = signals.lighter(weeks, ENDS)

    seen = [one for one in answers if one]
    if best:
        before, now = seen[-2][best], seen[-1][best]
        assert now < before if ENDS[best] == "low" else now > before


# --- measurements -----------------------------------------------------------------------------------------------------


def test_a_theme_counts_once_two_in_three_of_its_questions_were_answered() -> None:
    assert measurements.averages({"a": 1, "b": 2, "d": 4}, THEMES) == {"load": 1.5}
    assert measurements.averages({"a": 1, "b": 2, "c": 3, "d": 4, "e": 0}, THEMES) == {"load": 2.0, "support": 2.0}
    assert measurements.averages({}, THEMES) == {}


def test_a_list_that_was_hardly_filled_in_is_none() -> None:
    little, enough = _record(MONDAY, 1, moment="start", a=1, b=1), _record(MONDAY, 2, moment="start", a=1, b=1, d=2)

    assert measurements.of_moments([little], THEMES) == {}
    assert measurements.of_moments([enough, little], THEMES)["start"].record_id == 2


def test_which_list_is_next() -> None:
    def next_of(*moments: tuple[str, int], week: int) -> str:
        found = [
            _record(MONDAY + timedelta(weeks=at), at, moment=moment, a=1, b=1, c=1, d=1, e=1, f=1)
            for moment, at in moments
        ]
        done = measurements.of_moments(found, THEMES)
        return measurements.next_moment(done, MONDAY + timedelta(weeks=week))

    assert next_of(week=0) == "start"
    assert next_of(("start", 0), week=6) == "halfway"
    assert next_of(("start", 0), week=12) == "end"
    assert next_of(("start", 0), ("halfway", 6), week=7) == "end"
    assert next_of(("start", 0), ("halfway", 6), ("end", 12), week=30) == "end"


def test_two_weeks_must_lie_between_two_lists() -> None:
    done = measurements.of_moments([_record(MONDAY, 1, moment="start", a=1, b=1, c=1)], THEMES)

    assert measurements.is_soon(done, MONDAY + timedelta(days=13))
    assert not measurements.is_soon(done, MONDAY + timedelta(days=14))
    assert not measurements.is_soon({}, MONDAY)


@given(some.dictionaries(some.sampled_from(sorted(THEMES)), POINTS))
def test_an_average_lies_between_the_answers(answers: dict[str, int]) -> None:
    for theme, average in measurements.averages(answers, THEMES).items():
        own = [one for name, one in answers.items() if THEMES[name] == theme]
        assert min(own) <= average <= max(own)


# --- goals ------------------------------------------------------------------------------------------------------------


def test_marks_of_a_goal_begin_where_the_parent_began() -> None:
    goal = _record(MONDAY, 5, began=3)
    ratings = [
        _record(MONDAY + timedelta(days=28), 6, goal=5, rating=4),
        _record(MONDAY + timedelta(days=28), 7, goal=5, rating=6),
        _record(MONDAY + timedelta(days=57), 8, goal="5", rating=0),
        _record(MONDAY + timedelta(days=28), 9, goal=4, rating=9),
        _record(MONDAY + timedelta(days=30), 10, goal=5),
    ]

    marks = goals.marks_of(goal, ratings)

    assert [(mark.day - MONDAY, mark.rating) for mark in marks] == [
        (timedelta(0), 3),
        (timedelta(days=28), 6),
        (timedelta(days=57), 0),
    ]
    assert goals.by_round(marks) == {0: 3, 1: 6, 2: 0}
    assert goals.by_round([]) == {}
