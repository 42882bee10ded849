"""Sets up, for a transcript, the groups of its world: those that somebody guides, is in, or is asked into.

Whoever else is in them has a chat that nobody looks at.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy import Connection, select, update

from bot.care import group_ends, groups, people
from bot.care.groups import Group, Settings
from bot.care.people import Person, Role
from bot.store import tables
from bot.store.vault import Vault
from flows.engine.dutch.spoken import spoken_date
from flows.engine.transcript_lines import Does
from tests.service.town import Town

_WEEK = ("maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag")
_LISTS = ("groups", "guided_groups", "group_invites")
_CHATS = 8_200_001
_NOT_IN_A_CLOSED_ONE = ("close_group", "join_group", "group_link")
"""What answers nothing when the group was closed meanwhile."""


class GroupWorld:
    """What there is for one person."""

    def __init__(self, connection: Connection, vault: Vault, person: Person, now: datetime) -> None:
        self.connection, self.vault, self.person, self.now = connection, vault, person, now
        self._chats = count(_CHATS)

    def of(self, facts: Mapping[str, Any], known: str) -> None:
        """The groups of these lists, as far as the flows in `known` speak of them."""
        wanted = [name for name in _LISTS if re.search(rf"\b{name}\b", known)]
        if self.person.roles & (Role.MENTOR | Role.COORDINATOR):
            if "guided_groups" in wanted:
                for one in facts["guided_groups"]:
                    self._closes(self._group(one, self.person), one)
        else:
            for name in set(wanted) & {"groups", "group_invites"}:
                for one in facts[name]:
                    group = self._group(one, self._somebody(str(one["guides"]), Role.MENTOR))
                    self._comes(group, one, asked=name == "group_invites")
                    self._closes(group, one)

    def _group(self, one: Mapping[str, Any], guide: Person) -> Group:
        days = "".join(str(number) for number, day in enumerate(_WEEK, 1) if day in str(one["days"]))
        days = "12345" if "tot en met" in str(one["days"]) else days or "1234567"
        settings = Settings(str(one["name"]), str(one["theme"] or ""), days)
        group = groups.found(self.connection, self.vault, guide, int(one["size"]), settings, self.now)
        for name in one["names"]:
            if name != one["as"]:
                self._joins(group, self._somebody("Iemand", Role.PARENT).id, str(name))
        return group

    def _comes(self, group: Group, one: Mapping[str, Any], *, asked: bool) -> None:
        if one["as"]:
            member_id = self._joins(group, self.person.id, str(one["as"]))
            if asked:
                groups.leave(self.connection, member_id, self.now)
        if asked:
            groups.invite(self.connection, group.id, self.person.id, self.now)

    def _closes(self, group: Group, one: Mapping[str, Any]) -> None:
        if one["closing"]:
            ahead = (day for day in range(1, 200) if one["closing"] in _spoken(self.now + timedelta(days=day)))
            days = next(ahead, 7)
            group_ends.begin_to_close(self.connection, group.id, self.now + timedelta(days=days))

    def _joins(self, group: Group, person_id: int, name: str) -> int:
        member_id = groups.invite(self.connection, group.id, person_id, self.now)
        member = groups.member(self.connection, self.vault, member_id)
        assert member
        groups.join(self.connection, self.vault, group, member, name, self.now)
        return member_id

    def _somebody(self, name: str, role: Role) -> Person:
        added = people.add(
            self.connection,
            self.vault,
            chat_id=next(self._chats),
            role=role,
            name=name,
            family_id=None,
            region="nl",
            zone="Europe/Amsterdam",
            now=self.now,
        )
        found = people.by_id(self.connection, self.vault, added)
        assert found
        return found


def came_between(connection: Connection, town: Town, line: Does, gives: str) -> None:
    """What others did with the groups of the world, when an action is to answer that it cannot be."""
    vault, now = town.service.vault, town.clock.now()
    ids = connection.execute(select(tables.peer_groups.c.id)).scalars().all()
    if line.action in _NOT_IN_A_CLOSED_ONE and gives == "":
        for group_id in ids:
            group_ends.close(connection, group_id, now)
    elif line.action in ("invite_to_group", "add_guide") and gives == "":
        connection.execute(update(tables.people).values(blocked_at=now))
    elif line.action == "join_group" and gives == "taken":
        for group_id in ids:
            waiting = groups.members(connection, vault, group_id, groups.INVITED)
            other = people.add(
                connection,
                vault,
                chat_id=_CHATS - 1,
                role=Role.PARENT,
                name="Iemand",
                family_id=None,
                region="nl",
                zone="Europe/Amsterdam",
                now=now,
            )
            assert waiting
            member_id = groups.invite(connection, group_id, other, now)
            groups.name_member(connection, vault, member_id, line.arguments["name"], now)


def _spoken(moment: datetime) -> str:
    return spoken_date(moment.date(), moment.date() - timedelta(days=30))
