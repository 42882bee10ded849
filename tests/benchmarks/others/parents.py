"""What parents say to the bots that ours is compared with: the same turns as in `updates`, and as much text.

Imports nothing of the project: it also runs where only the other library is.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

SCRIPTS = (("tap", "tap", "tap", "type", "type", "tap"), ("tap", "tap", "tap"))
"""The turns of the evening ritual and of the moment."""
QUESTION = (
    "Vraag aan Noor of je iets mag teruggeven wat zij vandaag voor je droeg. Zeg het in je eigen woorden, en neem de "
    "tijd. Hoe ging dat?"
)
BUTTONS = (("Gezegd", "said"), ("Nu niet", "later"), ("Hulp", "help"))
TABLE = "CREATE TABLE IF NOT EXISTS answers (id INTEGER PRIMARY KEY, chat_id INTEGER, turn INTEGER, said TEXT)"
KEEP = "INSERT INTO answers (chat_id, turn, said) VALUES (?, ?, ?)"
_TYPED = "Dat hij soms bang is dat ik te moe ben om te spelen, en dat hij dan maar stil is."


def turns(first_chat: int, chats: int) -> Iterator[list[dict[str, Any]]]:
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
