"""The way through the five phases: no path leads to a third interview, and every path can be gone to its end."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.care import courses, interviews, phases, videos
from bot.care.guidance import Entry

NOW = datetime(2027, 3, 1, 12, tzinfo=UTC)
TODAY = NOW.date()


def entry(number: int, topic: str, amends: int | None = None, day: date = TODAY, **noted: Any) -> Entry:
    return Entry(
        number, 1, 2, "Ingrid", "x", topic, noted.pop("round", 1), None, noted.pop("about", None), day, NOW, True,
        amends, noted,
    )  # fmt: skip


@given(st.lists(st.integers(0, 1), max_size=12))
def test_no_way_has_more_than_two_interviews(choices: list[int]) -> None:
    way = [phases.FIRST]
    rounds = [phases.round_of(way)]
    for choice in choices:
        after = phases.next_of(way)
        if not after:
            break
        way.append(after[choice % len(after)])
        rounds.append(phases.round_of(way))
    held = [one for one in rounds if one]
    assert held == [1, 2][: len(held)]
    assert phases.had_both(way) == (2 in held and way[-1] != phases.INTERVIEW_AGAIN)


@given(st.lists(st.one_of(st.integers(0, 1), st.just("undo")), max_size=20))
def test_steps_that_are_taken_back_leave_no_trace_in_the_way(acts: list[Any]) -> None:
    """The way by the log is the way as it would be without what was undone."""
    log: list[Entry] = []
    wanted = [phases.FIRST]
    for number, act in enumerate(acts, start=1):
        if act == "undo":
            if steps := phases.steps_of(log):
                log.append(entry(number, phases.UNDONE, steps[-1].id))
                wanted.pop()
        elif after := phases.next_of(phases.way_of(log)):
            log.append(entry(number, str(after[act % len(after)])))
            wanted.append(after[act % len(after)])
        assert phases.way_of(log) == wanted
        assert {phases.round_of(phases.way_of(log)), 0, 1, 2} == {0, 1, 2}


def test_after_the_fourth_it_is_back_or_on_and_then_only_on() -> None:
    assert phases.next_of([1, 2, 3, 4]) == (3, 5)
    assert phases.next_of([1, 2, 3, 4, 3]) == (5,)
    assert phases.next_of([1, 2, 3, 4, 3, 5]) == ()
    assert phases.had_both([1, 2, 3, 4, 3])
    assert not phases.had_both([1, 2, 3, 4])


QUESTIONS = ["opening", "joy", "hope"]


@pytest.mark.parametrize(
    ("topics", "wanted"),
    [
        ([], ("", "opening", 0, False)),
        (["asked"], ("asked", "opening", 0, False)),
        (["asked", "yes"], ("yes", "opening", 0, False)),
        (["asked", "yes", "opening"], ("yes", "joy", 1, True)),
        (["asked", "yes", "opening", "opening"], ("yes", "joy", 1, True)),
        (["asked", "yes", "hope"], ("yes", "end", 1, True)),
        (["asked", "yes", "asked", "no"], ("no", "opening", 0, False)),
    ],
)
def test_an_interview_goes_on_after_the_last_scene(topics: list[str], wanted: tuple[Any, ...]) -> None:
    found = interviews.standing([entry(number, topic) for number, topic in enumerate(topics)], QUESTIONS, 2)
    assert (found.consent, found.at, found.kept, found.begun) == wanted


def test_what_another_mentor_asked_is_not_asked_any_more() -> None:
    assert interviews.standing([entry(1, "asked")], QUESTIONS, 3).consent == ""
    assert interviews.standing([entry(1, "asked"), entry(2, "yes")], QUESTIONS, 3).consent == "yes"
    assert interviews.standing([entry(1, "no"), entry(2, "asked")], QUESTIONS, None).consent == "no"


def test_an_interview_goes_on_where_it_was_left() -> None:
    left = [entry(1, "yes"), entry(2, "hope"), entry(3, "place", question="joy")]
    assert interviews.standing(left, QUESTIONS, 2).at == "joy"
    gone = [entry(1, "yes"), entry(2, "place", question="a question that was taken out")]
    assert interviews.standing(gone, QUESTIONS, 2).at == "opening"


@given(st.sampled_from(QUESTIONS))
def test_forth_and_back_is_where_it_was(question: str) -> None:
    following = interviews.after(QUESTIONS, question)
    assert following == interviews.END or interviews.before(QUESTIONS, following) == question
    assert interviews.before(QUESTIONS, QUESTIONS[0]) == QUESTIONS[0]
    assert interviews.before(QUESTIONS, interviews.END) == QUESTIONS[-1]


def test_only_what_belongs_to_this_parent_and_round() -> None:
    mixed = [entry(1, "joy", about=5), entry(2, "joy", about=6), entry(3, "joy", about=5, round=2)]
    assert [one.id for one in interviews.about(mixed, 5, 1)] == [1]


def test_the_course_offers_the_talk_between_the_second_and_the_fourth() -> None:
    done: list[str] = []
    gone_through = []
    while step := courses.next_up(done):
        gone_through.append(step)
        done.append(step)
    assert gone_through == ["session_1", "session_2", "parent_talk", "session_3", "session_4", "session_5"]
    assert courses.next_up(["session_1", "session_2", "session_3"]) == "parent_talk"
    assert courses.next_up(["session_1", "session_2", "session_3", "session_4"]) == "session_5"


@given(st.sets(st.sampled_from(courses.ORDER)))
def test_the_course_offers_only_what_was_not_done(done: set[str]) -> None:
    step = courses.next_up(done)
    assert step not in done
    assert step or set(courses.SESSIONS) <= done


def test_a_video_gathers_what_came_later() -> None:
    day = date(2027, 3, 4)
    log = [
        entry(1, "planned", date=day.isoformat()),
        entry(2, "planned", date=day.isoformat(), focus="Wachten"),
        entry(3, "focus", 1, focus="Kijken"),
        entry(4, "talked", 1, report="Ze keken samen."),
    ]
    second, first = videos.videos_of(log)
    assert (first.focus, first.report) == ("Kijken", "Ze keken samen.")
    assert (second.focus, second.report) == ("Wachten", "")
