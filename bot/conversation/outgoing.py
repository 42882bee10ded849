"""What can go out to a chat, as JSON values for the outbox. Knows no Telegram: `telegram.outbound` reads these."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from bot.screens.sizes import MAX_CAPTION as MAX_CAPTION
from bot.screens.sizes import MAX_TEXT as MAX_TEXT
from bot.screens.sizes import in_parts as in_parts
from bot.screens.sizes import length as length
from flows.engine.state import Key

FileKind = Literal["voice", "photo", "video", "video_note", "animation", "document", "audio", "sticker"]

Rows = Sequence[Sequence[Key]]


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


def picture(
    kind: str, data: Mapping[str, Any], caption: str = "", *, document: str = "", quiet: bool = False
) -> dict[str, Any]:
    """A picture that is drawn when it is sent: a photo, or a PDF by the name `document`. `caption` is HTML."""
    return {"do": "picture", "kind": kind, "data": data, "caption": caption, "document": document, "quiet": quiet}


def archive(
    name: str, data: dict[str, Any], labels: Mapping[str, Mapping[str, str]], files: list[list[str]]
) -> dict[str, Any]:
    """A zip with `data` as page and as JSON, and files that Telegram has: pairs of its id and the name in the data."""
    return {"do": "archive", "name": name, "data": data, "labels": labels, "files": files}


def book(name: str, data: Mapping[str, Any], photos: list[list[str]], otherwise: str) -> dict[str, Any]:
    """A workbook that is bound when it is sent, with photos that Telegram has: pairs of its id and the name in the
    data. `otherwise`, HTML, is said when that cannot be done."""
    return {"do": "book", "name": name, "data": data, "photos": photos, "otherwise": otherwise}


def take_away(message_ids: Sequence[int]) -> dict[str, Any]:
    """Deletes messages of this chat, as far as Telegram lets go of them."""
    return {"do": "take_away", "message_ids": list(message_ids)}
