"""Who may come in by which door. A door is a command, a kind of button, a flow or a screen.

Does not know whose things are behind a door: whatever takes an id looks that up itself, from the person who asks.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable

from bot.care.people import Person, Role
from bot.safety.help import Asker

REFUSED = "refused"
"""The note of an input that asked for something which is not for whom it came from."""


class Who(enum.Flag):
    """What somebody is to the bot; somebody may be several things at once."""

    STRANGER = enum.auto()
    PARENT = enum.auto()
    MENTOR = enum.auto()
    COORDINATOR = enum.auto()
    MEMBER = PARENT | MENTOR | COORDINATOR
    ANYONE = STRANGER | MEMBER


_OF_ROLE = {Role.PARENT: Who.PARENT, Role.MENTOR: Who.MENTOR, Role.COORDINATOR: Who.COORDINATOR}


def who_is(person: Person | None) -> Who:
    """All that this person is."""
    if person is None:
        return Who.STRANGER
    found = Who(0)
    for role, who in _OF_ROLE.items():
        if role in person.roles:
            found |= who
    return found


def audience(names: Iterable[str]) -> Who:
    """Whom a flow or a screen is for, as its file says it. A guest comes in by an invitation only, by no other door."""
    found = Who(0)
    for name in names:
        if name != "guest":
            found |= Who[name.upper()]
    return found


def asker(person: Person | None, chat_id: int) -> Asker:
    """What can be offered besides numbers to who asks for help in a chat; groups have negative ids."""
    if chat_id < 0:
        return Asker.GROUP
    if person is None or Role.PARENT not in person.roles:
        return Asker.SOMEBODY
    return Asker.GUIDED if person.mentor_id else Asker.PARENT
