"""A peer group that is there before a story begins: a mentor who guides it, and parents under names of their own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, select

from bot.care import groups, posts
from bot.care.groups import Group, Member, Settings
from bot.care.posts import Post
from bot.store import tables
from tests.service.story import Somebody, mentor, parent
from tests.service.town import Town

NAMES = MappingProxyType({"fatima": "Vos", "joris": "Zeemeeuw", "shanice": "Maan"})
"""The parents who are in already, and the names they chose."""
MORE = ("marleen", "annelies", "bart", "gul", "wim", "mei")
"""Who could join."""
GROUP = "Avondploeg"


@dataclass
class Circle:
    """A group, its moderator and its parents, by the keys of their personas."""

    town: Town
    group_id: int
    mentor: Somebody
    parents: dict[str, Somebody] = field(default_factory=dict)

    def __getitem__(self, who: str) -> Somebody:
        return self.parents.get(who) or self.mentor

    @property
    def everybody(self) -> list[Somebody]:
        """The parents, then the moderator."""
        return [*self.parents.values(), self.mentor]

    @property
    def group(self) -> Group:
        """The group as it is now."""
        found = self.ask(lambda connection: groups.by_id(connection, self.town.service.vault, self.group_id))
        assert found
        return found

    def change(self, **settings: Any) -> None:
        """Other settings for the group."""
        group, vault = self.group, self.town.service.vault
        changed = replace(group.settings, **settings)
        self.ask(lambda connection: groups.change(connection, vault, group, changed))

    def member(self, who: str) -> Member:
        """Somebody's membership, whatever its status."""
        own, vault = self[who].known.id, self.town.service.vault
        statuses = (groups.INVITED, groups.IN, groups.LEFT, groups.REMOVED)
        found = self.ask(lambda connection: groups.members(connection, vault, self.group_id, *statuses))
        return next(one for one in found if one.person_id == own)

    def change_member(self, who: str, **values: Any) -> None:
        """Other values for somebody's membership."""
        member = self.member(who)
        self.ask(lambda connection: groups.change_member(connection, member.id, **values))

    def adds(self, who: str, name: str) -> Somebody:
        """One parent more, guided by the same mentor, who came in before."""
        self.parents[who] = parent(self.town, who, guide=self.mentor, evening="")
        self.ask(lambda connection: joins(connection, self.town, self.group_id, self.parents[who], name))
        return self.parents[who]

    @property
    def posts(self) -> list[Post]:
        """Everything that was kept as a post, in the order of being made."""

        def work(connection: Connection) -> list[Post]:
            own = select(tables.peer_posts.c.id).where(tables.peer_posts.c.group_id == self.group_id)
            ids = connection.execute(own.order_by(tables.peer_posts.c.id)).scalars()
            found = [posts.find(connection, self.town.service.vault, one) for one in ids]
            return [one for one in found if one]

        return self.ask(work)

    @property
    def shown(self) -> list[str]:
        """What the group was shown, in its order; what was withdrawn says nothing."""
        seen = sorted((one for one in self.posts if one.number), key=lambda one: one.number or 0)
        return [one.content.text for one in seen]

    def ask(self, work: Callable[[Connection], Any]) -> Any:
        """Something of the database."""
        return self.town.service.database.do(work)

    async def speaks(self, who: str, text: str) -> str:
        """Somebody says something in the group; returns what they then read."""
        await self.begins(who)
        return await self[who].says(text)

    async def begins(self, who: str) -> str:
        """Somebody begins to talk in the group, unless they do already; returns what they then read."""
        if self[who].phone.last is None:
            await self[who].says("/menu")
        return "" if self[who].known.speaks_in else await self[who].forges(f"p:x:{self.group_id}")

    async def heard(self) -> dict[str, str]:
        """What everybody got since they last looked."""
        return {str(one): await one.reads() for one in self.everybody}


def peer_group(
    town: Town,
    names: Mapping[str, str] = NAMES,
    *,
    guide: str = "ingrid",
    name: str = GROUP,
    size: int = 15,
    children: tuple[tuple[str, int], ...] = (("Noor", 6),),
    **settings: Any,
) -> Circle:
    """A group with these parents, all guided by its moderator, who came in before. No reminders come to them."""
    mentor_ = mentor(town, guide)
    parents = {who: parent(town, who, guide=mentor_, evening="", children=children) for who in names}
    vault, now, known = town.service.vault, town.clock.now(), mentor_.known

    def work(connection: Connection) -> int:
        group = groups.found(connection, vault, known, size, Settings(name, **settings), now)
        for who, chosen in names.items():
            joins(connection, town, group.id, parents[who], chosen)
        return group.id

    return Circle(town, town.service.database.do(work), mentor_, parents)


def joins(connection: Connection, town: Town, group_id: int, who: Somebody, name: str) -> None:
    """Somebody comes in under this name."""
    vault, now, phone = town.service.vault, town.clock.now(), who.phone
    group = groups.by_id(connection, vault, group_id)
    assert group
    own = select(tables.people.c.id).where(tables.people.c.chat_id == phone.user_id)
    member_id = groups.invite(connection, group_id, connection.execute(own).scalar_one(), now)
    member = groups.member(connection, vault, member_id)
    assert member
    assert groups.join(connection, vault, group, member, name, now)
