"""What parents say to the bots that ours is compared with, and what those keep: the same turns as in `updates`, and as
much text.

Imports nothing of the project: it also runs where only the other library is.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from time import perf_counter
from typing import Any

import aiosqlite

SCRIPTS = (("tap", "tap", "tap", "type", "type", "tap"), ("tap", "tap", "tap"))
"""The turns of the evening ritual and of the moment."""
QUESTION = (
    "Vraag aan Noor of je iets mag teruggeven wat zij vandaag voor je droeg. Zeg het in je eigen woorden, en neem de "
    "tijd. Hoe ging dat?"
)
BUTTONS = (("Gezegd", "said"), ("Nu niet", "later"), ("Hulp", "help"))
_TABLE = "CREATE TABLE IF NOT EXISTS answers (id INTEGER PRIMARY KEY, chat_id INTEGER, turn INTEGER, said TEXT)"
_KEEP = "INSERT INTO answers (chat_id, turn, said) VALUES (?, ?, ?)"
_TYPED = "Dat hij soms bang is dat ik te moe ben om te spelen, en dat hij dan maar stil is."


class Answers:
    """What was answered, on the disk."""

    def __init__(self, database: aiosqlite.Connection) -> None:
        self._database = database

    async def keep(self, chat_id: int, turn: int, said: str) -> None:
        await self._database.execute(_KEEP, (chat_id, turn, said))
        await self._database.commit()

    async def count(self) -> int:
        rows = await self._database.execute_fetchall("SELECT count(*) FROM answers")
        return next(iter(rows))[0]


@asynccontextmanager
async def open_answers(folder: Path) -> AsyncIterator[Answers]:
    """With write-ahead logging, as ours."""
    async with aiosqlite.connect(folder / "answers.sqlite3") as database:
        await database.execute("PRAGMA journal_mode=WAL")
        await database.execute(_TABLE)
        yield Answers(database)


async def answer_on_demand(handle: Callable[[dict[str, Any]], Awaitable[object]], answers: Answers) -> None:
    """For each number of chats on a line of stdin: `handle` takes all their updates. Prints the seconds for each
    answer, how many answers are kept in all, and how many should be."""
    first_chat, wanted = 10**9, 0
    while line := await asyncio.to_thread(sys.stdin.readline):
        chats, seconds, answered = int(line), 0.0, 0
        for turn, updates in enumerate(_turns(first_chat, chats)):
            start = perf_counter()
            for update in updates:
                await handle(update)
            if turn:
                seconds += perf_counter() - start
                answered += len(updates)
        first_chat += chats * len(SCRIPTS)
        wanted += answered
        print(seconds / answered, await answers.count(), wanted, flush=True)


def _turns(first_chat: int, chats: int) -> Iterator[list[dict[str, Any]]]:
    """The updates of so many chats for each script: all that begin it, then all first answers, and so on."""
    own = {first_chat + number: SCRIPTS[number % len(SCRIPTS)] for number in range(chats * len(SCRIPTS))}
    yield [_update(chat_id, 0, "type", f"/flow{len(script)}") for chat_id, script in own.items()]
    for turn in range(max(map(len, SCRIPTS))):
        yield [
            _update(chat_id, turn + 1, script[turn], _TYPED) for chat_id, script in own.items() if turn < len(script)
        ]


def _update(chat_id: int, turn: int, kind: str, words: str) -> dict[str, Any]:
    sender = {"id": chat_id, "is_bot": False, "first_name": "Annelies", "language_code": "nl"}
    chat = {"id": chat_id, "first_name": "Annelies", "type": "private"}
    message: dict[str, Any] = {"message_id": 100 + turn, "date": 1_800_000_000, "chat": chat, "from": sender}
    number = chat_id % 10**8 * 10 + turn
    if kind == "type":
        is_command = words.startswith("/")
        entities = [{"type": "bot_command", "offset": 0, "length": len(words)}] if is_command else []
        return {"update_id": number, "message": {**message, "text": words, "entities": entities}}
    board = {"inline_keyboard": [[{"text": label, "callback_data": data}] for label, data in BUTTONS]}
    shown = {**message, "text": QUESTION, "reply_markup": board}
    query = {"id": str(number), "from": sender, "message": shown, "chat_instance": "1", "data": BUTTONS[0][1]}
    return {"update_id": number, "callback_query": query}
