"""What texts may know of gated flows: which there are, for which families of a mentor they are on, and what a parent's
mentor switched on (method D)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from bot.care import people, switches
from bot.care.families import Guided, guided_by, spoken
from bot.care.people import Role
from flows.engine.dutch.spoken import spoken_date
from flows.engine.templates import enumerate_dutch

if TYPE_CHECKING:
    from bot.conversation.facts import Facts


def gated(facts: Facts) -> list[dict[str, str]]:
    """Every flow that a mentor can switch on, by title."""
    found = [{"id": name, "title": flow.title} for name, flow in facts.flows.items() if flow.gated]
    return sorted(found, key=lambda one: one["title"])


def families(facts: Facts) -> list[dict[str, object]]:
    """The families that this mentor guides now: the names of the parents, and what is on."""
    person = facts.person
    if person is None or not person.roles & Role.MENTOR:
        return []
    known = gated(facts)
    found: list[dict[str, object]] = []
    for family in _all_guided(facts, person.id):
        on = switches.flows_on(facts.connection, family.id)
        parents = people.in_family(facts.connection, facts.vault, family.id)
        names = [spoken(one.name) for one in parents if Role.PARENT in one.roles]
        found.append(
            {
                "id": str(family.id),
                "name": enumerate_dutch(names),
                "on": [one for one in known if one["id"] in on],
            }
        )
    return found


def _all_guided(facts: Facts, mentor_id: int) -> Iterator[Guided]:
    number, more = 0, True
    while more:
        page = guided_by(facts.connection, mentor_id, number)
        yield from page.items
        number, more = page.number + 1, page.more


def switched(facts: Facts) -> list[dict[str, str]]:
    """What is on for this parent's family: since when, by whom and why."""
    person = facts.person
    if person is None or person.family_id is None:
        return []
    found = []
    for one in switches.of_family(facts.connection, facts.vault, person.family_id):
        flow = facts.flows.get(one.flow)
        mentor = people.by_id(facts.connection, facts.vault, one.by_person) if one.by_person else None
        if flow and flow.gated:
            day = spoken_date(person.local(one.on_at).date(), facts.local.date())
            by = spoken(mentor.name) if mentor else ""
            found.append({"id": one.flow, "title": flow.title, "by": by, "day": day, "why": one.why})
    return found
