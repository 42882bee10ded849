"""Leaving: for a while, or for good. Whoever stops hears nothing until coming back; whoever is erased is nowhere.

Does not know how it is asked or told.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import BigInteger, Column, Connection, Table, func, or_, select

from bot.care import consents, counting, dossiers, people, privacy
from bot.care.consents import Purpose
from bot.care.counting import Count
from bot.care.dossiers import ByLaw
from bot.care.people import STOPPED, Person
from bot.store import outbox, timers
from bot.store.tables import metadata
from bot.store.vault import Vault
from flows.engine.values import dataclass

_FOR_EVER = datetime(9999, 1, 1, tzinfo=UTC)
_ASKS_LATER = ("pause", "silence", "half_way", "evening_later", "look_back_later")


class NotErased(Exception):
    """Something still pointed at somebody who was erased: nothing was changed. Carries names of tables."""


@dataclass(frozen=True, slots=True)
class Erased:
    """What went, and until which day the organisation keeps what the law asks for, if it does."""

    counts: list[Count]
    kept_until: date | None


def stop(connection: Connection, person: Person, now: datetime) -> None:
    """Nothing comes any more and everything stays, until this person says something again. Until then there is no yes
    to using the bot."""
    consents.withdraw(connection, person.id, Purpose.USE, now)
    people.change(connection, person.id, paused_until=STOPPED)
    timers.drop(connection, person.chat_id, *_ASKS_LATER)
    outbox.take_back(connection, person.chat_id)
    outbox.hold_letters(connection, person.chat_id, _FOR_EVER)


def come_back(connection: Connection, person: Person, now: datetime) -> None:
    """Everything goes on as it was before stopping."""
    consents.give(connection, person.id, Purpose.USE, now)
    people.change(connection, person.id, paused_until=None)
    outbox.hold_letters(connection, person.chat_id, None)


def erase(connection: Connection, vault: Vault, law: ByLaw, person: Person, now: datetime) -> Erased:
    """Erases somebody, and looks in every table whether nothing is left. Raises NotErased, and changes nothing then.

    The numbers of the chat stay in the emptied rows of delivery until those are swept.
    """
    counts = counting.of_person(connection, person)
    numbers = {person.id, person.chat_id}
    if person.family_id and counting.is_last_of_family(connection, person):
        numbers.add(person.family_id)
    dossier = dossiers.put_away(connection, vault, law, person, now)
    privacy.erase(connection, person)
    left = numbers_left(connection, numbers)
    if left:
        raise NotErased(", ".join(sorted(left)))
    return Erased(counts, dossiers.ends_on(law, person.local(now).date()) if dossier else None)


_DELIVERY = {"inbox", "outbox", "paces"}
"""What knows for some days that a chat was written to, without a word of what was said."""


def numbers_left(connection: Connection, numbers: set[int]) -> dict[str, int]:
    """How many rows of each table hold one of these numbers of people, chats or families, delivery excepted."""
    found = {
        table.name: connection.execute(
            select(func.count()).select_from(table).where(or_(*(column.in_(numbers) for column in _numbers_of(table))))
        ).scalar_one()
        for table in metadata.sorted_tables
        if table.name not in _DELIVERY
    }
    return {name: count for name, count in found.items() if count}


_OTHER_NUMBERS = {"message_id", "update_id", "letter_id"}


def _numbers_of(table: Table) -> list[Column[Any]]:
    """The columns that may hold a person, a chat or a family, also in tables that do not exist yet."""
    return [
        column
        for column in table.columns
        if isinstance(column.type, BigInteger) and column.name not in _OTHER_NUMBERS and not _is_count(column)
    ]


def _is_count(column: Column[Any]) -> bool:
    """Whether it just counts rows, so that a number in it means nobody."""
    return column.name == "id" and column.autoincrement is not False
