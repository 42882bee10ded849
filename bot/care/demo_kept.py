"""What the made-up parents of the demo keep besides their evenings: signals, check-ins, thoughts, moments, people.

Made up, the same each time. Does not know the evenings: that is `demo`.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from sqlalchemy import Connection

from bot.care import records
from bot.care.people import Person
from bot.care.records import Field
from bot.schedule.local_time import instant_on
from bot.store.vault import Vault

Kept = tuple[str, date, time, dict[str, Field | None], bool]
"""A kind, the local day and time, the fields, and whether it is about the child."""

_THOUGHTS = (
    (
        "stop_arguing",
        "Ik moet zorgen dat de ruzie stopt.",
        "stop_arguing_1",
        "Een ruzie stoppen is werk voor wie ruzie heeft.",
    ),
    ("because_of_me", "Het komt door mij.", "because_of_me_1", "Wat grote mensen doen, komt door grote mensen."),
)
_TOGETHER = (
    ("Pannenkoeken gebakken.", "Het meeste lag op het fornuis."),
    ("Naar de eenden gelopen.", "We telden er twaalf."),
    ("Gedanst in de keuken.", ""),
)
_PEOPLE = (
    ("Lien", "family", "Familie", 1, ["listening", "child"], "Luisteren, Tijd voor het kind", "yes", "Ja"),
    ("Omar", "neighbour", "Buren", 2, ["practical"], "Iets met de handen", "maybe", "Misschien"),
    ("Juf Els", "school", "School of opvang", 2, ["advice"], "Raad", "yes", "Ja"),
    ("Ria", "family", "Familie", 3, ["company"], "Gezelschap", "no", "Liever niet"),
)
_PARTS = (("chest", "Borst"), ("belly", "Buik"), ("shoulders", "Schouders"), ("head", "Hoofd"))
_RUNGS = (("fight_or_flight", "Opgejaagd of boos"), ("safe", "Rustig en erbij"), ("shut_down", "Leeg of bevroren"))
_SAID = {
    "care": ("Niet gezien", "Eén keer", "Een paar keer", "Vaak", "Elke dag wel"),
    "worry": ("Niet gemerkt", "Heel even", "Af en toe", "Vaak", "De hele week door"),
    "play": ("Niet gezien", "Een klein moment", "Af en toe", "Vaak", "Bijna steeds"),
    "let_go": ("Dat lukte nog niet", "Eén keer", "Soms wel", "Meestal", "Bijna vanzelf"),
}
_HOURS = (time(7, 30), time(12, 30), time(17, 40), time(17, 50), time(21, 10))


def keep_more(
    connection: Connection,
    vault: Vault,
    person: Person,
    child_id: int,
    weeks: int,
    now: datetime,
    chance: random.Random,
) -> None:
    """Weeks of it, up to today, for one parent."""
    today = person.local(now).date()
    made = [*_signals(today, weeks, chance), *_checks(today, weeks, chance), *_once(today)]
    for number, (kind, day, at, fields, about_child) in enumerate(made):
        records.keep(
            connection,
            vault,
            person_id=person.id,
            key=f"demo.k{person.id % 10_000}.{number}",
            kind=kind,
            fields=fields,
            child_id=child_id if about_child else None,
            today=day,
            now=instant_on(day, at, person.zone),
        )


def _signals(today: date, weeks: int, chance: random.Random) -> Iterator[Kept]:
    """Care and worry grow less, play grows, with a step back now and then."""
    for ago in range(weeks, 0, -1):
        part = 1 - ago / weeks
        scores = {"care": 4 - 2 * part, "worry": 3.5 - 2 * part, "play": 1 + 2 * part, "let_go": 0.5 + 2.5 * part}
        found = {name: min(max(round(score + chance.uniform(-0.6, 0.6)), 0), 4) for name, score in scores.items()}
        fields: dict[str, Field | None] = {name: Field(score, _SAID[name][score]) for name, score in found.items()}
        yield "signal", today - timedelta(days=7 * ago - 2), time(20, 15), fields, True


def _checks(today: date, weeks: int, chance: random.Random) -> Iterator[Kept]:
    for ago in range(weeks * 7, 0, -2):
        at = chance.choice(_HOURS)
        dinner = at.hour == 17
        part, rung = chance.choice(_PARTS), _RUNGS[0] if dinner else chance.choice(_RUNGS)
        size = chance.randint(6, 9) if dinner else chance.randint(2, 6)
        fields: dict[str, Field | None] = {
            "part": Field(*part),
            "size": Field(size, str(size)),
            "rung": Field(*rung),
        }
        yield "body_check", today - timedelta(days=ago), at, fields, False


def _once(today: date) -> Iterator[Kept]:
    for number, (worry_id, worry, entry, helping) in enumerate(_THOUGHTS):
        fields: dict[str, Field | None] = {
            "whose": Field("of_child", "of_child"),
            "theme": Field("arguments", "arguments"),
            "worry": Field(worry_id, worry),
            "helping": Field(entry, helping),
        }
        yield "thought", today - timedelta(days=12 - number), time(19, 50), fields, True
    for number, (what, line) in enumerate(_TOGETHER):
        fields = {"activity": Field(what, what), **({"line": Field(line, line)} if line else {})}
        yield "together_moment", today - timedelta(days=9 - 3 * number), time(16, 30), fields, True
    for name, who, who_said, near, gives, gives_said, ask, ask_said in _PEOPLE:
        fields = {
            "name": Field(name, name),
            "who": Field(who, who_said),
            "closeness": Field(str(near), ("Heel dichtbij", "In de buurt", "Wat verder weg")[near - 1]),
            "gives": Field(gives, gives_said),
            "ask": Field(ask, ask_said),
        }
        yield "network_person", today - timedelta(days=20), time(21, 0), fields, False
