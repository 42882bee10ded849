"""Peer groups that are there before a test begins."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from bot.care import groups
from bot.care.groups import Group, Settings
from bot.care.people import Person
from bot.store.vault import Vault


def gather(
    connection: Connection,
    vault: Vault,
    moderator: Person,
    parents: Mapping[str, Person],
    now: datetime,
    *,
    name: str = "De theepot",
    **settings: Any,
) -> Group:
    """A group with these parents, under these names."""
    size = max(groups.SMALLEST, len(parents))
    group = groups.found(connection, vault, moderator, size, Settings(name, **settings), now)
    for chosen, person in parents.items():
        member = groups.member(connection, vault, groups.invite(connection, group.id, person.id, now))
        assert member
        assert groups.join(connection, vault, group, member, chosen, now)
    return group
