"""Groups of Telegram itself that a mentor linked: by which code, which group it is, and what becomes of its number.

Nothing that people say there is known here; of who is there only those parents who set a point in a check-in round.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, func, select, update

from bot.care import groups, people
from bot.care.groups import CLOSED, IN, LARGEST, Group, Member, Settings
from bot.care.people import Person
from bot.store import outbox, timers
from bot.store.tables import outbox as calls
from bot.store.tables import peer_copies, peer_groups
from bot.store.tables import timers as timer_rows
from bot.store.timers import Timer
from bot.store.vault import Vault

CODE = "peer_code:"
"""How the timer begins that a code ends with, before what is left of the code: nobody can read the code from it."""
VALID_FOR = timedelta(hours=72)
_SIGNS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
_LENGTH, _HASH = 10, 28
_LONGEST_NAME = 40


# --- codes ------------------------------------------------------------------------------------------------------------


def make_code(connection: Connection, person: Person, now: datetime) -> str:
    """A code with which a group can be linked once; an earlier one of the same person ends."""
    old = [key for key in timers.of_chat(connection, person.chat_id) if key.startswith(CODE)]
    timers.drop(connection, person.chat_id, *old)
    code = "".join(secrets.choice(_SIGNS) for _ in range(_LENGTH))
    timers.put(connection, Timer(person.chat_id, _key(code), now + VALID_FOR, 0))
    return code


def maker_of(connection: Connection, vault: Vault, code: str, now: datetime) -> Person | None:
    """Who made this code, while it can be used."""
    own = timer_rows.c.key == _key(code), timer_rows.c.due_at > now
    chat_id = connection.execute(select(timer_rows.c.chat_id).where(*own)).scalar()
    return people.present(connection, vault, chat_id).person if chat_id else None


def use_up(connection: Connection, maker: Person, code: str) -> bool:
    """The code works no more; False when it did not already."""
    own = timer_rows.c.key == _key(code), timer_rows.c.chat_id == maker.chat_id
    return connection.execute(delete(timer_rows).where(*own)).rowcount == 1


def _key(code: str) -> str:
    plain = "".join(sign for sign in code.upper() if sign.isalnum())
    return CODE + hashlib.sha256(plain.encode()).hexdigest()[:_HASH]


# --- the group --------------------------------------------------------------------------------------------------------


def link(connection: Connection, vault: Vault, by: Person, telegram_id: int, title: str, now: datetime) -> Group:
    """A group of Telegram is linked, guided by this person; one that was closed before makes room."""
    over = peer_groups.c.telegram_id == telegram_id, peer_groups.c.status == CLOSED
    connection.execute(update(peer_groups).where(*over).values(telegram_id=None))
    settings = Settings(" ".join(title.split())[:_LONGEST_NAME] or "Telegram")
    return groups.found(connection, vault, by, LARGEST, settings, now, telegram_id=telegram_id)


def by_telegram(connection: Connection, vault: Vault, telegram_id: int, *, lock: bool = False) -> Group | None:
    """The linked group with this number at Telegram that is not over."""
    own = peer_groups.c.telegram_id == telegram_id, peer_groups.c.status != CLOSED
    group_id = connection.execute(select(peer_groups.c.id).where(*own)).scalar()
    return groups.by_id(connection, vault, group_id, lock=lock) if group_id else None


def set_away(connection: Connection, vault: Vault, group: Group, *, away: bool) -> Group:
    """The bot is not in the group any more, or is again."""
    settings = replace(group.settings, away=away)
    groups.change(connection, vault, group, settings)
    return replace(group, settings=settings)


def give_up(connection: Connection, telegram_id: int, now: datetime) -> None:
    """What waits for the group goes nowhere."""
    outbox.refuse_all(connection, telegram_id, "unreachable", now)
    never_there = peer_copies.c.chat_id == telegram_id, peer_copies.c.message_id.is_(None)
    connection.execute(delete(peer_copies).where(*never_there))


def move(connection: Connection, old: int, new: int) -> None:
    """The group became a supergroup, with another number; messages there are counted anew. Harmless when repeated."""
    taken = select(func.count()).select_from(peer_groups).where(peer_groups.c.telegram_id == new)
    if not connection.execute(taken).scalar_one():
        connection.execute(update(peer_groups).where(peer_groups.c.telegram_id == old).values(telegram_id=new))
    to_come = calls.c.chat_id == old, calls.c.status == "waiting"
    connection.execute(update(calls).where(*to_come).values(chat_id=new))
    there = peer_copies.c.chat_id == old
    connection.execute(delete(peer_copies).where(there, peer_copies.c.message_id.is_not(None)))
    connection.execute(update(peer_copies).where(there).values(chat_id=new))


def enter(connection: Connection, vault: Vault, group: Group, person: Person, now: datetime) -> Member | None:
    """Somebody's place in a linked group, given at their first point; nothing when they were put out of it."""
    groups.by_id(connection, vault, group.id, lock=True)
    known = groups.members(connection, vault, group.id, *groups.EVERYBODY)
    found = next((one for one in known if one.person_id == person.id), None)
    if found and found.status in (IN, groups.REMOVED):
        return found if found.is_in else None
    member_id = groups.invite(connection, group.id, person.id, now)
    groups.name_member(connection, vault, member_id, person.name, now)
    return groups.member(connection, vault, member_id)
