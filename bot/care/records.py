"""What people keep: one row for each thing, its fields sealed together.

Does not know what the kinds mean; the catalog of the flows does.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from bot.store.tables import answers, records
from bot.store.types import new_id
from bot.store.upsert import upsert
from bot.store.vault import Vault
from flows.engine.values import dataclass

FIELDS = "records.fields"


@dataclass(frozen=True, slots=True)
class Field:
    """An answer: its value, and how it was said or shown."""

    value: Any
    said: str | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """Something a person kept, on a day in the person's own time zone."""

    id: int
    key: str
    kind: str
    child_id: int | None
    local_day: date
    created_at: datetime
    fields: dict[str, Field]

    def value(self, name: str) -> Any:
        """The field's value; None when it was not answered."""
        return self.fields[name].value if name in self.fields else None

    def said(self, name: str) -> str:
        """The field as it was said; empty when it was not answered."""
        field = self.fields.get(name)
        return "" if field is None else field.said or str(field.value)


_OF_PERSON = select(records).where(records.c.person_id == bindparam("person"))
_FIND = _OF_PERSON.where(records.c.key == bindparam("record"))
_FIELDS_OF = _FIND.with_only_columns(records.c.id, records.c.fields_sealed)
_OF_KIND = _OF_PERSON.where(records.c.kind == bindparam("sort")).order_by(records.c.created_at, records.c.id)
_SINCE = _OF_KIND.where(records.c.local_day >= bindparam("since"))
_NEWEST = (
    _OF_PERSON.where(records.c.kind == bindparam("sort"))
    .order_by(records.c.created_at.desc(), records.c.id.desc())
    .limit(bindparam("most"))
)
_BY_ID = _OF_PERSON.where(records.c.id == bindparam("row"))
_ALL = _OF_PERSON.order_by(records.c.created_at, records.c.id)
_ADD = insert(records)
_CHANGE = update(records).where(records.c.id == bindparam("row"))


def find(connection: Connection, vault: Vault, person_id: int, key: str) -> Record | None:
    """The record of a flow run."""
    row = connection.execute(_FIND, {"person": person_id, "record": key}).first()
    return of_row(row, vault) if row else None


def of_kind(connection: Connection, vault: Vault, person_id: int, kind: str, since: date | None = None) -> list[Record]:
    """Records of a kind, the oldest first, on or after the local day `since`."""
    wanted = {"person": person_id, "sort": kind, **({"since": since} if since else {})}
    return [of_row(row, vault) for row in connection.execute(_SINCE if since else _OF_KIND, wanted)]


def newest(connection: Connection, vault: Vault, person_id: int, kind: str, most: int) -> list[Record]:
    """The last records of a kind, the newest first."""
    rows = connection.execute(_NEWEST, {"person": person_id, "sort": kind, "most": most})
    return [of_row(row, vault) for row in rows]


def by_id(connection: Connection, vault: Vault, person_id: int, record_id: int) -> Record | None:
    """A record of this person."""
    row = connection.execute(_BY_ID, {"person": person_id, "row": record_id}).first()
    return of_row(row, vault) if row else None


def of_person(connection: Connection, vault: Vault, person_id: int) -> list[Record]:
    """Everything a person kept, the oldest first."""
    return [of_row(row, vault) for row in connection.execute(_ALL, {"person": person_id})]


def keep(
    connection: Connection,
    vault: Vault,
    *,
    person_id: int,
    key: str,
    kind: str,
    fields: dict[str, Field | None],
    child_id: int | None,
    today: date,
    now: datetime,
) -> None:
    """Writes fields to the record `key`, making it if need be. A field given as None is taken out; a record that has no
    fields left is deleted."""
    before = connection.execute(_FIELDS_OF, {"person": person_id, "record": key}).first()
    kept = _opened(vault, before.id, before.fields_sealed) if before else {}
    for name, field in fields.items():
        if field is None:
            kept.pop(name, None)
        else:
            kept[name] = field
    if before is None:
        if not kept:
            return
        record_id = new_id(now)
        connection.execute(
            _ADD,
            {
                "id": record_id,
                "person_id": person_id,
                "key": key,
                "kind": kind,
                "child_id": child_id,
                "local_day": today,
                "created_at": now,
                "changed_at": now,
                "fields_sealed": _seal(vault, record_id, kept),
            },
        )
    elif kept:
        _write_fields(connection, vault, before.id, kept, now)
    else:
        throw_away(connection, person_id, key)


def correct(
    connection: Connection, vault: Vault, person_id: int, key: str, name: str, field: Field, now: datetime
) -> None:
    """Puts another answer in place of one that is there; what is not there stays away."""
    record = find(connection, vault, person_id, key)
    if record and name in record.fields:
        _write_fields(connection, vault, record.id, {**record.fields, name: field}, now)


def change(connection: Connection, vault: Vault, record: Record, name: str, field: Field, now: datetime) -> None:
    """Puts a field in a record, whether or not it was there."""
    _write_fields(connection, vault, record.id, {**record.fields, name: field}, now)


def change_all(
    connection: Connection, vault: Vault, record: Record, fields: Mapping[str, Field], now: datetime
) -> None:
    """Puts several fields in a record, whether or not they were there."""
    _write_fields(connection, vault, record.id, {**record.fields, **fields}, now)


def become(connection: Connection, person_id: int, key: str, kind: str) -> None:
    """A record turns into one of another kind."""
    own = (records.c.person_id == person_id, records.c.key == key)
    connection.execute(update(records).where(*own).values(kind=kind))


def throw_away(connection: Connection, person_id: int, key: str) -> None:
    """Deletes a record."""
    connection.execute(delete(records).where(records.c.person_id == person_id, records.c.key == key))


def note_answer(connection: Connection, chat_id: int, message_id: int, run: str, key: str, name: str) -> None:
    """Remembers which message answered what, for when it is edited."""
    row = {"chat_id": chat_id, "message_id": message_id, "run": run, "key": key, "name": name}
    connection.execute(upsert(connection, answers, ("chat_id", "message_id"), ("run", "key", "name")), row)


@dataclass(frozen=True, slots=True)
class AnsweredBy:
    """What a message answered: the field `name` of the record `key`, made in `run`."""

    run: str
    key: str
    name: str


def answered_by(connection: Connection, chat_id: int, message_id: int) -> AnsweredBy | None:
    """What this message answered, if anything that is kept."""
    row = connection.execute(
        select(answers).where(answers.c.chat_id == chat_id, answers.c.message_id == message_id)
    ).first()
    return AnsweredBy(row.run, row.key, row.name) if row else None


def _write_fields(
    connection: Connection, vault: Vault, record_id: int, fields: dict[str, Field], now: datetime
) -> None:
    sealed = _seal(vault, record_id, fields)
    connection.execute(_CHANGE, {"row": record_id, "fields_sealed": sealed, "changed_at": now})


def _seal(vault: Vault, record_id: int, fields: dict[str, Field]) -> bytes:
    return vault.seal_json(FIELDS, record_id, {name: [field.value, field.said] for name, field in fields.items()})


def of_row(row: Any, vault: Vault) -> Record:
    """The record in a row of the table. Who reads it for somebody else must have asked `sharing` first."""
    fields = _opened(vault, row.id, row.fields_sealed)
    return Record(row.id, row.key, row.kind, row.child_id, row.local_day, row.created_at, fields)


def _opened(vault: Vault, record_id: int, sealed: bytes) -> dict[str, Field]:
    return {name: Field(value, said) for name, (value, said) in vault.open_json(FIELDS, record_id, sealed).items()}
