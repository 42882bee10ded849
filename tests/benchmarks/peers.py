"""Peer groups at their liveliest: forty of fifteen parents, in which two thousand messages are said in ten minutes.

All of it through the whole service and over HTTP, with Telegram's limits enforced by the emulator, on a clock that only
moves when there is something to do: sending takes no time there but what the limits ask for. What is looked at is what
comes of it: every message once and in the same order with every member, no limit broken, and how long it took from the
writer's phone to the others'. Besides, somebody who is in no group asks something all the while.
"""

from __future__ import annotations

import asyncio
import random
import re
import statistics
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from itertools import product
from typing import Any

from sqlalchemy import Connection, select

from bot.app import Service, read_content
from bot.care import consents, families, people
from bot.care.groups import Group
from bot.care.people import Person, Role
from bot.care.posts import TEXT, Content
from bot.conversation import relay
from bot.conversation.incoming import Message
from bot.conversation.turn import Turn
from bot.settings import Settings
from bot.simulator import Emulator, SimulatedClock, SimulatorServer
from bot.simulator.personas import Persona
from bot.simulator.world import Message as Shown
from bot.store import outbox
from bot.store.outbox import WHOLE_BOT
from bot.store.tables import paces
from bot.telegram import sender
from tests.benchmarks.places import Place
from tests.benchmarks.stage import NOW
from tests.benchmarks.table import Aim, Result, Watch, per_second
from tests.support.peer_groups import gather

NAME = "peer groups"
NONE: Aim = ("at most", 0)
MOST_DELAY: Aim = ("at most", 60)
MOST_WAIT: Aim = ("at most", 5)
_FIRST_CHAT, _ASKING = 6_000_000_000, 5_900_000_000
_ASKS_EACH = timedelta(seconds=20)
_SPEAKS = timedelta(minutes=15)
_GOES_ON = timedelta(minutes=10)
_WORD = re.compile(r"zee[a-z]{4}")
_SAYS = "{} het ging vandaag best goed, en bij jullie?"


@dataclass(frozen=True, slots=True)
class Load:
    """So many groups of so many parents, and so many messages in so much time."""

    groups: int = 40
    parents: int = 15
    messages: int = 2_000
    time: timedelta = timedelta(minutes=10)


QUICK = Load(3, 5, 45, timedelta(seconds=20))


class MovedClock(SimulatedClock):
    """A clock of which also the limits see only how far it was moved."""

    def __init__(self, start: datetime) -> None:
        super().__init__(start, frozen=True)
        self._start = start

    def pacing_seconds(self) -> float:
        return (self.now() - self._start).total_seconds()


@dataclass
class Circle:
    """A group, and the chats of its members: the mentor's last."""

    group: Group
    chats: list[int]
    said: list[tuple[str, int]] = field(default_factory=list)
    """The word of each message and the chat that it was typed in, in order."""


async def run(place: Place, *, quick: bool) -> list[Result]:
    """One run on a fresh database."""
    load = QUICK if quick else Load()
    async with _village(place) as village:
        circles = [village.settle_down(number, load.parents) for number in range(load.groups)]
        await village.lives_until(village.clock.now() + timedelta(minutes=5))
        typed, seconds = await _talk(village, circles, load)
        results = _results(village, circles, load, typed, seconds, place.kind)
    if quick and (wrong := [one.name for one in results if one.aim == NONE and not one.met]):
        raise SystemExit(f"{', '.join(wrong)}: also in small that must be none")
    return results


class Village:
    """The emulator, the service and the clock."""

    def __init__(self, emulator: Emulator, service: Service, clock: MovedClock) -> None:
        self.emulator, self.service, self.clock = emulator, service, clock

    def settle_down(self, number: int, parents: int) -> Circle:
        """A mentor and parents, all of whom talk in their group."""
        first = _FIRST_CHAT + 100 * number
        chats = [first + one for one in range(1, parents + 1)]
        for chat_id in (*chats, first):
            self.emulator.add_persona(Persona(f"p{chat_id}", chat_id, f"Ouder {chat_id}"))
            self.emulator.private_chat(chat_id)
        service = self.service
        group = service.database.do(partial(_found, service, self.clock.now(), number, first, chats))
        return Circle(group, [*chats, first])

    async def settle(self) -> None:
        """Takes in and handles all there is."""
        while await self.service.step_intake():
            pass
        await self.service.intake.settle()
        while await self.service.step_ticker():
            pass
        while await self.service.step_worker():
            pass

    async def lives_until(self, moment: datetime) -> None:
        """Sends what waits, each call at its moment; the clock ends at `moment`, or a little after it."""
        while self.clock.now() < moment:
            free_at = self.service.database.do(_bot_free_at)
            if free_at and self.clock.now() < free_at <= moment:
                self.clock.move_to(free_at)
            if not await self.service.step_sender():
                due = await self.service.next_moment()
                self.clock.move_to(max(self.clock.now(), min(moment, due or moment)))
                await self.settle()


def _bot_free_at(connection: Connection) -> datetime | None:
    found: datetime | None = connection.execute(select(paces.c.free_at).where(paces.c.chat_id == WHOLE_BOT)).scalar()
    return found


@asynccontextmanager
async def _village(place: Place) -> AsyncIterator[Village]:
    folder, url = place.fresh()
    clock = MovedClock(NOW)
    emulator = Emulator(clock, personas=(), enforce_limits=True)
    emulator.add_persona(Persona("asking", _ASKING, "Sam"))
    settings = Settings(data_dir=folder, database_url=url)
    content = read_content(place.cache)
    async with SimulatorServer(emulator) as server:
        service = Service(settings, clock=clock.now, token="1000:bench", api_base=server.api_url, content=content)
        async with service:
            with _sleeping_moves(clock):
                yield Village(emulator, service, clock)


@contextmanager
def _sleeping_moves(clock: MovedClock) -> Iterator[None]:
    """Whoever sends makes one call at a time, and the clock moves while it waits for the moment of that call."""

    class Asyncio:
        def __getattr__(self, name: str) -> Any:
            return getattr(asyncio, name)

        async def sleep(self, seconds: float) -> None:
            if seconds > 0:
                clock.move_to(clock.now() + timedelta(seconds=seconds))

    before = sender.asyncio, sender.BATCH
    sender.asyncio, sender.BATCH = Asyncio(), 1  # type: ignore[assignment]
    try:
        yield
    finally:
        sender.asyncio, sender.BATCH = before


def _found(
    service: Service, now: datetime, number: int, mentor_chat: int, chats: list[int], connection: Connection
) -> Group:
    mentor = _comes_in(service, now, mentor_chat, Role.MENTOR, None, connection)
    parents = {}
    for one, chat_id in enumerate(chats):
        parents[f"Naam {one}"] = _comes_in(service, now, chat_id, Role.PARENT, mentor.id, connection)
    group = gather(connection, service.vault, mentor, parents, now, name=f"Groep {number + 1}")
    turn = Turn(service.host, connection, mentor_chat, Message(1, "text"), now)
    relay.say(turn, group, TEXT, Content("Welkom allemaal"))
    turn.finish()
    for person in (mentor, *parents.values()):
        people.change(connection, person.id, speaks_in=group.id, speaks_until=now + 2 * _SPEAKS)
    return group


def _comes_in(
    service: Service, now: datetime, chat_id: int, role: Role, mentor_id: int | None, connection: Connection
) -> Person:
    family_id = families.found(connection, mentor_id, now) if role is Role.PARENT else None
    given = {"region": "nl", "zone": "Europe/Amsterdam", "now": now, "family_id": family_id}
    person_id = people.add(connection, service.vault, chat_id=chat_id, role=role, name=f"Ouder {chat_id}", **given)
    consents.give(connection, person_id, "use", now)
    person = people.by_id(connection, service.vault, person_id)
    assert person
    return person


async def _talk(village: Village, circles: list[Circle], load: Load) -> tuple[dict[str, datetime], float]:
    """When each message was typed, by its word; and the seconds that the service had for them."""
    chance = random.Random(40)
    words = ("zee" + "".join(letters) for letters in product("bdfgklmnprst", repeat=4))
    start, typed, seconds = village.clock.now(), {}, 0.0
    moments = sorted(chance.uniform(0, load.time.total_seconds()) for _ in range(load.messages))
    lively = [circle for number, circle in enumerate(circles) for _ in range(1 + 3 * (number % 4 == 0))]
    asks_at, asked = start, 0
    for moment, word in zip(moments, words, strict=False):
        await village.lives_until(start + timedelta(seconds=moment))
        if village.clock.now() >= asks_at:
            village.emulator.person(_ASKING).says(f"/start vraag{asked}")
            asks_at, asked = asks_at + _ASKS_EACH, asked + 1
        circle = chance.choice(lively)
        writer = chance.choice(circle.chats)
        typed[word] = village.clock.now()
        circle.said.append((word, writer))
        village.emulator.person(writer).says(_SAYS.format(word))
        watch = Watch()
        await village.settle()
        seconds += watch.seconds
    end = village.clock.now() + _GOES_ON
    while village.service.database.do(outbox.waiting) and village.clock.now() < end:
        await village.lives_until(village.clock.now() + timedelta(seconds=10))
    return typed, seconds


def _results(
    village: Village, circles: list[Circle], load: Load, typed: dict[str, datetime], seconds: float, kind: str
) -> list[Result]:
    at = {(call.chat_id, call.message_id): call.at for call in village.emulator.calls.all() if call.message_id}
    delays, lost, doubled, disordered, messages = [], 0, 0, 0, 0
    for circle in circles:
        for chat_id in circle.chats:
            wanted = [word for word, writer in circle.said if writer != chat_id]
            shown = [one for one in village.emulator.person(chat_id).from_bot if _WORD.search(one.text)]
            came = [(word, at[chat_id, one.message_id]) for one in shown for word in _new_in(one)]
            words = [word for word, _ in came]
            messages += len(shown)
            lost += len(set(wanted) - set(words))
            doubled += len(words) - len(set(words))
            disordered += [word for word in words if word in set(wanted)] != [
                one for one in wanted if one in set(words)
            ]
            delays += [(moment - typed[word]).total_seconds() for word, moment in came]
    breaches = village.emulator.limits.breaches
    waits = _waits(village)
    if not delays or not waits:
        raise SystemExit("nothing was said; mend tests/benchmarks/peers.py")
    delays.sort()
    name = f"{load.messages:,} messages in {load.groups} groups of {load.parents}"
    return [
        Result(f"{name}: lost", kind, str(lost), "", lost, NONE),
        Result("doubled", kind, str(doubled), "", doubled, NONE),
        Result("limits broken", kind, str(breaches), "", breaches, NONE),
        Result("members who saw another order", kind, str(disordered), "", disordered, NONE),
        Result("delay, median", kind, f"{statistics.median(delays):.1f} s"),
        Result("delay, 95 of 100", kind, f"{delays[len(delays) * 95 // 100]:.1f} s"),
        Result("delay, longest", kind, f"{delays[-1]:.1f} s", "", delays[-1], MOST_DELAY, " s"),
        Result("a private answer meanwhile, longest", kind, f"{max(waits):.1f} s", "", max(waits), MOST_WAIT, " s"),
        Result("posts in a message", kind, f"{len(delays) / messages:.1f}"),
        Result("messages handled", kind, per_second(seconds / load.messages)),
    ]


def _new_in(message: Shown) -> list[str]:
    """The messages that this one brings; not those that it quotes."""
    return [
        match[0] for line in message.text.splitlines() if "het ging" in line for match in [_WORD.search(line)] if match
    ]


def _waits(village: Village) -> list[float]:
    """How long each answer took to whoever is in no group."""
    at = {call.message_id: call.at for call in village.emulator.calls.all(chat_id=_ASKING) if call.message_id}
    waits, asked = [], None
    for message in village.emulator.person(_ASKING).messages:
        if not message.from_bot:
            asked = datetime.fromtimestamp(message.date, NOW.tzinfo)
        elif asked:
            waits.append((at[message.message_id] - asked).total_seconds())
            asked = None
    return waits
