"""Posts of peer groups that a moderator must look at, until when, and what came of it; and the log of what was done.

Decides nothing: that is `moderation`. Tells nobody.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from bot.store import timers
from bot.store.tables import peer_log, peer_members, peer_posts, peer_reports, people
from bot.store.timers import Timer
from bot.store.types import new_id
from bot.store.vault import Vault
from flows.engine.values import dataclass

ENTRY = "peer_log.entry"
OPEN, DONE, KEPT = "open", "done", "kept"
"""What a report is: a moderator must look, somebody did, or nobody is told as long as the post is seen by nobody."""
DUE = "peer_due:"
"""How the timers begin at which the next ones are asked to look; the report's id follows."""
_ALWAYS_USEFUL = 10 * 365 * 24 * 3600
_LATE = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Report:
    """A post that a moderator must look at. `by_member` is empty when nobody reported it: see `why`. `stage`: how far
    it went, see `moderation`. `outcome`: what was done, once it is."""

    id: int
    post_id: int
    by_member: int | None
    why: str
    made_at: datetime
    due_at: datetime
    status: str
    stage: int
    outcome: str | None
    done_by: int | None
    done_at: datetime | None


def add(
    connection: Connection,
    post_id: int,
    by_member: int | None,
    why: str,
    due_at: datetime,
    stage: int,
    now: datetime,
    *,
    status: str = OPEN,
) -> Report | None:
    """A new report; None when the same member reported the post before, or it waits for the same reason."""
    for one in of_post(connection, post_id):
        if (by_member and one.by_member == by_member) or (not by_member and one.why == why and one.status != DONE):
            return None
    report = Report(new_id(now), post_id, by_member, why, now, due_at, status, stage, None, None, None)
    connection.execute(insert(peer_reports).values({name: getattr(report, name) for name in report.__slots__}))
    return report


def find(connection: Connection, report_id: int) -> Report | None:
    """The report with this id."""
    row = connection.execute(select(peer_reports).where(peer_reports.c.id == report_id)).first()
    return _report(row) if row else None


def of_post(connection: Connection, post_id: int) -> list[Report]:
    """All reports about a post, in order."""
    query = select(peer_reports).where(peer_reports.c.post_id == post_id).order_by(peer_reports.c.id)
    return [_report(row) for row in connection.execute(query)]


def open_in(connection: Connection, group_ids: Collection[int]) -> list[tuple[int, Report]]:
    """What waits for a moderator in these groups, each with its group: what must be looked at first, first."""
    query = (
        select(peer_reports, peer_posts.c.group_id)
        .join(peer_posts, peer_posts.c.id == peer_reports.c.post_id)
        .where(peer_reports.c.status == OPEN, peer_posts.c.group_id.in_(group_ids))
        .order_by(peer_reports.c.due_at, peer_reports.c.id)
    )
    return [(row.group_id, _report(row)) for row in connection.execute(query)]


def groups_in_reach(connection: Connection, person_id: int, *, coordinates: bool) -> set[int]:
    """The groups with something that waits, whose moderator this person stands in for; for a coordinator all."""
    waits = select(peer_posts.c.group_id).join(peer_reports, peer_reports.c.post_id == peer_posts.c.id)
    waits = waits.where(peer_reports.c.status == OPEN)
    if not coordinates:
        guided = select(peer_members.c.group_id).join(people, people.c.id == peer_members.c.person_id)
        guided = guided.where(peer_members.c.role == "moderator", people.c.stand_in_id == person_id)
        waits = waits.where(peer_posts.c.group_id.in_(guided))
    return set(connection.execute(waits).scalars())


def go_on(connection: Connection, report_id: int, stage: int, due_at: datetime, *, status: str = OPEN) -> None:
    """Others are asked to look, until this moment; unless somebody just did."""
    values = {"stage": stage, "due_at": due_at, "status": status}
    own = peer_reports.c.id == report_id, peer_reports.c.status != DONE
    connection.execute(update(peer_reports).where(*own).values(values))


def move(connection: Connection, from_post: int, to_post: int) -> None:
    """What waits about one post is about the other from now on, and is still to be told of that."""
    own = peer_reports.c.post_id == from_post, peer_reports.c.status != DONE
    connection.execute(update(peer_reports).where(*own).values(post_id=to_post, status=KEPT))


def close(connection: Connection, post_id: int, by: int | None, outcome: str, now: datetime) -> list[Report]:
    """Somebody looked at the post: nothing about it waits any more; returns the reports that did."""
    own = peer_reports.c.post_id == post_id, peer_reports.c.status != DONE
    ended = [_report(row) for row in connection.execute(select(peer_reports).where(*own).order_by(peer_reports.c.id))]
    values = {"status": DONE, "outcome": outcome, "done_by": by, "done_at": now}
    connection.execute(update(peer_reports).where(*own).values(values))
    return ended


def drafts_in_danger(connection: Connection, member_ids: Collection[int]) -> list[int]:
    """The drafts of these members that wait because they may speak of danger, the oldest first."""
    own = peer_posts.c.member_id.in_(member_ids), peer_posts.c.status == "draft"
    query = select(peer_posts.c.id).where(*own).order_by(peer_posts.c.id)
    return list(connection.execute(query.where(peer_posts.c.id.in_(_ABOUT_DANGER))).scalars())


_ABOUT_DANGER = select(peer_reports.c.post_id).where(peer_reports.c.why == "danger")


def look_again(connection: Connection, chat_id: int, report_id: int, due_at: datetime) -> None:
    """Sets when the next ones are asked, in the lane of this chat."""
    timers.put(connection, Timer(chat_id, f"{DUE}{report_id}", due_at, _ALWAYS_USEFUL))


def wake(connection: Connection, now: datetime) -> None:
    """Sets a deadline anew that passed a while ago: whoever had it in their lane was erased since."""
    late = (
        select(peer_reports.c.id, func.min(people.c.chat_id).label("chat_id"))
        .join(peer_posts, peer_posts.c.id == peer_reports.c.post_id)
        .join(peer_members, peer_members.c.group_id == peer_posts.c.group_id)
        .join(people, people.c.id == peer_members.c.person_id)
        .where(peer_reports.c.status == OPEN, peer_reports.c.due_at < now - _LATE)
        .where(peer_members.c.role == "moderator", peer_members.c.status == "in")
        .group_by(peer_reports.c.id)
    )
    for report_id, chat_id in connection.execute(late).all():
        look_again(connection, chat_id, report_id, now)


# --- the log ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Entry:
    """What a moderator did, about which member. `told`: why, until when, and the like."""

    at: datetime
    by_person: int | None
    member_id: int | None
    action: str
    told: Mapping[str, Any]


def write_down(
    connection: Connection,
    vault: Vault,
    group_id: int,
    by_person: int | None,
    member_id: int | None,
    action: str,
    told: Mapping[str, Any],
    now: datetime,
) -> None:
    """Adds to the group's log."""
    entry_id = new_id(now)
    row = {"group_id": group_id, "at": now, "by_person": by_person, "member_id": member_id, "action": action}
    sealed = vault.seal_json(ENTRY, entry_id, dict(told))
    connection.execute(insert(peer_log).values(id=entry_id, **row, entry_sealed=sealed))


def log(connection: Connection, vault: Vault, group_id: int, most: int, skip: int = 0) -> list[Entry]:
    """A part of the group's log, the newest first."""
    own = select(peer_log).where(peer_log.c.group_id == group_id)
    rows = connection.execute(own.order_by(peer_log.c.id.desc()).limit(most).offset(skip))
    return [
        Entry(row.at, row.by_person, row.member_id, row.action, vault.open_json(ENTRY, row.id, row.entry_sealed))
        for row in rows
    ]


def _report(row: Row[Any]) -> Report:
    return Report(**{name: getattr(row, name) for name in Report.__slots__})
