"""What Telegram did not take, such as a file that is too big or gone by now: whoever sent it, or asked for it, is told.

Does not know why it was refused, nor of people who cannot be reached: that is `handle.lost_touch`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection

from bot.care import families, letters, people
from bot.conversation import outgoing
from bot.conversation.turn import Host
from bot.store import outbox
from bot.store.outbox import Call, Taken
from flows.engine.templates import render


def not_delivered(connection: Connection, host: Host, taken: Taken, now: datetime) -> None:
    """A call was refused for good."""
    if taken.letter_id is not None:
        _tell_writer(connection, host, taken.letter_id, now)
    elif isinstance(taken.call, dict) and taken.call.get("do") == "file":
        outbox.put(connection, host.vault, [_said(host, taken.chat_id, "file_not_sent", {})], now)


def _tell_writer(connection: Connection, host: Host, letter_id: int, now: datetime) -> None:
    ends = letters.ends_of(connection, letter_id)
    if ends is None:
        return
    writer, receiver = (people.by_id(connection, host.vault, one) for one in ends)
    if writer and receiver:
        scope = {"name": families.spoken(receiver.name)}
        outbox.put(connection, host.vault, [_said(host, writer.chat_id, "letter_not_sent", scope)], now)


def _said(host: Host, chat_id: int, name: str, scope: Mapping[str, object]) -> Call:
    return Call(chat_id, outgoing.send(render(host.library.texts[name], scope)))
