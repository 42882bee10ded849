"""Consent: who said yes to what, in which words, and when that was taken back. Rows are never changed otherwise.

A yes holds until it is taken back, also when the words have become others since: then the person is asked again, and
meanwhile nothing stops working. Does not know what the words are, nor what follows from a yes.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, insert, select, update

from bot.store.tables import consents
from bot.store.types import new_id
from flows.engine.values import dataclass


class Purpose(StrEnum):
    """What a yes may be for: using the bot, sharing with the own mentor, the peer group, evaluating the bot."""

    USE = "use"
    SHARE = "share"
    GROUP = "group"
    EVALUATE = "evaluate"


VERSIONS: Mapping[Purpose, int] = {Purpose.USE: 1, Purpose.SHARE: 1, Purpose.GROUP: 1, Purpose.EVALUATE: 1}
"""Which words are asked with now. Whoever makes the words of a purpose mean something else, adds one here."""


@dataclass(frozen=True, slots=True)
class Consent:
    """One yes, to version `version` of the words."""

    purpose: str
    version: int
    given_at: datetime
    withdrawn_at: datetime | None


def holds(connection: Connection, person_id: int, purpose: str) -> bool:
    """Whether this person's yes stands at this moment."""
    query = select(consents.c.id).where(
        consents.c.person_id == person_id, consents.c.purpose == purpose, consents.c.withdrawn_at.is_(None)
    )
    return connection.execute(query.limit(1)).first() is not None


def give(connection: Connection, person_id: int, purpose: str, now: datetime) -> None:
    """Writes down a yes to the words of now; one that stands already is not written twice. Raises ValueError for a
    purpose that does not exist."""
    version = VERSIONS[Purpose(purpose)]
    if version not in _standing_versions(connection, person_id, purpose):
        connection.execute(
            insert(consents).values(id=new_id(now), person_id=person_id, purpose=purpose, version=version, given_at=now)
        )


def withdraw(connection: Connection, person_id: int, purpose: str, now: datetime) -> None:
    """Takes a yes back, from this moment on; that it was there stays written down."""
    connection.execute(
        update(consents)
        .where(consents.c.person_id == person_id, consents.c.purpose == purpose, consents.c.withdrawn_at.is_(None))
        .values(withdrawn_at=now)
    )


def standing(connection: Connection, person_id: int) -> frozenset[Purpose]:
    """Every purpose that this person's yes stands for."""
    return frozenset(
        Purpose(one.purpose)
        for one in history(connection, person_id)
        if one.withdrawn_at is None and one.purpose in VERSIONS
    )


def is_to_be_asked_again(connection: Connection, person_id: int, purpose: str) -> bool:
    """Whether a yes stands, but to words that have become others since."""
    versions = _standing_versions(connection, person_id, purpose)
    return bool(versions) and max(versions) < VERSIONS[Purpose(purpose)]


def _standing_versions(connection: Connection, person_id: int, purpose: str) -> set[int]:
    return {
        one.version for one in history(connection, person_id) if one.purpose == purpose and one.withdrawn_at is None
    }


def history(connection: Connection, person_id: int) -> list[Consent]:
    """Every yes of this person, the oldest first, also those taken back."""
    rows = connection.execute(
        select(consents).where(consents.c.person_id == person_id).order_by(consents.c.given_at, consents.c.id)
    )
    return [Consent(row.purpose, row.version, row.given_at, row.withdrawn_at) for row in rows]
