"""What texts may know of gated flows: which there are, for which families of a mentor they are on, and what a parent's
mentor switched on (method D)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.care import people, switches
from bot.care.families import names_guided, spoken
from bot.care.people import Role
from bot.conversation import guiding_facts
from flows.engine.dutch.spoken import spoken_date
from flows.engine.templates import enumerate_dutch

if TYPE_CHECKING:
    from bot.conversation.facts import Facts


def gated(facts: Facts) -> list[dict[str, str]]:
    """Every flow that a mentor can switch on, by title."""
    found = [{"id": name, "title": flow.title} for name, flow in facts.flows.items() if flow.gated]
    return sorted(found, key=lambda one: one["title"])


def families(facts: Facts) -> list[dict[str, object]]:
    """The families that this mentor guides now: the names of the parents, what is on, and where they are."""
    person = facts.person
    if person is None or not person.roles & Role.MENTOR:
        return []
    known = gated(facts)
    on = switches.on_by_family(facts.connection, person.id)
    return [
        {
            "id": str(family_id),
            "name": enumerate_dutch(names),
            "on": [one for one in known if one["id"] in on.get(family_id, ())],
            "way": guiding_facts.way(facts, family_id),
        }
        for family_id, names in names_guided(facts.connection, facts.vault, person.id).items()
    ]


def switched(facts: Facts) -> list[dict[str, str]]:
    """What is on for this parent's family: since when, by whom and why."""
    person = facts.person
    if person is None or person.family_id is None:
        return []
    found = []
    for one in switches.of_family(facts.connection, facts.vault, person.family_id):
        flow = facts.flows.get(one.flow)
        mentor = people.by_id(facts.connection, facts.vault, one.by_person)
        if flow and flow.gated:
            day = spoken_date(person.local(one.on_at).date(), facts.local.date())
            by = spoken(mentor.name) if mentor else ""
            found.append({"id": one.flow, "title": flow.title, "by": by, "day": day, "why": one.why})
    return found
