"""The peer group of the demo: parents under names of their own, who said some things to each other this week.

Made up, the same each time. What was said before stands in nobody's chat; the card of the group offers to read it. Does
not know what else there is in the demo: that is `demo`.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection

from bot.care import consents, groups, people, posts
from bot.care.consents import Purpose
from bot.care.groups import Settings
from bot.care.people import Person
from bot.store.vault import Vault

NAME, THEME, SIZE = "Rustige avonden", "Slapen, opstaan en alles ertussen", 8
MEMBERS = {
    "fatima": "Kiezel",
    "joris": "Lantaarn",
    "marleen": "Theepot",
    "shanice": "Zeewind",
    "annelies": "Otter",
    "bart": "Vlieger",
}
"""Who is in it, by the key of their chat, and under which name."""
_SAID = (
    ("fatima", timedelta(days=3), "Bij ons duurt het naar bed gaan een uur. Herkent iemand dat?"),
    ("marleen", timedelta(days=3, minutes=-20), "Ja. Ik ben er zelf ook altijd te moe voor."),
    ("joris", timedelta(days=2), "Wij zetten nu een lampje aan in plaats van te roepen. Dat scheelt."),
    ("ingrid", timedelta(days=1), "Mooi, dat lampje. Je hoeft het niet elke avond goed te doen."),
    ("annelies", timedelta(hours=4), "Gisteren las ik gewoon naast haar mijn eigen boek. Ze sliep zo."),
)
"""Who said what, and how long ago."""


def gather(connection: Connection, vault: Vault, mentor_id: int, persons: dict[str, int], now: datetime) -> None:
    """A group of this mentor's with these people, by the keys of their chats."""
    mentor = people.by_id(connection, vault, mentor_id)
    inside = {key: one for key in MEMBERS if (one := people.by_id(connection, vault, persons.get(key, 0)))}
    if mentor is None or len(inside) < groups.SMALLEST:
        return
    began = now - timedelta(days=7)
    group = groups.found(connection, vault, mentor, SIZE, Settings(NAME, THEME), began)
    (guide,) = groups.members(connection, vault, group.id)
    members = {"ingrid": guide.id}
    for number, (key, person) in enumerate(inside.items()):
        members[key] = _joins(connection, vault, group.id, person, MEMBERS[key], began + timedelta(minutes=number))
    for key, ago, words in _SAID:
        if key in members:
            content, at = posts.Content(words), now - ago
            post = posts.add(connection, vault, group.id, members[key], posts.TEXT, content, at)
            posts.show(connection, post, at)


def _joins(connection: Connection, vault: Vault, group_id: int, person: Person, name: str, at: datetime) -> int:
    member_id = groups.invite(connection, group_id, person.id, at)
    group, member = groups.by_id(connection, vault, group_id), groups.member(connection, vault, member_id)
    if group and member and groups.join(connection, vault, group, member, name, at):
        consents.give(connection, person.id, Purpose.GROUP, at)
    return member_id
