"""The parenting interview: scenes that a parent tells, kept only with a yes of that parent for that very interview.

There is a first and a second; `phases` says when. What is kept belongs to the one parent: it goes with them, and no
other parent reads it. Does not know the questions, only their order.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from bot.care import guidance
from bot.care.guidance import Entry
from bot.care.people import Person
from bot.store.vault import Vault
from flows.engine.values import dataclass

KIND = "interview"
ASKED, YES, NO, PLACE = "asked", "yes", "no", "place"
"""Topics besides the names of questions: the parent is asked, says yes or no; where the interview was left."""
WORDS, WORD, AT = "words", "word", "question"
_NO_SCENE = frozenset({ASKED, YES, NO, PLACE})
END = "end"


@dataclass(frozen=True, slots=True)
class Standing:
    """How one interview of a parent stands. `consent`: yes, no, asked, or empty when it was not asked. `at`: the
    question to go on with, or `END`. `kept`: how many scenes. `begun`: whether any question was come to."""

    consent: str
    at: str
    kept: int
    begun: bool


def about(entries: Sequence[Entry], parent_id: int, round: int) -> list[Entry]:
    """What belongs to one interview of one parent."""
    return [one for one in entries if one.about_id == parent_id and one.round == round]


def standing(entries: Sequence[Entry], questions: Sequence[str], mentor_id: int | None) -> Standing:
    """How it stands, by the entries of one interview and the questions in order. Asked is only what the mentor of now
    asked: another may not get the answer."""
    consent, at, begun = "", questions[0], False
    for one in entries:
        if one.topic == ASKED and one.author_id != mentor_id:
            continue
        if one.topic in (ASKED, YES, NO):
            consent = one.topic
        elif one.topic == PLACE:
            at, begun = str(one.entry.get(AT, END)), True
        elif one.topic in questions:
            at, begun = after(questions, one.topic), True
    known = at if at in questions or at == END else questions[0]
    return Standing(consent, known, len(scenes(entries)), begun)


def after(questions: Sequence[str], question: str) -> str:
    """The question that follows, or `END`."""
    following = questions[questions.index(question) + 1 :] if question in questions else ()
    return following[0] if following else END


def before(questions: Sequence[str], question: str) -> str:
    """The question in front of this one; the first has none but itself."""
    place = questions.index(question) if question in questions else len(questions)
    return questions[max(place - 1, 0)]


def scenes(entries: Sequence[Entry]) -> list[Entry]:
    """What was told, the oldest first; told anew, the last holds."""
    told = {one.topic: one for one in entries if one.topic not in _NO_SCENE}
    return list(told.values())


def note(
    connection: Connection,
    vault: Vault,
    *,
    family_id: int,
    author: Person,
    parent_id: int,
    round: int,
    topic: str,
    entry: dict[str, str],
    now: datetime,
) -> None:
    """Writes an entry of an interview down. Who writes a scene has seen that the parent said yes."""
    guidance.add(
        connection,
        vault,
        family_id=family_id,
        author=author,
        kind=KIND,
        topic=topic,
        round=round,
        about_id=parent_id,
        entry=entry,
        local_day=author.local(now).date(),
        now=now,
        for_parents=topic not in _NO_SCENE,
    )


def forget_scenes(connection: Connection, parent_id: int, round: int) -> None:
    """The parent takes the yes back: the scenes of this interview go."""
    guidance.take_out(connection, parent_id, KIND, round, but=_NO_SCENE)
