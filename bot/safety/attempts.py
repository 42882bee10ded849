"""Wrong codes: how many somebody may try, and how many in all are a sign that somebody tries them out.

Does not know what a code opens.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from sqlalchemy import Connection

from bot.store import inbox

log = structlog.get_logger()

WRONG_CODE, TOO_MANY = "wrong code", "too many codes"
"""Notes of inputs: a code that opened nothing, and one that was not even tried."""
TRIES, WITHIN = 5, timedelta(hours=1)
ALARM_AT = 50
"""How many in an hour, of everybody together, an operator should know of."""


def may_try(connection: Connection, chat_id: int, now: datetime) -> bool:
    """Whether this chat may try a code now: after five wrong ones in an hour it may not."""
    return inbox.noted_since(connection, WRONG_CODE, now - WITHIN, chat_id) < TRIES


def wrong_codes_last_hour(connection: Connection, now: datetime) -> int:
    """How many codes of all chats together opened nothing, or were not even tried, in the hour before `now`."""
    return sum(inbox.noted_since(connection, note, now - WITHIN) for note in (WRONG_CODE, TOO_MANY))


def raise_alarm(connection: Connection, now: datetime) -> None:
    """Tells the operator when the wrong code being handled now is the one that makes it many; once for each many."""
    if (wrong_codes_last_hour(connection, now) + 1) % ALARM_AT == 0:
        log.error("many wrong invitation codes", count=wrong_codes_last_hour(connection, now) + 1)
