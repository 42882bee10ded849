"""Reply mark-up: inline keyboards, reply keyboards, and their limits."""

import json
from typing import Any

from bot.simulator.errors import bad_request
from bot.simulator.text import utf16_length

Markup = dict[str, Any]

CALLBACK_DATA_BYTES = 64
MOST_BUTTONS = 100
MOST_IN_A_ROW = 8
_ACTIONS = (
    "url",
    "callback_data",
    "web_app",
    "login_url",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "copy_text",
    "callback_game",
    "pay",
)


def check_markup(value: object) -> Markup | None:
    """A checked copy of `reply_markup`, or None when there is none. Raises ApiError 400 as Telegram does."""
    if isinstance(value, str):
        if not value:
            return None
        try:
            value = json.loads(value)
        except ValueError:
            raise bad_request("can't parse reply keyboard markup JSON object") from None
    if value is None:
        return None
    if not isinstance(value, dict):
        raise bad_request("object expected as reply markup")
    if "inline_keyboard" in value:
        return _inline(value["inline_keyboard"])
    if "keyboard" in value:
        return _reply(value)
    if value.get("remove_keyboard"):
        return {"remove_keyboard": True}
    if value.get("force_reply"):
        return {"force_reply": True, "input_field_placeholder": value.get("input_field_placeholder", "")}
    return None


def _inline(rows: object) -> Markup:
    if not isinstance(rows, list):
        raise bad_request('field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays')
    checked: list[list[Markup]] = []
    for row in rows:
        if not isinstance(row, list):
            raise bad_request('field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays')
        if row:
            checked.append([_inline_button(button) for button in row])
    if sum(len(row) for row in checked) > MOST_BUTTONS:
        raise bad_request("REPLY_MARKUP_TOO_LONG")
    return {"inline_keyboard": checked}


def _inline_button(button: object) -> Markup:
    if not isinstance(button, dict):
        raise bad_request("can't parse inline keyboard button: InlineKeyboardButton must be an Object")
    text = button.get("text")
    if not isinstance(text, str) or not text.strip():
        raise bad_request("can't parse inline keyboard button: Text buttons must be non-empty")
    actions = [name for name in _ACTIONS if button.get(name) is not None]
    if not actions:
        raise bad_request("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
    if len(actions) > 1:
        raise bad_request("can't parse inline keyboard button: exactly one action is expected")
    data = button.get("callback_data")
    if data is not None and (not isinstance(data, str) or not 1 <= len(data.encode()) <= CALLBACK_DATA_BYTES):
        raise bad_request("BUTTON_DATA_INVALID")
    url = button.get("url")
    if url is not None and not str(url).startswith(("http://", "https://", "tg://", "mailto:", "t.me/")):
        raise bad_request(f"inline keyboard button URL '{url}' is invalid: Wrong HTTP URL")
    return dict(button)


def _reply(value: Markup) -> Markup:
    rows = value["keyboard"]
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad_request('field "keyboard" of the ReplyKeyboardMarkup must be an Array of Arrays')
    checked = []
    for row in rows:
        buttons = [{"text": button} if isinstance(button, str) else button for button in row]
        for button in buttons:
            text = button.get("text") if isinstance(button, dict) else None
            if not isinstance(text, str) or not text.strip():
                raise bad_request("can't parse keyboard button: Text buttons must be non-empty")
            if utf16_length(text) > 4096:
                raise bad_request("REPLY_MARKUP_TOO_LONG")
        if buttons:
            checked.append(buttons)
    if not checked:
        raise bad_request("reply keyboard must be non-empty")
    return {**value, "keyboard": checked}


def only_inline(markup: Markup | None) -> Markup | None:
    """Mark-up for a message that is edited: an inline keyboard, or nothing. Anything else is refused with 400."""
    if markup is None:
        return None
    if "inline_keyboard" not in markup:
        raise bad_request("inline keyboard expected")
    return markup if markup["inline_keyboard"] else None
