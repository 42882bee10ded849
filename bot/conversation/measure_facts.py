"""What texts may know of signals and measurements: how far they go, what got lighter, and what is next.

Does not know how any of it is drawn.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from bot.care import measurements, records, signals
from bot.care.measurements import Measurement
from bot.care.records import Record
from bot.care.signals import Week
from flows.engine.definition import Deck
from flows.engine.dutch.spoken import spoken_date

if TYPE_CHECKING:
    from bot.conversation.facts import Facts

SIGNALS, MEASURING = "signals", "measuring"
SIGNAL, MEASUREMENT = "signal", "measurement"
MEASURING_COMES = "measuring_now"
_MUCH, _LITTLE = 3, 1
"""Of a scale from 0 to 4."""


def signal_ends(deck: Deck) -> dict[str, signals.Good]:
    """Which end of each signal's scale is the good one, in the order of the deck."""
    return {name: "low" if entry.fields["good"] == "low" else "high" for name, entry in deck.entries.items()}


def question_themes(deck: Deck) -> dict[str, str]:
    """The theme of each question."""
    return {name: str(entry.fields["theme"]) for name, entry in deck.entries.items()}


def signal_news(facts: Facts) -> dict[str, object]:
    """What the weeks say, child by child, and what may be offered because of it."""
    ends = signal_ends(facts.decks[SIGNALS])
    found = _kept(facts, SIGNAL)
    listed = facts["children"]
    children = listed if isinstance(listed, list) else []
    weeks = {child["id"]: signals.of_child(found, int(child["id"]), ends) for child in children}
    best = {child["name"]: signals.lighter(weeks[child["id"]], ends) for child in children}
    lighter = {signal: [name for name, one in best.items() if one == signal] for signal in ends}
    return {
        "lighter": {**lighter, "any": [name for name, one in best.items() if one]},
        "worried": _first_of(children, weeks, "worry", range(_MUCH, 5)),
        "unplayed": _first_of(children, weeks, "play", range(_LITTLE + 1)),
    }


def measured(facts: Facts) -> dict[str, object]:
    """Which lists were filled in, which is next, and when it comes."""
    done = measured_by(facts)
    today, timer = facts.local.date(), facts.timers.get(MEASURING_COMES)
    due_at = timer.due_at if timer else None
    last = max((one.day for one in done.values()), default=None)
    return {
        "count": len(done),
        "next": measurements.next_moment(done, today),
        "soon": measurements.is_soon(done, today),
        "last": spoken_date(last, today) if last else "",
        "due": spoken_date(due_at.astimezone(facts.local.tzinfo).date(), today) if due_at else "",
    }


def measured_by(facts: Facts) -> dict[str, Measurement]:
    """The newest list of each moment that says enough."""
    return measurements.of_moments(_kept(facts, MEASUREMENT), question_themes(facts.decks[MEASURING]))


def _kept(facts: Facts, kind: str) -> list[Record]:
    if facts.person is None:
        return []
    return records.of_kind(facts.connection, facts.vault, facts.person.id, kind)


def _first_of(
    children: Sequence[dict[str, str]], weeks: dict[str, list[Week]], signal: str, wanted: Sequence[int]
) -> str:
    """The first child of whom the newest week says this."""
    for child in children:
        latest = weeks[child["id"]][-1:]
        if latest and signal in latest[0].answers and latest[0].answers[signal].value in wanted:
            return child["name"]
    return ""
