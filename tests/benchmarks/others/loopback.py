"""A Bot API that says yes to everything, as a process of its own, so that all that is compared pays the same for HTTP.

`python loopback.py` prints its address. It takes requests of one connection one after another, knows no limits, and
keeps none of what it gets but when each message came. A message whose text begins with "429 5" is told once, in its
chat, to come back after five seconds. `/seen` gives all arrivals since it was last asked: chat and seconds.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
import time
from itertools import count
from urllib.parse import parse_qs

_ME = {"id": 7000000001, "is_bot": True, "first_name": "Draaglicht", "username": "draaglicht_bot"}
_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
_CHAT = re.compile(rb'name="chat_id"\r\n(?:[^\r\n]+\r\n)*\r\n(-?\d+)')


class Telegram:
    """Answers connections."""

    def __init__(self) -> None:
        self._numbers, self._told = count(1), set[int]()
        self._seen: list[tuple[int, float]] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, until it is closed."""
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                found = _LENGTH.search(head)
                body = await reader.readexactly(int(found[1])) if found else b""
                status, said = self._answer(head.split(b" ", 2)[1].rpartition(b"/")[2].decode(), body)
                content = json.dumps(said).encode()
                start = (
                    f"HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {len(content)}\r\n\r\n"
                )
                writer.write(start.encode() + content)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    def _answer(self, method: str, body: bytes) -> tuple[int, object]:
        if method == "seen":
            seen, self._seen = self._seen, []
            return 200, seen
        if method == "getMe":
            return 200, {"ok": True, "result": _ME}
        if method == "answerCallbackQuery":
            return 200, {"ok": True, "result": True}
        found = _CHAT.search(body)
        fields = {} if found else parse_qs(body.decode())
        chat_id = int(found[1]) if found else int(fields["chat_id"][0])
        if fields.get("text", [""])[0].startswith("429 ") and chat_id not in self._told:
            self._told.add(chat_id)
            seconds = int(fields["text"][0].split()[1])
            told = {"ok": False, "error_code": 429, "description": f"Too Many Requests: retry after {seconds}"}
            return 429, {**told, "parameters": {"retry_after": seconds}}
        if method == "sendMessage":
            self._seen.append((chat_id, time.monotonic()))
        message = {"message_id": next(self._numbers), "date": 1_800_000_000, "from": _ME, "text": "ja"}
        return 200, {"ok": True, "result": {**message, "chat": {"id": chat_id, "type": "private", "first_name": "A"}}}


async def _run() -> None:
    server = await asyncio.start_server(Telegram().serve, "127.0.0.1", 0)
    sys.stdout.write(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_run())
