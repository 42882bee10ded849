"""Looks for words where nobody should find them: in what a chat shows, and in the bytes of every file that it gets."""

from __future__ import annotations

import base64
import contextlib
import json
import zlib
from collections.abc import Iterable, Sequence
from typing import Any

from bot.simulator.emulator import Emulator
from bot.simulator.world import StoredFile


def found_in(content: bytes, words: Iterable[str]) -> list[str]:
    """Which of these words can be read in bytes: as they are, in any letters, in base64, in UTF-16, or packed."""
    searched = [content.lower(), *(part.lower() for part in _unpacked(content))]
    return [word for word in words if any(form in part for part in searched for form in _forms(word))]


def _forms(word: str) -> list[bytes]:
    plain = word.encode()
    coded = [base64.b64encode(b"-" * shift + plain)[4:-4].lower() for shift in range(3)]
    wide = [word.lower().encode("utf-16-le"), word.lower().encode("utf-16-be")]
    return [plain.lower(), *wide, *(form for form in coded if len(form) > 5)]


def _unpacked(content: bytes) -> list[bytes]:
    """What is packed as gzip, or in a chunk of a PNG."""
    found = []
    for mark, wbits in ((b"\x1f\x8b", 31), (b"\x78", 15)):
        at = content.find(mark)
        while at >= 0 and len(found) < 200:
            with contextlib.suppress(zlib.error):
                found.append(zlib.decompressobj(wbits).decompress(content[at:], 1_000_000))
            at = content.find(mark, at + 1)
    return found


def reaches(emulator: Emulator, chat_id: int) -> list[tuple[int, bytes]]:
    """All that the bot brought to a chat: of each message everything around it, also what was there before an edit or
    is deleted by now, the name of each file, where it is kept, and its bytes."""
    chat = emulator.world.chats[chat_id]
    found = []
    for message in chat.messages.values():
        if message.from_bot:
            body = emulator.render(message)
            found.append((message.message_id, json.dumps(body, ensure_ascii=False).encode()))
            for stored in files_of(emulator, body):
                about = f"{stored.name}\n{stored.path}\n{stored.mime_type}\n{json.dumps(stored.described)}\n"
                found.append((message.message_id, about.encode() + stored.content))
    return found


def files_of(emulator: Emulator, body: Any) -> list[StoredFile]:
    """Every file that anything in a message points at."""
    if isinstance(body, dict):
        own = emulator.world.files.get(str(body.get("file_id")))
        return [*([own] if own else []), *(one for value in body.values() for one in files_of(emulator, value))]
    return [one for value in body for one in files_of(emulator, value)] if isinstance(body, list) else []


def leaks(emulator: Emulator, chat_id: int, words: Sequence[str]) -> list[tuple[int, list[str]]]:
    """The messages of a chat that tell one of these words."""
    looked = ((message_id, found_in(content, words)) for message_id, content in reaches(emulator, chat_id))
    return [(message_id, words) for message_id, words in looked if words]
