"""Helping thoughts and sentences that a parent kept: the one to remember, those that helped, those for one poster.

Does not know how they are said or drawn.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import Connection

from bot.care import records
from bot.care.records import Field, Record
from bot.store.vault import Vault

THOUGHT, SAYING = "thought", "saying"
TO_REMEMBER = "sentence_kept"
OF_CHILD = "of_child"
"""Whose a thought is when it is the child's; else it is the parent's own."""
MOST = 200
"""How many thoughts are looked through: the newest."""


def set_to_remember(
    connection: Connection, vault: Vault, person_id: int, key: str, sentence: str, today: date, now: datetime
) -> None:
    """Makes this the one sentence to remember, in the record `key`; the earlier one goes."""
    forget_sentence(connection, vault, person_id, but=key)
    fields: dict[str, Field | None] = {"sentence": Field(sentence, sentence)}
    records.keep(
        connection,
        vault,
        person_id=person_id,
        key=key,
        kind=TO_REMEMBER,
        fields=fields,
        child_id=None,
        today=today,
        now=now,
    )


def forget_sentence(connection: Connection, vault: Vault, person_id: int, but: str = "") -> None:
    """There is no sentence to remember any more, except in the record `but`."""
    for record in records.of_kind(connection, vault, person_id, TO_REMEMBER):
        if record.key != but:
            records.throw_away(connection, person_id, record.key)


def to_remember(connection: Connection, vault: Vault, person_id: int) -> Record | None:
    """The sentence to remember, if there is one."""
    return next(iter(records.newest(connection, vault, person_id, TO_REMEMBER, 1)), None)


def of_person(connection: Connection, vault: Vault, person_id: int) -> list[Record]:
    """The thoughts that a person kept, the newest first."""
    return records.newest(connection, vault, person_id, THOUGHT, MOST)


def helped(thoughts: Iterable[Record]) -> list[Record]:
    """Those of which the parent said that they help, each text once for each child."""
    found: dict[tuple[object, ...], Record] = {}
    for thought in thoughts:
        if thought.value("helped") == "yes":
            found.setdefault((thought.child_id, thought.said("helping")), thought)
    return list(found.values())


def beside(thought: Record, thoughts: Iterable[Record]) -> list[Record]:
    """Which thoughts may hang on one poster with this one, the oldest first: those of the same child, or else all of
    the parent's own. A parent's own thoughts never stand on a child's poster."""
    own = [one for one in thoughts if is_of_child(one) == is_of_child(thought)]
    if is_of_child(thought):
        own = [one for one in own if one.child_id == thought.child_id]
    return sorted(own, key=lambda one: (one.created_at, one.id))


def is_of_child(thought: Record) -> bool:
    """Whether it is a thought of the child's."""
    return bool(thought.value("whose") == OF_CHILD)
