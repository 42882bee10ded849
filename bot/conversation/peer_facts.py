"""What texts may know of peer groups: those that somebody is in, guides, or may come into, and whom they can invite.

Nobody but its members learns what a group is called, and nobody at all who is behind a name in it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.care import families, groups, peer_watch, people
from bot.care.families import spoken
from bot.care.groups import CLOSED, CLOSING, INVITED, OPEN, RELAY, Member, Place
from bot.care.people import Person, Role
from bot.care.rituals import EVERY_DAY
from flows.engine.dutch.spoken import spoken_date
from flows.engine.templates import enumerate_dutch

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.conversation.facts import Facts

Item = dict[str, object]
MOST = 80
"""How many can be chosen from: Telegram takes a hundred buttons."""
WEEKDAYS = "12345"
_DAYS = ("maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag")


def mine(facts: Facts) -> list[Item]:
    """The groups that this person is in for themselves."""
    return [_item(facts, one) for one in _places(facts) if not one.member.moderates]


def guided(facts: Facts) -> list[Item]:
    """The groups that this person guides."""
    return [_item(facts, one) for one in _places(facts) if one.member.moderates]


def invites(facts: Facts) -> list[Item]:
    """The groups that this person may come into."""
    return [_item(facts, one) for one in _places(facts, INVITED) if one.group.status == OPEN]


def invitable(facts: Facts) -> list[Item]:
    """For each group that this mentor guides the parents that they guide and who were not asked yet, by name."""
    person = facts.person
    if person is None or Role.MENTOR not in person.roles:
        return []
    guided_parents = people.guided_by(facts.connection, facts.vault, person.id)
    parents = [one for one in guided_parents if Role.PARENT in one.roles and not one.has_stopped]
    found: list[Item] = []
    for place in _places(facts):
        if place.member.moderates and place.group.status == OPEN and place.group.kind == RELAY:
            known = _everybody(facts, place.group.id, groups.IN, INVITED)
            found += [_chosen(place.group.id, one) for one in parents if one.id not in known]
    return sorted(found, key=lambda one: str(one["name"]))[:MOST]


def colleagues(facts: Facts) -> list[Item]:
    """For each group that this person guides the mentors and coordinators who do not, by name."""
    places = [one for one in _places(facts) if one.member.moderates and one.group.status == OPEN]
    if not places:
        return []
    roles = (Role.MENTOR, Role.COORDINATOR)
    found = {one.id: one for role in roles for one in people.with_role(facts.connection, facts.vault, role)}
    items = [
        _chosen(place.group.id, one)
        for place in places
        for one in found.values()
        if one.id not in _everybody(facts, place.group.id, groups.IN, INVITED)
    ]
    return sorted(items, key=lambda one: str(one["name"]))[:MOST]


def reports(facts: Facts) -> int:
    """How much waits in groups for this person to look at."""
    person = facts.person
    if person is None or not person.roles & (Role.MENTOR | Role.COORDINATOR):
        return 0
    return len(peer_watch.waiting_for(facts.connection, facts.vault, person, facts.now))


def _chosen(group_id: int, person: Person) -> Item:
    """A person for a group, in a list that may hold them once for each."""
    return {"id": f"{group_id}-{person.id}", "group_id": str(group_id), "name": spoken(person.name)}


def _everybody(facts: Facts, group_id: int, *statuses: str) -> set[int | None]:
    return {one.person_id for one in groups.members(facts.connection, facts.vault, group_id, *statuses)}


def _places(facts: Facts, *statuses: str) -> list[Place]:
    """The groups inside the bot and linked ones that are not over."""
    if facts.person is None or not facts.knows_groups:
        return []
    found = groups.places(facts.connection, facts.vault, facts.person.id, *statuses)
    return [one for one in found if one.group.status != CLOSED]


def _item(facts: Facts, place: Place) -> Item:
    group, member = place.group, place.member
    inside = groups.members(facts.connection, facts.vault, group.id)
    closes = group.closes_at if group.status == CLOSING else None
    return {
        "id": str(group.id),
        "name": group.name,
        "theme": group.settings.theme,
        "kind": group.kind,
        "as": member.name,
        "days": days_in_words(group.settings.days),
        "every_day": set(group.settings.days) >= set(EVERY_DAY),
        "guides": guides_of(facts, inside),
        "names": [one.name for one in groups.parents(inside)],
        "count": len(groups.parents(inside)),
        "size": group.size,
        "closing": spoken_date(closes.astimezone(facts.local.tzinfo).date(), facts.local.date()) if closes else "",
    }


def guides_of(facts: Facts, inside: list[Member]) -> str:
    """Who guides a group, in words: these use their own names."""
    return enumerate_dutch([spoken(one.name) for one in groups.moderators(inside)])


def days_in_words(days: str) -> str:
    """On which days a group is open, as it follows "open": "elke dag", "op dinsdag en donderdag"."""
    chosen = "".join(sorted(set(days)))
    if chosen == EVERY_DAY:
        return "elke dag"
    if chosen == WEEKDAYS:
        return "op maandag tot en met vrijdag"
    return f"op {enumerate_dutch([_DAYS[int(day) - 1] for day in chosen])}" if chosen else ""


def own_names(facts: Facts, told: str = "") -> set[str]:
    """The names by which somebody could be known: their own, what Telegram calls them (`told`), those of their family,
    and what the children call them."""
    person = facts.person
    if person is None:
        return set()
    names = {person.name, told}
    if person.family_id:
        names |= {one.name for one in people.parents_of(facts.connection, facts.vault, person.family_id)}
        today = facts.local.date()
        children = families.children_of(facts.connection, facts.vault, person.family_id, person.id, today, removed=True)
        names |= {child.name for child in children}
    return {name for name in names if name}


FACTS: dict[str, Callable[[Facts], object]] = {
    "groups": mine,
    "guided_groups": guided,
    "group_invites": invites,
    "group_parents": invitable,
    "group_colleagues": colleagues,
    "group_reports": reports,
}
"""Those of joining and of running a group; others that concern groups stand beside them in `facts`."""
