"""Methods that change or take away messages, and that answer taps."""

from typing import TYPE_CHECKING

from bot.simulator.api.media import album_item
from bot.simulator.api.params import Params
from bot.simulator.api.registry import find_chat, find_message, method, reachable_chat
from bot.simulator.api.sending import DELETABLE_FOR, caption_content, text_content
from bot.simulator.emulator import CONTENT
from bot.simulator.errors import ApiError, bad_request
from bot.simulator.markup import check_markup, only_inline
from bot.simulator.text import utf16_length
from bot.simulator.world import Chat, Json, Message

if TYPE_CHECKING:
    from bot.simulator.emulator import Emulator

NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)
CAPTIONED = frozenset({"photo", "voice", "audio", "video", "animation", "document"})


def _own_message(emulator: "Emulator", params: Params) -> Message:
    if params.has("inline_message_id"):
        raise bad_request("MESSAGE_ID_INVALID")
    chat = find_chat(emulator, params)
    message = find_message(chat, params.integer("message_id"), "edit")
    reachable_chat(emulator, params)
    if not message.from_bot or "forward_origin" in message.body:
        raise bad_request("message can't be edited")
    return message


def _apply(emulator: "Emulator", message: Message, changes: Json) -> Json:
    current = message.body
    if all(current.get(key) == value for key, value in changes.items()):
        raise bad_request(NOT_MODIFIED)
    emulator.replace(message, changes)
    return emulator.render(message)


def _markup(params: Params) -> Json | None:
    return only_inline(check_markup(params.values.get("reply_markup")))


@method("editMessageText")
def edit_message_text(emulator: "Emulator", params: Params) -> Json:
    """Other words, and another keyboard or none."""
    message = _own_message(emulator, params)
    if "text" not in message.body:
        raise bad_request("there is no text in the message to edit")
    content = text_content(params)
    content.setdefault("entities", None)
    return _apply(emulator, message, {**content, "reply_markup": _markup(params)})


@method("editMessageCaption")
def edit_message_caption(emulator: "Emulator", params: Params) -> Json:
    """Another caption, and another keyboard or none."""
    message = _own_message(emulator, params)
    if not message.body.keys() & CAPTIONED:
        raise bad_request("there is no caption in the message to edit")
    content = {"caption": None, "caption_entities": None, **caption_content(params)}
    return _apply(emulator, message, {**content, "reply_markup": _markup(params)})


@method("editMessageMedia")
def edit_message_media(emulator: "Emulator", params: Params) -> Json:
    """Another file with its caption, and another keyboard or none."""
    message = _own_message(emulator, params)
    if not message.body.keys() & (CAPTIONED | {"text"}):
        raise bad_request("message can't be edited")
    content = album_item(emulator, params, params.structure("media"))
    gone = dict.fromkeys((CAPTIONED | {"text", "entities", "caption", "caption_entities"}) - content.keys())
    return _apply(emulator, message, {**gone, **content, "reply_markup": _markup(params)})


@method("editMessageReplyMarkup")
def edit_message_reply_markup(emulator: "Emulator", params: Params) -> Json:
    """Another keyboard, or none."""
    message = _own_message(emulator, params)
    return _apply(emulator, message, {"reply_markup": _markup(params)})


def _deletable(emulator: "Emulator", chat: Chat, message: Message) -> None:
    """Raises ApiError 400 when the bot may not delete this message."""
    if emulator.timestamp() - message.date > DELETABLE_FOR.total_seconds():
        raise bad_request("message can't be deleted for everyone")
    may_delete = chat.bot_status == "administrator" and "can_delete_messages" not in chat.bot_lacks
    if not message.from_bot and not chat.private and not may_delete:
        raise bad_request("message can't be deleted")
    if not message.body.keys() & (CONTENT | {"text"}) and chat.kind == "supergroup" and "migrate_from" in message.body:
        raise bad_request("message can't be deleted")


@method("deleteMessage")
def delete_message(emulator: "Emulator", params: Params) -> bool:
    """Take a message away, at most 48 hours after it was sent."""
    chat = reachable_chat(emulator, params)
    message = find_message(chat, params.integer("message_id"), "delete")
    _deletable(emulator, chat, message)
    emulator.remove(message)
    return True


@method("deleteMessages")
def delete_messages(emulator: "Emulator", params: Params) -> bool:
    """Several at once; those that are gone or too old are skipped."""
    chat = reachable_chat(emulator, params)
    message_ids = params.structure("message_ids")
    if not isinstance(message_ids, list) or not 1 <= len(message_ids) <= 100:
        raise bad_request("message identifiers are not specified")
    for message_id in message_ids:
        message = chat.messages.get(int(message_id))
        if message is None or message.deleted:
            continue
        try:
            _deletable(emulator, chat, message)
        except ApiError:
            continue
        emulator.remove(message)
    return True


@method("answerCallbackQuery")
def answer_callback_query(emulator: "Emulator", params: Params) -> bool:
    """Stop the waiting of a tap, with a short notice if wanted."""
    tap = emulator.world.taps.get(params.text("callback_query_id"))
    now = emulator.clock.now().timestamp()
    if tap is None or now - tap.at > emulator.callback_lifetime_seconds:
        raise bad_request("query is too old and response timeout expired or query ID is invalid")
    text = params.text("text")
    if utf16_length(text) > 200:
        raise bad_request("MESSAGE_TOO_LONG")
    url = params.text("url")
    if url and not url.startswith(("https://t.me/", "http://t.me/", "tg://")):
        raise bad_request("URL_INVALID")
    if tap.answer is None:
        tap.answer = {"text": text, "show_alert": params.flag("show_alert"), "url": url}
        emulator.touched()
        emulator.events.add(
            "callback_answer",
            chat_id=tap.chat_id,
            message_id=tap.message_id,
            user_id=tap.user_id,
            query_id=tap.query_id,
            **tap.answer,
        )
    return True


@method("setMessageReaction")
def set_message_reaction(emulator: "Emulator", params: Params) -> bool:
    """Put at most one reaction of the bot under a message, or take it away."""
    chat = reachable_chat(emulator, params)
    message = find_message(chat, params.integer("message_id"), "react")
    wanted = params.structure("reaction") or []
    if not isinstance(wanted, list) or len(wanted) > 1:
        raise bad_request("REACTIONS_TOO_MANY")
    for reaction in wanted:
        if not isinstance(reaction, dict) or reaction.get("type") != "emoji" or not reaction.get("emoji"):
            raise bad_request("REACTION_INVALID")
    message.reactions[emulator.bot_id] = wanted
    if not wanted:
        del message.reactions[emulator.bot_id]
    emulator.touched()
    emulator.events.add("edited", chat_id=chat.chat_id, message_id=message.message_id)
    return True
