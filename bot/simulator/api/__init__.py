"""The methods of the Bot API, as plain functions on an emulator and the parameters of a call."""

import re
from typing import TYPE_CHECKING, Any

from bot.simulator.api import chats, editing, media, profile, receiving, sending
from bot.simulator.api.params import Params, Upload
from bot.simulator.api.registry import METHODS
from bot.simulator.errors import ApiError, bad_request, too_many_requests

if TYPE_CHECKING:
    from bot.simulator.emulator import Emulator

__all__ = ["METHODS", "Params", "Upload", "check_token", "method_name", "perform"]

_PARTS = (chats, editing, media, profile, receiving, sending)
_TOKEN = re.compile(r"[1-9]\d{0,15}:[A-Za-z0-9_-]{3,100}")


def check_token(token: str) -> None:
    """Raises ApiError 404 for what does not look like a token at all, 401 for one that cannot be real."""
    if _TOKEN.fullmatch(token):
        return
    if re.fullmatch(r"\d+:[A-Za-z0-9_-]*", token):
        raise ApiError(401, "Unauthorized")
    raise ApiError(404, "Not Found")


def method_name(name: str) -> str:
    """The name of a method as Telegram writes it. Raises ApiError 404 for a method that does not exist here."""
    found = METHODS.get(name.lower())
    if found is None:
        raise ApiError(404, "Not Found: method not found")
    return found[0]


def perform(emulator: "Emulator", method: str, params: Params) -> Any:
    """Carry out one call, within the sending limits, and note it. Raises :class:`ApiError` when it is refused."""
    name = method_name(method)
    chat_id = params.chat_id()
    with emulator.lock:
        weight = 1
        if name == "sendMediaGroup":
            media_list = params.structure("media")
            weight = len(media_list) if isinstance(media_list, list) else 1
        wait = emulator.limits.check(name, chat_id, weight, emulator.clock.pacing_seconds())
        if wait is not None:
            breach = too_many_requests(wait)
            emulator.log_call(name, chat_id, "breach", performed=False, error=breach)
            raise breach
        try:
            result = METHODS[name.lower()][1](emulator, params)
        except ApiError as error:
            emulator.log_call(name, chat_id, f"error {error.code}", performed=False, error=error)
            raise
        except (ValueError, TypeError, KeyError, AttributeError) as unexpected:
            wrong = bad_request(f"can't parse the parameters of {name}")
            emulator.log_call(name, chat_id, "error 400", performed=False, error=wrong)
            raise wrong from unexpected
        if name != "getUpdates":
            emulator.log_call(name, chat_id, "ok", performed=True, result=result)
        return result
