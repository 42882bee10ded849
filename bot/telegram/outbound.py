"""Makes Telegram's calls of what is in the outbox. Knows no database and no pace."""

from __future__ import annotations

import asyncio
import base64
import contextlib
from typing import Any, Literal

import structlog
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, InputFile, LinkPreviewOptions
from telegram.constants import ParseMode
from telegram.error import BadRequest

from bot.telegram import group_calls
from bot.telegram.binding import NotBound, bind
from bot.telegram.clean_files import CleanFiles
from bot.telegram.packing import pack
from bot.telegram.replying import answering

log = structlog.get_logger()

_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
MAX_TEXT = 4096
_UPLOAD_SECONDS = 25
_AT_ONCE = 100
"""How many messages Telegram deletes in one call."""


async def make(bot: Bot, chat_id: int, call: dict[str, Any], files: CleanFiles | None = None) -> int | None:
    """Makes the call; returns the id of the message that it sent, if it sent one. `files` remembers what was made
    clean.

    Raises telegram.error.TelegramError.
    """
    keyboard = _keyboard(call.get("rows", []))
    match call["do"]:
        case "send":
            sent = await bot.send_message(
                chat_id,
                call["text"],
                parse_mode=ParseMode.HTML,
                reply_markup=keyboard,
                disable_notification=call["quiet"],
                link_preview_options=_NO_PREVIEW,
                reply_parameters=answering(call),
            )
            if call.get("pin"):
                await group_calls.pin(bot, chat_id, sent.message_id)
            return sent.message_id
        case "tell_rights":
            return await group_calls.tell_rights(bot, chat_id, call)
        case "moderate":
            return await group_calls.moderate(bot, chat_id, call)
        case "answer_tap":
            await group_calls.answer_tap(bot, call)
        case "edit":
            await bot.edit_message_text(
                call["text"],
                chat_id,
                call["message_id"],
                parse_mode=ParseMode.HTML,
                reply_markup=keyboard,
                link_preview_options=_NO_PREVIEW,
            )
        case "edit_rows":
            await bot.edit_message_reply_markup(chat_id, call["message_id"], reply_markup=keyboard)
        case "edit_caption":
            await _edit_caption(bot, chat_id, call, keyboard)
        case "clean_file":
            return await (files or CleanFiles(bot)).send(chat_id, call, keyboard)
        case "document":
            data = InputFile(base64.b64decode(call["data"]), filename=call["name"])
            sent = await bot.send_document(chat_id, data, caption=call["caption"], parse_mode=ParseMode.HTML)
            return sent.message_id
        case "picture":
            return await _picture(bot, chat_id, call)
        case "archive":
            whole = InputFile(await pack(bot, call), filename=call["name"])
            sent = await bot.send_document(chat_id, whole, write_timeout=_UPLOAD_SECONDS, read_timeout=_UPLOAD_SECONDS)
            return sent.message_id
        case "book":
            return await _book(bot, chat_id, call)
        case "take_away":
            await _take_away(bot, chat_id, call["message_ids"])
        case "file":
            return await _file(bot, chat_id, call)
    return None


async def _edit_caption(bot: Bot, chat_id: int, call: dict[str, Any], keyboard: InlineKeyboardMarkup | None) -> None:
    """The caption of a file; the text, where words came instead of the file."""
    words: dict[str, Any] = {"parse_mode": ParseMode.HTML, "reply_markup": keyboard}
    try:
        await bot.edit_message_caption(chat_id, call["message_id"], caption=call["caption"], **words)
    except BadRequest as error:
        if "no caption in the message" not in error.message.lower():
            raise
        await bot.edit_message_text(
            call["caption"], chat_id, call["message_id"], link_preview_options=_NO_PREVIEW, **words
        )


async def _picture(bot: Bot, chat_id: int, call: dict[str, Any]) -> int:
    from bot.pictures import PictureError, draw  # Large, and most processes never draw.

    words = {
        "caption": call["caption"],
        "parse_mode": ParseMode.HTML,
        "disable_notification": call["quiet"],
        "reply_markup": _keyboard(call.get("rows", [])),
        "read_timeout": _UPLOAD_SECONDS,
        "write_timeout": _UPLOAD_SECONDS,
    }
    format_: Literal["png", "pdf"] = "pdf" if call["document"] else "png"
    try:
        drawn = await asyncio.to_thread(draw, call["kind"], call["data"], format_)
    except PictureError as problem:
        log.error("picture not drawn", kind=call["kind"], problem=str(problem))
        words_only = await bot.send_message(
            chat_id, call["caption"], parse_mode=ParseMode.HTML, reply_markup=words["reply_markup"]
        )
        return words_only.message_id
    if format_ == "pdf":
        sent = await bot.send_document(chat_id, InputFile(drawn, filename=call["document"]), **words)
    else:
        sent = await bot.send_photo(chat_id, InputFile(drawn, filename=f"{call['kind']}.png"), **words)
    return sent.message_id


async def _book(bot: Bot, chat_id: int, call: dict[str, Any]) -> int:
    try:
        whole = InputFile(await bind(bot, call), filename=call["name"])
    except NotBound:
        return (await bot.send_message(chat_id, call["otherwise"], parse_mode=ParseMode.HTML)).message_id
    sent = await bot.send_document(chat_id, whole, write_timeout=_UPLOAD_SECONDS, read_timeout=_UPLOAD_SECONDS)
    return sent.message_id


async def _take_away(bot: Bot, chat_id: int, message_ids: list[int]) -> None:
    """In batches; one by one where Telegram refuses a batch for the sake of one that it does not let go."""
    for first in range(0, len(message_ids), _AT_ONCE):
        batch = message_ids[first : first + _AT_ONCE]
        try:
            await bot.delete_messages(chat_id, batch)
        except BadRequest:
            for message_id in batch:
                with contextlib.suppress(BadRequest):
                    await bot.delete_message(chat_id, message_id)


async def _file(bot: Bot, chat_id: int, call: dict[str, Any]) -> int:
    file_id, words = call["file_id"], {"caption": call["caption"], "parse_mode": ParseMode.HTML}
    match call["kind"]:
        case "voice":
            sent = await bot.send_voice(chat_id, file_id, **words)
        case "photo":
            sent = await bot.send_photo(chat_id, file_id, **words)
        case "video":
            sent = await bot.send_video(chat_id, file_id, **words)
        case "audio":
            sent = await bot.send_audio(chat_id, file_id, **words)
        case "animation":
            sent = await bot.send_animation(chat_id, file_id, **words)
        case "video_note":
            sent = await bot.send_video_note(chat_id, file_id)
        case "sticker":
            sent = await bot.send_sticker(chat_id, file_id)
        case _:
            sent = await bot.send_document(chat_id, file_id, **words)
    return sent.message_id


def _keyboard(rows: list[list[list[str]]]) -> InlineKeyboardMarkup | None:
    if not rows:
        return None
    return InlineKeyboardMarkup(
        [[InlineKeyboardButton(label, callback_data=token) for label, token in row] for row in rows]
    )
