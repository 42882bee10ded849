"""A whole update against the bare database transaction that it cannot do without.

Measured: one input through the whole service, from its row in the inbox to the commit: `Service.step_worker`. Parents
answer the questions of two flows by turns, with taps and typed words, one input for each chat at a time: the evening
ritual (four taps, two typed answers, kept in a record) and the moment (three taps).

Floor: the least that an answered question must read and write, as SQLAlchemy Core statements on the same `Database`, in
the same single hop to a database thread and with the same commit: read the head of the inbox, read the person with the
conversation, keep the answer in a record, write the conversation, add one call to the outbox, mark the row of the inbox
done. Its values are as long as those the service itself wrote just before. Not in it, and paid by the service alone:
decoding, deciding, facts, texts, encryption, merging an answer with the record that is there, the call that takes the
buttons off the tapped message, timers.

Putting updates in the inbox is in neither: intake does that for up to a hundred at once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from statistics import mean
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, select, update

from bot.care import people as people_care
from bot.store import inbox as inbox_rows
from bot.store import outbox as outbox_rows
from bot.store.tables import conversations, inbox, outbox, people, records, timers
from bot.store.types import fixed, new_id
from flows.engine.state import load_state
from tests.benchmarks.places import Place
from tests.benchmarks.stage import FIRST_CHAT, NOW, Stage, fill, know_sizes, look_back, open_stage
from tests.benchmarks.table import Aim, Pair, Result, Watch, in_turns, per_second

NAME = "whole update"
AIMS: dict[str, Aim] = {"sqlite": ("at least", 0.4), "postgresql": ("at least", 0.6)}
PAUSE = timedelta(seconds=11)
CHATS_PER_FLOW = 12

Step = tuple[str, str]
"""`tap` and a button, or `type` and words."""

SCRIPTS: dict[str, tuple[Step, ...]] = {
    "evening_ritual": (
        ("tap", "asked"),
        ("tap", "me"),
        ("tap", "said"),
        ("type", "Dat hij soms bang is dat ik te moe ben om te spelen, en dat hij dan maar stil is."),
        ("type", "7"),
        ("tap", "_p3"),
    ),
    "in_the_moment": (("tap", "parent"), ("tap", "said"), ("tap", "yes")),
}
_KEPT = {"evening_ritual": "reflection", "in_the_moment": "moment"}


@dataclass(frozen=True, slots=True)
class Shown:
    """What a person sees when it is their turn: the bot's message with its keyboard."""

    text: str
    rows: list[list[list[str]]]

    def token(self, button: str) -> str:
        tokens = [token for row in self.rows for _, token in row if token.endswith(f":{button}")]
        if not tokens:
            raise SystemExit(f"the flow has no button {button!r} here any more; mend tests/benchmarks/updates.py")
        return tokens[0]


class Talks:
    """People in conversations with the bot, and the updates that Telegram would send of them."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._update_id = 700_000_000
        self._message_ids: dict[int, int] = {}
        self._seen: dict[str, list[Shown]] = {}
        self._chats = count(FIRST_CHAT)
        self.sizes_of_calls: list[int] = []
        self.sizes_of_states: list[int] = []

    async def scout(self) -> None:
        """One person of each flow goes through it, to see what is shown at each step."""
        for flow, script in SCRIPTS.items():
            chat_id = self.fresh_chat()
            await self._begin({chat_id: flow})
            self._seen[flow] = []
            for step in script:
                shown = self._last_shown(chat_id)
                self._seen[flow].append(shown)
                self._stage.deliver()
                self._stage.take_in([self._update(chat_id, step, shown)])
                await self._stage.drain()
                self.sizes_of_states.append(self._size_of_state(chat_id))

    def sizes_of_records(self) -> list[int]:
        """How long the kept answers of all that were scouted are."""
        query = select(func.length(records.c.fields_sealed))
        return list(self._stage.service.database.do(lambda connection: connection.execute(query).scalars().all()))

    def fresh_chat(self) -> int:
        """The chat of a parent who did nothing yet."""
        return next(self._chats)

    async def answers(self, chats: dict[int, str]) -> list[list[dict[str, Any]]]:
        """The updates of these chats, each in its flow: first all first answers, then all second ones, and so on.

        The flows are begun.
        """
        await self._begin(chats)
        runs = {chat_id: self._run_of(chat_id) for chat_id in chats}
        return [
            [
                self._update(chat_id, SCRIPTS[flow][turn], self._seen[flow][turn], runs[chat_id])
                for chat_id, flow in chats.items()
                if turn < len(SCRIPTS[flow])
            ]
            for turn in range(max(map(len, SCRIPTS.values())))
        ]

    async def _begin(self, chats: dict[int, str]) -> None:
        """Starts the flow from the menu, and lets a pause pass."""
        menu = Shown("Waar wil je heen?", [])
        self._stage.take_in([self._tapped(chat_id, f"g:{flow}", menu) for chat_id, flow in chats.items()])
        await self._stage.drain()
        self._stage.clock.move(PAUSE)
        while await self._stage.service.step_ticker():
            await self._stage.drain()

    def _run_of(self, chat_id: int) -> str:
        def work(connection: Connection) -> bytes | None:
            return people_care.present(connection, self._stage.vault, chat_id).state

        state = load_state(self._stage.service.database.do(work) or b"{}")
        if state.running is None:
            raise SystemExit("the flow did not begin; mend tests/benchmarks/updates.py")
        return state.running.id

    def _size_of_state(self, chat_id: int) -> int:
        query = select(func.length(conversations.c.state_sealed)).where(conversations.c.chat_id == chat_id)
        return int(self._stage.service.database.do(lambda connection: connection.execute(query).scalar_one()))

    def _last_shown(self, chat_id: int) -> Shown:
        def work(connection: Connection) -> Any:
            query = select(outbox).where(outbox.c.chat_id == chat_id, outbox.c.purpose == "answer")
            row = connection.execute(query.order_by(outbox.c.id.desc()).limit(1)).one()
            self.sizes_of_calls.append(len(row.call_sealed))
            return self._stage.vault.open_json(outbox_rows.PLACE, row.seal, row.call_sealed)

        call = self._stage.service.database.do(work)
        return Shown(call["text"], call["rows"])

    def _update(self, chat_id: int, step: Step, shown: Shown, run: str | None = None) -> dict[str, Any]:
        kind, what = step
        if kind == "type":
            return self._typed(chat_id, what)
        token = shown.token(what)
        if run:
            verb, _, turn, button = token.split(":", 3)
            token = f"{verb}:{run}:{turn}:{button}"
        return self._tapped(chat_id, token, shown)

    def _typed(self, chat_id: int, words: str) -> dict[str, Any]:
        return {"update_id": self._next_update(), "message": {**self._message(chat_id), "text": words}}

    def _tapped(self, chat_id: int, token: str, shown: Shown) -> dict[str, Any]:
        board = [[{"text": label, "callback_data": own} for label, own in row] for row in shown.rows]
        bot = {"id": 7000000001, "is_bot": True, "first_name": "Draaglicht", "username": "draaglicht_bot"}
        message = {
            **self._message(chat_id),
            "from": bot,
            "text": shown.text,
            "reply_markup": {"inline_keyboard": board},
        }
        query = {
            "id": str(4382000000000000 + self._update_id),
            "from": _sender(chat_id),
            "message": message,
            "chat_instance": "-3492761538822211903",
            "data": token,
        }
        return {"update_id": self._next_update(), "callback_query": query}

    def _message(self, chat_id: int) -> dict[str, Any]:
        number = self._message_ids[chat_id] = self._message_ids.get(chat_id, 100) + 1
        return {
            "message_id": number,
            "from": _sender(chat_id),
            "chat": {"id": chat_id, "first_name": "Annelies", "username": "annelies_v", "type": "private"},
            "date": int(NOW.timestamp()),
        }

    def _next_update(self) -> int:
        self._update_id += 1
        return self._update_id


def _sender(chat_id: int) -> dict[str, Any]:
    return {
        "id": chat_id,
        "is_bot": False,
        "first_name": "Annelies",
        "username": "annelies_v",
        "language_code": "nl",
    }


# --- the floor --------------------------------------------------------------------------------------------------------

_HEAD = (
    select(inbox.c.id, inbox.c.chat_id, inbox.c.seal, inbox.c.payload_sealed)
    .where(inbox.c.status == fixed("waiting"))
    .order_by(inbox.c.id)
    .limit(1)
    .with_for_update(skip_locked=True)
)
_WHO = (
    select(people, conversations.c.state_sealed)
    .join(conversations, conversations.c.chat_id == people.c.chat_id)
    .where(people.c.chat_id == bindparam("chat"))
)
_STATE = (
    update(conversations)
    .where(conversations.c.chat_id == bindparam("chat"))
    .values(state_sealed=bindparam("state"), active_at=bindparam("now"))
)
_CALL = insert(outbox)
_KEEP = insert(records)
_DONE = update(inbox).where(inbox.c.id == bindparam("row")).values(status="done", payload_sealed=None)


@dataclass(frozen=True, slots=True)
class Bare:
    """The bare transaction. `state`, `call` and `fields` are as long as the service's own."""

    stage: Stage
    state: bytes
    call: bytes
    fields: bytes

    def __call__(self, connection: Connection) -> None:
        now = self.stage.clock.now()
        head = connection.execute(_HEAD).one()
        who = connection.execute(_WHO, {"chat": head.chat_id}).one()
        record_id = new_id(now)
        connection.execute(
            _KEEP,
            {
                "id": record_id,
                "person_id": who.id,
                "key": f"bare.{record_id}",
                "kind": "bare",
                "local_day": now.date(),
                "created_at": now,
                "changed_at": now,
                "fields_sealed": self.fields,
            },
        )
        connection.execute(_STATE, {"chat": head.chat_id, "state": self.state, "now": now})
        connection.execute(
            _CALL,
            {
                "chat_id": head.chat_id,
                "priority": 1,
                "purpose": "answer",
                "created_at": now,
                "seal": head.seal,
                "call_sealed": self.call,
                "status": "waiting",
            },
        )
        connection.execute(_DONE, {"row": head.id})


# --- measuring --------------------------------------------------------------------------------------------------------


async def run(place: Place, *, quick: bool) -> list[Result]:
    """One worker, as the aim has it; on PostgreSQL also with as many as the service runs."""
    folder, url = place.fresh()
    rounds = 3 if quick else 21
    with open_stage(folder, url, cache=place.cache) as stage:
        parents = 500 if quick else 20_000
        stage.service.database.do(lambda connection: fill(connection, stage.vault, parents))
        stage.service.database.do(lambda connection: look_back(connection, 5 * parents))
        stage.service.database.do(know_sizes)
        talks = Talks(stage)
        await talks.scout()
        sizes = (talks.sizes_of_states, talks.sizes_of_calls, talks.sizes_of_records())
        bare = Bare(stage, *(bytes(int(mean(group))) for group in sizes))
        results = [_result(place.kind, NAME, await _measure(stage, talks, bare, rounds, 1), AIMS[place.kind])]
        workers = stage.service.database.threads
        if workers > 1:
            together = await _measure(stage, talks, bare, rounds, workers)
            results.append(_result(place.kind, f"{NAME}, {workers} workers", together, None))
        return results


def _result(kind: str, name: str, pair: Pair, aim: Aim | None) -> Result:
    return Result(name, kind, per_second(pair.measured), per_second(pair.floor), pair.ratio, aim)


_MANY = CHATS_PER_FLOW * sum(map(len, SCRIPTS.values()))
"""How many updates are handled in a round."""


async def whole(
    stage: Stage,
    talks: Talks,
    workers: int = 1,
    *,
    then: Callable[[], Awaitable[object]] | None = None,
    chats_per_flow: int = CHATS_PER_FLOW,
) -> float:
    """The seconds that an update takes, on average over a round of them; with what is done `then`, after each turn."""
    chats = {talks.fresh_chat(): flow for _ in range(chats_per_flow) for flow in SCRIPTS}
    seconds = 0.0
    for updates in await talks.answers(chats):
        stage.deliver()
        stage.take_in(updates)
        watch = Watch()
        await share(stage.service.step_worker, len(updates), workers)
        if then:
            await then()
        seconds += watch.seconds
    _check(stage, chats)
    return seconds / (chats_per_flow * sum(map(len, SCRIPTS.values())))


async def _measure(stage: Stage, talks: Talks, bare: Bare, rounds: int, workers: int) -> Pair:
    async def floor() -> float:
        chats = [talks.fresh_chat() for _ in range(CHATS_PER_FLOW)]
        stage.deliver()
        stage.accept([inbox_rows.Arrival(chats[number % len(chats)], "update", bytes(900)) for number in range(_MANY)])
        watch = Watch()
        await share(lambda: stage.service.database.run(bare), _MANY, workers)
        return watch.seconds / _MANY

    return await in_turns(rounds, lambda: whole(stage, talks, workers), floor)


async def share(step: Callable[[], Awaitable[object]], many: int, workers: int) -> None:
    """Does so many steps with so many workers at once."""
    left = iter(range(many))

    async def work() -> None:
        for _ in left:
            await step()

    await asyncio.gather(*(work() for _ in range(workers)))


def _check(stage: Stage, chats: dict[int, str]) -> None:
    """Every answer was taken: all is handled, every conversation is over, and what it should keep is kept."""

    def work(connection: Connection) -> tuple[int, Sequence[Any], int]:
        waiting = connection.execute(
            select(func.count()).select_from(inbox).where(inbox.c.status != "done")
        ).scalar_one()
        kept = connection.execute(
            select(people.c.chat_id, records.c.kind)
            .join(records, records.c.person_id == people.c.id)
            .where(people.c.chat_id.in_(list(chats)))
        ).all()
        pauses = connection.execute(
            select(func.count()).select_from(timers).where(timers.c.key == "pause", timers.c.chat_id.in_(list(chats)))
        ).scalar_one()
        return waiting, kept, pauses

    waiting, kept, pauses = stage.service.database.do(work)
    wanted = sorted((chat_id, _KEPT[flow]) for chat_id, flow in chats.items())
    if waiting or pauses or sorted((row.chat_id, row.kind) for row in kept) != wanted:
        raise SystemExit("the service did not take every answer; mend tests/benchmarks/updates.py")
