"""What the bot does in a group of Telegram itself besides talking: it tells what it may there, moderates, pins, answers
taps. What Telegram does not let it do, it says.
"""

from __future__ import annotations

import contextlib
from typing import Any

import structlog
from telegram import Bot, ChatMember, ChatPermissions, LinkPreviewOptions
from telegram.constants import ParseMode
from telegram.error import BadRequest, ChatMigrated, Forbidden, TelegramError

log = structlog.get_logger()

_RIGHTS = {"d": "can_delete_messages", "r": "can_restrict_members", "p": "can_pin_messages"}
_RUNS_IT = (ChatMember.ADMINISTRATOR, ChatMember.OWNER)
_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
_WHY = (
    ("is an administrator", "admin"),
    ("chat owner", "admin"),
    ("can't restrict self", "admin"),
    ("only for supergroups", "small"),
    ("not found", "gone"),
    ("user_not_participant", "gone"),
    ("participant_id_invalid", "gone"),
    ("invalid user_id", "gone"),
)
"""What Telegram says, and which of our texts tells it; anything else is a right that is missing."""


async def tell_rights(bot: Bot, chat_id: int, call: dict[str, Any]) -> int:
    """Says what fits the rights that the bot has at this moment."""
    me = await bot.get_chat_member(chat_id, bot.id)
    is_admin = me.status == ChatMember.ADMINISTRATOR
    has = "".join(letter for letter, right in _RIGHTS.items() if is_admin and getattr(me, right, False))
    text = call["texts"][has]
    sent = await bot.send_message(chat_id, text, parse_mode=ParseMode.HTML, link_preview_options=_NO_PREVIEW)
    return sent.message_id


async def is_admin(bot: Bot, chat_id: int, user_id: int) -> bool:
    """Whether somebody runs a group. Raises telegram.error.TelegramError when it is not known who they are."""
    try:
        return (await bot.get_chat_member(chat_id, user_id)).status in _RUNS_IT
    except BadRequest:
        return False


async def pin(bot: Bot, chat_id: int, message_id: int) -> None:
    """Keeps a message on top, silently, where the bot may."""
    try:
        await bot.pin_chat_message(chat_id, message_id, disable_notification=True)
    except TelegramError as error:
        log.debug("not pinned", problem=type(error).__name__)


async def answer_tap(bot: Bot, call: dict[str, Any]) -> None:
    """Shows a few words to who tapped, and to nobody else."""
    await bot.answer_callback_query(call["query_id"], call["text"], show_alert=call["alert"])


async def moderate(bot: Bot, chat_id: int, call: dict[str, Any]) -> int:
    """Does what a moderator asked in a group, and tells them in their own chat how that went."""
    try:
        outcome = await _done(bot, call["group_id"], call)
    except ChatMigrated as error:
        outcome = await _done(bot, error.new_chat_id, call)
    sent = await bot.send_message(chat_id, call["told"][outcome], parse_mode=ParseMode.HTML)
    return sent.message_id


async def _done(bot: Bot, group_id: int, call: dict[str, Any]) -> str:
    try:
        await _act(bot, group_id, call)
        outcome = "done"
    except (BadRequest, Forbidden) as error:
        words = error.message.lower()
        outcome = next((why for sign, why in _WHY if sign in words), "rights")
    if call["command_id"]:
        with contextlib.suppress(BadRequest, Forbidden):
            await bot.delete_message(group_id, call["command_id"])
    return outcome


async def _act(bot: Bot, group_id: int, call: dict[str, Any]) -> None:
    match call["act"]:
        case "delete":
            await bot.delete_message(group_id, call["message_id"])
        case "restrict":
            nothing = ChatPermissions.no_permissions()
            await bot.restrict_chat_member(group_id, call["user_id"], nothing, until_date=call["until"])
        case "free":
            await bot.restrict_chat_member(group_id, call["user_id"], ChatPermissions.all_permissions())
        case "ban":
            await bot.ban_chat_member(group_id, call["user_id"])
