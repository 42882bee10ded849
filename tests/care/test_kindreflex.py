"""The six steps of Kindreflex: what is missing, what comes now, and the rules about children and telling first."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from bot.care import kindreflex
from bot.care.guidance import Entry
from bot.care.kindreflex import ADDITION, FOR_EVERYONE, STEPS, TALKED_ABOUT, Note, State, Topic

_DAY = date(2027, 3, 3)
_NOW = datetime(2027, 3, 3, 12, tzinfo=UTC)
_ids = itertools.count(1)


def note(topic: Topic, child_id: int | None = None, **held: str) -> Note:
    return Note(next(_ids), topic, "Ingrid", _DAY, _NOW, child_id, held)


def first_three() -> list[Note]:
    notes = [note(topic) for step in STEPS[:FOR_EVERYONE] for topic in step if topic is not Topic.FEELING]
    return [*notes, note(Topic.FEELING, choice_id="calm")]


def entry(topic: str, amends_id: int | None = None, author: str = "Ingrid", **noted: object) -> Entry:
    return Entry(
        id=next(_ids), family_id=1, author_id=2, author=author, kind=kindreflex.KIND, topic=topic, round=1,
        child_id=None, about_id=None, local_day=_DAY, made_at=_NOW, for_parents=False, amends_id=amends_id, entry=noted,
    )  # fmt: skip


def talked(note_id: int, *, yes: bool = True) -> Entry:
    """It was talked about with parent 7, or not after all."""
    parents = {"with": ["7"] if yes else [], "not_with": [] if yes else ["7"]}
    return replace(entry(TALKED_ABOUT, note_id), entry=parents)


def test_every_topic_is_asked_in_one_step() -> None:
    asked = [topic for step in STEPS for topic in step]
    assert sorted(asked) == sorted(Topic)
    assert all(topic in STEPS[kindreflex.step_of(topic) - 1] for topic in Topic)


def test_the_first_three_steps_are_for_every_family() -> None:
    assert kindreflex.next_step([]) == 1
    notes = first_three()
    assert kindreflex.next_step(notes) is None, "without cause, no more is asked"
    without_support = [one for one in notes if one.topic is not Topic.SUPPORT]
    assert kindreflex.next_step(without_support) == 3


@pytest.mark.parametrize(
    ("feeling", "team", "expected"),
    [("calm", "", None), ("unsure", "", 4), ("uneasy", "", 4), ("uneasy", "enough", 4)],
)
def test_the_fourth_step_comes_when_something_does_not_feel_right(
    feeling: str, team: str, expected: int | None
) -> None:
    notes = [*first_three(), note(Topic.FEELING, choice_id=feeling)]
    if team:
        notes.append(note(Topic.TEAM, choice_id=team))
    assert kindreflex.next_step(notes) == expected


@pytest.mark.parametrize(("decided", "expected"), [("enough", None), ("restore", 5), ("hand_on", 5)])
def test_after_the_fourth_step_the_team_says_how_far_it_goes(decided: str, expected: int | None) -> None:
    fourth = [note(topic) for topic in STEPS[3] if topic is not Topic.TEAM]
    notes = [*first_three(), note(Topic.FEELING, choice_id="uneasy"), *fourth, note(Topic.TEAM, choice_id=decided)]
    assert kindreflex.next_step(notes) == expected
    fifth = [note(topic) for topic in STEPS[4]]
    assert kindreflex.next_step([*notes, *fifth]) == (6 if decided == "hand_on" else None)


def test_a_step_is_done_when_nothing_is_missing() -> None:
    notes = [note(Topic.HOME)]
    assert kindreflex.state([], 2) is State.EMPTY
    assert kindreflex.state(notes, 2) is State.BEGUN
    assert kindreflex.missing(notes, 2) == [Topic.FEELING, Topic.COLLEAGUE]
    assert kindreflex.next_topic(notes, 2) is Topic.FEELING
    assert kindreflex.next_topic(notes, 2, after="feeling") is Topic.COLLEAGUE
    assert kindreflex.next_topic(notes, 2, after="colleague") is None
    assert kindreflex.state([*notes, note(Topic.FEELING), note(Topic.COLLEAGUE)], 2) is State.DONE


def test_each_child_is_asked_for_and_the_same_name_is_no_other_child() -> None:
    notes = [note(Topic.COUNT, count="2"), note(Topic.CHILD, name="Noor"), note(Topic.CHILD, name="noor")]
    assert Topic.CHILD in kindreflex.missing(notes, 1)
    assert Topic.CHILD not in kindreflex.missing([*notes, note(Topic.CHILD, name="Sam")], 1)


@pytest.mark.parametrize(
    ("who", "age", "consent", "expected"),
    [
        ("child", 12, "", False),
        ("child", 12, "no", False),
        ("child", 12, "young", False),
        ("child", 12, "yes", True),
        ("child", 11, "", True),
        ("child", None, "", False),
        ("child", None, "no", False),
        ("child", None, "young", True),
        ("child", None, "yes", True),
        ("parent", None, "", True),
        ("other", None, "", True),
    ],
)
def test_from_twelve_on_a_child_decides_itself(who: str, age: int | None, consent: str, expected: bool) -> None:
    assert kindreflex.may_be_written_down(who, age, consent) is expected


def test_the_age_comes_from_the_day_of_birth_in_the_record() -> None:
    notes = [note(Topic.CHILD, child_id=5, born_day="2015-03-04"), note(Topic.CHILD, child_id=6)]
    assert kindreflex.age_of(notes, 5, date(2027, 3, 3)) == 11
    assert kindreflex.age_of(notes, 5, date(2027, 3, 4)) == 12
    assert kindreflex.age_of(notes, 6, _DAY) is None


def test_a_report_is_noted_after_the_parent_was_told_or_with_the_reason() -> None:
    told = [note(Topic.PARENT_KNOWS, choice_id="told", told_day="2027-03-03")]
    assert kindreflex.may_note_report(told, date(2027, 3, 3), "")
    assert not kindreflex.may_note_report(told, date(2027, 3, 2), ""), "told only after the report"
    assert kindreflex.may_note_report(told, date(2027, 3, 2), "Een kind liep gevaar.")
    assert not kindreflex.may_note_report([], _DAY, "  ")
    cannot_wait = [note(Topic.PARENT_KNOWS, choice_id="cannot_wait", why="Gevaar.")]
    assert kindreflex.may_note_report(cannot_wait, _DAY, "")


def test_factors_stand_in_two_columns() -> None:
    risk, protects = note(Topic.FACTOR, choice_id="risk"), note(Topic.FACTOR, choice_id="protects")
    assert kindreflex.factors([protects, note(Topic.HOME), risk]) == ([risk], [protects])


def test_additions_stand_with_their_note_which_stays_as_it_was() -> None:
    first = entry(Topic.HOME, text="Rustig.")
    notes = kindreflex.read([first, entry(ADDITION, first.id, "Samir", text="Nu minder."), entry("unheard_of")])
    assert [(one["text"], [(more.text, more.author) for more in one.additions]) for one in notes] == [
        ("Rustig.", [("Nu minder.", "Samir")])
    ]


def test_a_parent_knows_a_note_as_it_was_when_they_talked_about_it() -> None:
    home, secret = entry(Topic.HOME, text="Rustig."), entry(Topic.FEELING, text="Niet pluis.")
    before = entry(ADDITION, home.id, text="Ook op school.")
    told = talked(home.id)
    after = entry(ADDITION, home.id, text="Nu toch zorgen.")
    notes = kindreflex.read([home, secret, before, told, after])
    (known,) = kindreflex.known_to(notes, 7)
    assert (known["text"], [one.text for one in known.additions]) == ("Rustig.", ["Ook op school."])
    assert kindreflex.known_to(notes, 8) == []
    mistake = talked(home.id, yes=False)
    assert kindreflex.known_to(kindreflex.read([home, told, mistake]), 7) == []
