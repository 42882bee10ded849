"""Methods about the bot itself: who it is, its commands and its descriptions."""

import re
import time
from typing import TYPE_CHECKING

from bot.simulator.api.params import Params
from bot.simulator.api.registry import method
from bot.simulator.errors import ApiError, bad_request
from bot.simulator.text import utf16_length
from bot.simulator.world import Json

if TYPE_CHECKING:
    from bot.simulator.emulator import Emulator

LENGTHS = {"name": 64, "description": 512, "short_description": 120}


@method("getMe")
def get_me(emulator: "Emulator", params: Params) -> Json:
    """The bot."""
    return emulator.world.bot


@method("logOut")
def log_out(emulator: "Emulator", params: Params) -> bool:
    """Accepted; the simulator has no cloud to log out from."""
    return True


@method("close")
def close(emulator: "Emulator", params: Params) -> bool:
    """Accepted at most once in ten real minutes, as at Telegram."""
    if time.monotonic() < emulator.closed_until:
        wait = max(1, round(emulator.closed_until - time.monotonic()))
        raise ApiError(429, f"Too Many Requests: retry after {wait}", {"retry_after": wait})
    emulator.closed_until = time.monotonic() + 600
    return True


@method("setMyCommands")
def set_my_commands(emulator: "Emulator", params: Params) -> bool:
    """The command menu of one scope and language."""
    commands = params.structure("commands")
    if not isinstance(commands, list) or len(commands) > 100:
        raise bad_request("can't parse commands: expected an Array of BotCommand")
    for command in commands:
        if not isinstance(command, dict) or not re.fullmatch(r"/?[a-z0-9_]{1,32}", str(command.get("command", ""))):
            raise bad_request("BOT_COMMAND_INVALID")
        if not 1 <= utf16_length(str(command.get("description", ""))) <= 256:
            raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    _forget_commands(emulator, params)
    kept = [{"command": str(c["command"]).lstrip("/"), "description": str(c["description"])} for c in commands]
    emulator.world.commands.append({**_scope(params), "commands": kept})
    emulator.touched()
    emulator.events.add("commands")
    return True


@method("getMyCommands")
def get_my_commands(emulator: "Emulator", params: Params) -> list[Json]:
    """The command menu of one scope and language."""
    wanted = _scope(params)
    for kept in emulator.world.commands:
        if kept["scope"] == wanted["scope"] and kept["language_code"] == wanted["language_code"]:
            commands: list[Json] = kept["commands"]
            return commands
    return []


@method("deleteMyCommands")
def delete_my_commands(emulator: "Emulator", params: Params) -> bool:
    """Take the command menu of one scope and language away."""
    _forget_commands(emulator, params)
    emulator.touched()
    emulator.events.add("commands")
    return True


def _scope(params: Params) -> Json:
    scope = params.structure("scope") or {"type": "default"}
    if not isinstance(scope, dict) or "type" not in scope:
        raise bad_request("can't parse BotCommandScope")
    return {"scope": scope, "language_code": params.text("language_code")}


def _forget_commands(emulator: "Emulator", params: Params) -> None:
    gone = _scope(params)
    emulator.world.commands = [
        kept
        for kept in emulator.world.commands
        if kept["scope"] != gone["scope"] or kept["language_code"] != gone["language_code"]
    ]


def commands_for(emulator: "Emulator", chat_id: int, user_id: int, language_code: str) -> list[Json]:
    """The menu this person sees in this chat: the narrowest scope wins, then the person's own language."""
    private = chat_id > 0
    chat = emulator.world.chats.get(chat_id)
    admin = chat is not None and chat.members.get(user_id) in ("creator", "administrator")
    scopes: list[Json] = [{"type": "chat", "chat_id": chat_id}]
    if not private:
        scopes.insert(0, {"type": "chat_member", "chat_id": chat_id, "user_id": user_id})
        if admin:
            scopes.insert(1, {"type": "chat_administrators", "chat_id": chat_id})
            scopes.append({"type": "all_chat_administrators"})
    scopes += [{"type": "all_private_chats" if private else "all_group_chats"}, {"type": "default"}]
    for scope in scopes:
        for language in (language_code, ""):
            for kept in emulator.world.commands:
                if _same_scope(kept["scope"], scope) and kept["language_code"] == language:
                    commands: list[Json] = kept["commands"]
                    return commands
    return []


def _same_scope(one: Json, other: Json) -> bool:
    return {key: str(value) for key, value in one.items()} == {key: str(value) for key, value in other.items()}


def _set_words(emulator: "Emulator", params: Params, name: str) -> bool:
    words = params.text(name)
    if utf16_length(words) > LENGTHS[name]:
        raise bad_request(f"BOT_{name.upper()}_TOO_LONG")
    emulator.world.descriptions[f"{name}:{params.text('language_code')}"] = words
    emulator.touched()
    emulator.events.add("commands")
    return True


@method("setMyDescription")
def set_my_description(emulator: "Emulator", params: Params) -> bool:
    """What an empty chat with the bot shows."""
    return _set_words(emulator, params, "description")


@method("setMyShortDescription")
def set_my_short_description(emulator: "Emulator", params: Params) -> bool:
    """What the bot's profile shows."""
    return _set_words(emulator, params, "short_description")


@method("setMyName")
def set_my_name(emulator: "Emulator", params: Params) -> bool:
    """The bot's name."""
    if params.text("name") and not params.text("language_code"):
        emulator.world.bot = {**emulator.world.bot, "first_name": params.text("name")}
    return _set_words(emulator, params, "name")


@method("getMyDescription")
def get_my_description(emulator: "Emulator", params: Params) -> Json:
    """What an empty chat with the bot shows."""
    return {"description": emulator.world.descriptions.get(f"description:{params.text('language_code')}", "")}


@method("getMyShortDescription")
def get_my_short_description(emulator: "Emulator", params: Params) -> Json:
    """What the bot's profile shows."""
    key = f"short_description:{params.text('language_code')}"
    return {"short_description": emulator.world.descriptions.get(key, "")}


@method("getMyName")
def get_my_name(emulator: "Emulator", params: Params) -> Json:
    """The bot's name."""
    return {"name": emulator.world.bot["first_name"]}


@method("setChatMenuButton")
def set_chat_menu_button(emulator: "Emulator", params: Params) -> bool:
    """The button beside the input box, of one private chat or of all."""
    button = params.structure("menu_button") or {"type": "default"}
    if not isinstance(button, dict) or button.get("type") not in ("default", "commands", "web_app"):
        raise bad_request("can't parse menu button: wrong type")
    if params.has("chat_id"):
        chat = emulator.world.chats.get(params.chat_id() or 0)
        if chat is None or not chat.private:
            raise bad_request("chat not found")
        chat.menu_button = button
    else:
        emulator.world.menu_button = button
    emulator.touched()
    emulator.events.add("commands")
    return True


@method("getChatMenuButton")
def get_chat_menu_button(emulator: "Emulator", params: Params) -> Json:
    """The button beside the input box."""
    chat = emulator.world.chats.get(params.chat_id() or 0)
    return (chat.menu_button if chat else None) or emulator.world.menu_button or {"type": "commands"}


@method("setMyDefaultAdministratorRights")
def set_my_default_administrator_rights(emulator: "Emulator", params: Params) -> bool:
    """Accepted; people in the simulator make the bot an administrator with all rights."""
    return True
