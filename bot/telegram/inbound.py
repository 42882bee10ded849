"""Makes our own inputs of Telegram's updates. Knows every kind of message, also those that we can only explain."""

from __future__ import annotations

import json
from html import escape
from typing import Any

import orjson
from telegram import Message as TelegramMessage

from bot.care.what_passes import BORROWED
from bot.conversation.incoming import (
    ADMIN,
    IN_GROUP,
    AdminAnswer,
    Edited,
    Incoming,
    InGroup,
    Message,
    MessageKind,
    Moved,
    Nothing,
    Placed,
    Reachable,
    Reacted,
    Tapped,
    TappedInGroup,
)
from bot.store.inbox import NO_CHAT, Arrival

Json = dict[str, Any]

KIND = "update"
_GONE = {"kicked", "left"}
_RIGHTS = {"delete": "can_delete_messages", "restrict": "can_restrict_members", "pin": "can_pin_messages"}
_IN_GROUPS = "p:c:"
"""How the buttons begin that everybody in a group of Telegram may tap."""
_NO_LONGER_KNOWN = 0
"""The date of a message that is too old for Telegram to tell what it says."""

_FILES: dict[str, MessageKind] = {
    "voice": "voice",
    "video": "video",
    "video_note": "video_note",
    "animation": "animation",
    "audio": "audio",
    "document": "document",
    "sticker": "sticker",
}
_PLAIN: dict[str, MessageKind] = {
    "location": "location",
    "venue": "location",
    "contact": "contact",
    "poll": "poll",
    "dice": "other",
    "story": "other",
    "paid_media": "other",
    "game": "other",
    "checklist": "other",
    "invoice": "other",
}
"""Sorts of message, in the order in which they are looked for: an animation is a document as well."""


def arrival(update: Json, kind: str = KIND) -> Arrival:
    """A raw update as it goes into the inbox, in the lane of its chat; what is said in a group, in the lane of who says
    it. Half a character becomes a question mark: what cannot be kept would hold up all that comes after it."""
    payload = json.dumps(update, ensure_ascii=False, separators=(",", ":")).encode(errors="replace")
    if (speaker := _speaker_in_group(update)) is not None:
        # Its number is one of the group's: in the person's own chat it would be that of another message.
        return Arrival(speaker, IN_GROUP if kind == KIND else kind, payload, update["update_id"])
    message = update.get("message")
    message_id = message.get("message_id") if isinstance(message, dict) else None
    return Arrival(chat_of(update), kind, payload, update["update_id"], message_id)


def _speaker_in_group(update: Json) -> int | None:
    """Who said something in a group in this update, as the number of their own chat; None when nobody did."""
    query = update.get("callback_query")
    if isinstance(query, dict) and is_tap_in_group(update):
        sender = query.get("from")
    else:
        message = update.get("message") or update.get("edited_message")
        if not isinstance(message, dict) or not is_group(message.get("chat")) or _moved(message):
            return None
        sender = message.get("from")
    speaker = sender.get("id") if isinstance(sender, dict) else None
    return speaker if isinstance(speaker, int) else None


def is_tap_in_group(update: Json) -> bool:
    """Whether somebody tapped a button in a group that is answered there, to them alone."""
    query = update.get("callback_query")
    held = query.get("message") if isinstance(query, dict) else None
    return isinstance(held, dict) and is_group(held.get("chat")) and tap_of(update).startswith(_IN_GROUPS)


def _moved(message: Json) -> Moved | None:
    """The two numbers of a group that became a supergroup, from either side."""
    here = message.get("chat")
    chat = here.get("id") if isinstance(here, dict) else None
    if isinstance(new := message.get("migrate_to_chat_id"), int) and isinstance(chat, int):
        return Moved(chat, new)
    if isinstance(old := message.get("migrate_from_chat_id"), int) and isinstance(chat, int):
        return Moved(old, chat)
    return None


def is_group(chat: object) -> bool:
    """Whether several people read along in a chat, as Telegram describes it."""
    return isinstance(chat, dict) and chat.get("type") in ("group", "supergroup")


def chat_of(update: Json) -> int:
    """The chat that an update belongs to; NO_CHAT when it belongs to none."""
    for part in update.values():
        if isinstance(part, dict):
            holder = part.get("message") if "chat" not in part and isinstance(part.get("message"), dict) else part
            chat = holder.get("chat") if holder else None
            chat_id = chat.get("id") if isinstance(chat, dict) else None
            if isinstance(chat_id, int):
                return chat_id
    return NO_CHAT


def text_of(update: Json) -> str:
    """The text or caption of a new message in an update, else nothing."""
    message = update.get("message")
    if not isinstance(message, dict):
        return ""
    text = message.get("text") or message.get("caption") or ""
    return text if isinstance(text, str) else ""


def tap_of(update: Json) -> str:
    """What the button carries that was tapped in an update, else nothing."""
    query = update.get("callback_query")
    data = query.get("data") if isinstance(query, dict) else None
    return data if isinstance(data, str) else ""


def decode(payload: bytes) -> Incoming:
    """What a stored update means to us. Of a group, only what somebody says there does.

    Reads the plain JSON: the library's own types of a whole update take five times as long to make.
    """
    update: Json = orjson.loads(payload)
    query = update.get("callback_query")
    if query:
        held = query.get("message")
        if is_tap_in_group(update):
            return TappedInGroup(held["chat"]["id"], query["data"], query["id"])
        if not held or held["chat"]["type"] != "private":
            return Nothing()
        return _tapped(query.get("data") or "", held, query["from"]["first_name"])
    reaction = update.get("message_reaction")
    if reaction:
        return _reacted(reaction) if reaction["chat"]["type"] == "private" else Nothing()
    member = update.get("my_chat_member")
    if member and member["chat"]["type"] == "private":
        return Reachable(member["new_chat_member"]["status"] not in _GONE)
    if member and is_group(member["chat"]):
        return Placed(member["chat"]["id"], _rights(member["old_chat_member"]), _rights(member["new_chat_member"]))
    if told := update.get(ADMIN):
        return AdminAnswer(told["group_id"], told["title"], told["code"], told["yes"])
    edited = update.get("edited_message")
    message = update.get("message") or edited
    if message and is_group(message["chat"]):
        return _moved(message) or _in_group(message, edited=edited is not None)
    if not message or message["chat"]["type"] != "private":
        return Nothing()
    if edited:
        return Edited(message["message_id"], message.get("text") or message.get("caption") or "")
    return _message(message)


def _rights(place: Json) -> frozenset[str] | None:
    if place["status"] in _GONE or place.get("is_member") is False:
        return None
    return frozenset(name for name, right in _RIGHTS.items() if place.get(right) and place["status"] == "administrator")


def _in_group(message: Json, *, edited: bool) -> InGroup:
    chat, answered = message["chat"], message.get("reply_to_message") or {}
    author = answered.get("from") or {}
    return InGroup(
        chat["id"],
        message.get("text") or message.get("caption") or _in_words(message),
        message["message_id"],
        chat.get("title") or "",
        edited,
        as_group=message.get("sender_chat", {}).get("id") == chat["id"],
        reply_to=answered.get("message_id"),
        reply_author=None if author.get("is_bot") or "sender_chat" in answered else author.get("id"),
    )


def _tapped(data: str, message: Json, first_name: str) -> Tapped:
    known = message["date"] != _NO_LONGER_KNOWN and message.get("text") is not None
    return Tapped(data, message["message_id"], _html(message) if known else None, first_name)


def _reacted(reaction: Json) -> Reacted:
    signs = [str(one.get("emoji", "")) for one in reaction["new_reaction"]]
    return Reacted(reaction["message_id"], next(filter(None, signs), ""))


def _html(message: Json) -> str:
    if not message.get("entities"):
        return escape(message["text"])
    return TelegramMessage.de_json(message, None).text_html


def _message(message: Json) -> Incoming:
    kind, file_id = _kind(message)
    if kind is None:
        return Nothing()
    reply_to, sender = message.get("reply_to_message"), message.get("from")
    return Message(
        message_id=message["message_id"],
        kind=kind,
        text=message.get("text") or message.get("caption") or _in_words(message),
        file_id=file_id,
        reply_to=reply_to["message_id"] if reply_to else None,
        album=message.get("media_group_id"),
        forwarded="forward_origin" in message,
        borrowed=not BORROWED.isdisjoint(message),
        first_name=sender["first_name"] if sender else "",
        options=tuple(str(option["text"]) for option in message["poll"]["options"]) if kind == "poll" else (),
    )


def _kind(message: Json) -> tuple[MessageKind | None, str | None]:
    """The kind of a message and its file; None for what nobody sent on purpose, such as "pinned a message"."""
    if message.get("text") is not None:
        return "text", None
    if message.get("photo"):
        return "photo", message["photo"][-1]["file_id"]
    for name, kind in _FILES.items():
        if message.get(name):
            return kind, message[name]["file_id"]
    for name, plain_kind in _PLAIN.items():
        if message.get(name):
            return plain_kind, None
    return None, None


def _in_words(message: Json) -> str:
    """What a message without text says, as far as it is worth keeping as text."""
    if poll := message.get("poll"):
        return "\n".join([poll["question"], *(f"- {option['text']}" for option in poll["options"])])
    if venue := message.get("venue"):
        return f"{venue['title']}, {venue['address']}"
    if dice := message.get("dice"):
        return str(dice["emoji"])
    return ""
