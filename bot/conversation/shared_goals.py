"""The goals that parents share with their mentor, through time: the chart that a parent sees, of shared numbers alone.

Every goal and every number is opened through `sharing`, which writes the look down. Does not know how it is drawn.
"""

from __future__ import annotations

from markupsafe import Markup

from bot.care import goals, people, sharing
from bot.care.families import spoken
from bot.care.people import Person
from bot.care.records import Record
from bot.conversation import outgoing
from bot.conversation.turn import Turn

GOAL, RATING = "goal", "goal_rating"
_MOST = {GOAL: 8, RATING: 48}
"""How many are opened of one parent: the newest."""


def show(turn: Turn, mentor: Person, family_id: int) -> None:
    """A picture for each parent of the family, with the same in words; words alone where there is too little to
    draw."""
    shown = [
        _show_of(turn, mentor, parent) for parent in people.parents_of(turn.connection, turn.host.vault, family_id)
    ]
    if not any(shown):
        turn.say("family_goals_none")


def _show_of(turn: Turn, mentor: Person, parent: Person) -> bool:
    # Pictures are loaded with the actions that draw them, and some of those show families.
    from bot.conversation import actions  # noqa: F401
    from bot.conversation.drawings.measures import chart_of_goals

    found = [one for one in _opened(turn, mentor, parent, GOAL) if one.value("status") == goals.OPEN]
    if not found:
        return False
    ratings, name = _opened(turn, mentor, parent, RATING), spoken(parent.name)
    drawn = chart_of_goals(turn, found, ratings, whose=name)
    chart = Markup(drawn.words) if drawn else ""  # noqa: S704 - rendered with escaping
    others = [Markup(line) for one in found if (line := _in_words(turn, one, ratings))]  # noqa: S704 - the same
    words = turn.text("family_goals_words", chart=chart, others=others, name=name)
    if drawn is None:
        turn.send(words)
    else:
        turn.call(outgoing.picture(drawn.kind, drawn.data, outgoing.in_parts(words, outgoing.MAX_CAPTION)[0]))
    return True


def _in_words(turn: Turn, goal: Record, ratings: list[Record]) -> str:
    """A goal that is not in the picture, with the one number that is known of it; empty for one that is."""
    marks = goals.marks_of(goal, ratings)
    if len(marks) > 1:
        return ""
    rating = marks[0].rating if marks else None
    return turn.text("family_goals_one", words=goal.said("words") or goal.said("goal"), rating=rating)


def _opened(turn: Turn, mentor: Person, parent: Person, kind: str) -> list[Record]:
    """What the parent shares of this kind, the oldest first."""
    headings = sharing.newest_of_kind(turn.connection, mentor, parent, kind, _MOST[kind])
    found = [sharing.open_for(turn.connection, turn.host.vault, mentor, one.id, turn.now) for one in headings]
    return [one.record for one in reversed(found) if one]
