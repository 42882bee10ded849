"""Who opened something of a parent: written down each time, never changed, and readable by that parent.

The looks of one parent form a chain: each carries a hash over the one before and its own words, so that a look which
was changed, moved or taken out from between shows. Where the chain ends is sealed on the parent's own row, so that an
end which was cut off shows too, unless somebody puts back that row as it was at an earlier moment as well. Holds names,
roles, kinds and times, never content. Does not know who may look: that is `sharing`.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from bot.store.tables import looks, people
from bot.store.types import new_id
from bot.store.vault import SEALED_NOTHING, Unreadable, Vault
from flows.engine.values import dataclass

LOOK = "looks.look"
END = "people.looks_end"
ENDS_EARLY = 0
"""What `broken` says when looks are missing after the last one: no row has this number."""
_FORGOTTEN = b""
"""What is left of the words of a look that was forgotten."""
_UNKNOWN_END = b"?"
_SALT_BYTES = 12
"""Without a salt, somebody without the key could try out in the hash who looked at what."""


@dataclass(frozen=True, slots=True)
class Look:
    """Who looked, as what (`mentor` or `co_parent`), at which kind of record, at which instant (UTC)."""

    who: str
    role: str
    kind: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Log:
    """The looks that can be read, the newest first. `broken`: the row of the first look that is not as it was written,
    or that misses the one before; ENDS_EARLY when the last is missing; None when all is well."""

    looks: list[Look]
    broken: int | None


@dataclass(frozen=True, slots=True)
class Survey:
    """The logs of all people: how many there are, how many are not as they were written, and of how many people it is
    not kept where theirs ends, because they came in before that was done."""

    logs: int
    broken: int
    open_ended: int


def hold(connection: Connection, owner_id: int) -> bool:
    """Makes others who look at the same owner wait for this transaction's end; False when the owner is gone."""
    locked = select(people.c.id).where(people.c.id == owner_id).with_for_update(key_share=True)
    return connection.execute(locked).first() is not None


def sealed_beginning(vault: Vault, owner_id: int) -> bytes:
    """Where the log of somebody ends at whom nobody looked yet, for their row."""
    return vault.seal(END, owner_id, _beginning(owner_id))


def add(connection: Connection, vault: Vault, owner_id: int, look: Look) -> None:
    """Writes a look down, as the owner's last. The owner must be held, or else two at once would both follow the same
    one."""
    last = connection.execute(
        select(looks.c.id, looks.c.chain).where(looks.c.owner_id == owner_id).order_by(looks.c.id.desc()).limit(1)
    ).first()
    sealed_end = connection.execute(select(people.c.looks_end_sealed).where(people.c.id == owner_id)).scalar()
    before = _end(vault, owner_id, sealed_end)
    if before is None:
        before = last.chain if last else _beginning(owner_id)
    salt = secrets.token_hex(_SALT_BYTES)
    at = look.at.astimezone(UTC)
    said = json.dumps(
        {"who": look.who, "role": look.role, "kind": look.kind, "at": at.isoformat(), "salt": salt}, ensure_ascii=False
    ).encode()
    # Clocks of two processes differ a little; the order of rows must be that of the chain.
    look_id = max(new_id(at), last.id + 1) if last else new_id(at)
    # It follows what was last written, also where that was taken away since: the gap must stay to be seen.
    chain = _link(before, said)
    connection.execute(
        insert(looks).values(
            id=look_id,
            owner_id=owner_id,
            looked_at=at,
            look_sealed=vault.seal(LOOK, look_id, said),
            chain=chain,
        )
    )
    end = vault.seal(END, owner_id, chain)
    connection.execute(update(people).where(people.c.id == owner_id).values(looks_end_sealed=end))


_WITH_END = (
    select(looks, people.c.looks_end_sealed)
    .select_from(people.outerjoin(looks, looks.c.owner_id == people.c.id))
    .order_by(looks.c.id)
)
"""In one query: between two, somebody else's look could come."""


def read(connection: Connection, vault: Vault, owner_id: int) -> Log:
    """Everybody who looked, with every link of the chain tried."""
    found: list[Look] = []
    broken: int | None = None
    before = _beginning(owner_id)
    rows = connection.execute(_WITH_END.where(people.c.id == owner_id)).all()
    for number, row in enumerate(rows):
        if row.id is None:
            continue
        said = _opened(vault, row)
        if number == 0 and said == _FORGOTTEN:
            before = row.chain
            continue
        look = _look(said) if said else None
        if look:
            found.append(look)
        whole = said is not None and look is not None and look.at == row.looked_at and row.chain == _link(before, said)
        if broken is None and not whole:
            broken = row.id
        before = row.chain
    end = _end(vault, owner_id, rows[0].looks_end_sealed) if rows else None
    if broken is None and end is not None and end != before:
        broken = ENDS_EARLY
    return Log(found[::-1], broken)


def forget(connection: Connection, vault: Vault, until: datetime, most: int) -> int:
    """Lets go of what was looked at before `until`, of up to `most` owners; returns of how many.

    The last of an owner's forgotten looks stays, without words, for the chain to begin at. Only whoever has the key can
    seal nothing, so that looks which somebody else takes away still show.
    """
    old = (looks.c.looked_at < until, func.length(looks.c.look_sealed) > SEALED_NOTHING)
    last = select(looks.c.owner_id, func.max(looks.c.id)).where(*old).group_by(looks.c.owner_id).limit(most)
    owners = connection.execute(last).all()
    for owner_id, look_id in owners:
        connection.execute(delete(looks).where(looks.c.owner_id == owner_id, looks.c.id < look_id))
        sealed = vault.seal(LOOK, look_id, _FORGOTTEN)
        connection.execute(update(looks).where(looks.c.id == look_id).values(look_sealed=sealed))
    return len(owners)


def verify(connection: Connection, vault: Vault, owner_id: int) -> int | None:
    """The row of the owner's first look that is not as it was written, or that misses the one before; None if there is
    none."""
    return read(connection, vault, owner_id).broken


def survey(connection: Connection, vault: Vault) -> Survey:
    """Tries the chains of everybody."""
    logs = broken = open_ended = 0
    for owner_id, sealed_end in connection.execute(select(people.c.id, people.c.looks_end_sealed)).all():
        log = read(connection, vault, owner_id)
        logs += bool(log.looks) or log.broken is not None
        broken += log.broken is not None
        open_ended += sealed_end is None
    return Survey(logs, broken, open_ended)


def _end(vault: Vault, owner_id: int, sealed: bytes | None) -> bytes | None:
    """The last chain that was written; None where it was not kept, and what fits no chain where it does not open."""
    if sealed is None:
        return None
    try:
        return vault.open(END, owner_id, sealed)
    except Unreadable:
        return _UNKNOWN_END


def _beginning(owner_id: int) -> bytes:
    """What the first look of an owner follows on, so that a chain does not fit anybody else."""
    return hashlib.sha256(str(owner_id).encode()).digest()


def _link(before: bytes, said: bytes) -> bytes:
    return hashlib.sha256(before + said).digest()


def _opened(vault: Vault, row: Any) -> bytes | None:
    try:
        return vault.open(LOOK, row.id, row.look_sealed)
    except Unreadable:
        return None


def _look(said: bytes) -> Look | None:
    """None for what is not the words of a look, which we never wrote."""
    try:
        given = json.loads(said)
        return Look(given["who"], given["role"], given["kind"], datetime.fromisoformat(given["at"]))
    except (ValueError, KeyError, TypeError):
        return None
