"""Who watches over a peer group: its moderators, those who stand in for them, and what waits for whom.

Nobody judges what they wrote, nor a group in which they are among the parents. Decides nothing about a post.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from bot.care import groups, moderation, peer_reports, people, posts
from bot.care.groups import Group, Member
from bot.care.peer_reports import Report
from bot.care.people import Person, Role
from bot.store.vault import Vault

NEVER = 9
"""A stage that no report comes to."""


def turns(connection: Connection, vault: Vault, group: Group, writer: Member | None = None) -> list[list[Person]]:
    """Who can be asked to look: the moderators, their stand-ins, the coordinators; not who wrote it."""
    inside = groups.members(connection, vault, group.id)
    known = {one.person_id for one in inside if not one.moderates} | {writer.person_id if writer else None}
    guides = [_person(connection, vault, one.person_id) for one in groups.moderators(inside)]
    stand_ins = [_person(connection, vault, one.stand_in_id) for one in guides if one]
    found: list[list[Person]] = []
    for several in (guides, stand_ins, people.with_role(connection, vault, Role.COORDINATOR)):
        fitting: list[Person] = []
        for one in several:
            if one and one.id not in known and one.roles & (Role.MENTOR | Role.COORDINATOR):
                known.add(one.id)
                fitting.append(one)
        found.append(fitting)
    return found


def right_in(connection: Connection, vault: Vault, person: Person, group: Group, now: datetime) -> tuple[bool, int]:
    """Whether somebody may do all that a moderator of this group may; if not, from which stage on reports are theirs
    to look at, which is never for everybody else."""
    guides, stand_ins, coordinators = turns(connection, vault, group)
    if any(one.id == person.id for one in guides):
        return True, moderation.MODERATORS
    stands_in = [one for one in guides if one.stand_in_id == person.id]
    if stands_in and any(one.id == person.id for one in stand_ins):
        return any(one.is_away(now) for one in stands_in), moderation.STAND_INS
    return False, moderation.COORDINATORS if any(one.id == person.id for one in coordinators) else NEVER


def waiting_for(connection: Connection, vault: Vault, person: Person, now: datetime) -> list[tuple[Group, Report]]:
    """What this person may look at and nobody did yet: of the groups that they guide, of those whose moderator they
    stand in for, and what has come to the coordinators. One for each post, the first that is due first."""
    own = [place.group.id for place in groups.places(connection, vault, person.id) if place.member.moderates]
    reach = peer_reports.groups_in_reach(connection, person.id, coordinates=Role.COORDINATOR in person.roles)
    found: dict[int, tuple[Group, Report]] = {}
    known: dict[int, tuple[Group | None, bool, int]] = {}
    for group_id, report in peer_reports.open_in(connection, {*own, *reach}):
        if group_id not in known:
            group = groups.by_id(connection, vault, group_id)
            known[group_id] = (group, *right_in(connection, vault, person, group, now)) if group else _NO_GROUP
        group, whole, stage = known[group_id]
        if group and (whole or report.stage >= stage) and _may_judge(connection, vault, person, report.post_id):
            found.setdefault(report.post_id, (group, report))
    return list(found.values())


_NO_GROUP = (None, False, NEVER)


def _may_judge(connection: Connection, vault: Vault, person: Person, post_id: int) -> bool:
    post = posts.find(connection, vault, post_id)
    writer = groups.member(connection, vault, post.member_id) if post and post.member_id else None
    return post is not None and (writer is None or writer.person_id != person.id)


def _person(connection: Connection, vault: Vault, person_id: int | None) -> Person | None:
    return people.by_id(connection, vault, person_id) if person_id else None
