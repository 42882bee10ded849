"""The meetings of the coming days that somebody may prepare for, as texts know of them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from bot.care import appointment_rules, appointments, families, people
from bot.care.appointment_rules import Appointment
from bot.care.people import Person, Role
from flows.engine.dutch.spoken import spoken_date, spoken_time

if TYPE_CHECKING:
    from bot.conversation.facts import Facts

_SOON = timedelta(days=4)


def preparations(facts: Facts) -> list[dict[str, Any]]:
    """The agreed appointments of the coming days, for whoever is asked."""
    person = facts.person
    if person is None:
        return []
    found = [one for one in _ahead(facts, person) if one.status == appointment_rules.AGREED]
    return [
        {
            "id": str(one.id),
            "day": spoken_date(person.local(one.starts_at).date(), facts.local.date()),
            "time": spoken_time(person.local(one.starts_at).time()),
            "with": others(facts, person, one),
        }
        for one in found
    ]


def _ahead(facts: Facts, person: Person) -> list[Appointment]:
    found: dict[int, Appointment] = {}
    until = facts.now + _SOON
    if person.family_id:
        own = appointments.of_family(facts.connection, facts.vault, person.family_id, facts.now, until)
        found |= {one.id: one for one in own}
    if Role.MENTOR in person.roles:
        guided = appointments.of_mentor(facts.connection, facts.vault, person.id, facts.now, until)
        found |= {one.id: one for one in guided}
    return sorted(found.values(), key=lambda one: one.starts_at)


def others(facts: Facts, person: Person, one: Appointment) -> str:
    """The other side, by name."""
    if one.mentor_id == person.id:
        return families.names_in_words(people.parents_of(facts.connection, facts.vault, one.family_id))
    mentor = people.by_id(facts.connection, facts.vault, one.mentor_id)
    return families.spoken(mentor.name) if mentor else ""
