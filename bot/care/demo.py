"""An example organisation for the simulator: at least a coordinator, a mentor and an open invitation; on request five
families with weeks of entries.

Everything in it is made up. Does not know the simulator: who has which chat is handed in.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import datetime, time, timedelta

from sqlalchemy import Connection, func, select

from bot.care import (
    consents,
    demo_group,
    demo_guided,
    demo_kept,
    families,
    invitations,
    people,
    records,
    rituals,
    sharing,
)
from bot.care.consents import Purpose
from bot.care.people import Person, Role
from bot.care.records import Field
from bot.care.sharing import With
from bot.schedule.local_time import instant_on
from bot.store.tables import people as people_table
from bot.store.vault import Vault
from flows.engine.values import dataclass

WEEKS = 5

Chats = Mapping[str, tuple[int, str, str]]
"""Whose chat is which: a short key -> chat id, first name, role (coordinator, mentor, parent, peer)."""


@dataclass(frozen=True, slots=True)
class _Child:
    name: str
    pronoun: str
    age: int


@dataclass(frozen=True, slots=True)
class _Household:
    """A made-up family. `wrote` are things a child gave back, in the parent's words."""

    parents: tuple[tuple[str, str], ...]
    children: tuple[_Child, ...]
    region: str
    at: time
    days: str
    often: float
    wrote: tuple[tuple[str, str], ...]


_ZONES = {"nl": "Europe/Amsterdam", "be": "Europe/Brussels"}
_KINDS = {
    "nothing": "Niets vanavond",
    "me": "Zorg over mij",
    "sibling": "Over broer of zus",
    "money": "Over geld",
    "arguments": "Over ruzie",
    "task": "Een taak",
}
_HOUSEHOLDS = (
    _Household(
        (("fatima", "mama"),),
        (_Child("Yassin", "he", 7),),
        "nl",
        time(19, 30),
        rituals.EVERY_DAY,
        0.8,
        (("me", "Hij vroeg of ik wel sliep."), ("money", "Hij wilde zijn spaarpot aan mij geven.")),
    ),
    _Household(
        (("joris", "papa"),),
        (_Child("Lotte", "she", 11), _Child("Senne", "he", 5)),
        "be",
        time(20, 0),
        rituals.SCHOOL_NIGHTS,
        0.6,
        (("sibling", "Ze had zijn boekentas al klaargezet."), ("task", "Ze wou de tafel afruimen en alles doen.")),
    ),
    _Household(
        (("marleen", "Marleen"),),
        (_Child("Dylan", "he", 9),),
        "nl",
        time(19, 0),
        rituals.EVERY_DAY,
        0.7,
        (("arguments", "Hij luisterde op de trap toen ik belde."), ("me", "Hij vroeg of ik moe van hem werd.")),
    ),
    _Household(
        (("shanice", "mama"),),
        (_Child("Jaylano", "name", 14), _Child("Milou", "she", 3)),
        "nl",
        time(20, 30),
        "135",
        0.5,
        (("money", "Hij zei dat de nieuwe schoenen wel konden wachten."),),
    ),
    _Household(
        (("annelies", "mama"), ("bart", "papa")),
        (_Child("Noor", "she", 6),),
        "be",
        time(19, 30),
        rituals.EVERY_DAY,
        0.75,
        (
            ("arguments", "Ze vroeg of wij boos zijn op elkaar."),
            ("me", "Ze bleef bij mij zitten in plaats van te spelen."),
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class Furnished:
    """Who is there now, and the codes of open invitations, both by the short key of the chat."""

    present: list[str]
    codes: dict[str, str]


def furnish(connection: Connection, vault: Vault, chats: Chats, now: datetime, *, full: bool) -> Furnished:
    """Fills an empty database. One with people in it is left as it is."""
    if connection.execute(select(func.count()).select_from(people_table)).scalar_one():
        return Furnished([], {})
    staff = {key: one for key, one in chats.items() if one[2] in ("coordinator", "mentor")}
    mentors = [_add(connection, vault, one, Role[one[2].upper()], now) for one in staff.values()]
    mentor_ids = [person for person, one in zip(mentors, staff.values(), strict=True) if one[2] == "mentor"]
    if full:
        chance = random.Random(1)  # noqa: S311 - made-up lives, the same each time
        for number, household in enumerate(_HOUSEHOLDS):
            _live(connection, vault, household, chats, mentor_ids[number % len(mentor_ids)], now, chance)
        demo_guided.guide(connection, vault, mentor_ids[0], now)
        _gather(connection, vault, chats, mentor_ids[0], now)
        return Furnished([key for key, one in chats.items() if one[2] != "peer"], {})
    codes = {
        key: invitations.make(connection, vault, role=Role.PARENT, name=one[1], made_by=mentor_ids[0], now=now)
        for key, one in chats.items()
        if one[2] == "parent"
    }
    return Furnished(list(staff), codes)


def _gather(connection: Connection, vault: Vault, chats: Chats, mentor_id: int, now: datetime) -> None:
    """The peer group, with the parents who are there."""
    there = {key: people.present(connection, vault, chats[key][0]).person for key in demo_group.MEMBERS if key in chats}
    persons = {key: person.id for key, person in there.items() if person}
    demo_group.gather(connection, vault, mentor_id, persons, now)


def _add(
    connection: Connection,
    vault: Vault,
    chat: tuple[int, str, str],
    role: Role,
    now: datetime,
    family_id: int | None = None,
    region: str = "nl",
) -> int:
    return people.add(
        connection,
        vault,
        chat_id=chat[0],
        role=role,
        name=chat[1],
        family_id=family_id,
        region=region,
        zone=_ZONES[region],
        now=now,
    )


def _live(
    connection: Connection,
    vault: Vault,
    household: _Household,
    chats: Chats,
    mentor_id: int,
    now: datetime,
    chance: random.Random,
) -> None:
    family_id = families.found(connection, mentor_id, now - timedelta(weeks=WEEKS))
    today = now.date()
    children = [
        families.add_child(
            connection,
            vault,
            family_id=family_id,
            name=child.name,
            age=child.age,
            pronoun=child.pronoun,
            today=today,
            now=now,
        )
        for child in household.children
    ]
    for key, called in household.parents:
        person_id = _add(connection, vault, chats[key], Role.PARENT, now, family_id, household.region)
        consents.give(connection, person_id, "use", now - timedelta(weeks=WEEKS))
        for child_id in children:
            families.set_calls_me(connection, vault, child_id, person_id, called)
        person = people.by_id(connection, vault, person_id)
        if person:
            rituals.set_evening(connection, person, household.at, household.days, now)
            rituals.set_look_back(connection, person, rituals.LOOK_BACK_DAY, now)
            _evenings(connection, vault, household, person, children, now, chance)
            demo_kept.keep_more(connection, vault, person, children[0], WEEKS, now, chance)
            _shares_some(connection, vault, person_id, now)


def _shares_some(connection: Connection, vault: Vault, person_id: int, now: datetime) -> None:
    """Now and then something is for the mentor as well."""
    consents.give(connection, person_id, Purpose.SHARE, now - timedelta(weeks=WEEKS))
    for entry in sharing.all_of(connection, vault, person_id)[::6]:
        sharing.share(connection, person_id, entry.record.id, With.MENTOR, entry.record.created_at)


def _evenings(
    connection: Connection,
    vault: Vault,
    household: _Household,
    person: Person,
    children: list[int],
    now: datetime,
    chance: random.Random,
) -> None:
    wanted = rituals.weekdays(household.days)
    for ago in range(WEEKS * 7, 0, -1):
        day = person.local(now).date() - timedelta(days=ago)
        if day.weekday() not in wanted or chance.random() > household.often:
            continue
        at = instant_on(day, household.at, person.zone)
        kind, words = chance.choice((("nothing", ""), *household.wrote))
        heavy = chance.randint(4, 8) - (WEEKS * 7 - ago) // 10
        fields: dict[str, Field | None] = {"came_back": Field(kind, _KINDS[kind])}
        if kind != "nothing":
            fields |= {
                "what": Field(words, words),
                "before": Field(heavy, str(heavy)),
                "after": Field(max(heavy - chance.randint(0, 3), 0)),
            }
        records.keep(
            connection,
            vault,
            person_id=person.id,
            key=f"demo.{person.id % 10_000}.{day.isoformat()}",
            kind="reflection",
            fields=fields,
            child_id=chance.choice(children),
            today=day,
            now=at,
        )
        if chance.random() < 0.3:
            records.keep(
                connection,
                vault,
                person_id=person.id,
                key=f"demo.m{person.id % 10_000}.{day.isoformat()}",
                kind="moment",
                fields={"owner": Field("parent", "Van mij")},
                child_id=chance.choice(children),
                today=day,
                now=at - timedelta(hours=2),
            )
