"""Methods about chats and who is in them."""

from typing import TYPE_CHECKING

from bot.simulator.api.params import Params
from bot.simulator.api.registry import find_chat, find_message, method, reachable_chat
from bot.simulator.errors import bad_request
from bot.simulator.members import bot_leaves, member_json, set_member
from bot.simulator.world import PRESENT, Chat, Json

if TYPE_CHECKING:
    from bot.simulator.emulator import Emulator

_SHORTEST, _LONGEST = 30, 366 * 24 * 3600
"""Between these many seconds a restriction ends by itself."""


@method("getChat")
def get_chat(emulator: "Emulator", params: Params) -> Json:
    """All there is to know about a chat."""
    chat = find_chat(emulator, params)
    if not chat.private:
        reachable_chat(emulator, params)
    full: Json = {
        **emulator.chat_json(chat),
        "accent_color_id": chat.chat_id % 7,
        "max_reaction_count": 11,
        "accepted_gift_types": {
            "unlimited_gifts": False,
            "limited_gifts": False,
            "unique_gifts": False,
            "premium_subscription": False,
            "gifts_from_channels": False,
        },
    }
    if chat.pinned:
        full["pinned_message"] = emulator.render(chat.messages[chat.pinned[-1]])
    return full


def _user_id(emulator: "Emulator", params: Params) -> int:
    user_id = params.integer("user_id")
    if user_id is None or (user_id != emulator.bot_id and user_id not in emulator.personas):
        raise bad_request("invalid user_id specified")
    return user_id


@method("getChatMember")
def get_chat_member(emulator: "Emulator", params: Params) -> Json:
    """The place of one person, or of the bot, in a chat."""
    return member_json(emulator, reachable_chat(emulator, params), _user_id(emulator, params))


@method("getChatAdministrators")
def get_chat_administrators(emulator: "Emulator", params: Params) -> list[Json]:
    """The owner and the administrators of a group; other bots do not exist here, this bot counts."""
    chat = reachable_chat(emulator, params)
    if chat.private:
        raise bad_request("there are no administrators in the private chat")
    found = [
        member_json(emulator, chat, user_id)
        for user_id, status in chat.members.items()
        if status in ("creator", "administrator")
    ]
    if chat.bot_status == "administrator":
        found.append(member_json(emulator, chat, emulator.bot_id))
    return found


@method("getChatMemberCount")
def get_chat_member_count(emulator: "Emulator", params: Params) -> int:
    """How many are in a chat, the bot included."""
    chat = reachable_chat(emulator, params)
    present = sum(status in PRESENT for status in chat.members.values())
    return present + (chat.bot_status in PRESENT)


def _may(chat: Chat, right: str) -> bool:
    """Whether the bot has a right of administrators here."""
    return chat.bot_status == "administrator" and right not in chat.bot_lacks


def _set_until(chat: Chat, user_id: int, params: Params, now: float) -> None:
    """For how long: less than half a minute or more than a year is for good, as at Telegram."""
    until = params.integer("until_date") or 0
    chat.until.pop(user_id, None)
    if _SHORTEST <= until - now <= _LONGEST:
        chat.until[user_id] = until


def _managed(emulator: "Emulator", params: Params, what: str) -> tuple[Chat, int]:
    chat = reachable_chat(emulator, params)
    if chat.private:
        raise bad_request("method is available only for groups and supergroups")
    user_id = _user_id(emulator, params)
    if not _may(chat, "can_restrict_members"):
        raise bad_request(f"not enough rights to {what} chat member")
    if user_id == emulator.bot_id:
        raise bad_request("can't restrict self")
    if chat.members.get(user_id) == "creator":
        raise bad_request("can't remove chat owner")
    if chat.members.get(user_id) == "administrator":
        raise bad_request("user is an administrator of the chat")
    return chat, user_id


@method("banChatMember")
def ban_chat_member(emulator: "Emulator", params: Params) -> bool:
    """Put somebody out of a group and keep them out."""
    chat, user_id = _managed(emulator, params, "restrict/unrestrict")
    set_member(emulator, chat, user_id, "kicked", emulator.bot_user())
    _set_until(chat, user_id, params, emulator.clock.now().timestamp())
    return True


@method("unbanChatMember")
def unban_chat_member(emulator: "Emulator", params: Params) -> bool:
    """Let somebody in again who was kept out. Without `only_if_banned` a present member is put out."""
    chat, user_id = _managed(emulator, params, "restrict/unrestrict")
    status = chat.members.get(user_id, "left")
    if status == "kicked" or (status in PRESENT and not params.flag("only_if_banned")):
        set_member(emulator, chat, user_id, "left", emulator.bot_user())
    return True


@method("restrictChatMember")
def restrict_chat_member(emulator: "Emulator", params: Params) -> bool:
    """Take the right to write from somebody in a supergroup, or give it back."""
    chat = reachable_chat(emulator, params)
    if chat.kind != "supergroup":
        raise bad_request("method is available only for supergroups")
    chat, user_id = _managed(emulator, params, "restrict/unrestrict")
    permissions = params.structure("permissions")
    if not isinstance(permissions, dict):
        raise bad_request("can't parse permissions JSON object")
    may_write = bool(permissions.get("can_send_messages"))
    set_member(emulator, chat, user_id, "member" if may_write else "restricted", emulator.bot_user())
    _set_until(chat, user_id, params, emulator.clock.now().timestamp())
    return True


@method("leaveChat")
def leave_chat(emulator: "Emulator", params: Params) -> bool:
    """Leave a group."""
    chat = reachable_chat(emulator, params)
    if chat.private:
        raise bad_request("chat member status can't be changed in private chats")
    bot_leaves(emulator, chat)
    return True


@method("pinChatMessage")
def pin_chat_message(emulator: "Emulator", params: Params) -> bool:
    """Pin a message; in a group only as administrator."""
    chat = _pinnable(emulator, params)
    message = find_message(chat, params.integer("message_id"), "pin")
    if message.message_id in chat.pinned:
        chat.pinned.remove(message.message_id)
    chat.pinned.append(message.message_id)
    emulator.post(chat, {"pinned_message": emulator.render(message)}, emulator.bot_user(), from_bot=True)
    emulator.events.add("chat", chat_id=chat.chat_id)
    return True


def _pinnable(emulator: "Emulator", params: Params) -> Chat:
    chat = reachable_chat(emulator, params)
    if not chat.private and not _may(chat, "can_pin_messages"):
        raise bad_request("not enough rights to manage pinned messages in the chat")
    emulator.touched()
    return chat


@method("unpinChatMessage")
def unpin_chat_message(emulator: "Emulator", params: Params) -> bool:
    """Unpin one message, or the newest pinned one."""
    chat = _pinnable(emulator, params)
    message_id = params.integer("message_id")
    if message_id is None and chat.pinned:
        message_id = chat.pinned[-1]
    if message_id not in chat.pinned:
        raise bad_request("message to unpin not found")
    chat.pinned.remove(message_id)
    emulator.events.add("chat", chat_id=chat.chat_id)
    return True


@method("unpinAllChatMessages")
def unpin_all_chat_messages(emulator: "Emulator", params: Params) -> bool:
    """Unpin everything."""
    chat = _pinnable(emulator, params)
    chat.pinned.clear()
    emulator.events.add("chat", chat_id=chat.chat_id)
    return True


@method("setChatTitle")
def set_chat_title(emulator: "Emulator", params: Params) -> bool:
    """Another name for a group."""
    chat = reachable_chat(emulator, params)
    if chat.private or chat.bot_status != "administrator":
        raise bad_request("not enough rights to change chat title")
    title = params.text("title").strip()
    if not 1 <= len(title) <= 128:
        raise bad_request("chat title is empty" if not title else "chat title is too long")
    chat.title = title
    emulator.post(chat, {"new_chat_title": title}, emulator.bot_user(), from_bot=True)
    emulator.events.add("chat", chat_id=chat.chat_id)
    return True


@method("createChatInviteLink")
def create_chat_invite_link(emulator: "Emulator", params: Params) -> Json:
    """A link into a group."""
    chat = reachable_chat(emulator, params)
    if chat.private or chat.bot_status != "administrator":
        raise bad_request("not enough rights to manage chat invite link")
    return {
        "invite_link": f"https://t.me/+{chat.chat_id & 0xFFFFFFFFFFFF:x}{emulator.new_query_id()[-4:]}",
        "creator": emulator.bot_user(),
        "creates_join_request": False,
        "is_primary": False,
        "is_revoked": False,
    }
