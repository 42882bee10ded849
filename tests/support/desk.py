"""A service without Telegram: inputs are handled in a real database, and what would be sent is handed to the test.

Nothing is mocked: these are the functions that the workers and the ticker call, with the content that comes along.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from bot.care import families, people
from bot.care.people import Person, Role
from bot.conversation.handle import handle_next, lost_touch
from bot.conversation.turn import Host
from bot.safety.danger import load_danger
from bot.safety.help import load_help
from bot.schedule import ticker
from bot.store import inbox, outbox, tables, timers
from bot.store.database import Database
from bot.store.inbox import Arrival
from bot.store.outbox import Pace, Settled
from bot.store.vault import Vault
from bot.telegram.inbound import arrival, decode
from flows.engine.library import CONTENT, load
from tests.databases import prepared_sqlite

T = TypeVar("T")
UNPACED = Pace(bot_per_second=1e9, chat_seconds=0, group_seconds=0)
_SENDER = "desk"


@dataclass(frozen=True, slots=True)
class Sent:
    """A message that went out. `tokens` are what its buttons carry, by label."""

    at: datetime
    chat_id: int
    text: str
    tokens: Mapping[str, str]
    priority_is_safety: bool


class Desk:
    """One database and one clock, which moves when told."""

    def __init__(self, folder: Path, cache: Path, now: datetime) -> None:
        (folder / "desk.db").write_bytes(prepared_sqlite())
        self.url, self.now = f"sqlite:///{folder / 'desk.db'}", now
        self.vault = Vault([(1, bytes(range(32)))])
        self.host = Host(
            load(CONTENT, cache),
            self.vault,
            load_help(),
            load_danger(CONTENT, cache),
            ZoneInfo("Europe/Amsterdam"),
            "nl",
            lambda code: f"https://example.org/{code}",
        )
        self.database = Database(self.url)
        self.sent: list[Sent] = []
        self.blocked: set[int] = set()
        self._numbers = itertools.count(1)

    def restart(self) -> None:
        """The process ends and comes back; only the database stays."""
        self.database.close()
        self.database = Database(self.url)

    def do(self, work: Callable[[Connection], T]) -> T:
        return self.database.do(work)

    # --- people -----------------------------------------------------------------------------------------------------

    def add(self, chat_id: int, role: Role, name: str, guide: Person | None = None, **settings: Any) -> Person:
        """Somebody comes in; a parent into a family of their own."""

        def work(connection: Connection) -> int:
            family_id = (
                families.found(connection, guide.id if guide else None, self.now) if role is Role.PARENT else None
            )
            given = {"region": "nl", "zone": "Europe/Amsterdam", "now": self.now}
            person_id = people.add(
                connection, self.vault, chat_id=chat_id, role=role, name=name, family_id=family_id, **given
            )
            if settings:
                people.change(connection, person_id, **settings)
            return person_id

        person_id = self.do(work)
        return self.person(person_id)

    def person(self, person_id: int) -> Person:
        found = self.do(lambda connection: people.by_id(connection, self.vault, person_id))
        assert found
        return found

    # --- what they do -----------------------------------------------------------------------------------------------

    def says(self, chat_id: int, text: str) -> list[Sent]:
        """What this chat then gets."""
        message = {"chat": _chat(chat_id), "from": _user(chat_id), "date": 1, "text": text}
        return self._takes(chat_id, {"message": message | {"message_id": next(self._numbers)}})

    def taps(self, chat_id: int, token: str) -> list[Sent]:
        held = {"message_id": 1, "chat": _chat(chat_id), "date": 1, "text": "…"}
        return self._takes(chat_id, {"callback_query": {"from": _user(chat_id), "data": token, "message": held}})

    def _takes(self, chat_id: int, content: dict[str, Any]) -> list[Sent]:
        update = {"update_id": next(self._numbers), **content}
        before = len(self.sent)
        self.accept([arrival(update)])
        self.settle()
        return [one for one in self.sent[before:] if one.chat_id == chat_id]

    def accept(self, arrivals: list[Arrival]) -> None:
        self.do(lambda connection: inbox.accept(connection, self.vault, arrivals, self.now))

    # --- what happens -----------------------------------------------------------------------------------------------

    def settle(self) -> None:
        """Handles and sends all there is; nothing may fail."""
        while self.do(lambda connection: ticker.fire_due(connection, self.vault, self.now)) or self._handles():
            self._delivers()

    def _handles(self) -> bool:
        handled = False
        while handle_next(self.database, self.host, decode, self.now):
            handled = True
        failed = select(tables.inbox.c.problem).where(tables.inbox.c.attempts > 0)
        problems = self.do(lambda connection: list(connection.execute(failed).scalars()))
        assert not problems, problems
        return handled

    def _delivers(self) -> None:
        while taken := self.do(lambda connection: outbox.take(connection, self.vault, _SENDER, UNPACED, self.now, 50)):
            for one in taken:
                self.do(lambda connection, one=one: self._deliver(connection, one))

    def _deliver(self, connection: Connection, one: outbox.Taken) -> None:
        gone = one.chat_id in self.blocked
        settled = Settled(one.id, "refused" if gone else "sent", None if gone else next(self._numbers))
        outbox.settle(connection, _SENDER, [settled], self.now)
        if gone:
            lost_touch(connection, self.host, one.chat_id, self.now)
        elif one.call["do"] == "send":
            tokens = {label: token for row in one.call["rows"] for label, token in row}
            safety = one.purpose == "safety"
            self.sent.append(Sent(self.now, one.chat_id, one.call["text"], tokens, safety))

    def until(self, moment: datetime) -> None:
        """Time passes; everything that falls due on the way happens at its own moment."""
        while (due := self.do(timers.next_due)) and due <= moment:
            self.now = max(due, self.now)
            self.settle()
        self.now = max(moment, self.now)
        self.settle()


def _chat(chat_id: int) -> dict[str, Any]:
    return {"id": chat_id, "type": "private"}


def _user(chat_id: int) -> dict[str, Any]:
    return {"id": chat_id, "is_bot": False, "first_name": "Iemand"}
