"""A mentor with many families, and thousands of things that their parents keep, for tests and benchmarks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import count

from sqlalchemy import Connection, insert

from bot.care import families as family_care
from bot.care import people as people_care
from bot.care import records as record_care
from bot.care.people import Role
from bot.care.sharing import With
from bot.store import tables
from bot.store.types import new_id
from bot.store.vault import Vault

FIRST_CHAT = 6_000_000_000
PARENTS = ("Annelies", "Karim", "Joke", "Fatima", "Bart", "Wen", "Margriet", "Tom", "Zoë", "Çağla")
CHILDREN = ("Noor", "Sam", "Bo", "Yara", "Lars", "Mila", "Daan")
_KINDS = ("reflection", "moment", "body_check", "scene", "goal", "together_moment", "signal")
_chats = count(FIRST_CHAT)
_RESOLUTION_EVERY = 40
"""One entry in so many is a resolution."""


def fill(
    connection: Connection, vault: Vault, mentor_id: int, households: int, entries: int, now: datetime
) -> list[int]:
    """Adds families of two parents and two children, with letters, appointments and as many entries as are asked for in
    all, one in three of them shared. Returns the ids of the families."""
    numbers = iter(lambda: new_id(now), 0)
    found = []
    for number in range(households):
        family_id = next(numbers)
        found.append(family_id)
        looked = now - timedelta(days=number % 20)
        _add(connection, "families", id=family_id, mentor_id=mentor_id, created_at=now, mentor_looked_at=looked)
        parents = [_parent(connection, vault, numbers, family_id, 2 * number + each, now) for each in range(2)]
        for each in range(2):
            _child(connection, vault, next(numbers), family_id, CHILDREN[(number + each) % len(CHILDREN)], now)
        _busy(connection, vault, numbers, family_id, parents, mentor_id, number, now)
        share = entries // households + (number < entries % households)
        connection.execute(insert(tables.records), list(_entries(vault, numbers, parents, share, now)))
    return found


def _add(connection: Connection, table: str, **values: object) -> None:
    connection.execute(insert(tables.metadata.tables[table]).values(**values))


def _parent(
    connection: Connection, vault: Vault, numbers: Iterator[int], family_id: int, number: int, now: datetime
) -> int:
    person_id, chat_id = next(numbers), next(_chats)
    _add(
        connection,
        "people",
        id=person_id,
        chat_id=chat_id,
        roles=int(Role.PARENT),
        name_sealed=vault.seal_text(people_care.NAME, person_id, f"{PARENTS[number % len(PARENTS)]} {number}"),
        family_id=family_id,
        region="nl",
        zone="Europe/Amsterdam",
        created_at=now,
    )
    active = now - timedelta(days=number % 30)
    sealed = vault.seal(people_care.STATE, chat_id, b"{}")
    _add(connection, "conversations", chat_id=chat_id, state_sealed=sealed, active_at=active)
    _add(connection, "consents", id=next(numbers), person_id=person_id, purpose="share", version=1, given_at=now)
    return person_id


def _child(connection: Connection, vault: Vault, child_id: int, family_id: int, name: str, now: datetime) -> None:
    sealed = vault.seal_text(family_care.CHILD, child_id, name)
    _add(
        connection,
        "children",
        id=child_id,
        family_id=family_id,
        name_sealed=sealed,
        pronoun="name",
        age=7,
        age_on=now.date(),
    )


def _busy(
    connection: Connection,
    vault: Vault,
    numbers: Iterator[int],
    family_id: int,
    parents: list[int],
    mentor_id: int,
    number: int,
    now: datetime,
) -> None:
    """Letters there and back, and an appointment that was and one that will be."""
    for each, (writer, reader) in enumerate(
        ((parents[0], mentor_id), (mentor_id, parents[0]), (parents[1], mentor_id))
    ):
        letter_id = next(numbers)
        _add(
            connection,
            "letters",
            id=letter_id,
            from_person=writer,
            to_person=reader,
            sent_at=now - timedelta(days=number % 25, hours=3 - each),
            text_sealed=vault.seal_text("letters.text", letter_id, "dag"),
        )
    for ahead in (-1, 1):
        meeting_id = next(numbers)
        _add(
            connection,
            "appointments",
            id=meeting_id,
            family_id=family_id,
            mentor_id=mentor_id,
            kind="talk",
            starts_at=now + ahead * timedelta(days=number % 9, hours=1),
            minutes=60,
            zone="Europe/Amsterdam",
            status="agreed",
            created_at=now,
            changed_at=now,
            details_sealed=vault.seal_text("appointments.details", meeting_id, "{}"),
        )


def _entries(
    vault: Vault, numbers: Iterator[int], parents: list[int], many: int, now: datetime
) -> Iterator[dict[str, object]]:
    for number in range(many):
        record_id, kept_at = next(numbers), now - timedelta(hours=7 * (many - number))
        shared = number % 3 == 0
        yield {
            "id": record_id,
            "person_id": parents[number % 2],
            "key": f"many.{record_id}",
            "kind": "resolution" if number % _RESOLUTION_EVERY == 0 else _KINDS[number % len(_KINDS)],
            "local_day": kept_at.date(),
            "created_at": kept_at,
            "changed_at": kept_at,
            "fields_sealed": vault.seal_json(record_care.FIELDS, record_id, {"status": ["open", "open"]}),
            "shared_with": int(With.MENTOR) if shared else 0,
            "shared_at": kept_at if shared else None,
        }
