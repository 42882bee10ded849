"""Which methods the simulated Bot API has."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from bot.simulator.api.params import Params
from bot.simulator.errors import ApiError, bad_request, forbidden
from bot.simulator.world import PRESENT, Chat, Message

if TYPE_CHECKING:
    from bot.simulator.emulator import Emulator

Handler = Callable[["Emulator", Params], Any]
AnyHandler = TypeVar("AnyHandler", bound=Handler)
METHODS: dict[str, tuple[str, Handler]] = {}


def method(*names: str) -> Callable[[AnyHandler], AnyHandler]:
    """Register a handler under these Bot API names; names are found whatever their case, as at Telegram."""

    def register(handler: AnyHandler) -> AnyHandler:
        for name in names:
            METHODS[name.lower()] = (name, handler)
        return handler

    return register


def find_chat(emulator: "Emulator", params: Params) -> Chat:
    """The chat in `chat_id`. Raises ApiError 400, also when it has become another supergroup."""
    if not params.has("chat_id"):
        raise bad_request("chat_id is empty")
    chat = emulator.world.chats.get(params.chat_id() or 0)
    if chat is None:
        raise bad_request("chat not found")
    if chat.migrated_to is not None:
        raise ApiError(
            400,
            "Bad Request: group chat was upgraded to a supergroup chat",
            {"migrate_to_chat_id": chat.migrated_to},
        )
    return chat


def reachable_chat(emulator: "Emulator", params: Params) -> Chat:
    """The chat in `chat_id`, in which the bot may speak. Raises ApiError 400 or 403."""
    chat = find_chat(emulator, params)
    if chat.private:
        if chat.blocked:
            raise forbidden("bot was blocked by the user")
        return chat
    if chat.bot_status == "kicked":
        raise forbidden(f"bot was kicked from the {chat.kind} chat")
    if chat.bot_status not in PRESENT:
        raise forbidden(f"bot is not a member of the {chat.kind} chat")
    return chat


def find_message(chat: Chat, message_id: int | None, purpose: str) -> Message:
    """A message that is still there. Raises ApiError 400 "message to <purpose> not found"."""
    if message_id is None:
        raise bad_request("message identifier is not specified")
    message = chat.messages.get(message_id)
    if message is None or message.deleted:
        raise bad_request(f"message to {purpose} not found")
    return message
