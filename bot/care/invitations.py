"""Invitations: a link that lets one person in, once, for a while. Only a hash of its code is kept."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, and_, insert, or_, select, update

from bot.care.people import Role
from bot.store.tables import invitations
from bot.store.types import new_id
from bot.store.vault import Vault
from flows.engine.values import dataclass

NAME = "invitations.name"
VALID_FOR = timedelta(hours=72)
_CODE_BYTES = 16


@dataclass(frozen=True, slots=True)
class Invitation:
    """An open invitation. `family_id` is that of a co-parent's family; `name` whom it was made for."""

    id: int
    role: Role
    name: str
    made_by: int | None
    family_id: int | None


def make(
    connection: Connection,
    vault: Vault,
    *,
    role: Role,
    name: str,
    made_by: int | None,
    now: datetime,
    family_id: int | None = None,
) -> str:
    """A new invitation; returns its code, which is not kept."""
    code = secrets.token_urlsafe(_CODE_BYTES)
    invitation_id = new_id(now)
    connection.execute(
        insert(invitations).values(
            id=invitation_id,
            code_hash=_hash(code),
            role=int(role),
            name_sealed=vault.seal_text(NAME, invitation_id, name),
            made_by=made_by,
            family_id=family_id,
            expires_at=now + VALID_FOR,
        )
    )
    return code


def open_by_code(connection: Connection, vault: Vault, code: str, chat_id: int, now: datetime) -> Invitation | None:
    """The invitation, from now on of this chat; None when it is unknown, expired, used, or of another chat."""
    claimed = connection.execute(
        update(invitations)
        .where(
            invitations.c.code_hash == _hash(code),
            invitations.c.used_at.is_(None),
            or_(
                invitations.c.opened_by == chat_id,
                and_(invitations.c.opened_by.is_(None), invitations.c.expires_at > now),
            ),
        )
        .values(opened_by=chat_id)
    )
    if claimed.rowcount != 1:
        return None
    return _newest(connection, vault, chat_id, invitations.c.code_hash == _hash(code))


def was_used_by(connection: Connection, code: str, chat_id: int) -> bool:
    """Whether this chat came in by this code."""
    query = select(invitations.c.id).where(
        invitations.c.code_hash == _hash(code),
        invitations.c.opened_by == chat_id,
        invitations.c.used_at.is_not(None),
    )
    return connection.execute(query).first() is not None


def opened_by(connection: Connection, vault: Vault, chat_id: int) -> Invitation | None:
    """The unused invitation that this chat opened in time, the newest if there are several."""
    return _newest(connection, vault, chat_id, invitations.c.used_at.is_(None))


def last_of(connection: Connection, vault: Vault, chat_id: int) -> Invitation | None:
    """The invitation by which this chat came in, or holds now."""
    return _newest(connection, vault, chat_id)


def _newest(connection: Connection, vault: Vault, chat_id: int, *conditions: ColumnElement[bool]) -> Invitation | None:
    row = connection.execute(
        select(invitations)
        .where(invitations.c.opened_by == chat_id, *conditions)
        .order_by(invitations.c.id.desc())
        .limit(1)
    ).first()
    if row is None:
        return None
    return Invitation(
        row.id, Role(row.role), vault.open_text(NAME, row.id, row.name_sealed), row.made_by, row.family_id
    )


def use(connection: Connection, invitation_id: int, now: datetime) -> bool:
    """Uses it up; False when that has happened already."""
    used = connection.execute(
        update(invitations)
        .where(invitations.c.id == invitation_id, invitations.c.used_at.is_(None))
        .values(used_at=now)
    )
    return used.rowcount == 1


def let_go(connection: Connection, chat_id: int) -> None:
    """The chat does not want to come in: its open invitation can be used by somebody else."""
    connection.execute(
        update(invitations)
        .where(invitations.c.opened_by == chat_id, invitations.c.used_at.is_(None))
        .values(opened_by=None)
    )


def _hash(code: str) -> bytes:
    return hashlib.sha256(code.encode()).digest()
