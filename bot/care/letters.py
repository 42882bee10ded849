"""Messages from one person to another through the bot, and which copy answers which.

Does not know how a letter looks in the receiver's chat.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, insert, select

from bot.store.tables import letters
from bot.store.types import new_id
from bot.store.vault import Vault

TEXT = "letters.text"


def write(connection: Connection, vault: Vault, from_person: int, to_person: int, text: str, now: datetime) -> int:
    """Keeps a letter; returns its id, under which the sender notes the message that carried it."""
    letter_id = new_id(now)
    connection.execute(
        insert(letters).values(
            id=letter_id,
            from_person=from_person,
            to_person=to_person,
            sent_at=now,
            text_sealed=vault.seal_text(TEXT, letter_id, text),
        )
    )
    return letter_id


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
