"""What a person sends outside any question: kept at once, then kept for good, passed on or thrown away, as they say.

Does not know how it is asked.
"""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import date, datetime

from sqlalchemy import Connection

from bot.care import records
from bot.care.records import Field, Record
from bot.store.vault import Vault
from flows.engine.values import dataclass

KIND, UNDECIDED = "note", "loose"
"""What was decided to stay is a note; until then it is of a kind of its own, which goes by itself after a while."""
PIECES, TEXT = "pieces", "text"


@dataclass(frozen=True, slots=True)
class Piece:
    """One message: its kind, its text or caption, and the file that came with it, by Telegram's id.

    `album` is the same for the parts of one album.
    """

    kind: str
    text: str = ""
    file_id: str | None = None
    message_id: int | None = None
    album: str | None = None


def add(
    connection: Connection, vault: Vault, person_id: int, key: str, piece: Piece, today: date, now: datetime
) -> bool:
    """Adds a message to the note `key`, on which the person still has to decide.

    True when it is one more part of an album of which a part is there already.
    """
    before = records.find(connection, vault, person_id, key)
    pieces = pieces_of(before) if before else []
    known = piece.album is not None and any(one.album == piece.album for one in pieces)
    _write(connection, vault, person_id, key, _fields([*pieces, piece]), today, now)
    return known


def decide_to_keep(connection: Connection, person_id: int, key: str) -> None:
    """The note stays."""
    records.become(connection, person_id, key, KIND)


def pieces_of(record: Record) -> list[Piece]:
    """The messages of a note."""
    return [Piece(**one) for one in record.value(PIECES) or []]


def correct(
    connection: Connection,
    vault: Vault,
    person_id: int,
    key: str,
    message_id: int,
    text: str,
    today: date,
    now: datetime,
) -> bool:
    """A message of a note was edited; False when it is not (any more) in it."""
    record = records.find(connection, vault, person_id, key)
    pieces = pieces_of(record) if record else []
    if all(piece.message_id != message_id for piece in pieces):
        return False
    edited = [replace(piece, text=text) if piece.message_id == message_id else piece for piece in pieces]
    _write(connection, vault, person_id, key, _fields(edited), today, now)
    return True


def _fields(pieces: list[Piece]) -> dict[str, Field | None]:
    text = "\n\n".join(piece.text for piece in pieces if piece.text)
    return {PIECES: Field([asdict(piece) for piece in pieces]), TEXT: Field(text)}


def _write(
    connection: Connection,
    vault: Vault,
    person_id: int,
    key: str,
    fields: dict[str, Field | None],
    today: date,
    now: datetime,
) -> None:
    records.keep(
        connection,
        vault,
        person_id=person_id,
        key=key,
        kind=UNDECIDED,
        fields=fields,
        child_id=None,
        today=today,
        now=now,
    )
