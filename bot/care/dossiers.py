"""What a care provider must keep by law of somebody who leaves: sealed, without any number of ours, until a day.

Nothing is put away unless the organisation says which kinds. Does not know who may read it: that is whoever holds the
keys and the machine.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from bot.care import counting, kindreflex_record, own_data
from bot.care.people import Person
from bot.store.tables import dossiers
from bot.store.types import new_id
from bot.store.vault import Vault
from flows.engine.values import dataclass

DOSSIER = "dossiers.dossier"
RECORD = "kindreflex"
"""The record of the family, also what no parent read; put away when the last of the family goes, since it goes with
them."""
KINDS = ("letters", "alerts", "looks", "consents", RECORD)
"""What an organisation may have to keep; all but the record are parts of `own_data.everything_of`."""
_PART = {"letters": "berichten", "alerts": "hulpvragen", "looks": "wie_keek", "consents": "toestemming"}


@dataclass(frozen=True, slots=True)
class ByLaw:
    """What the organisation must keep of who leaves, and for how many years."""

    kinds: tuple[str, ...] = ()
    years: int = 20


NOTHING_BY_LAW = ByLaw()


@dataclass(frozen=True, slots=True)
class Dossier:
    """What is kept, without what is in it."""

    id: int
    kept_until: date


def ends_on(law: ByLaw, today: date) -> date:
    """The day until which a dossier of today is kept; 29 February ends on the 28th."""
    try:
        return today.replace(year=today.year + law.years)
    except ValueError:
        return today.replace(year=today.year + law.years, day=28)


def put_away(connection: Connection, vault: Vault, law: ByLaw, person: Person, now: datetime) -> int | None:
    """Keeps what the law asks for, before this person is erased; returns its id, or None when there is nothing."""
    if not law.kinds:
        return None
    everything = own_data.everything_of(connection, vault, person, now)
    parts = {_PART[kind]: everything[_PART[kind]] for kind in law.kinds if kind in _PART and everything[_PART[kind]]}
    if RECORD in law.kinds and person.family_id and counting.is_last_of_family(connection, person):
        record = kindreflex_record.everything(connection, vault, person.family_id)
        parts |= {"kindreflex": record} if record else {}
    if not parts:
        return None
    dossier_id = new_id(now)
    content = {"naam": person.name, "rollen": everything["rollen"], "weggezet": now.isoformat(), **parts}
    connection.execute(
        insert(dossiers).values(
            id=dossier_id,
            kept_until=ends_on(law, person.local(now).date()),
            dossier_sealed=vault.seal_json(DOSSIER, dossier_id, content),
        )
    )
    return dossier_id


def all_of_them(connection: Connection) -> list[Dossier]:
    """Every dossier, the one that goes first in front."""
    rows = connection.execute(
        select(dossiers.c.id, dossiers.c.kept_until).order_by(dossiers.c.kept_until, dossiers.c.id)
    )
    return [Dossier(row.id, row.kept_until) for row in rows]


def read(connection: Connection, vault: Vault, dossier_id: int) -> dict[str, Any] | None:
    """What is in a dossier; None when there is none of this number."""
    row = connection.execute(select(dossiers).where(dossiers.c.id == dossier_id)).first()
    if row is None:
        return None
    content: dict[str, Any] = vault.open_json(DOSSIER, dossier_id, row.dossier_sealed)
    return content


def let_go(connection: Connection, today: date, most: int) -> int:
    """Deletes up to `most` dossiers whose day has come; returns how many."""
    over = select(dossiers.c.id).where(dossiers.c.kept_until <= today).limit(most)
    return connection.execute(delete(dossiers).where(dossiers.c.id.in_(over))).rowcount
