"""Messages from one person to another through the bot, and which copy answers which.

Does not know how a letter looks in the receiver's chat.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, or_, select

from bot.store.tables import letters
from bot.store.types import new_id
from bot.store.vault import Vault

TEXT, FILE = "letters.text", "letters.file"


def write(
    connection: Connection,
    vault: Vault,
    from_person: int,
    to_person: int,
    text: str,
    now: datetime,
    file_id: str | None = None,
) -> int:
    """Keeps a letter; returns its id, under which the sender notes the message that carried it. `file_id`: what came
    with it, by Telegram's id."""
    letter_id = new_id(now)
    connection.execute(
        insert(letters).values(
            id=letter_id,
            from_person=from_person,
            to_person=to_person,
            sent_at=now,
            text_sealed=vault.seal_text(TEXT, letter_id, text),
            file_sealed=vault.seal_text(FILE, letter_id, file_id) if file_id else None,
        )
    )
    return letter_id


@dataclass(frozen=True, slots=True)
class Letter:
    """What somebody wrote to somebody else; `file_id` is Telegram's id of what came with it."""

    id: int
    from_person: int
    sent_at: datetime
    text: str
    file_id: str | None


def of_person(connection: Connection, vault: Vault, person_id: int) -> list[Letter]:
    """What somebody wrote and got, in order of time."""
    rows = connection.execute(
        select(letters)
        .where(or_(letters.c.from_person == person_id, letters.c.to_person == person_id))
        .order_by(letters.c.sent_at, letters.c.id)
    )
    return [
        Letter(
            row.id,
            row.from_person,
            row.sent_at,
            vault.open_text(TEXT, row.id, row.text_sealed),
            vault.open_text(FILE, row.id, row.file_sealed) if row.file_sealed else None,
        )
        for row in rows
    ]


def ends_of(connection: Connection, letter_id: int) -> tuple[int, int] | None:
    """Who wrote a letter, and to whom; None when it is gone."""
    row = connection.execute(
        select(letters.c.from_person, letters.c.to_person).where(letters.c.id == letter_id)
    ).first()
    return (row.from_person, row.to_person) if row else None


def writer_of(connection: Connection, receiver: int, message_id: int) -> int | None:
    """Who wrote the letter that this message in the receiver's chat carried."""
    return connection.execute(
        select(letters.c.from_person).where(letters.c.to_person == receiver, letters.c.message_id == message_id)
    ).scalar()
