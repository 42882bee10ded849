"""The next input, with whom it is from: one query for the oldest head, the person, the conversation and the children.

Nearly every input needs them all, and asking is what takes the time. Does not know what an input means.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from bot.care import families, people
from bot.care.people import Present
from bot.store import inbox
from bot.store.inbox import Item
from bot.store.vault import Vault
from flows.engine.values import dataclass

_NEXT = families.beside(people.beside(inbox.HEAD))


@dataclass(frozen=True, slots=True)
class NextInput:
    """An input that is locked now. What stands beside it is opened when asked, as the input itself is: what does not
    open fails as any other input."""

    item: Item
    vault: Vault
    rows: Sequence[Any]

    def present(self) -> Present:
        """Who is in the chat, with their children. Raises vault.Unreadable."""
        return replace(people.present_of_row(self.rows[0], self.vault), children=self.rows)


def take(connection: Connection, vault: Vault, now: datetime) -> NextInput | None:
    """The oldest head that nobody handles now, locked until the transaction ends."""
    rows = connection.execute(_NEXT, {"now": now}).all()
    return NextInput(inbox.of_row(rows[0], vault), vault, rows) if rows else None
