"""Methods by which the bot receives updates. The waiting of a long poll is in `bot.simulator.web.bot_api`."""

from typing import TYPE_CHECKING

from bot.simulator.api.params import Params
from bot.simulator.api.registry import method
from bot.simulator.errors import ApiError, bad_request
from bot.simulator.world import Json

if TYPE_CHECKING:
    from bot.simulator.emulator import Emulator


@method("getUpdates")
def get_updates(emulator: "Emulator", params: Params) -> list[Json]:
    """The updates that wait now, from `offset` on; what lies before it is confirmed and forgotten."""
    if emulator.webhook:
        raise ApiError(
            409,
            "Conflict: can't use getUpdates method while webhook is active; "
            "use deleteWebhook to delete the webhook first",
        )
    kinds = params.structure("allowed_updates")
    if kinds is not None and not isinstance(kinds, list):
        raise bad_request("can't parse allowed_updates: expected an Array of String")
    emulator.updates.allow(kinds)
    offset = params.integer("offset")
    before = len(emulator.updates.waiting)
    if offset:
        emulator.updates.confirm(offset)
    if len(emulator.updates.waiting) != before:
        emulator.touched()
        emulator.events.add("confirmed", waiting=len(emulator.updates.waiting))
    return emulator.updates.first(min(max(params.integer("limit") or 100, 1), 100))


@method("setWebhook")
def set_webhook(emulator: "Emulator", params: Params) -> bool:
    """Have updates delivered by POST. Plain http is taken too, since everything here is local."""
    url = params.text("url")
    if not url:
        return delete_webhook(emulator, params)
    if not url.startswith(("https://", "http://")):
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    secret = params.text("secret_token")
    if len(secret) > 256 or not all(letter.isalnum() or letter in "_-" for letter in secret):
        raise bad_request("secret token contains unallowed characters")
    kinds = params.structure("allowed_updates")
    emulator.updates.allow(kinds if isinstance(kinds, list) else None)
    if params.flag("drop_pending_updates"):
        emulator.updates.waiting.clear()
    emulator.webhook = {
        "url": url,
        "secret_token": secret,
        "max_connections": min(max(params.integer("max_connections") or 40, 1), 100),
    }
    emulator.touched()
    emulator.events.add("webhook")
    return True


@method("deleteWebhook")
def delete_webhook(emulator: "Emulator", params: Params) -> bool:
    """Stop delivering by POST."""
    emulator.webhook = {}
    if params.flag("drop_pending_updates"):
        emulator.updates.waiting.clear()
    emulator.touched()
    emulator.events.add("webhook")
    return True


@method("getWebhookInfo")
def get_webhook_info(emulator: "Emulator", params: Params) -> Json:
    """How the delivery goes."""
    webhook = emulator.webhook
    info: Json = {
        "url": webhook.get("url", ""),
        "has_custom_certificate": False,
        "pending_update_count": len(emulator.updates.waiting),
    }
    for key in ("max_connections", "last_error_date", "last_error_message"):
        if key in webhook:
            info[key] = webhook[key]
    if emulator.updates.allowed:
        info["allowed_updates"] = list(emulator.updates.allowed)
    return info
