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


def clean_file(
    kind: Literal["photo", "voice", "sticker"],
    file_id: str,
    caption: str = "",
    rows: Rows = (),
    *,
    otherwise: str,
    clean_id: str | None = None,
    post_id: int | None = None,
    quiet: bool = False,
) -> dict[str, Any]:
    """Somebody's file for others: it is made clean when it is sent, and without who sent it. `caption` is HTML, not
    under a sticker; `otherwise`, HTML, is said when the file cannot be had or made clean. `clean_id`: it was made clean
    before; `post_id`: the post that remembers this."""
    return {
        "do": "clean_file",
        "kind": kind,
        "file_id": file_id,
        "clean_id": clean_id,
        "post_id": post_id,
        "caption": caption,
        "otherwise": otherwise,
        "rows": _rows(rows),
        "quiet": quiet,
    }


def edit_caption(message_id: int, caption: str, rows: Rows = ()) -> dict[str, Any]:
    """Another caption and keyboard for a file of ours. `caption` is HTML."""
    return {"do": "edit_caption", "message_id": message_id, "caption": caption, "rows": _rows(rows)}


def document(name: str, data: bytes, caption: str = "") -> dict[str, Any]:
    """A file of ours. `caption` is HTML."""
    return {"do": "document", "name": name, "data": base64.b64encode(data).decode(), "caption": caption}


def picture(
    kind: str, data: Mapping[str, Any], caption: str = "", *, document: str = "", quiet: bool = False, rows: Rows = ()
) -> dict[str, Any]:
    """A picture that is drawn when it is sent: a photo, or a PDF by the name `document`. `caption` is HTML."""
    call = {"do": "picture", "kind": kind, "data": data, "caption": caption, "document": document, "quiet": quiet}
    return {**call, "rows": _rows(rows)} if rows else call


def archive(
    name: str, data: dict[str, Any], labels: Mapping[str, Mapping[str, str]], files: list[list[str]]
) -> dict[str, Any]:
    """A zip with `data` as page and as JSON, and files that Telegram has: pairs of its id and the name in the data."""
    return {"do": "archive", "name": name, "data": data, "labels": labels, "files": files}


def book(name: str, data: Mapping[str, Any], photos: list[list[str]], otherwise: str) -> dict[str, Any]:
    """A workbook that is bound when it is sent, with photos that Telegram has: pairs of its id and the name in the
    data. `otherwise`, HTML, is said when that cannot be done."""
    return {"do": "book", "name": name, "data": data, "photos": photos, "otherwise": otherwise}


def replying(call: dict[str, Any], message_id: int | None) -> dict[str, Any]:
    """The call as an answer to a message in the same chat, if there is one; without when that is gone by then."""
    return call if message_id is None else {**call, "reply_to": message_id}


def take_away(message_ids: Sequence[int]) -> dict[str, Any]:
    """Deletes messages of this chat, as far as Telegram lets go of them."""
    return {"do": "take_away", "message_ids": list(message_ids)}
