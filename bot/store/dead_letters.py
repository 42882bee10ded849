"""Dead letters: inputs that could not be handled and calls that Telegram refused for good. Only what is known about
them, never what is in them or whose they are.

What was in a refused call is gone; an input is kept and can be tried again.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, func, insert, select

from bot.store.inbox import in_turn
from bot.store.tables import inbox, outbox, people
from flows.engine.values import dataclass

INPUT, CALL = "in", "out"
_NO_FAULT = ("blocked", "unreachable")
"""Why a call is refused when somebody does not want us any more."""


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """`side` is INPUT or CALL, `row` its number there. `kind`: of an input what came, of a call its purpose. `lane`:
    the row of the person in whose chat it is, if there is one. `behind`: how many inputs wait in that chat. `size`: of
    what is kept, sealed, in bytes."""

    side: str
    row: int
    kind: str
    at: datetime
    attempts: int
    problem: str
    lane: int | None
    behind: int
    size: int

    @property
    def name(self) -> str:
        """As an operator writes it: in12, out7."""
        return f"{self.side}{self.row}"


def named(name: str) -> tuple[str, int] | None:
    """The side and row that an operator means; None for what is no name of a dead letter."""
    for side in (INPUT, CALL):
        number = name.removeprefix(side)
        if number != name and number.isascii() and number.isdecimal() and len(number) < 19:
            return side, int(number)
    return None


def all_of_them(connection: Connection, only: tuple[str, int] | None = None) -> Sequence[DeadLetter]:
    """Oldest first; with `only` that one, if it is there."""
    waiting = inbox.alias("waiting")
    behind = (
        select(func.count())
        .where(waiting.c.chat_id == inbox.c.chat_id, waiting.c.status == "waiting")
        .scalar_subquery()
    )
    inputs = (
        select(
            inbox, people.c.id.label("lane"), behind.label("behind"), func.length(inbox.c.payload_sealed).label("size")
        )
        .outerjoin(people, people.c.chat_id == inbox.c.chat_id)
        .where(inbox.c.status == "dead")
    )
    calls = (
        select(outbox, people.c.id.label("lane"))
        .outerjoin(people, people.c.chat_id == outbox.c.chat_id)
        .where(outbox.c.status == "refused", outbox.c.problem.not_in(_NO_FAULT))
    )
    if only:
        inputs, calls = inputs.where(inbox.c.id == only[1]), calls.where(outbox.c.id == only[1])
    found: list[DeadLetter] = []
    if only is None or only[0] == INPUT:
        for row in connection.execute(inputs):
            known = row.kind, row.received_at, row.attempts, row.problem or "", row.lane, row.behind, row.size or 0
            found.append(DeadLetter(INPUT, row.id, *known))
    if only is None or only[0] == CALL:
        for row in connection.execute(calls):
            known = row.purpose, row.settled_at or row.created_at, row.attempts, row.problem or "", row.lane, 0, 0
            found.append(DeadLetter(CALL, row.id, *known))
    return sorted(found, key=lambda one: (one.at, one.side, one.row))


def retry(connection: Connection, row: int) -> int | None:
    """Puts a dead input behind all that waits, with new tries; returns its new row, or None when it is not dead.

    It goes to the end of its lane, as a row of its own: before what waits it would open the lane at two ends, and what
    came after it has been answered already.
    """
    in_turn(connection)
    taken = connection.execute(
        inbox.delete().where(inbox.c.id == row, inbox.c.status == "dead").returning(*inbox.c)
    ).first()
    if taken is None:
        return None
    again = {name: value for name, value in taken._mapping.items() if name != "id"}
    again |= {"status": "waiting", "attempts": 0, "not_before": None, "problem": None}
    new: int = connection.execute(insert(inbox).values(again).returning(inbox.c.id)).scalar_one()
    return new


def drop(connection: Connection, side: str, row: int) -> bool:
    """Throws a dead letter away; False when there is none."""
    if side == INPUT:
        gone = inbox.delete().where(inbox.c.id == row, inbox.c.status == "dead")
    else:
        gone = outbox.delete().where(
            outbox.c.id == row, outbox.c.status == "refused", outbox.c.problem.not_in(_NO_FAULT)
        )
    return connection.execute(gone).rowcount > 0
