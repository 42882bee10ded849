"""Methods that put text, places, people and polls in a chat."""

import random
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from bot.simulator.api.params import Params
from bot.simulator.api.registry import find_chat, find_message, method, reachable_chat
from bot.simulator.errors import bad_request
from bot.simulator.markup import check_markup, only_inline
from bot.simulator.text import CAPTION_LIMIT, TEXT_LIMIT, formatted, utf16_length
from bot.simulator.world import Chat, Json, Message

if TYPE_CHECKING:
    from bot.simulator.emulator import Emulator

DELETABLE_FOR = timedelta(hours=48)
ACTIONS = frozenset(
    [
        "typing",
        "upload_photo",
        "record_video",
        "upload_video",
        "record_voice",
        "upload_voice",
        "upload_document",
        "choose_sticker",
        "find_location",
        "record_video_note",
        "upload_video_note",
    ]
)
DICE = {"🎲": 6, "🎯": 6, "🎳": 6, "🏀": 5, "⚽": 5, "🎰": 64}


def text_content(params: Params) -> Json:
    """`text` and `entities`, checked."""
    text, entities = formatted(
        params.text("text"),
        params.text("parse_mode") or None,
        params.structure("entities"),
        limit=TEXT_LIMIT,
        too_long="message is too long",
    )
    if not text:
        raise bad_request("message text is empty")
    content: Json = {"text": text}
    if entities:
        content["entities"] = entities
    preview = params.structure("link_preview_options")
    if preview:
        content["link_preview_options"] = preview
    return content


def caption_content(params: Params) -> Json:
    """`caption` and `caption_entities`, checked; empty without a caption."""
    text, entities = formatted(
        params.text("caption"),
        params.text("parse_mode") or None,
        params.structure("caption_entities"),
        limit=CAPTION_LIMIT,
        too_long="message caption is too long",
    )
    content: Json = {"caption": text} if text else {}
    if text and entities:
        content["caption_entities"] = entities
    if text and params.flag("show_caption_above_media"):
        content["show_caption_above_media"] = True
    return content


def reply_content(emulator: "Emulator", chat: Chat, params: Params) -> Json:
    """`reply_to_message` for a message that answers another."""
    reply = params.structure("reply_parameters") or {}
    message_id = reply.get("message_id") or params.integer("reply_to_message_id")
    if message_id is None:
        return {}
    lenient = reply.get("allow_sending_without_reply") or params.flag("allow_sending_without_reply")
    there = emulator.world.chats.get(int(reply.get("chat_id") or chat.chat_id))
    original = there.messages.get(int(message_id)) if there else None
    if original is None or original.deleted:
        if lenient:
            return {}
        raise bad_request("message to be replied not found")
    quoted = {key: value for key, value in emulator.render(original).items() if key != "reply_to_message"}
    quote = reply.get("quote")
    return {"reply_to_message": quoted, **({"quote": {"text": quote, "position": 0}} if quote else {})}


def deliver(emulator: "Emulator", params: Params, content: Json) -> Json:
    """Send `content` where the parameters say, and return the message."""
    chat = reachable_chat(emulator, params)
    markup = check_markup(params.values.get("reply_markup"))
    content = {**reply_content(emulator, chat, params), **content}
    if params.flag("protect_content"):
        content["has_protected_content"] = True
    message = emulator.post(chat, content, emulator.bot_user(), from_bot=True, markup=markup)
    message.silent = params.flag("disable_notification")
    return emulator.render(message)


@method("sendMessage")
def send_message(emulator: "Emulator", params: Params) -> Json:
    """Text."""
    reachable_chat(emulator, params)
    return deliver(emulator, params, text_content(params))


@method("sendLocation")
def send_location(emulator: "Emulator", params: Params) -> Json:
    """A place on the map."""
    return deliver(emulator, params, {"location": _location(params)})


def _location(params: Params) -> Json:
    latitude, longitude = params.number("latitude"), params.number("longitude")
    if latitude is None or longitude is None or not -90 <= latitude <= 90 or not -180 <= longitude <= 180:
        raise bad_request("wrong latitude or longitude specified")
    return {"latitude": latitude, "longitude": longitude}


@method("sendVenue")
def send_venue(emulator: "Emulator", params: Params) -> Json:
    """A place with a name and an address."""
    venue = {"location": _location(params), "title": params.text("title"), "address": params.text("address")}
    if not venue["title"]:
        raise bad_request("venue title must be non-empty")
    return deliver(emulator, params, {"venue": venue, "location": venue["location"]})


@method("sendContact")
def send_contact(emulator: "Emulator", params: Params) -> Json:
    """A name with a phone number."""
    number, first_name = params.text("phone_number"), params.text("first_name")
    if not number:
        raise bad_request("contact phone number is empty")
    if not first_name:
        raise bad_request("contact first name is empty")
    contact = {"phone_number": number, "first_name": first_name}
    contact.update({key: params.text(key) for key in ("last_name", "vcard") if params.text(key)})
    return deliver(emulator, params, {"contact": contact})


@method("sendDice")
def send_dice(emulator: "Emulator", params: Params) -> Json:
    """An animated emoji with a random value."""
    emoji = params.text("emoji") or "🎲"
    if emoji not in DICE:
        raise bad_request("wrong dice emoji specified")
    return deliver(emulator, params, {"dice": {"emoji": emoji, "value": random.randint(1, DICE[emoji])}})  # noqa: S311


def poll_body(emulator: "Emulator", question: str, options: list[Any], *, anonymous: bool, several: bool) -> Json:
    """A `Poll` object without votes. Raises ApiError 400 for a poll that Telegram would not take."""
    texts = [option["text"] if isinstance(option, dict) else str(option) for option in options]
    if not question.strip():
        raise bad_request("poll question must be non-empty")
    if utf16_length(question) > 300:
        raise bad_request("poll question length must not exceed 300")
    if not 1 <= len(texts) <= 12:
        raise bad_request("poll can't have more than 12 options" if texts else "poll must have at least 1 option")
    for text in texts:
        if not text.strip() or utf16_length(text) > 100:
            raise bad_request("poll options must be non-empty and their length must not exceed 100")
    return {
        "id": emulator.new_query_id(),
        "question": question,
        "options": [
            {"persistent_id": str(number), "text": text, "voter_count": 0} for number, text in enumerate(texts)
        ],
        "total_voter_count": 0,
        "is_closed": False,
        "is_anonymous": anonymous,
        "type": "regular",
        "allows_multiple_answers": several,
        "allows_revoting": True,
        "members_only": False,
    }


@method("sendPoll")
def send_poll(emulator: "Emulator", params: Params) -> Json:
    """A poll or a quiz."""
    reachable_chat(emulator, params)
    options = params.structure("options")
    if not isinstance(options, list):
        raise bad_request("can't parse options JSON object")
    body = poll_body(
        emulator,
        params.text("question"),
        options,
        anonymous=params.flag("is_anonymous", default=True),
        several=params.flag("allows_multiple_answers"),
    )
    if params.text("type") == "quiz":
        single = params.integer("correct_option_id")
        correct = params.structure("correct_option_ids") or ([] if single is None else [single])
        if not correct or not all(number in range(len(options)) for number in correct):
            raise bad_request("wrong correct option ID specified")
        body |= {"type": "quiz", "correct_option_ids": correct, "allows_revoting": False}
        if params.text("explanation"):
            body["explanation"] = params.text("explanation")
    body["is_closed"] = params.flag("is_closed")
    body["allows_revoting"] = params.flag("allows_revoting", default=bool(body["allows_revoting"]))
    body["members_only"] = params.flag("members_only")
    emulator.keep_poll(body, by_bot=True)
    return deliver(emulator, params, {"poll": body})


@method("stopPoll")
def stop_poll(emulator: "Emulator", params: Params) -> Json:
    """Close a poll of the bot."""
    chat = reachable_chat(emulator, params)
    message = find_message(chat, params.integer("message_id"), "stop poll")
    if "poll" not in message.body or not message.from_bot:
        raise bad_request("message with poll to stop not found")
    poll = emulator.world.polls[message.body["poll"]["id"]]
    if poll.body["is_closed"]:
        raise bad_request("poll has already been closed")
    poll.body = {**poll.body, "is_closed": True}
    markup = only_inline(check_markup(params.values.get("reply_markup")))
    emulator.replace(message, {"reply_markup": markup}, edited=False)
    emulator.poll_changed(poll)
    return poll.body


@method("sendChatAction")
def send_chat_action(emulator: "Emulator", params: Params) -> bool:
    """Show for five seconds that the bot is busy."""
    chat = reachable_chat(emulator, params)
    if params.text("action") not in ACTIONS:
        raise bad_request("wrong parameter action in request")
    emulator.events.add("typing", chat_id=chat.chat_id, action=params.text("action"))
    return True


def _source(emulator: "Emulator", params: Params, message_id: int | None, verb: str) -> Message:
    from_chat = find_chat(emulator, Params({"chat_id": params.values.get("from_chat_id")}))
    message = find_message(from_chat, message_id, verb)
    if message.body.get("has_protected_content"):
        raise bad_request(f"the message can't be {'copied' if verb == 'copy' else 'forwarded'}")
    return message


def copied_content(message: Message) -> Json:
    """What a copy of the message contains: everything but who, where, when and its buttons."""
    apart = {"message_id", "from", "chat", "date", "edit_date", "reply_markup", "reply_to_message", "media_group_id"}
    return {key: value for key, value in message.body.items() if key not in apart and not key.startswith("forward_")}


def forwarded_content(message: Message) -> Json:
    """What a forward of the message contains, with where it came from."""
    origin = message.body.get("forward_origin") or {
        "type": "user",
        "date": message.date,
        "sender_user": message.body["from"],
    }
    return {**copied_content(message), "forward_origin": origin}


@method("copyMessage")
def copy_message(emulator: "Emulator", params: Params) -> Json:
    """The same content as a new message of the bot."""
    reachable_chat(emulator, params)
    content = copied_content(_source(emulator, params, params.integer("message_id"), "copy"))
    if params.has("caption") and "text" not in content:
        content = {key: value for key, value in content.items() if key not in ("caption", "caption_entities")}
        content |= caption_content(params)
    return {"message_id": deliver(emulator, params, content)["message_id"]}


@method("forwardMessage")
def forward_message(emulator: "Emulator", params: Params) -> Json:
    """Pass a message on, with its origin."""
    reachable_chat(emulator, params)
    message = _source(emulator, params, params.integer("message_id"), "forward")
    plain = Params({key: value for key, value in params.values.items() if key != "reply_markup"})
    return deliver(emulator, plain, forwarded_content(message))


def _pass_on_several(emulator: "Emulator", params: Params, *, forward: bool) -> list[Json]:
    message_ids = params.structure("message_ids")
    if not isinstance(message_ids, list) or not 1 <= len(message_ids) <= 100:
        raise bad_request("message identifiers are not specified")
    reachable_chat(emulator, params)
    source = find_chat(emulator, Params({"chat_id": params.values.get("from_chat_id")}))
    sent = []
    for message_id in message_ids:
        message = source.messages.get(int(message_id))
        if message is None or message.deleted or message.body.get("has_protected_content"):
            continue
        content = forwarded_content(message) if forward else copied_content(message)
        sent.append({"message_id": deliver(emulator, params, content)["message_id"]})
    if not sent:
        raise bad_request(f"message to {'forward' if forward else 'copy'} not found")
    return sent


@method("copyMessages")
def copy_messages(emulator: "Emulator", params: Params) -> list[Json]:
    """Several copies at once; messages that are gone are skipped."""
    return _pass_on_several(emulator, params, forward=False)


@method("forwardMessages")
def forward_messages(emulator: "Emulator", params: Params) -> list[Json]:
    """Several forwards at once; messages that are gone are skipped."""
    return _pass_on_several(emulator, params, forward=True)
