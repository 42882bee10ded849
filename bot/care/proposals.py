"""Resolutions from a report: proposals until a parent says yes, and then resolutions of that parent like any other.

Does not know how it is asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, delete, insert, select, update

from bot.care import resolutions
from bot.care.people import NAME, Person, Role
from bot.care.records import Record
from bot.store.tables import people, proposals
from bot.store.types import new_id
from bot.store.vault import Vault
from flows.engine.values import dataclass

WORDS = "proposals.words"

OPEN, TAKEN, DECLINED = "open", "taken", "declined"


@dataclass(frozen=True, slots=True)
class Proposed:
    """A resolution as the report has it. `status`: open, taken or declined; `person_id` and `by` say who decided;
    `record_id` is the resolution that it became, as far as that is still there; `otherwise`: the parent put it in words
    of their own, which are the parent's and stand in that resolution only."""

    id: int
    report_id: int
    family_id: int
    words: str
    status: str
    person_id: int | None = None
    by: str = ""
    record_id: int | None = None
    decided_at: datetime | None = None
    otherwise: bool = False


_ALL = select(proposals, people.c.name_sealed).outerjoin(people, people.c.id == proposals.c.person_id)


def of_report(connection: Connection, vault: Vault, report_id: int) -> list[Proposed]:
    """The proposals of a report, in its order."""
    return _read(connection, vault, _ALL.where(proposals.c.report_id == report_id))


def of_family(connection: Connection, vault: Vault, family_id: int) -> dict[int, list[Proposed]]:
    """The proposals to this family, by report."""
    found: dict[int, list[Proposed]] = {}
    for one in _read(connection, vault, _ALL.where(proposals.c.family_id == family_id)):
        found.setdefault(one.report_id, []).append(one)
    return found


def for_parent(connection: Connection, vault: Vault, parent: Person, proposal_id: int) -> Proposed | None:
    """The proposal, if it is to this parent's family."""
    if parent.family_id is None or not parent.roles & Role.PARENT:
        return None
    own = (proposals.c.id == proposal_id, proposals.c.family_id == parent.family_id)
    return next(iter(_read(connection, vault, _ALL.where(*own))), None)


def align(
    connection: Connection, vault: Vault, report_id: int, family_id: int, wanted: Sequence[str], now: datetime
) -> None:
    """The open proposals of a report are these words now; what a parent decided on stays."""
    there = of_report(connection, vault, report_id)
    known = {one.words for one in there}
    gone = [one.id for one in there if one.status == OPEN and one.words not in wanted]
    if gone:
        connection.execute(delete(proposals).where(proposals.c.id.in_(gone)))
    for words in dict.fromkeys(wanted):
        if words not in known:
            proposal_id = new_id(now)
            connection.execute(
                insert(proposals).values(
                    id=proposal_id,
                    report_id=report_id,
                    family_id=family_id,
                    status=OPEN,
                    words_sealed=_seal(vault, proposal_id, words),
                )
            )


def take(
    connection: Connection, vault: Vault, parent: Person, proposed: Proposed, words: str, opened: str, now: datetime
) -> Record:
    """The parent says yes, in these words: a resolution of theirs from now on. `opened` says in words that it is open.
    When the other parent took it before, this one has it as well."""
    record = resolutions.hand_in(connection, vault, parent, resolutions.Proposal(words), opened, now)
    if proposed.status != TAKEN or proposed.person_id in (None, parent.id):
        connection.execute(
            update(proposals)
            .where(proposals.c.id == proposed.id)
            .values(
                status=TAKEN,
                person_id=parent.id,
                record_id=record.id,
                decided_at=now,
                words_sealed=_seal(vault, proposed.id, proposed.words, otherwise=words != proposed.words),
            )
        )
    return record


def decline(connection: Connection, parent: Person, proposed: Proposed, now: datetime) -> None:
    """The parent says: not now. What was taken stays so."""
    connection.execute(
        update(proposals)
        .where(proposals.c.id == proposed.id, proposals.c.status != TAKEN)
        .values(status=DECLINED, person_id=parent.id, decided_at=now)
    )


def _seal(vault: Vault, proposal_id: int, words: str, *, otherwise: bool = False) -> bytes:
    return vault.seal_json(WORDS, proposal_id, {"words": words, "otherwise": otherwise})


def _read(connection: Connection, vault: Vault, query: Select[Any]) -> list[Proposed]:
    return [_proposed(row, vault) for row in connection.execute(query.order_by(proposals.c.id))]


def _proposed(row: Row[Any], vault: Vault) -> Proposed:
    return Proposed(
        id=row.id,
        report_id=row.report_id,
        family_id=row.family_id,
        status=row.status,
        person_id=row.person_id,
        by=vault.open_text(NAME, row.person_id, row.name_sealed) if row.name_sealed else "",
        record_id=row.record_id,
        decided_at=row.decided_at,
        **vault.open_json(WORDS, row.id, row.words_sealed),
    )
