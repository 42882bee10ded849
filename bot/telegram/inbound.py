"""Makes our own inputs of Telegram's updates. Knows every kind of message, also those that we can only explain."""

from __future__ import annotations

import json
from typing import Any

from telegram import Message as TelegramMessage
from telegram import Update

from bot.conversation.incoming import Edited, Incoming, Message, MessageKind, Nothing, Reachable, Tapped
from bot.store.inbox import NO_CHAT, Arrival

KIND = "update"
_GONE = {"kicked", "left"}


def arrival(update: dict[str, Any], kind: str = KIND) -> Arrival:
    """A raw update as it goes into the inbox, in the lane of its chat."""
    payload = json.dumps(update, ensure_ascii=False, separators=(",", ":")).encode()
    return Arrival(chat_of(update), kind, payload, update["update_id"])


def chat_of(update: dict[str, Any]) -> int:
    """The chat that an update belongs to; NO_CHAT when it belongs to none."""
    for part in update.values():
        if isinstance(part, dict):
            holder = part.get("message") if "chat" not in part and isinstance(part.get("message"), dict) else part
            chat = holder.get("chat") if holder else None
            chat_id = chat.get("id") if isinstance(chat, dict) else None
            if isinstance(chat_id, int):
                return chat_id
    return NO_CHAT


def text_of(update: dict[str, Any]) -> str:
    """The text or caption of a new message in an update, else nothing."""
    message = update.get("message")
    if not isinstance(message, dict):
        return ""
    text = message.get("text") or message.get("caption") or ""
    return text if isinstance(text, str) else ""


def decode(payload: bytes) -> Incoming:
    """What a stored update means to us. Groups mean nothing yet."""
    update = Update.de_json(json.loads(payload), None)
    query = update.callback_query
    if query:
        return _tapped(query.data or "", query.message)
    if update.my_chat_member and update.my_chat_member.chat.type == "private":
        return Reachable(update.my_chat_member.new_chat_member.status not in _GONE)
    message = update.message or update.edited_message
    if message is None or message.chat.type != "private":
        return Nothing()
    if update.edited_message:
        return Edited(message.message_id, message.text or message.caption or "")
    return _message(message)


def _tapped(data: str, message: Any) -> Tapped:
    html = None
    if isinstance(message, TelegramMessage) and message.text is not None:
        html = message.text_html
    return Tapped(data, message.message_id if message else None, html)


def _message(message: TelegramMessage) -> Incoming:
    kind, file_id = _kind(message)
    if kind is None:
        return Nothing()
    return Message(
        message_id=message.message_id,
        kind=kind,
        text=message.text or message.caption or _in_words(message),
        file_id=file_id,
        reply_to=message.reply_to_message.message_id if message.reply_to_message else None,
        album=message.media_group_id,
        forwarded=message.forward_origin is not None,
        first_name=message.from_user.first_name if message.from_user else "",
    )


def _kind(message: TelegramMessage) -> tuple[MessageKind | None, str | None]:
    """The kind of a message and its file; None for what nobody sent on purpose, such as "pinned a message"."""
    if message.text is not None:
        return "text", None
    if message.photo:
        return "photo", message.photo[-1].file_id
    files: tuple[tuple[MessageKind, Any], ...] = (
        ("voice", message.voice),
        ("video", message.video or message.video_note or message.animation),
        ("audio", message.audio),
        ("document", message.document),
        ("sticker", message.sticker),
    )
    for kind, attached in files:
        if attached:
            return kind, attached.file_id
    if message.location or message.venue:
        return "location", None
    if message.contact:
        return "contact", None
    if message.poll:
        return "poll", None
    if message.dice or message.story or message.paid_media or message.game or message.checklist:
        return "other", None
    return None, None


def _in_words(message: TelegramMessage) -> str:
    """What a message without text says, as far as it is worth keeping as text."""
    if message.poll:
        return "\n".join([message.poll.question, *(f"- {option.text}" for option in message.poll.options)])
    if message.venue:
        return f"{message.venue.title}, {message.venue.address}"
    if message.dice:
        return message.dice.emoji
    return ""
