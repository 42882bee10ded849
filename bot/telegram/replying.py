"""What a message answers, as Telegram is told it. Knows no database."""

from __future__ import annotations

from typing import Any

from telegram import ReplyParameters


def answering(call: dict[str, Any]) -> ReplyParameters | None:
    """The message of the same chat that a call answers, if any; when it is gone the answer goes by itself."""
    message_id = call.get("reply_to")
    return ReplyParameters(message_id, allow_sending_without_reply=True) if message_id else None
