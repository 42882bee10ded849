"""What texts may know of messages to parents and of who guides: receivers, appointments to go by, what is planned, what
another mentor left, leave, and for a coordinator who guides whom.

Every list is bounded; what it needs is looked up for all of it together.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.care import announcements, families, follow_ups, people
from bot.care.families import names_in_words, spoken
from bot.care.follow_up_rhythm import Rhythm
from bot.care.follow_ups import Delivery, FollowUp
from bot.care.people import Person, Role
from flows.engine.dutch.spoken import spoken_date
from flows.engine.templates import enumerate_dutch, excerpt, render

if TYPE_CHECKING:
    from bot.conversation.facts import Facts

MOST = 80
"""How many can be chosen from: Telegram takes a hundred buttons."""
_LOOKS_BACK = timedelta(days=30)
_LABEL = 28
_GREETING = re.compile(r"^(dag|hallo|hoi|beste) \[naam\][.,!]?\s*", re.IGNORECASE)
"""Says nothing of what a message is about."""

Item = dict[str, object]


def receivers(facts: Facts) -> list[Item]:
    """The parents to whom this mentor may write, by name."""
    mentor = _with_role(facts, Role.MENTOR)
    if mentor is None:
        return []
    everybody = follow_ups.may_get(
        facts.connection, mentor.id, people.guided_by(facts.connection, facts.vault, mentor.id)
    )
    known = families.names_of_children(facts.connection, facts.vault, {one.family_id or 0 for one in everybody})
    found: list[Item] = []
    for one in everybody:
        children = enumerate_dutch([spoken(name) for name in known.get(one.family_id or 0, ())])
        name = f"{spoken(one.name)} ({children})" if children else spoken(one.name)
        found.append({"id": str(one.id), "family_id": str(one.family_id), "name": name})
    return sorted(found, key=lambda one: str(one["name"]))[:MOST]


def anchors(facts: Facts) -> list[Item]:
    """The appointments ahead that a message can go by."""
    mentor = _with_role(facts, Role.MENTOR)
    if mentor is None:
        return []
    found = follow_ups.anchors(facts.connection, mentor.id, facts.now)
    return [
        {"id": str(one.id), "family_id": str(one.family_id), "when": facts.moment_in_words(one.starts_at)}
        for one in found
    ]


def planned(facts: Facts) -> list[Item]:
    """What is still to go out, and what went lately, once for each family that gets it."""
    mentor = _with_role(facts, Role.MENTOR)
    if mentor is None:
        return []
    found = follow_ups.of_mentor(facts.connection, facts.vault, mentor.id, facts.now - _LOOKS_BACK)
    ids = [one.id for one in found]
    to = follow_ups.to_whom(facts.connection, facts.vault, ids)
    went = follow_ups.deliveries(facts.connection, ids)
    items: list[Item] = []
    for one in found:
        lines = _lines(facts, one, to[one.id], {person: own for (of, person), own in went.items() if of == one.id})
        for family_id in dict.fromkeys(person.family_id for person in to[one.id] if person.mentor_id == mentor.id):
            where = {"id": f"{one.id}-{family_id}", "family_id": str(family_id)}
            items.append({**_item(facts, one), **where, "lines": lines})
    return items


def offered(facts: Facts) -> list[Item]:
    """What another mentor had planned for families that came to this one."""
    mentor = _with_role(facts, Role.MENTOR)
    if mentor is None:
        return []
    found = follow_ups.offered_to(facts.connection, facts.vault, mentor.id)
    to = follow_ups.to_whom(facts.connection, facts.vault, [one.id for one in found])
    return [{**_item(facts, one), "to": names_in_words(to[one.id])} for one in found]


def leave(facts: Facts) -> Item:
    """When this mentor is away, in words."""
    mentor = facts.person
    if mentor is None or mentor.away_from is None or mentor.away_until is None:
        return {"set": "", "from": "", "until": ""}
    today = facts.local.date()
    if mentor.away_until < today:
        return {"set": "", "from": "", "until": ""}
    return {
        "set": "yes",
        "from": spoken_date(mentor.away_from, today),
        "until": spoken_date(mentor.away_until, today),
    }


def guided_families(facts: Facts) -> list[Item]:
    """For a coordinator: every family with a mentor, by the names of its parents and nothing else."""
    if _with_role(facts, Role.COORDINATOR) is None:
        return []
    found = families.guided_at_all(facts.connection, facts.vault)
    items: list[Item] = [
        {
            "id": str(one.id),
            "mentor_id": str(one.mentor_id),
            "name": enumerate_dutch([spoken(name) for name in one.names]),
        }
        for one in found
    ]
    return sorted(items, key=lambda one: str(one["name"]))


def audience(facts: Facts) -> Item:
    """For a coordinator: how many parents and mentors there are to say something to."""
    sender = _with_role(facts, Role.COORDINATOR)
    counts = announcements.how_many(facts.connection, sender) if sender else dict.fromkeys(announcements.TO, 0)
    return {name: str(count) for name, count in counts.items()}


def _item(facts: Facts, one: FollowUp) -> Item:
    flow = facts.flows.get(one.content.flow)
    words = one.content.words or facts.texts[one.content.kind]
    moment = facts.moment_in_words(one.next_at) if one.next_at else ""
    known_by = _GREETING.sub("", words) or words
    label = f"{_short(facts, one.next_at)}: {known_by}" if one.next_at else known_by
    return {
        "id": str(one.id),
        "label": excerpt(label, _LABEL),
        "words": excerpt(words, 1500),
        "file": one.content.kind if one.content.file_id else "",
        "exercise": flow.title if flow else "",
        "open": "yes" if one.status == follow_ups.OPEN else "",
        "stopped": "yes" if one.status == follow_ups.CANCELLED else "",
        "when": moment,
        "how": rhythm_in_words(facts.texts, one.rhythm),
    }


def _lines(facts: Facts, one: FollowUp, to: Sequence[Person], went: Mapping[int, Delivery]) -> list[str]:
    """How it is with each receiver, and how many left for good."""
    lines = [_line(facts, person, went.get(person.id)) for person in to]
    left = one.content.asked - len(to)
    if left > 0:
        lines.append(render(facts.texts["follow_up_left"], {"number": left}, html=False))
    return lines


def _line(facts: Facts, person: Person, own: Delivery | None) -> str:
    moment = (own.answered_at or own.sent_at) if own else None
    day = spoken_date(facts.here(moment).date(), facts.local.date()) if moment else ""
    scope = {"name": spoken(person.name), "day": day}
    return render(facts.texts[f"follow_up_is_{_state(person, own)}"], scope, html=False)


def _state(person: Person, own: Delivery | None) -> str:
    if person.has_stopped:
        return "stopped"
    if own and own.answered_at:
        return "answered"
    if person.blocked:
        return "away"
    if own is None:
        return "planned"
    return "sent" if own.arrived else "waiting"


def _short(facts: Facts, moment: datetime | None) -> str:
    """A day as short as a button wants it: "3 aug"."""
    if moment is None:
        return ""
    local = facts.here(moment)
    return f"{local.day}-{local.month}"


def rhythm_in_words(texts: Mapping[str, str], rhythm: Rhythm) -> str:
    """How often it goes out, or by what; nothing for what goes once."""
    if rhythm.kind == "once":
        return ""
    number = rhythm.numbers[0]
    given = {"number": number, "numbers": enumerate_dutch([str(one) for one in rhythm.numbers])}
    return render(texts[f"follow_up_how_{rhythm.kind}"], given, html=False)


def _with_role(facts: Facts, role: Role) -> Person | None:
    person = facts.person
    return person if person and role in person.roles else None


FACTS = {
    "receivers": receivers,
    "anchors": anchors,
    "follow_ups": planned,
    "offered_follow_ups": offered,
    "leave": leave,
    "guided_families": guided_families,
    "audience": audience,
}
