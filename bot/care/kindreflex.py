"""The six steps of Kindreflex: what is noted in each, what is still missing, what may come next. Pure.

The first three steps are for every family, the others when there is cause. A note is never changed: what is added to it
or set right stands beside it. Does not know who may read a record, nor where it is kept: that is `kindreflex_record`.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field
from datetime import date, datetime

from bot.care.families import age_on
from bot.care.guidance import Entry
from flows.engine.values import dataclass

KIND = "kindreflex"
OWN_SAY_FROM = 12
"""The age, in years, from which children decide themselves whether what they said is noted."""
FOR_EVERYONE = 3
"""The last of the steps that are for every family."""
ADDITION, TALKED_ABOUT = "addition", "talked_about"
"""Topics of rows that belong to a note: what is added to it, and with which parents it was talked about."""


class Topic(enum.StrEnum):
    """What a note is about."""

    COUNT = "count"
    CHILD = "child"
    PARENTHOOD = "parenthood"
    HOME = "home"
    FEELING = "feeling"
    COLLEAGUE = "colleague"
    SUPPORT = "support"
    AROUND = "around"
    FACTOR = "factor"
    HEARD = "heard"
    TEAM = "team"
    WILLING = "willing"
    AGREEMENT = "agreement"
    ADVICE = "advice"
    PARENT_KNOWS = "parent_knows"
    REPORT = "report"


STEPS: tuple[tuple[Topic, ...], ...] = (
    (Topic.COUNT, Topic.CHILD, Topic.PARENTHOOD),
    (Topic.HOME, Topic.FEELING, Topic.COLLEAGUE),
    (Topic.SUPPORT, Topic.AROUND),
    (Topic.FACTOR, Topic.HEARD, Topic.TEAM, Topic.WILLING),
    (Topic.AGREEMENT, Topic.ADVICE),
    (Topic.PARENT_KNOWS, Topic.REPORT),
)
"""The topics of each step, in the order in which they are asked."""

FIELDS = ("count", "name", "born", "choice", "who", "consent", "day", "text", "why")
"""What a note can hold, in the order in which it is read. `choice` is what was picked, in the words of the button."""


@dataclass(frozen=True, slots=True)
class Addition:
    """What was added to a note later, or set right."""

    id: int
    text: str
    author: str
    day: date


@dataclass(slots=True)
class Note:
    """A note with all that belongs to it. `talked` holds the parents who know of it by id, and up to which row."""

    id: int
    topic: Topic
    author: str
    day: date
    made_at: datetime
    child_id: int | None
    held: Mapping[str, str]
    additions: list[Addition] = field(default_factory=list)
    talked: dict[int, int] = field(default_factory=dict)

    def __getitem__(self, name: str) -> str:
        return self.held.get(name, "")

    @property
    def step(self) -> int:
        """The step that it belongs to, 1 to 6."""
        return step_of(self.topic)


class State(enum.StrEnum):
    """How far a step is."""

    EMPTY = "empty"
    BEGUN = "begun"
    DONE = "done"


def step_of(topic: Topic) -> int:
    """The number of the step in which this is asked, 1 to 6."""
    return next(number for number, topics in enumerate(STEPS, start=1) if topic in topics)


def read(entries: Iterable[Entry]) -> list[Note]:
    """The notes of a record, the oldest first, each with its additions. `entries` are in order of time."""
    notes: dict[int, Note] = {}
    for one in entries:
        about = notes.get(one.amends_id or 0)
        if one.topic == ADDITION and about:
            about.additions.append(Addition(one.id, one.entry["text"], one.author, one.local_day))
        elif one.topic == TALKED_ABOUT and about:
            for parent in one.entry["with"]:
                about.talked[int(parent)] = one.id
            for parent in one.entry["not_with"]:
                about.talked.pop(int(parent), None)
        elif one.topic in set(Topic):
            held = {name: str(value) for name, value in one.entry.items()}
            notes[one.id] = Note(one.id, Topic(one.topic), one.author, one.local_day, one.made_at, one.child_id, held)
    return list(notes.values())


def known_to(notes: Iterable[Note], parent_id: int) -> list[Note]:
    """The notes that were talked about with this parent, with what had been added to them by then."""
    found = []
    for note in notes:
        until = note.talked.get(parent_id)
        if until is not None:
            added = [one for one in note.additions if one.id < until]
            found.append(
                Note(note.id, note.topic, note.author, note.day, note.made_at, note.child_id, note.held, added)
            )
    return found


# --- where one is -----------------------------------------------------------------------------------------------------


def missing(notes: Sequence[Note], number: int) -> list[Topic]:
    """What was not noted yet in this step, in order. Every child that is there is asked for."""
    there = {note.topic for note in notes}
    if Topic.CHILD in there and len(_children(notes)) < _count(notes):
        there.remove(Topic.CHILD)
    return [topic for topic in STEPS[number - 1] if topic not in there]


def next_topic(notes: Sequence[Note], number: int, after: str = "") -> Topic | None:
    """What comes now in this step: what is missing behind `after`, or from the beginning; None when that is nothing."""
    topics = [str(topic) for topic in STEPS[number - 1]]
    passed = topics.index(after) + 1 if after in topics else 0
    return next((topic for topic in missing(notes, number) if topics.index(topic) >= passed), None)


def state(notes: Sequence[Note], number: int) -> State:
    """How far this step is."""
    if not missing(notes, number):
        return State.DONE
    return State.BEGUN if any(note.step == number for note in notes) else State.EMPTY


def next_step(notes: Sequence[Note]) -> int | None:
    """The step that asks for something now, 1 to 6; None when no more is needed.

    The first three always. The fourth when something did not feel right, the fifth when the team sees cause, the sixth
    when it decided to hand on. What was begun is asked to be made whole; nothing is ever closed.
    """
    for number in range(1, FOR_EVERYONE + 1):
        if missing(notes, number):
            return number
    causes = (
        (4, last_choice(notes, Topic.FEELING) in ("unsure", "uneasy")),
        (5, last_choice(notes, Topic.TEAM) in ("restore", "hand_on")),
        (6, last_choice(notes, Topic.TEAM) == "hand_on"),
    )
    for number, cause in causes:
        if missing(notes, number) and (cause or state(notes, number) is State.BEGUN):
            return number
    return None


def last_choice(notes: Iterable[Note], topic: Topic) -> str:
    """What was last picked for this topic; empty when nothing was."""
    found = [note["choice_id"] for note in notes if note.topic is topic]
    return found[-1] if found else ""


def _count(notes: Iterable[Note]) -> int:
    found = [note["count"] for note in notes if note.topic is Topic.COUNT]
    return int(found[-1]) if found and found[-1].isdecimal() else 1


def _children(notes: Iterable[Note]) -> set[str]:
    """The children that were noted, by name: one that was noted anew is no other child."""
    return {note["name"].casefold() for note in notes if note.topic is Topic.CHILD}


# --- its rules --------------------------------------------------------------------------------------------------------


def age_of(notes: Iterable[Note], child_id: int, today: date) -> int | None:
    """The age in years of a child whose day of birth was noted."""
    born = [note["born_day"] for note in notes if note.topic is Topic.CHILD and note.child_id == child_id]
    days = [date.fromisoformat(day) for day in born if day]
    return age_on(0, days[-1], today) if days else None


def may_be_written_down(who: str, age: int | None, consent: str) -> bool:
    """Whether what somebody said may be noted. From 12 on children say so themselves; of a child whose age nobody knows
    it is asked too."""
    if who != "child":
        return True
    if age is not None and age < OWN_SAY_FROM:
        return True
    return consent in (("yes",) if age is not None else ("yes", "young"))


def knew_before(notes: Iterable[Note], day: date) -> bool:
    """Whether a parent was told, on this day at the latest, that a report would be made."""
    told = [note["told_day"] for note in notes if note.topic is Topic.PARENT_KNOWS]
    return any(one and date.fromisoformat(one) <= day for one in told)


def may_note_report(notes: Sequence[Note], day: date, why: str) -> bool:
    """Whether it may be noted that a report was made on this day: after a parent was told, or else with the reason why
    that could not wait, noted now or before."""
    reasons = [note for note in notes if note.topic is Topic.PARENT_KNOWS and note["choice_id"] == "cannot_wait"]
    return knew_before(notes, day) or bool(why.strip()) or any(note["why"] for note in reasons)


def factors(notes: Iterable[Note]) -> tuple[list[Note], list[Note]]:
    """What makes it risky and what protects, each in the order in which it was noted."""
    found = [note for note in notes if note.topic is Topic.FACTOR]
    return (
        [note for note in found if note["choice_id"] == "risk"],
        [note for note in found if note["choice_id"] == "protects"],
    )
