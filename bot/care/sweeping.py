"""Deletes by itself what was kept long enough, a little at a time, by the table in `retention`.

A parent who gives no sign is asked first, and erased by a timer of their own. Does not know how that is asked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

from sqlalchemy import Column, ColumnElement, Connection, delete, func, select, update

from bot.care import dossiers, follow_ups, group_ends, looks, notes, peer_reports, peer_weeks, posts, privacy
from bot.care.people import Person, Role
from bot.care.retention import ASK_BEFORE_ERASING, Kind, period
from bot.store import inbox, outbox, timers
from bot.store.tables import (
    alert_calls,
    alerts,
    conversations,
    invitations,
    letters,
    people,
    records,
    reminder_log,
)
from bot.store.tables import inbox as inbox_table
from bot.store.tables import timers as timer_table
from bot.store.timers import Timer
from bot.store.vault import Vault

BATCH = 500
"""How many rows of a kind go at most in one transaction, so that nobody has to wait for it."""
STILL_THERE, GOODBYE = "still_there", "goodbye"
"""Timers of a parent who gives no sign: the question, and the end when it is not answered."""
_ASK_USEFUL, _ALWAYS_USEFUL = timedelta(days=1), timedelta(days=3650)

Sweep = Callable[[Connection, Vault, datetime, int], int]


def sweep(connection: Connection, vault: Vault, now: datetime, most: int = BATCH) -> Mapping[str, int]:
    """Deletes up to `most` rows of each kind that were kept long enough; returns how many went, of what went at all."""
    gone = {str(kind): run(connection, vault, now, most) for kind, run in SWEEPS.items()}
    gone["dossiers"] = dossiers.let_go(connection, now.astimezone(UTC).date(), most)
    return {name: count for name, count in gone.items() if count}


def _rows(kind: Kind, key: Column[int], since: Column[datetime], *conditions: ColumnElement[bool]) -> Sweep:
    """Deletes rows that were there long enough."""

    def run(connection: Connection, vault: Vault, now: datetime, most: int) -> int:
        over = select(key).where(since < now - period(kind), *conditions).order_by(key).limit(most)
        ids = connection.execute(over).scalars().all()
        return connection.execute(delete(key.table).where(key.in_(ids))).rowcount if ids else 0

    return run


def _inbox(connection: Connection, vault: Vault, now: datetime, most: int) -> int:
    return inbox.sweep(connection, now, most)


def _outbox(connection: Connection, vault: Vault, now: datetime, most: int) -> int:
    return outbox.sweep(connection, now, most)


def _letters(connection: Connection, vault: Vault, now: datetime, most: int) -> int:
    """Letters, and the plans by which they went out."""
    before = now - period(Kind.LETTERS)
    over = select(letters.c.id).where(letters.c.sent_at < before).order_by(letters.c.id).limit(most)
    ids = connection.execute(over).scalars().all()
    connection.execute(update(letters).where(letters.c.answers_id.in_(ids)).values(answers_id=None))
    gone = connection.execute(delete(letters).where(letters.c.id.in_(ids))).rowcount
    return gone + follow_ups.forget(connection, before, most)


def _looks(connection: Connection, vault: Vault, now: datetime, most: int) -> int:
    return looks.forget(connection, vault, now - period(Kind.LOOKS), most)


def _alerts(connection: Connection, vault: Vault, now: datetime, most: int) -> int:
    over = select(alerts.c.id).where(alerts.c.made_at < now - period(Kind.ALERTS)).order_by(alerts.c.id).limit(most)
    ids = connection.execute(over).scalars().all()
    connection.execute(delete(alert_calls).where(alert_calls.c.alert_id.in_(ids)))
    return connection.execute(delete(alerts).where(alerts.c.id.in_(ids))).rowcount


def _guests(connection: Connection, vault: Vault, now: datetime, most: int) -> int:
    came_in = select(people.c.id).where(people.c.chat_id == conversations.c.chat_id)
    over = select(conversations.c.chat_id).where(
        conversations.c.active_at < now - period(Kind.GUESTS), ~came_in.exists()
    )
    chats = connection.execute(over.limit(most)).scalars().all()
    for chat_id in chats:
        privacy.forget_chat(connection, chat_id)
    return len(chats)


_DRAFTS = timedelta(days=1)
"""How long something for a group waits for its writer to say that it may go."""


def _groups(connection: Connection, vault: Vault, now: datetime, most: int) -> int:
    """Groups that are over; what was never sent goes sooner. What still waits for a moderator is looked at again."""
    peer_reports.wake(connection, now)
    posts.forget_drafts(connection, now - _DRAFTS)
    group_ends.close_what_was_left(connection, now, now + period(Kind.GROUPS), most)
    peer_weeks.wake(connection, vault, now)
    return group_ends.forget(connection, now, most)


def _ask_the_silent(connection: Connection, vault: Vault, now: datetime, most: int) -> int:
    """Sets the timers of parents who gave no sign for so long that they are to be asked; returns of how many."""
    asked = select(timer_table.c.id).where(timer_table.c.chat_id == people.c.chat_id, timer_table.c.key == GOODBYE)
    silent = (
        select(people.c.chat_id)
        .outerjoin(conversations, conversations.c.chat_id == people.c.chat_id)
        .where(
            people.c.roles == int(Role.PARENT),
            _last_sign <= now - period(Kind.SILENT) + ASK_BEFORE_ERASING,
            ~asked.exists(),
        )
    )
    chats = connection.execute(silent.limit(most)).scalars().all()
    for chat_id in chats:
        timers.put(connection, Timer(chat_id, STILL_THERE, now, int(_ASK_USEFUL.total_seconds())))
        end = now + ASK_BEFORE_ERASING
        timers.put(connection, Timer(chat_id, GOODBYE, end, int(_ALWAYS_USEFUL.total_seconds())))
    return len(chats)


_last_sign = func.coalesce(conversations.c.active_at, people.c.created_at, type_=people.c.created_at.type)


def is_silent(connection: Connection, person: Person, now: datetime) -> bool:
    """Whether this person gave no sign for as long as anything is kept."""
    last = (
        select(_last_sign)
        .select_from(people.outerjoin(conversations, conversations.c.chat_id == people.c.chat_id))
        .where(people.c.id == person.id)
    )
    sign: datetime = connection.execute(last).scalar_one()
    return sign <= now - period(Kind.SILENT)


SWEEPS: Mapping[Kind, Sweep] = {
    Kind.UNDECIDED: _rows(Kind.UNDECIDED, records.c.id, records.c.changed_at, records.c.kind == notes.UNDECIDED),
    Kind.LETTERS: _letters,
    Kind.LOOKS: _looks,
    Kind.ALERTS: _alerts,
    Kind.INBOX: _inbox,
    Kind.OUTBOX: _outbox,
    Kind.DEAD: _rows(Kind.DEAD, inbox_table.c.id, inbox_table.c.received_at, inbox_table.c.status == "dead"),
    Kind.INVITATIONS: _rows(
        Kind.INVITATIONS, invitations.c.id, invitations.c.expires_at, invitations.c.used_at.is_(None)
    ),
    Kind.GROUPS: _groups,
    Kind.REMINDERS: _rows(Kind.REMINDERS, reminder_log.c.id, reminder_log.c.at),
    Kind.GUESTS: _guests,
    Kind.SILENT: _ask_the_silent,
}
"""What each rule of `retention` does; a test sees that there is one for each."""
