"""Words to tell a story with: people who type and tap and see what comes back, and a look at everything that is kept.

A story runs in the town of `town.py`. At its end nothing may have gone wrong: see `telling`.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, LargeBinary, func, select

from bot.care import consents, families, people, records, rituals
from bot.care.people import Person, Role
from bot.care.records import Record
from bot.simulator.personas import Persona
from bot.simulator.phone import Phone
from bot.simulator.world import Message
from bot.store import tables
from bot.store.timers import Timer, of_chat
from tests.service.town import HOME, Town, open_town

MONDAY_NOON = "2027-03-01T12:00"
MENTOR, PARENT, OTHER, STRANGER = "ingrid", "fatima", "joris", "gul"


class Somebody:
    """A person with a phone. What they do returns what the bot then says to them, as text."""

    def __init__(self, town: Town, who: str) -> None:
        self.town, self.who, self.phone = town, who, town.phone(who)
        self._seen = len(self.phone.from_bot)

    def __repr__(self) -> str:
        return self.who

    async def says(self, text: str, reply_to: Message | None = None) -> str:
        self.phone.says(text, reply_to)
        return await self.reads()

    async def taps(self, *labels: str) -> str:
        """Taps one button after the other; returns what came after the last."""
        heard = ""
        for label in labels:
            self.phone.taps(label)
            heard = await self.reads()
        return heard

    async def forges(self, data: str, message: Message | None = None) -> str:
        self.phone.taps_forged(data, message)
        return await self.reads()

    async def does(self, act: Callable[[Phone], object]) -> str:
        act(self.phone)
        return await self.reads()

    async def waits(self, **time: float) -> str:
        await self.town.passes(timedelta(**time))
        return await self.reads()

    async def until(self, local: str) -> str:
        """What came up to this moment in Amsterdam."""
        await self.town.until(local)
        return await self.reads()

    async def reads(self) -> str:
        """What the bot said since the last look."""
        await self.town.settle()
        new = self.phone.from_bot[self._seen :]
        self._seen = len(self.phone.from_bot)
        return "\n".join(message.text or f"<{', '.join(message.body.keys() & _FILES)}>" for message in new)

    def skims(self) -> None:
        """Has seen everything up to now."""
        self._seen = len(self.phone.from_bot)

    @property
    def buttons(self) -> list[str]:
        """The labels under the bot's last message."""
        last = self.phone.last
        return [str(key["text"]) for row in last.keyboard for key in row] if last else []

    @property
    def last(self) -> Message:
        assert self.phone.last
        return self.phone.last

    def token(self, label: str) -> str:
        """What the button under the last message sends."""
        return next(str(key["callback_data"]) for row in self.last.keyboard for key in row if key["text"] == label)

    # --- what the service knows -----------------------------------------------------------------------------------

    @property
    def person(self) -> Person | None:
        vault = self.town.service.vault
        return self._ask(lambda connection: people.present(connection, vault, self.phone.user_id).person)

    @property
    def known(self) -> Person:
        found = self.person
        assert found
        return found

    def kept(self, kind: str = "") -> list[Record]:
        """What this person kept, the oldest first."""
        vault, own = self.town.service.vault, self.known.id
        found = self._ask(lambda connection: records.of_person(connection, vault, own))
        return [record for record in found if kind in ("", record.kind)]

    @property
    def timers(self) -> dict[str, Timer]:
        return self._ask(lambda connection: of_chat(connection, self.phone.user_id))

    @property
    def evening_at(self) -> str:
        """When the evening's question comes next, in local time of the person; empty when it rests."""
        timer = self.timers.get(rituals.EVENING)
        return timer.due_at.astimezone(self.known.zone).strftime("%a %H:%M") if timer and timer.due_at else ""

    @property
    def talking(self) -> bool:
        """Whether there is a conversation kept of this chat."""
        rows = self._ask(lambda connection: connection.execute(select(tables.conversations.c.chat_id)).scalars().all())
        return self.phone.user_id in rows

    def _ask(self, work: Callable[[Connection], Any]) -> Any:
        return self.town.do(work)


_FILES = {"voice", "photo", "video", "video_note", "document", "audio", "sticker", "animation"}


@asynccontextmanager
async def telling(folder: Path, cache: Path, start: str = MONDAY_NOON, **town: Any) -> AsyncIterator[Town]:
    """A town for one story, at the end of which nothing may have gone wrong."""
    async with open_town(folder, start, cache=cache, **town) as opened:
        yield opened
        await opened.settle()
        went_well(opened)


def went_well(town: Town, *, refused: Sequence[str] = ()) -> None:
    """No input died or was tried twice, no call was refused; except the problems that the story is about."""
    inbox, outbox = tables.inbox.c, tables.outbox.c

    def look(connection: Connection) -> tuple[list[Any], list[Any]]:
        trouble = select(inbox.status, inbox.problem).where((inbox.status == "dead") | (inbox.attempts > 0))
        calls = select(outbox.status, outbox.purpose, outbox.problem).where(outbox.status.in_(("refused", "unknown")))
        return list(connection.execute(trouble)), list(connection.execute(calls))

    dead, calls = town.do(look)
    assert not dead, dead
    assert not [call for call in calls if call.problem not in refused], calls


def refusals(town: Town) -> int:
    """How many inputs were refused."""
    counted = select(func.count()).select_from(tables.inbox).where(tables.inbox.c.problem == "refused")
    return int(town.do(lambda connection: connection.execute(counted).scalar_one()))


# --- setting the stage without a word ---------------------------------------------------------------------------------


def somebody(town: Town, who: str, name: str = "") -> Somebody:
    """A persona, if need be under another first name."""
    if name:
        own = town.phone(who).persona
        town.emulator.personas[own.user_id] = Persona(own.key, own.user_id, name, own.last_name, own.username)
    return Somebody(town, who)


def mentor(town: Town, who: str = MENTOR) -> Somebody:
    """A mentor who came in before."""
    return _comes_in(town, who, Role.MENTOR, None)


def coordinator(town: Town, who: str = "petra") -> Somebody:
    """A coordinator who came in before."""
    return _comes_in(town, who, Role.COORDINATOR, None)


def parent(
    town: Town,
    who: str = PARENT,
    *,
    guide: Somebody | None = None,
    children: Sequence[tuple[str, int]] = (("Noor", 6),),
    evening: str = "19:30",
    partner: Somebody | None = None,
    name: str = "",
) -> Somebody:
    """A parent who came in before; the evening's question comes each day at `evening`, if that is given."""
    service, now = town.service, town.clock.now()
    shared = partner.known.family_id if partner else None
    mentor_id = guide.known.id if guide else None

    def work(connection: Connection) -> None:
        family_id = shared or families.found(connection, mentor_id, now)
        person_id = _add(connection, town, who, Role.PARENT, family_id, name)
        for child, age in children if partner is None else ():
            child_id = families.add_child(
                connection,
                service.vault,
                family_id=family_id,
                name=child,
                age=age,
                pronoun="she",
                today=now.date(),
                now=now,
            )
            families.set_calls_me(connection, service.vault, child_id, person_id, "mama")
        consents.give(connection, person_id, "use", now)
        person = people.by_id(connection, service.vault, person_id)
        assert person
        if evening:
            rituals.set_evening(connection, person, time.fromisoformat(evening), rituals.EVERY_DAY, now)
        rituals.set_look_back(connection, person, rituals.LOOK_BACK_DAY, now)

    service.database.do(work)
    return Somebody(town, who)


def _comes_in(town: Town, who: str, role: Role, family_id: int | None) -> Somebody:
    town.do(lambda connection: _add(connection, town, who, role, family_id))
    return Somebody(town, who)


def _add(connection: Connection, town: Town, who: str, role: Role, family_id: int | None, name: str = "") -> int:
    phone = town.phone(who)
    assert phone.chat
    return people.add(
        connection,
        town.service.vault,
        chat_id=phone.user_id,
        role=role,
        name=name or phone.persona.first_name,
        family_id=family_id,
        region="nl",
        zone="Europe/Amsterdam",
        now=town.clock.now(),
    )


# --- looking at everything that is kept -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Trace:
    """A row that points at somebody. `sealed` are the columns that hold words."""

    table: str
    column: str
    sealed: tuple[str, ...]


_POINTERS = {"chat_id", "opened_by", "person_id", "made_by", "mentor_id", "from_person", "to_person", "family_id"}


def traces(town: Town, ids: set[int]) -> list[Trace]:
    """Every row of every table that holds one of these chat, person or family ids in any column of numbers."""

    def work(connection: Connection) -> Iterator[Trace]:
        for table in tables.metadata.sorted_tables:
            for row in connection.execute(select(table)).mappings():
                for column in table.columns:
                    if row[column.name] in ids and (column.name in _POINTERS or column.primary_key):
                        sealed = [one.name for one in table.columns if isinstance(one.type, LargeBinary)]
                        yield Trace(table.name, column.name, tuple(name for name in sealed if row[name]))

    return town.do(lambda connection: list(work(connection)))


DELIVERY = {"inbox", "outbox", "paces"}
"""What knows for a week which chats were written to, without a word of what was said."""


def words_left(town: Town, ids: set[int]) -> list[Trace]:
    """What still points at somebody, but for the emptied rows of delivery."""
    return [one for one in traces(town, ids) if one.table not in DELIVERY or one.sealed]


def own_ids(who: Somebody) -> set[int]:
    """The ids of somebody's chat and person."""
    return {who.phone.user_id, who.known.id}


def file_of(town: Town, message: Message) -> Any:
    """What the file tells that somebody gets of their own data."""
    return json.loads(zip_of(town, message).read("gegevens.json"))


def zip_of(town: Town, message: Message) -> zipfile.ZipFile:
    """The zip that a message carries."""
    stored = town.emulator.world.files[message.body["document"]["file_id"]]
    return zipfile.ZipFile(io.BytesIO(stored.content))


def amsterdam(town: Town) -> datetime:
    """The present, on the clock at home."""
    return town.clock.now().astimezone(HOME)


def local(town: Town, zone: str) -> datetime:
    """The present, on the clock of a zone."""
    return town.clock.now().astimezone(ZoneInfo(zone))
