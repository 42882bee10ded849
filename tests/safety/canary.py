"""Words that stand nowhere else, put wherever a person can put words; and where they may not come out.

The person who does it here knows no conversation: they tap what they see, type where they are not asked, send all that
Telegram can send, and forge what it cannot.
"""

from __future__ import annotations

import base64
import random
from collections.abc import Callable, Iterable, Set
from itertools import product
from pathlib import Path
from typing import Any

from sqlalchemy import event, select

from bot.simulator.errors import PersonCannot
from bot.simulator.phone import Phone
from bot.store.database import Database
from bot.store.sealed import SEALED
from bot.store.vault import Vault
from tests.service.story import Somebody

BIRD = "Zwaluwnest"
_LETTERS = "bdfgklmnprstvz"
_NONCE, _SHORTEST = slice(1, 13), 28
"""Where in a ciphertext the number stands without which the key opens nothing of it; and how short none is."""
_NEVER_TAPPED = ("wis alles",)
"""Erasing comes at the end of the story."""


class Birds:
    """Canaries: each a word of its own that could be somebody's name."""

    def __init__(self) -> None:
        self._words = ("".join(letters) for letters in product(_LETTERS, "aeiou", _LETTERS))
        self.flown: list[str] = []

    def fly(self) -> str:
        self.flown.append(BIRD + next(self._words))
        return self.flown[-1]


class Writes:
    """Everything sealed that was ever written to a database, whether it is still there or not."""

    def __init__(self, database: Database) -> None:
        self.all: set[bytes] = set()
        event.listen(database.engine, "before_cursor_execute", self._note)

    def _note(self, _connection: Any, _cursor: Any, _statement: Any, given: Any, *_: Any) -> None:
        for row in given if isinstance(given, list) else [given]:
            values = row.values() if isinstance(row, dict) else row
            sealed = (bytes(value) for value in values if isinstance(value, bytes | memoryview))
            self.all.update(value for value in sealed if len(value) > _SHORTEST)


def traces(content: bytes) -> bool:
    """Whether a canary can be read in these bytes: as it is, in other letters, or in base64."""
    if BIRD.lower().encode() in content.lower():
        return True
    return any(base64.b64encode(b"-" * shift + BIRD.encode())[4:-4] in content for shift in range(3))


def files_with(folders: Iterable[Path], found: Callable[[bytes], bool]) -> list[Path]:
    """The files in these folders, and all below them, of which the bytes are so."""
    return [path for folder in folders for path in folder.rglob("*") if path.is_file() and found(path.read_bytes())]


def opened(database: Database, vault: Vault, *, but_of: int = 0) -> dict[str, bytes]:
    """All that the key opens, together for each sealed column; but what one chat left behind."""

    def work(connection: Any) -> dict[str, bytes]:
        found: dict[str, bytes] = {}
        for sealed in SEALED:
            rows = connection.execute(select(sealed.table).where(sealed.column.is_not(None))).mappings()
            others = [row for row in rows if but_of not in (row.get("chat_id"), row.get("opened_by"))]
            values = [vault.open(sealed.place, sealed.row_name(row), row[sealed.column]) for row in others]
            found[sealed.place] = b"\n".join(values)
        return found

    return database.do(work)


def in_the_clear(database: Database) -> list[str]:
    """The columns, other than sealed ones, in which a canary stands."""
    sealed = {one.column for one in SEALED}

    def work(connection: Any) -> list[str]:
        return [
            str(column)
            for table in {one.table.metadata for one in SEALED}.pop().sorted_tables
            for column in table.c
            if column not in sealed
            for (value,) in connection.execute(select(column))
            if traces(str(value).encode())
        ]

    return database.do(work)


def ciphertexts(database: Database) -> set[bytes]:
    """Everything sealed that is kept now."""

    def work(connection: Any) -> set[bytes]:
        return {value for sealed in SEALED for (value,) in connection.execute(select(sealed.column)) if value}

    return database.do(work)


def still_there(written: Set[bytes], database: Database, files: Iterable[Path]) -> list[bytes]:
    """What was sealed once, is not kept any more, and still stands in these files, so that the key would open it."""
    contents = [path.read_bytes() for path in files]
    gone = written - ciphertexts(database)
    return [value for value in gone if any(value[_NONCE] in content for content in contents)]


class Talker:
    """Somebody who leaves a canary with everything they do."""

    def __init__(self, who: Somebody, birds: Birds, chance: random.Random, group: Phone) -> None:
        """`group`: the same phone, opened on a group."""
        self.who, self._birds, self._chance, self._group = who, birds, chance, group
        self._own: list[Any] = []

    async def goes_on(self) -> None:
        """Does one thing, and taps one button if there is any."""
        act = self._chance.choice(self._acts())
        try:
            sent = act(self._birds.fly())
        except PersonCannot:  # Such as an edit of what cannot be edited: the word is used elsewhere.
            sent = None
        if sent is not None and not isinstance(sent, list):
            self._own.append(sent)
        await self.who.reads()
        labels = [label for label in self.who.buttons if not any(word in label.lower() for word in _NEVER_TAPPED)]
        if labels and self._chance.random() < 0.7:
            self.who.phone.taps(self._chance.choice(labels))
            await self.who.reads()

    async def begins(self, flow: str) -> None:
        """Whatever was said before: this conversation now, if it is for this person."""
        if self.who.phone.last:
            self.who.phone.taps_forged(f"g:{flow}")
            await self.who.reads()

    def _acts(self) -> list[Callable[[str], Any]]:
        phone = self.who.phone
        return [
            phone.says,
            phone.says,
            lambda bird: phone.says(f"Ze zei <b>{bird}</b> & ging slapen"),
            lambda bird: phone.says(f"/start {bird}"),
            lambda bird: phone.says(f"/{bird} {bird}"),
            lambda bird: phone.says(f"help {bird}"),
            lambda bird: phone.says(f"ik wil niet meer leven, {bird}"),
            lambda bird: phone.says(bird, reply_to=phone.last),
            lambda bird: phone.edits(self._own[-1], bird) if self._own else phone.says(bird),
            lambda bird: phone.taps_forged(bird) and None,
            lambda bird: phone.taps_forged(f"g:{bird}") and None,
            lambda bird: phone.sends_photo(caption=bird, content=bird.encode() + b"\x89PNG"),
            lambda bird: phone.sends_voice(content=bird.encode()),
            lambda bird: phone.sends_document(caption=bird, content=bird.encode(), name=f"{bird}.pdf"),
            lambda bird: phone.sends_audio(caption=bird, name=f"{bird}.mp3"),
            lambda bird: phone.sends_album(2, caption=bird),
            lambda bird: phone.sends_contact(first_name=bird, phone_number="+31612345678"),
            lambda bird: phone.sends_poll(bird, [bird, "Nee"]),
            lambda bird: phone.forwards(bird, origin=bird),
            lambda bird: self._group.says(f"{bird}, ik wil niet meer leven") and None,
            lambda bird: self._group.sends_photo(caption=f"ik kan niet meer, {bird}") and None,
        ]
