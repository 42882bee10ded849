"""What the mentors of the demo do with their families: appointments, letters, reports, phases; and more families, so
that there is something to page through and to look for.

Made up, the same each time. The parents of those families have no phone in the simulator: nothing is sent to them by
itself. Does not know what parents keep: that is `demo`.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from sqlalchemy import Connection, insert

from bot.care import alerts, appointments, families, letters, people, phases, reports
from bot.care.appointment_rules import AGREED, HAPPENED, PROPOSED, Details
from bot.care.people import STATE, Person, Role
from bot.care.reports import Parts
from bot.schedule.local_time import instant_on
from bot.store import tables
from bot.store.vault import Vault
from flows.engine.state import State, dump_state

_FIRST_CHAT = 900_001
_OTHERS: tuple[tuple[tuple[str, ...], tuple[tuple[str, int], ...], int], ...] = (
    (("Wendy",), (("Milan", 8),), 3),
    (("Karim", "Zoë"), (("Amir", 5), ("Lina", 2)), 10),
    (("Hilde",), (("Stan", 12),), 1),
    (("Çağla",), (("Deniz", 9),), 24),
    (("Rob", "Mark"), (("Fien", 4),), 6),
    (("Precious",), (("Joy", 7), ("Faith", 7)), 2),
    (("Anneke",), (("Thijs", 15),), 17),
    (("Els",), (("Wout", 3),), 0),
)
"""Parents, children with their ages, and how many days ago the last sign was."""


def guide(connection: Connection, vault: Vault, mentor_id: int, now: datetime) -> None:
    """What there is to see for this mentor, in the families that there are and in some more."""
    mentor = people.by_id(connection, vault, mentor_id)
    if mentor is None:
        return
    guided = list(families.names_guided(connection, vault, mentor_id))
    for family_id in guided:
        for parent in people.parents_of(connection, vault, family_id):
            _gave_a_sign(connection, vault, parent.chat_id, now - timedelta(hours=5))
    for number, (parents, children, days) in enumerate(_OTHERS):
        guided.append(_lives(connection, vault, mentor, parents, children, number, now - timedelta(days=days)))
    today = mentor.local(now).date()
    _was_led(connection, vault, mentor, guided, now)
    _meets(connection, vault, mentor, guided, today, now)
    _wrote(connection, vault, mentor, guided, now)
    _reported(connection, vault, mentor, guided, today, now)
    wendy = people.parents_of(connection, vault, guided[-len(_OTHERS)])[0]
    alerts.call(connection, alerts.make(connection, wendy.id, now - timedelta(minutes=40)).id, mentor.id, now)
    anneke = people.parents_of(connection, vault, guided[-2])[0]
    people.change(connection, anneke.id, blocked_at=now - timedelta(days=1))


def _lives(
    connection: Connection,
    vault: Vault,
    mentor: Person,
    parents: tuple[str, ...],
    children: tuple[tuple[str, int], ...],
    number: int,
    last_sign: datetime,
) -> int:
    family_id = families.found(connection, mentor.id, last_sign)
    for each, name in enumerate(parents):
        chat_id = _FIRST_CHAT + 2 * number + each
        people.add(
            connection,
            vault,
            chat_id=chat_id,
            role=Role.PARENT,
            name=name,
            family_id=family_id,
            region=mentor.region,
            zone=mentor.zone.key,
            now=last_sign,
        )
        _gave_a_sign(connection, vault, chat_id, last_sign)
    for name, age in children:
        families.add_child(
            connection,
            vault,
            family_id=family_id,
            name=name,
            age=age,
            pronoun="name",
            today=last_sign.date(),
            now=last_sign,
        )
    return family_id


def _gave_a_sign(connection: Connection, vault: Vault, chat_id: int, at: datetime) -> None:
    sealed = vault.seal(STATE, chat_id, dump_state(State()))
    connection.execute(insert(tables.conversations).values(chat_id=chat_id, state_sealed=sealed, active_at=at))


def _was_led(connection: Connection, vault: Vault, mentor: Person, guided: list[int], now: datetime) -> None:
    """Some families are further on than others."""
    for number, family_id in enumerate(guided):
        for phase in range(2, 2 + number % 3):
            at = now - timedelta(weeks=8 - 2 * phase)
            phases.move(connection, vault, family_id, mentor, phase, "samen afgesproken", at)


def _meets(connection: Connection, vault: Vault, mentor: Person, guided: list[int], today: date, now: datetime) -> None:
    plan = (
        (0, 0, time(16, 0), AGREED),
        (1, -1, time(10, 0), AGREED),
        (1, 6, time(10, 0), AGREED),
        (2, 1, time(9, 30), AGREED),
        (5, 2, time(11, 0), PROPOSED),
        (8, -6, time(13, 0), HAPPENED),
    )
    for number, days, at, status in plan:
        starts_at = instant_on(today + timedelta(days=days), at, mentor.zone)
        family_id = guided[number]
        parent = people.parents_of(connection, vault, family_id)[0]
        appointments.propose(
            connection,
            vault,
            family_id=family_id,
            mentor_id=mentor.id,
            by=parent.id if status == PROPOSED else mentor.id,
            kind="talk",
            starts_at=starts_at,
            minutes=60,
            zone=mentor.zone,
            details=Details(where="home"),
            now=min(now, starts_at) - timedelta(days=7),
            status=status,
        )


def _wrote(connection: Connection, vault: Vault, mentor: Person, guided: list[int], now: datetime) -> None:
    first = people.parents_of(connection, vault, guided[0])[0]
    said = (
        (mentor.id, first.id, "Hoe ging het avondeten gisteren?", timedelta(days=1)),
        (first.id, mentor.id, "Rustiger. We hebben gezongen bij het koken.", timedelta(hours=3)),
    )
    for writer, reader, text, ago in said:
        letters.write(connection, vault, writer, reader, text, now - ago)


def _reported(
    connection: Connection, vault: Vault, mentor: Person, guided: list[int], today: date, now: datetime
) -> None:
    """One that waits for a yes to what was agreed, and one that was begun."""
    held = today - timedelta(days=6)
    parts = Parts(
        held_on=held,
        present="Wij samen.",
        discussed="Hoe het gaat bij het slapengaan.",
        resolutions=("Als Joy en Faith in bed liggen, dan gaat mijn telefoon in de la.",),
    )
    at = instant_on(held, time(15, 0), mentor.zone)
    report = reports.begin(connection, vault, guided[8], mentor, at, parts=parts)
    reports.give(connection, vault, report, mentor, at)
    begun = Parts(held_on=today - timedelta(days=1), discussed="De ochtenden.")
    reports.begin(connection, vault, guided[2], mentor, now - timedelta(hours=20), parts=begun)
