"""Who is in a group, and what the bot is told when that changes."""

from collections.abc import Collection
from typing import TYPE_CHECKING

from bot.simulator.world import PRESENT, Chat, Json, MemberStatus

if TYPE_CHECKING:
    from bot.simulator.emulator import Emulator

_RIGHTS = [
    "can_be_edited",
    "can_manage_chat",
    "can_change_info",
    "can_delete_messages",
    "can_invite_users",
    "can_restrict_members",
    "can_pin_messages",
    "can_promote_members",
    "can_manage_video_chats",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
]
_PERMISSIONS = [
    "can_send_messages",
    "can_send_audios",
    "can_send_documents",
    "can_send_photos",
    "can_send_videos",
    "can_send_video_notes",
    "can_send_voice_notes",
    "can_send_polls",
    "can_send_other_messages",
    "can_add_web_page_previews",
    "can_change_info",
    "can_invite_users",
    "can_pin_messages",
    "can_manage_topics",
    "can_edit_tag",
]


def status_json(user: Json, status: MemberStatus, *, lacks: Collection[str] = (), until: float = 0) -> Json:
    """The Bot API `ChatMember` object. `lacks`: rights that an administrator does not have; `until`: how long somebody
    is restricted or banned."""
    base: Json = {"user": user, "status": status}
    if status == "creator":
        return {**base, "is_anonymous": False}
    if status == "administrator":
        rights = {right: right not in ("can_be_edited", "can_promote_members", *lacks) for right in _RIGHTS}
        return {**base, **rights, "is_anonymous": False}
    if status == "restricted":
        return {**base, "is_member": True, "until_date": int(until), **dict.fromkeys(_PERMISSIONS, False)}
    if status == "kicked":
        return {**base, "until_date": int(until)}
    return base


def member_json(emulator: "Emulator", chat: Chat, user_id: int) -> Json:
    """The place of a person or of the bot in a chat."""
    if user_id == emulator.bot_id:
        return status_json(emulator.bot_user(), chat.bot_status, lacks=chat.bot_lacks)
    let_go(emulator, chat)
    status = chat.members.get(user_id, "left")
    return status_json(emulator.persona(user_id).as_user(), status, until=chat.until.get(user_id, 0))


def let_go(emulator: "Emulator", chat: Chat) -> None:
    """Ends restrictions and bans whose time is over, as Telegram does: without a word."""
    now = emulator.clock.now().timestamp()
    for user_id in [user_id for user_id, until in chat.until.items() if until <= now]:
        del chat.until[user_id]
        chat.members[user_id] = "member" if chat.members.get(user_id) == "restricted" else "left"


def set_member(emulator: "Emulator", chat: Chat, user_id: int, status: MemberStatus, by: Json) -> None:
    """Change somebody's place in a group, with the service message people see and the updates the bot gets."""
    with emulator.lock:
        user = emulator.persona(user_id).as_user()
        before = chat.members.get(user_id, "left")
        if before == status:
            return
        chat.members[user_id] = status
        emulator.touched()
        if before not in PRESENT and status in PRESENT:
            content: Json = {"new_chat_members": [user], "new_chat_member": user, "new_chat_participant": user}
            emulator.tell_bot(emulator.post(chat, content, by, from_bot=by["is_bot"]))
        elif before in PRESENT and status not in PRESENT:
            content = {"left_chat_member": user, "left_chat_participant": user}
            emulator.tell_bot(emulator.post(chat, content, by, from_bot=by["is_bot"]))
        if chat.bot_status == "administrator":
            emulator.emit("chat_member", _change(emulator, chat, by, user, before, status))
    emulator.events.add("chat", chat_id=chat.chat_id)


def set_bot(
    emulator: "Emulator",
    chat: Chat,
    status: MemberStatus,
    by: Json,
    *,
    silently: bool = False,
    lacks: Collection[str] = (),
) -> None:
    """Change the bot's place in a group, or its rights there; it is told by `my_chat_member`, and by a message when it
    comes in or goes."""
    with emulator.lock:
        before, lacked = chat.bot_status, chat.bot_lacks
        if before == status and sorted(lacked) == sorted(lacks):
            return
        bot = emulator.bot_user()
        chat.bot_status, chat.bot_lacks = status, sorted(lacks)
        emulator.touched()
        change = _change(emulator, chat, by, bot, before, status)
        change["old_chat_member"] = status_json(bot, before, lacks=lacked)
        change["new_chat_member"] = status_json(bot, status, lacks=lacks)
        emulator.emit("my_chat_member", change)
        if not silently and before not in PRESENT and status in PRESENT:
            content: Json = {"new_chat_members": [bot], "new_chat_member": bot, "new_chat_participant": bot}
            emulator.tell_bot(emulator.post(chat, content, by, from_bot=False))
        elif not silently and before in PRESENT and status not in PRESENT:
            message = emulator.post(chat, {"left_chat_member": bot, "left_chat_participant": bot}, by, from_bot=False)
            emulator.emit("message", emulator.render(message))
    emulator.events.add("chat", chat_id=chat.chat_id)


def bot_leaves(emulator: "Emulator", chat: Chat) -> None:
    """The bot goes out of a group by itself."""
    set_bot(emulator, chat, "left", emulator.bot_user())


def set_blocked(emulator: "Emulator", chat: Chat, blocked: bool) -> None:
    """A person blocks the bot or lets it in again; the bot is told by `my_chat_member`."""
    with emulator.lock:
        if chat.blocked == blocked:
            return
        chat.blocked = blocked
        emulator.touched()
        before: MemberStatus = "member" if blocked else "kicked"
        after: MemberStatus = "kicked" if blocked else "member"
        by = emulator.persona(chat.chat_id).as_user()
        emulator.emit("my_chat_member", _change(emulator, chat, by, emulator.bot_user(), before, after))
    emulator.events.add("chat", chat_id=chat.chat_id)


def _change(emulator: "Emulator", chat: Chat, by: Json, user: Json, before: MemberStatus, after: MemberStatus) -> Json:
    return {
        "chat": emulator.chat_json(chat),
        "from": by,
        "date": emulator.timestamp(),
        "old_chat_member": status_json(user, before),
        "new_chat_member": status_json(user, after),
    }
