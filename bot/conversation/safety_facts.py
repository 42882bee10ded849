"""What texts may know around help: whom a parent asked and where that stands, the safety plan, and a mentor's hours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from bot.care import alerts, office, people, plans
from bot.care.families import names_in_words, spoken
from bot.care.office import OfficeHours
from bot.care.people import Person, Role
from flows.engine.templates import render

if TYPE_CHECKING:
    from bot.conversation.facts import Facts

_WEEK = ("maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag")


def sentence_of(texts: Mapping[str, str], parent: Person, name: str = "alert_sentence") -> str:
    """All that is told of a parent, as plain text."""
    return render(texts[name], {"name": spoken(parent.name)}, html=False)


def alert(facts: Facts) -> object:
    """Whom this parent asked for help, or would."""
    person = facts.person
    if person is None:
        return {"open": False, "first": "", "asked": "", "seen": "", "again": False, "sentence": "", "back": ""}
    turns = alerts.in_turn(facts.connection, facts.vault, person, facts.now)
    current = alerts.running_of(facts.connection, facts.vault, person, facts.now)
    called = [one for turn in turns for one in turn if current and one.id in current.called]
    seen = people.by_id(facts.connection, facts.vault, current.seen_by) if current else None
    last = current is not None and alerts.decide(turns, current.called, facts.now).all_asked
    return {
        "open": current is not None,
        "first": names_in_words(turns[0]) if turns else "",
        "asked": names_in_words(called),
        "seen": spoken(seen.name) if seen else "",
        "again": current is not None and (current.seen_at is not None or last),
        "sentence": sentence_of(facts.texts, person),
        "back": _back(facts, called or [one for turn in turns for one in turn]),
    }


def _back(facts: Facts, everybody: Sequence[Person]) -> str:
    """When the first of them is at work again, in words; empty when somebody is at work now."""
    moment = office.back_at(alerts.hours_of(everybody), facts.now)
    return facts.moment_in_words(moment) if moment and moment > facts.now else ""


def plan(facts: Facts) -> object:
    """The parent's own safety plan."""
    found = plans.plan_of(facts.connection, facts.vault, facts.person.id) if facts.person else {}
    fields = {name: found.get(name, "") for name in plans.FIELDS}
    return {"made": any(fields.values()), **fields}


def work(facts: Facts) -> object:
    """When this mentor is at work, and who stands in."""
    person = facts.person
    if person is None:
        return {"hours": "", "stand_in": ""}
    hours = office.hours(person.office_hours, person.zone)
    stand_in = people.by_id(facts.connection, facts.vault, person.stand_in_id)
    return {
        "hours": hours_in_words(facts.texts, hours),
        "stand_in": spoken(stand_in.name) if stand_in else "",
    }


def hours_in_words(texts: Mapping[str, str], hours: OfficeHours) -> str:
    """Office hours as a sentence tells them: "maandag en dinsdag, van 09.00 tot 17.00 uur"."""
    given = {"days": _days(hours.days), "start": f"{hours.start:%H.%M}", "end": f"{hours.end:%H.%M}"}
    return render(texts["office_hours"], given, html=False)


def _days(days: frozenset[int]) -> str:
    """Days in words: "maandag tot en met vrijdag" for three or more that follow each other."""
    first, last = min(days), max(days)
    if len(days) > 2 and last - first == len(days) - 1:
        return f"{_WEEK[first - 1]} tot en met {_WEEK[last - 1]}"
    names = [_WEEK[day - 1] for day in sorted(days)]
    return " en ".join(part for part in (", ".join(names[:-1]), names[-1]) if part)


def mentors(facts: Facts) -> object:
    """The other mentors, by name."""
    own = facts.person.id if facts.person else 0
    found = people.with_role(facts.connection, facts.vault, Role.MENTOR)
    names = [(spoken(one.name), str(one.id)) for one in found if one.id != own and not one.blocked]
    return [{"id": number, "name": name} for name, number in sorted(names)]
