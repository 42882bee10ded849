"""How groups end, and what stays of somebody who is erased: nothing that tells who they were or what they said.

Does not know how it is told.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, or_, select, update

from bot.care import groups
from bot.care.groups import CLOSED, CLOSING, MODERATOR, OPEN
from bot.care.posts import WITHDRAWN
from bot.store import traces
from bot.store.tables import (
    outbox,
    peer_copies,
    peer_groups,
    peer_log,
    peer_marks,
    peer_members,
    peer_posts,
    peer_reports,
    peer_weeks,
    people,
)

ROUNDS = {"days3": timedelta(days=3), "week": timedelta(days=7), "two_weeks": timedelta(days=14)}
"""How long a goodbye round may last."""
CLOSE = "peer_close:"
"""How the timer of the end of a goodbye round begins, before the group's id."""
_LATE = timedelta(days=1)
"""How long after its time a group is closed without its timer."""


def begin_to_close(connection: Connection, group_id: int, until: datetime) -> None:
    """The goodbye round begins: nobody comes in any more."""
    groups.set_status(connection, group_id, CLOSING, until)


def close(connection: Connection, group_id: int, gone_at: datetime) -> None:
    """Nothing is said any more; at `gone_at` its content goes."""
    groups.set_status(connection, group_id, CLOSED, gone_at)
    silent = {"speaks_in": None, "speaks_until": None}
    connection.execute(update(people).where(people.c.speaks_in == group_id).values(silent))


def close_what_was_left(connection: Connection, now: datetime, gone_at: datetime, most: int) -> int:
    """Closes groups whose goodbye round is long over, and those that nobody guides any more; returns how many."""
    guided = select(peer_members.c.group_id).where(peer_members.c.role == MODERATOR, peer_members.c.status == groups.IN)
    over = (peer_groups.c.status == CLOSING) & (peer_groups.c.closes_at < now - _LATE)
    alone = peer_groups.c.status.in_((OPEN, CLOSING)) & peer_groups.c.id.not_in(guided)
    found = connection.execute(select(peer_groups.c.id).where(or_(over, alone)).limit(most)).scalars().all()
    for group_id in found:
        close(connection, group_id, gone_at)
    return len(found)


def forget(connection: Connection, now: datetime, most: int) -> int:
    """Deletes closed groups whose time is over, with all that was said in them; returns how many."""
    over = peer_groups.c.status == CLOSED, peer_groups.c.closes_at < now
    found = connection.execute(select(peer_groups.c.id).where(*over).limit(most)).scalars().all()
    _delete(connection, found)
    return len(found)


def _delete(connection: Connection, ids: Sequence[int]) -> None:
    if not ids:
        return
    said = select(peer_posts.c.id).where(peer_posts.c.group_id.in_(ids))
    inside = select(peer_members.c.id).where(peer_members.c.group_id.in_(ids))
    connection.execute(delete(outbox).where(outbox.c.post_id.in_(said)))
    for table in (peer_marks, peer_reports, peer_copies):
        connection.execute(delete(table).where(table.c.post_id.in_(said)))
    connection.execute(delete(peer_marks).where(peer_marks.c.member_id.in_(inside)))
    connection.execute(delete(peer_log).where(peer_log.c.group_id.in_(ids)))
    connection.execute(delete(peer_weeks).where(peer_weeks.c.group_id.in_(ids)))
    connection.execute(update(peer_posts).where(peer_posts.c.group_id.in_(ids)).values(reply_to=None))
    connection.execute(delete(peer_posts).where(peer_posts.c.group_id.in_(ids)))
    connection.execute(delete(peer_members).where(peer_members.c.group_id.in_(ids)))
    connection.execute(delete(peer_groups).where(peer_groups.c.id.in_(ids)))
    traces.note(connection)


def erase(connection: Connection, person_id: int, chat_id: int) -> None:
    """Somebody was in no group: what they said is gone, and nothing points at them. The numbers of their posts stay,
    empty, so that what they said can still be taken away in the chats of others. A group without anybody goes whole."""
    theirs = select(peer_members.c.group_id).where(peer_members.c.person_id == person_id)
    touched = connection.execute(theirs).scalars().all()
    own = select(peer_members.c.id).where(peer_members.c.person_id == person_id)
    said = peer_posts.c.member_id.in_(own)
    emptied = {"status": WITHDRAWN, "post_sealed": None, "message_id": None, "member_id": None}
    connection.execute(delete(peer_marks).where(peer_marks.c.member_id.in_(own)))
    connection.execute(delete(peer_log).where(peer_log.c.member_id.in_(own)))
    connection.execute(update(peer_log).where(peer_log.c.by_person == person_id).values(by_person=None))
    connection.execute(update(peer_reports).where(peer_reports.c.by_member.in_(own)).values(by_member=None))
    connection.execute(update(peer_reports).where(peer_reports.c.done_by == person_id).values(done_by=None))
    connection.execute(update(peer_posts).where(said).values(emptied))
    connection.execute(delete(peer_copies).where(peer_copies.c.chat_id == chat_id))
    connection.execute(delete(peer_members).where(peer_members.c.person_id == person_id))
    connection.execute(update(peer_groups).where(peer_groups.c.made_by == person_id).values(made_by=None))
    others = select(peer_members.c.group_id).where(peer_members.c.group_id.in_(touched))
    _delete(connection, sorted(set(touched) - set(connection.execute(others).scalars())))
