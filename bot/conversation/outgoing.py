"""What can go out to a chat, as JSON values for the outbox. Knows no Telegram: `telegram.outbound` reads these."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any, Literal

from flows.engine.state import Key

MAX_TEXT, MAX_CAPTION = 4096, 1024
"""The longest text and caption that Telegram takes, in UTF-16 units."""

FileKind = Literal["voice", "photo", "video", "video_note", "animation", "document", "audio", "sticker"]

Rows = Sequence[Sequence[Key]]


def length(text: str) -> int:
    """How long Telegram finds a text."""
    return len(text.encode("utf-16-le")) // 2


def in_parts(text: str, room: int) -> list[str]:
    """The text in pieces no longer than `room`, cut between words where there are any."""
    parts = []
    while length(text) > room:
        end = room
        while length(text[:end]) > room:
            end -= 1
        between = max(text.rfind("\n", room // 2, end), text.rfind(" ", room // 2, end))
        end = between if between > 0 else end
        parts.append(text[:end].rstrip())
        text = text[end:].lstrip()
    return [*parts, text]


def _rows(rows: Rows) -> list[list[list[str]]]:
    return [[[key.label, key.token] for key in row] for row in rows]


def send(text: str, rows: Rows = (), *, quiet: bool = False) -> dict[str, Any]:
    """A message. `text` is HTML; `quiet` makes no sound."""
    return {"do": "send", "text": text, "rows": _rows(rows), "quiet": quiet}


def edit(message_id: int, text: str, rows: Rows = ()) -> dict[str, Any]:
    """Another text and keyboard for a message of ours."""
    return {"do": "edit", "message_id": message_id, "text": text, "rows": _rows(rows)}


def edit_rows(message_id: int, rows: Rows = ()) -> dict[str, Any]:
    """Another keyboard, or none, under a message of ours."""
    return {"do": "edit_rows", "message_id": message_id, "rows": _rows(rows)}


def file(kind: FileKind, file_id: str, caption: str = "") -> dict[str, Any]:
    """A file that Telegram already has. `caption` is HTML."""
    return {"do": "file", "kind": kind, "file_id": file_id, "caption": caption}


def document(name: str, data: bytes, caption: str = "") -> dict[str, Any]:
    """A file of ours. `caption` is HTML."""
    return {"do": "document", "name": name, "data": base64.b64encode(data).decode(), "caption": caption}
