"""Signals of a child, a parent's own measurements, and goals: how they went through time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from markupsafe import Markup

from bot.care import goals, measurements, records, signals
from bot.care.measurements import Measurement
from bot.care.records import Record
from bot.care.signals import Good, Moved, Week
from bot.conversation import measure_facts
from bot.conversation.actions.common import me
from bot.conversation.drawings.common import Drawing, Drawn
from bot.conversation.turn import Turn
from flows.engine.definition import Deck
from flows.engine.state import Request

_MOST_GOALS = 8
_MOST_MARKS = 24
_HIGHEST = 4
_LOAD = "load"
"""The theme that is lighter when its number is lower."""


# --- signals ----------------------------------------------------------------------------------------------------------


def signals_chart(turn: Turn, request: Request) -> Drawn | None:
    """The weeks of the child with this id, from the second week on."""
    deck = turn.host.library.decks[measure_facts.SIGNALS]
    ends, child = measure_facts.signal_ends(deck), _child(turn, request.arguments.get("about", ""))
    if child is None:
        return None
    found = records.of_kind(turn.connection, turn.host.vault, me(turn).id, measure_facts.SIGNAL)
    weeks = signals.of_child(found, int(child["id"]), ends)
    seen = len(signals.answered(weeks))
    if seen < signals.ENOUGH_WEEKS:
        return None
    data = {
        "title": turn.plain("picture_signals_title", name=child["name"]),
        "subtitle": turn.plain("picture_signals_subtitle"),
        "scale": _scale(turn, _HIGHEST, "picture_signals"),
        "series": [_signal(deck, name, good, weeks) for name, good in ends.items()],
        "x_labels": [_short(week.monday) for week in weeks],
        "good_word": turn.plain("picture_signals_good"),
        "footer": "",
    }
    moves = [move for name in ends if (move := signals.moved(weeks, name))]
    lines = [_moved_in_words(turn, deck, move) for move in moves]
    return Drawn("lines", data, turn.text("picture_signals_words", name=child["name"], count=seen, lines=lines))


def _child(turn: Turn, child_id: str) -> Mapping[str, Any] | None:
    listed = turn.facts["children"]
    return next((one for one in listed if one["id"] == child_id), None) if isinstance(listed, list) else None


def _signal(deck: Deck, name: str, good: Good, weeks: Sequence[Week]) -> dict[str, object]:
    values = [week.answers[name].value if name in week.answers else None for week in weeks]
    points = [_point(_short(week.monday), value) for week, value in zip(weeks, values, strict=True)]
    return {"name": str(deck.entries[name].fields["name"]), "good": good, "points": points}


def _moved_in_words(turn: Turn, deck: Deck, move: Moved) -> str:
    name = str(deck.entries[move.signal].fields["name"])
    first, last = (field.said or str(field.value) for field in (move.first, move.last))
    return _line(turn, "picture_signals_line", name=name, first=first, last=last, step=move.step)


# --- measurements -----------------------------------------------------------------------------------------------------


def measuring_chart(turn: Turn, request: Request) -> Drawn | None:
    """What the lists at the start, halfway and at the end say side by side, from the second on."""
    done = list(measure_facts.measured_by(turn.facts).values())
    if len(done) < 2:
        return None
    themes = dict.fromkeys(measure_facts.question_themes(turn.host.library.decks[measure_facts.MEASURING]).values())
    shown = [theme for theme in themes if any(theme in one.averages for one in done)]
    data = {
        "title": turn.plain("picture_measuring_title"),
        "subtitle": turn.plain("picture_measuring_subtitle"),
        "columns": [turn.plain(f"picture_measuring_{one.moment}") for one in done],
        "scale": {"low": 0, "high": _HIGHEST},
        "rows": [{"name": _theme(turn, theme), "values": _averages(done, theme)} for theme in shown],
        "note": turn.plain("picture_measuring_note"),
        "footer": "",
    }
    lines = [line for theme in shown if (line := _theme_in_words(turn, theme, done))]
    halfway = any(one.moment == measurements.HALFWAY for one in done)
    return Drawn("compare", data, turn.text("picture_measuring_words", lines=lines, halfway=halfway))


def _averages(done: Sequence[Measurement], theme: str) -> list[float | None]:
    return [one.averages.get(theme) for one in done]


def _theme(turn: Turn, theme: str) -> str:
    return turn.plain(f"picture_measuring_theme_{theme}")


def _theme_in_words(turn: Turn, theme: str, done: Sequence[Measurement]) -> str:
    known = [round(one, 1) for one in _averages(done, theme) if one is not None]
    if len(known) < 2:
        return ""
    first, last = known[0], known[-1]
    sign = (last > first) - (last < first)
    numbers = [f"{one:.1f}".replace(".", ",") for one in known]
    name = turn.plain(f"picture_measuring_word_{theme}")
    return _line(turn, "picture_measuring_line", name=name, numbers=numbers, sign=sign, load=theme == _LOAD)


# --- goals ------------------------------------------------------------------------------------------------------------


def goals_chart(turn: Turn, request: Request) -> Drawn | None:
    """The goal with this id through time, or all open goals under each other; from the second number on."""
    connection, vault, own = turn.connection, turn.host.vault, me(turn).id
    wanted = request.arguments.get("about", "")
    found = [
        one
        for one in records.of_kind(connection, vault, own, "goal")
        if (str(one.id) == wanted if wanted else one.value("status") == goals.OPEN)
    ]
    ratings = records.of_kind(connection, vault, own, "goal_rating")
    return chart_of_goals(turn, found, ratings, by_day=bool(wanted))


def chart_of_goals(
    turn: Turn, found: Sequence[Record], ratings: Sequence[Record], *, by_day: bool = False, whose: str = ""
) -> Drawn | None:
    """These goals under each other, or with `by_day` the one of them by its days; those with two numbers or more, or
    nothing when there is none. `whose`: the name of the parent, for somebody else who looks."""
    marks = {goal.id: goals.marks_of(goal, ratings)[-_MOST_MARKS:] for goal in found}
    shown = [goal for goal in found if len(marks[goal.id]) > 1][-_MOST_GOALS:]
    if not shown:
        return None
    rounds = {goal.id: goals.by_round(marks[goal.id]) for goal in shown}
    if by_day:
        labels, series = _by_day(turn, shown[0], marks[shown[0].id])
    else:
        labels, series = _by_round(turn, shown, rounds)
    data = {
        "title": turn.plain("picture_goals_title", count=len(shown), whose=whose),
        "subtitle": turn.plain("picture_goals_subtitle", whose=whose),
        "scale": _scale(turn, 10, "picture_goals"),
        "series": series,
        "x_labels": labels,
        "good_word": turn.plain("picture_goals_good"),
        "footer": "",
    }
    lines = [
        _line(turn, "picture_goals_line", words=_words(goal), first=own_marks[0].rating, last=own_marks[-1].rating)
        for goal in shown
        for own_marks in (marks[goal.id],)
    ]
    return Drawn("lines", data, turn.text("picture_goals_words", lines=lines))


_Series = list[dict[str, object]]


def _by_day(turn: Turn, goal: Record, marks: Sequence[goals.Mark]) -> tuple[list[str], _Series]:
    labels = [_short(mark.day) for mark in marks]
    points = [_point(_short(mark.day), mark.rating) for mark in marks]
    return labels, [{"name": _words(goal), "good": "high", "points": points}]


def _by_round(
    turn: Turn, shown: Sequence[Record], rounds: Mapping[int, Mapping[int, int]]
) -> tuple[list[str], _Series]:
    last = max(number for one in rounds.values() for number in one)
    labels = [turn.plain("picture_goals_round", number=number, weeks=4 * number) for number in range(last + 1)]
    series: _Series = [
        {
            "name": _words(goal),
            "good": "high",
            "points": [_point(label, rounds[goal.id].get(number)) for number, label in enumerate(labels)],
        }
        for goal in shown
    ]
    return labels, series


def _words(goal: Record) -> str:
    return goal.said("words") or goal.said("goal")


# --- what they share --------------------------------------------------------------------------------------------------


def _point(label: str, value: float | None) -> dict[str, object]:
    return {"label": label, "value": None if value is None else float(value)}


def _scale(turn: Turn, high: int, name: str) -> dict[str, object]:
    words = {end: turn.plain(f"{name}_{end}") for end in ("low", "high")}
    return {"low": 0, "high": high, "low_word": words["low"], "high_word": words["high"]}


def _line(turn: Turn, name: str, /, **scope: object) -> str:
    """A line of the words under a picture, to be put in them as it is."""
    return Markup(turn.text(name, **scope))  # noqa: S704 - rendered with escaping


def _short(day: date) -> str:
    return f"{day.day}-{day.month}"


DRAWINGS: dict[str, Drawing] = {
    "signals_chart": signals_chart,
    "measuring_chart": measuring_chart,
    "goals_chart": goals_chart,
}
