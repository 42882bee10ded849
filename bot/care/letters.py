"""Messages from one person to another through the bot, and which copy answers which.

Does not know how a letter looks in the receiver's chat.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, insert, or_, select, update

from bot.store import outbox
from bot.store.tables import letters, people
from bot.store.types import new_id
from bot.store.vault import Vault
from flows.engine.values import dataclass

TEXT, FILE = "letters.text", "letters.file"


def write(
    connection: Connection,
    vault: Vault,
    from_person: int,
    to_person: int,
    text: str,
    now: datetime,
    file_id: str | None = None,
    follow_up_id: int | None = None,
    answers_id: int | None = None,
) -> int:
    """Keeps a letter; returns its id, under which the sender notes the message that carried it. `file_id`: what came
    with it, by Telegram's id; `follow_up_id`: the plan by which it goes out; `answers_id`: the letter it answers."""
    letter_id = new_id(now)
    connection.execute(
        insert(letters).values(
            id=letter_id,
            from_person=from_person,
            to_person=to_person,
            sent_at=now,
            text_sealed=vault.seal_text(TEXT, letter_id, text),
            file_sealed=vault.seal_text(FILE, letter_id, file_id) if file_id else None,
            follow_up_id=follow_up_id,
            answers_id=answers_id,
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
    follow_up_id: int | None = None


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


@dataclass(frozen=True, slots=True)
class Carried:
    """A letter that a message in the receiver's chat carried. `follow_up_id`: the plan by which it came."""

    id: int
    from_person: int
    sent_at: datetime
    follow_up_id: int | None


_CARRIED = select(letters.c.id, letters.c.from_person, letters.c.sent_at, letters.c.follow_up_id)


def carried_by(connection: Connection, receiver: int, message_id: int) -> Carried | None:
    """The letter that this message in the receiver's chat carried."""
    query = _CARRIED.where(letters.c.to_person == receiver, letters.c.message_id == message_id)
    row = connection.execute(query.order_by(letters.c.id.desc()).limit(1)).first()
    return Carried(*row) if row else None


def got(connection: Connection, receiver: int, letter_id: int) -> Carried | None:
    """The letter with this id, if it was to this person."""
    row = connection.execute(_CARRIED.where(letters.c.to_person == receiver, letters.c.id == letter_id)).first()
    return Carried(*row) if row else None


def not_arrived(connection: Connection, vault: Vault, receiver: int, since: datetime) -> Letter | None:
    """The last letter to this person that went out by a plan since then, if it is not in their chat."""
    planned = letters.c.to_person == receiver, letters.c.follow_up_id.is_not(None), letters.c.sent_at >= since
    query = select(letters).where(*planned).order_by(letters.c.sent_at.desc(), letters.c.id).limit(1)
    row = connection.execute(query).first()
    if row is None or row.message_id is not None:
        return None
    words = vault.open_text(TEXT, row.id, row.text_sealed)
    return Letter(row.id, row.from_person, row.sent_at, words, None, row.follow_up_id)


def text_of(connection: Connection, vault: Vault, letter_id: int) -> str:
    """The words of a letter."""
    sealed = connection.execute(select(letters.c.text_sealed).where(letters.c.id == letter_id)).scalar_one()
    return vault.open_text(TEXT, letter_id, sealed)


def sent_together(connection: Connection, vault: Vault, writer: int, letter_id: int) -> list[Sent]:
    """All that went out together with a letter of this writer, in order: a long message is several letters, and more
    than one person may have got it. Nothing when the letter is not theirs."""
    first = connection.execute(
        select(letters.c.sent_at).where(letters.c.id == letter_id, letters.c.from_person == writer)
    ).first()
    if first is None:
        return []
    rows = connection.execute(
        select(letters, people.c.chat_id)
        .join(people, people.c.id == letters.c.to_person)
        .where(letters.c.from_person == writer, letters.c.sent_at == first.sent_at)
        .order_by(letters.c.id)
    )
    return [
        Sent(
            row.id,
            row.to_person,
            row.chat_id,
            row.message_id,
            vault.open_text(TEXT, row.id, row.text_sealed),
            vault.open_text(FILE, row.id, row.file_sealed) if row.file_sealed else None,
            row.sent_at,
            row.follow_up_id,
        )
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class Sent:
    """A letter in somebody else's chat: the message that carried it there, once it is there. `follow_up_id`: it went
    out by that plan."""

    id: int
    to_person: int
    chat_id: int
    message_id: int | None
    text: str
    file_id: str | None
    sent_at: datetime
    follow_up_id: int | None


def go_again(connection: Connection, sent: Sequence[Sent], now: datetime) -> None:
    """Letters that did not arrive are on their way from now on; what was still to be delivered of them is not."""
    ids = [one.id for one in sent]
    outbox.take_back_letters(connection, ids)
    connection.execute(update(letters).where(letters.c.id.in_(ids)).values(sent_at=now))


def take_back(connection: Connection, sent: Sequence[Sent]) -> None:
    """Letters that were not meant to be sent are gone, also where they are still to be delivered."""
    ids = [one.id for one in sent]
    outbox.take_back_letters(connection, ids)
    connection.execute(update(letters).where(letters.c.answers_id.in_(ids)).values(answers_id=None))
    connection.execute(delete(letters).where(letters.c.id.in_(ids)))


def sent_since(connection: Connection, writer: int, since: datetime) -> list[datetime]:
    """When this person wrote letters, from that moment on."""
    query = select(letters.c.sent_at).where(letters.c.from_person == writer, letters.c.sent_at >= since)
    return sorted(set(connection.execute(query).scalars()))


def answered_at(connection: Connection, writer: int, moment: datetime) -> int | None:
    """The letter that this person answered at that very moment, if one was."""
    query = select(letters.c.answers_id).where(
        letters.c.from_person == writer, letters.c.sent_at == moment, letters.c.answers_id.is_not(None)
    )
    return connection.execute(query.limit(1)).scalar()
